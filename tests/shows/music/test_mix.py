"""Music cues are heard when, where and as loud as the staging says."""

from __future__ import annotations

import numpy as np
import pytest

from shows.clock import MusicClock
from shows.music import RATE_HZ, Music, mixed
from shows.music.beats import grid
from shows.state import MusicState


def music(samples: np.ndarray) -> Music:
    duration_s = len(samples) / RATE_HZ
    beats = grid(MusicClock(120.0), duration_s)
    heard = samples.astype(np.float32)
    return Music(
        "tone", duration_s, beats.beats_s, beats.downbeats_s, beats.clock, _sound=lambda: heard
    )


@pytest.fixture
def counting() -> Music:
    """Music whose samples tell where in the file they are."""
    count = np.arange(4 * RATE_HZ) / (4 * RATE_HZ)
    return music(np.repeat(count[:, None], 2, 1))


def place(value: float) -> int:
    return round(float(value) * 4 * RATE_HZ)


@pytest.mark.parametrize("start_s", [0.0, 0.5, 0.5037, 1 / 3])
def test_a_piece_begins_on_its_exact_sample(counting: Music, start_s: float) -> None:
    def at(t_s: float) -> tuple[MusicState, ...]:
        return (MusicState("tone", t_s - start_s),) if t_s >= start_s else ()

    sound = mixed(at, {"tone": counting}, start_s=0.0, end_s=2.0)
    assert len(sound) == 2 * RATE_HZ
    first = round(start_s * RATE_HZ)
    assert not sound[:first].any()
    for k in (first + 1, first + 100, first + 700, first + 40_000):
        assert place(sound[k, 0]) == k - first


def test_any_stretch_of_a_show_sounds_as_in_the_whole(counting: Music) -> None:
    def at(t_s: float) -> tuple[MusicState, ...]:
        return (MusicState("tone", t_s - 0.3, 0.5),) if 0.3 <= t_s < 1.5 else ()

    whole = mixed(at, {"tone": counting}, start_s=0.0, end_s=2.0)
    part = mixed(at, {"tone": counting}, start_s=0.8, end_s=1.2)
    np.testing.assert_array_equal(part, whole[round(0.8 * RATE_HZ) : round(1.2 * RATE_HZ)])


def test_loudness_follows_without_steps() -> None:
    constant = music(np.ones((2 * RATE_HZ, 2)))

    def at(t_s: float) -> tuple[MusicState, ...]:
        return (MusicState("tone", t_s, float(np.clip(2.0 - t_s, 0.0, 1.0))),)

    sound = mixed(at, {"tone": constant}, start_s=0.0, end_s=2.0)
    # Nothing changes by more than a full fade within one control.
    assert np.abs(np.diff(sound[:, 0])).max() < 1.0 / 480 + 1e-6
    assert sound[round(1.5 * RATE_HZ), 0] == pytest.approx(0.5, abs=0.01)


def test_music_that_stops_fades_instead_of_clicking() -> None:
    constant = music(np.ones((2 * RATE_HZ, 2)))

    def at(t_s: float) -> tuple[MusicState, ...]:
        return (MusicState("tone", t_s),) if t_s < 0.5 else ()

    sound = mixed(at, {"tone": constant}, start_s=0.0, end_s=1.0)
    assert np.abs(np.diff(sound[: RATE_HZ // 2, 0])).max() < 0.01
    assert not sound[RATE_HZ // 2 + 480 :].any()


def test_two_pieces_cross_fade_and_their_sum_is_never_beyond_full() -> None:
    loud = music(0.8 * np.ones((2 * RATE_HZ, 2)))

    def at(t_s: float) -> tuple[MusicState, ...]:
        return (MusicState("a", t_s), MusicState("b", t_s))

    sound = mixed(at, {"a": loud, "b": loud}, start_s=0.0, end_s=0.2)
    assert sound.max() == 1.0
