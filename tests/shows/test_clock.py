from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shows import Beat, Interval, MusicClock
from tryon.core.errors import InputError

clocks = st.builds(MusicClock, st.floats(40, 240), st.integers(2, 7), st.floats(0, 30))


@given(clocks, st.floats(0, 600))
def test_a_time_survives_the_way_to_bars_and_beats_and_back(
    clock: MusicClock, after_s: float
) -> None:
    t_s = clock.first_beat_s + after_s
    place = clock.place(t_s)
    assert 1 <= place.beat <= clock.beats_per_bar + 1
    if place.beat < clock.beats_per_bar + 1:
        assert clock.seconds(place) == pytest.approx(t_s, abs=1e-6)


@given(clocks, st.integers(1, 200))
def test_neighbouring_bars_lie_one_bar_apart(clock: MusicClock, bar: int) -> None:
    span = clock.seconds(Beat(bar + 1, 1)) - clock.seconds(Beat(bar, 1))
    assert span == pytest.approx(clock.beats_per_bar * clock.beat_s)


def test_the_fourth_bar_at_112_beats_a_minute_starts_after_twelve_beats() -> None:
    assert MusicClock(112).seconds(Beat.parse("4:1")) == pytest.approx(12 * 60 / 112)
    assert MusicClock(120, first_beat_s=2).seconds(Beat.parse(" 1:2.5 ")) == pytest.approx(2.75)


@pytest.mark.parametrize("text", ["", "4", "4:0", "0:1", "4;1", "4:1:2", "-1:1", "a:b"])
def test_what_is_not_bar_and_beat_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(InputError, match="bar:beat"):
        Beat.parse(text)


def test_a_beat_that_the_bar_lacks_is_refused_with_the_next_bar_named() -> None:
    with pytest.raises(InputError, match="4:1"):
        MusicClock(112).seconds(Beat(3, 5))


@pytest.mark.parametrize(("tempo", "beats"), [(0, 4), (-3, 4), (112, 0)])
def test_music_that_cannot_be_played_is_refused(tempo: float, beats: int) -> None:
    with pytest.raises(InputError, match="tempo"):
        MusicClock(tempo, beats)


def test_nothing_sounds_before_the_first_beat() -> None:
    with pytest.raises(ValueError, match="not started"):
        MusicClock(112, first_beat_s=2).place(1.0)


@given(st.floats(0, 100), st.floats(0.001, 100), st.floats(0.001, 100))
def test_neighbouring_spans_never_share_an_instant(
    start: float, first: float, second: float
) -> None:
    one = Interval(start, start + first)
    two = Interval(one.end_s, one.end_s + second)
    assert start in one
    assert one.end_s not in one
    assert one.end_s in two


def test_progress_runs_from_nought_to_one_and_stays_there() -> None:
    span = Interval(2, 4)
    assert [span.progress(t) for t in (0, 2, 3, 4, 9)] == [0, 0, 0.5, 1, 1]
    assert Interval(2, 2).progress(2) == 1


def test_a_span_that_ends_before_it_starts_is_our_own_bug() -> None:
    with pytest.raises(ValueError, match="before"):
        Interval(2, 1)
