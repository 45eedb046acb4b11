"""Any file is music: its beats are found, or given."""

from __future__ import annotations

import wave
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from shows.music import RATE_HZ, open_music
from shows.music.band import played
from shows.music.pieces import NOIR
from tryon import InputError


@pytest.fixture(scope="module")
def wav(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four bars of the drop as a WAV of 16 bits."""
    score = replace(NOIR, sections=(replace(NOIR.sections[2], bars=4, riser_bars=0),))
    path = tmp_path_factory.mktemp("music") / "drop.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes(np.rint(played(score) * 32767).astype("<i2").tobytes())
    return path


def test_beats_of_a_file_are_found(wav: Path) -> None:
    music = open_music(wav)
    assert music.name == "drop"
    assert music.duration_s == pytest.approx(4 * NOIR.bar_s, abs=1e-4)
    np.testing.assert_allclose(music.beats_s, np.arange(16) * NOIR.clock.beat_s, atol=0.010)
    assert music.samples().shape == (round(music.duration_s * RATE_HZ), 2)


def test_given_beats_are_taken_as_they_are(wav: Path) -> None:
    music = open_music(wav, tempo_bpm=90.0, first_beat_s=0.5, beats_per_bar=3)
    assert music.clock.tempo_bpm == 90.0
    assert music.downbeats_s[:2] == pytest.approx([0.5, 2.5])


def test_a_file_that_changed_is_heard_anew(tmp_path: Path, wav: Path) -> None:
    here = tmp_path / "take.wav"
    here.write_bytes(wav.read_bytes())
    before = open_music(here, tempo_bpm=112.0).duration_s
    with wave.open(str(wav), "rb") as file:
        params, half = file.getparams(), file.readframes(file.getnframes() // 2)
    with wave.open(str(here), "wb") as file:
        file.setparams(params)
        file.writeframes(half)
    assert open_music(here, tempo_bpm=112.0).duration_s == pytest.approx(before / 2, abs=1e-3)


def test_a_file_without_beats_is_named(tmp_path: Path) -> None:
    path = tmp_path / "silence.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(bytes(2 * 8000 * 6))
    with pytest.raises(InputError, match=r"silence\.wav.*silent"):
        open_music(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no file .*gone\.wav"):
        open_music(tmp_path / "gone.wav")
