"""Beats are found within 10 ms of those that the music was written with."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from shows.clock import MusicClock
from shows.music import RATE_HZ, find_beats
from shows.music.band import played
from shows.music.beats import grid
from shows.music.pieces import BUNDLED, NOIR
from shows.music.score import Score
from tryon import InputError

LOCK_S = 0.010


def off_s(found_s: np.ndarray, truth_s: np.ndarray) -> np.ndarray:
    """Distance of each found beat from the nearest true one."""
    return np.abs(found_s[:, None] - truth_s).min(1)


def shortened(score: Score) -> Score:
    """Four bars of the intro, of the build and of the drop, two of the break, four of the peak."""
    bars = {"intro": 4, "build": 4, "drop": 4, "break": 2, "peak": 4, "finale": 4}
    sections = tuple(
        replace(part, bars=bars[part.name], riser_bars=min(part.riser_bars, 2))
        for part in score.sections
        if part.name in bars
    )
    return replace(score, sections=sections, resolution=None)


@cache
def heard(name: str) -> tuple[Score, np.ndarray]:
    score = shortened(BUNDLED[name])
    return score, played(score)


@pytest.fixture(scope="module", params=sorted(BUNDLED))
def piece(request: pytest.FixtureRequest) -> tuple[Score, np.ndarray]:
    return heard(request.param)


@pytest.fixture(scope="module")
def noir() -> np.ndarray:
    return heard("noir")[1]


def test_every_beat_and_every_bar_is_found(piece: tuple[Score, np.ndarray]) -> None:
    score, sound = piece
    truth = grid(score.clock, score.duration_s)
    found = find_beats(sound, RATE_HZ)
    assert found.steady
    assert len(found.beats_s) == len(truth.beats_s)
    assert off_s(found.beats_s, truth.beats_s).max() < LOCK_S
    assert len(found.downbeats_s) == len(truth.downbeats_s)
    assert off_s(found.downbeats_s, truth.downbeats_s).max() < LOCK_S
    assert found.clock.tempo_bpm == pytest.approx(score.tempo_bpm, rel=1e-4)
    assert found.clock.first_beat_s == pytest.approx(0.0, abs=LOCK_S)


def test_hiss_before_the_music_holds_no_beats(noir: np.ndarray) -> None:
    lead_s = 1.25
    noise = np.random.default_rng(3)
    sound = np.concatenate([np.zeros((round(lead_s * RATE_HZ), 2)), noir])
    sound += 0.002 * noise.standard_normal(sound.shape)
    found = find_beats(sound, RATE_HZ)
    assert found.clock.first_beat_s == pytest.approx(lead_s, abs=LOCK_S)
    truth = grid(replace(NOIR.clock, first_beat_s=lead_s), len(sound) / RATE_HZ)
    assert off_s(found.beats_s, truth.beats_s).max() < LOCK_S


@pytest.mark.parametrize("faster", [0.75, 1.1, 1.25])
def test_other_tempi_lock_as_well(noir: np.ndarray, faster: float) -> None:
    mono = noir.mean(1)
    at = np.arange(int(len(mono) / faster)) * faster
    found = find_beats(np.interp(at, np.arange(len(mono)), mono), RATE_HZ)
    truth = grid(MusicClock(NOIR.tempo_bpm * faster), len(at) / RATE_HZ)
    assert found.clock.tempo_bpm == pytest.approx(NOIR.tempo_bpm * faster, rel=1e-3)
    assert off_s(found.beats_s, truth.beats_s).max() < LOCK_S


def test_beats_follow_a_band_whose_pace_sways() -> None:
    # Three seconds' wave of ±3 % about the tempo, as a drummer who leans in and out.
    mono = played(replace(NOIR, sections=(replace(NOIR.sections[2], bars=14, riser_bars=0),))).mean(
        1
    )
    t_s = np.arange(int(len(mono) * 0.95)) / RATE_HZ
    source_s = t_s + 0.15 * np.sin(2 * np.pi * t_s / 30.0)
    sound = np.interp(source_s * RATE_HZ, np.arange(len(mono)), mono)
    beats_s = np.interp(np.arange(60) * NOIR.clock.beat_s, source_s, t_s)
    found = find_beats(sound, RATE_HZ)
    assert not found.steady
    inner = found.beats_s[6:-6]
    assert len(inner) > 35
    assert off_s(inner, beats_s).max() < LOCK_S


def test_another_sample_rate_gives_the_same_beats(noir: np.ndarray) -> None:
    from scipy.signal import resample_poly

    slow = resample_poly(noir[: 20 * RATE_HZ], 147, 160, axis=0)
    found = find_beats(slow, 44_100)
    truth = grid(NOIR.clock, 20.0)
    assert off_s(found.beats_s, truth.beats_s).max() < LOCK_S


@pytest.mark.parametrize(
    ("sound", "why"),
    [(np.zeros((10 * RATE_HZ, 2)), "silent"), (np.zeros((RATE_HZ, 2)), "shorter than 4 seconds")],
)
def test_music_without_beats_says_how_to_give_them(sound: np.ndarray, why: str) -> None:
    with pytest.raises(InputError, match=why) as caught:
        find_beats(sound, RATE_HZ)
    assert "tempo_bpm" in caught.value.remedy


def test_a_grid_begins_at_its_first_beat_and_ends_before_the_music() -> None:
    beats = grid(MusicClock(120.0, 3, 0.25), 3.25)
    np.testing.assert_allclose(beats.beats_s, [0.25, 0.75, 1.25, 1.75, 2.25, 2.75])
    np.testing.assert_allclose(beats.downbeats_s, [0.25, 1.75])
