"""Beats are counted as the music plays them, also where its pace sways, before it and after it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shows.clock import Beat, Interval, MusicClock
from shows.script.places import Span
from shows.tempo import Tempo
from shows.tracks import Track

swaying = st.lists(st.floats(0.3, 0.9), min_size=4, max_size=40).map(
    lambda gaps: Tempo(np.cumsum([1.0, *gaps]), 4, 2)
)


@given(swaying, st.floats(-5, 60))
def test_a_time_survives_the_way_to_bars_and_back(tempo: Tempo, t_s: float) -> None:
    place = tempo.place(t_s)
    if place is None:
        assert t_s < tempo.beats_s[2]
    else:
        assert tempo.seconds(place) == pytest.approx(t_s, abs=1e-6)


@given(swaying, st.floats(-5, 60), st.floats(-8, 8))
def test_beats_forth_and_back_lead_home(tempo: Tempo, t_s: float, beats: float) -> None:
    there = tempo.after(t_s, Span(beats, "beats"))
    assert tempo.after(there, Span(-beats, "beats")) == pytest.approx(t_s, abs=1e-6)
    assert (there > t_s) == (beats > 0) or abs(there - t_s) < 1e-6


def test_bars_of_swaying_music_fall_on_its_own_beats() -> None:
    tempo = Tempo(np.array([1.0, 1.5, 2.2, 2.6, 3.4, 4.0]), 4, 1)
    assert tempo.seconds(Beat(1, 1)) == 1.5
    assert tempo.seconds(Beat(2, 1)) == 4.0
    assert tempo.after(1.5, Span(1, "bars")) == 4.0
    assert tempo.on_beat(2.3) == 2.6
    assert tempo.place(1.4) is None


@given(st.floats(40, 240), st.integers(1, 100), st.integers(1, 4))
def test_a_steady_tempo_agrees_with_its_clock(bpm: float, bar: int, beat: int) -> None:
    clock = MusicClock(bpm, 4, 0.25)
    assert Tempo.steady(clock).seconds(Beat(bar, beat)) == pytest.approx(
        clock.seconds(Beat(bar, beat))
    )


@pytest.mark.parametrize("beats_s", [[1.0], [1.0, 1.0], [2.0, 1.0]])
def test_beats_that_do_not_grow_are_refused(beats_s: list[float]) -> None:
    with pytest.raises(ValueError, match="growing"):
        Tempo(np.array(beats_s))


@given(
    st.lists(
        st.tuples(st.floats(0, 50), st.floats(0, 10), st.floats(-1, 1)), min_size=1, max_size=8
    )
)
def test_a_track_never_jumps_but_for_steps_and_ends_at_its_last_value(
    written: list[tuple[float, float, float]],
) -> None:
    track = Track.of((0.0,), [(Interval(a, a + d), "linear", (value,)) for a, d, value in written])
    for change in track.changes:
        before = track.at(np.nextafter(change.span.start_s, -1))[0]
        if change.span.end_s > change.span.start_s:
            twins = [c for c in track.changes if c.span.start_s == change.span.start_s]
            if len(twins) == 1:
                assert track.at(change.span.start_s)[0] == pytest.approx(before, abs=1e-6)
    assert track.at(1e6) == track.changes[-1].after
