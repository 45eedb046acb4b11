"""The bundled music is loud enough, sounds on its beats, and is the same every time."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from shows.music import BUNDLED_MUSIC, RATE_HZ, bundled
from shows.music.band import played
from shows.music.pieces import BUNDLED, NOIR, PORCELAIN
from shows.music.score import Score
from tryon import InputError


def excerpt(score: Score, section: str, bars: int) -> Score:
    """A section alone, cut to a few bars."""
    part = next(each for each in score.sections if each.name == section)
    return replace(score, sections=(replace(part, bars=bars, riser_bars=0),), resolution=None)


@pytest.fixture(scope="module")
def drop() -> np.ndarray:
    return played(excerpt(NOIR, "drop", 4))


def test_both_pieces_carry_a_show_of_ninety_seconds_with_all_its_parts() -> None:
    for name in BUNDLED_MUSIC:
        music = bundled(name)
        assert music.duration_s >= 90
        assert {"intro", "build", "drop", "break", "finale"} <= set(music.segments)
        spans = list(music.segments.values())
        assert spans[0].start_s == 0
        assert spans[-1].end_s == pytest.approx(music.duration_s)
        assert all(before.end_s == after.start_s for before, after in pairwise(spans))


def test_segments_begin_on_downbeats() -> None:
    for name in BUNDLED_MUSIC:
        music = bundled(name)
        for span in music.segments.values():
            assert np.abs(music.downbeats_s - span.start_s).min() < 1e-9


def test_a_kick_sounds_on_every_beat_to_the_sample() -> None:
    part = replace(NOIR.sections[2], bars=4, impact=False, riser_bars=0, tracks={"kick": (1, 1)})
    power = played(replace(NOIR, sections=(part,), resolution=None)).mean(1) ** 2
    for beat in range(1, 16):
        at = round(beat * NOIR.clock.beat_s * RATE_HZ)
        assert power[at : at + 48].mean() > 20 * power[at - 48 : at].mean()


def test_it_is_loud_stereo_and_not_clipped(drop: np.ndarray) -> None:
    assert 0.85 < np.abs(drop).max() <= 0.9
    assert -16 < 20 * np.log10(np.sqrt((drop**2).mean())) < -9
    assert np.corrcoef(drop.T)[0, 1] < 0.97


def test_pads_breathe_with_the_kick() -> None:
    sections = (replace(NOIR.sections[2], bars=2, riser_bars=0, impact=False),)
    silent_kick = replace(NOIR, sections=sections, drums={"kick": "9..............."})
    steady = replace(silent_kick, drums={})
    beat = round(NOIR.clock.beat_s * RATE_HZ)

    def pads_just_after_the_bar(score: Score) -> float:
        pads_only = replace(score.sections[0], tracks={"pad": (1.0, 1.0), "kick": (1e-6, 1e-6)})
        sound = played(replace(score, sections=(pads_only,)))
        bar = 4 * beat
        early, late = sound[bar + 500 : bar + 4000], sound[bar - 9000 : bar - 4000]
        return float(np.sqrt((early**2).mean() / (late**2).mean()))

    assert pads_just_after_the_bar(silent_kick) < 0.6 * pads_just_after_the_bar(steady)


def test_the_drop_is_louder_and_fuller_than_the_break() -> None:
    full, calm = (played(excerpt(PORCELAIN, name, 2)) for name in ("drop", "break"))

    def deep(sound: np.ndarray) -> float:
        power = np.abs(np.fft.rfft(sound.mean(1))) ** 2
        hz = np.fft.rfftfreq(len(sound), 1 / RATE_HZ)
        return float(power[(hz > 30) & (hz < 120)].sum() / power.sum())

    assert deep(full) > 3 * deep(calm)


def test_playing_twice_gives_the_same_samples() -> None:
    score = excerpt(PORCELAIN, "finale", 2)
    np.testing.assert_array_equal(played(score), played(score))


def test_what_is_kept_in_the_cache_is_what_is_played_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from shows.music import music

    monkeypatch.setenv("TRYON_CACHE", str(tmp_path))
    monkeypatch.setitem(BUNDLED, "short", replace(excerpt(NOIR, "build", 1), name="short"))
    music._synthesised.cache_clear()
    anew = bundled("short").samples()
    assert len(list((tmp_path / "music").iterdir())) == 1
    music._synthesised.cache_clear()
    np.testing.assert_array_equal(bundled("short").samples(), anew)
    music._synthesised.cache_clear()


def test_a_broken_cache_is_played_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from shows.music import music

    monkeypatch.setenv("TRYON_CACHE", str(tmp_path))
    monkeypatch.setitem(BUNDLED, "short", replace(excerpt(NOIR, "build", 1), name="short"))
    music._synthesised.cache_clear()
    anew = bundled("short").samples()
    (kept,) = (tmp_path / "music").iterdir()
    kept.write_bytes(b"nonsense")
    music._synthesised.cache_clear()
    np.testing.assert_array_equal(bundled("short").samples(), anew)
    music._synthesised.cache_clear()


def test_another_name_is_answered_with_those_that_exist() -> None:
    with pytest.raises(InputError, match="noir, porcelain"):
        bundled("blanc")
