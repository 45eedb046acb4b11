"""Sound of every common kind is read with its samples at their times."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from tryon.core.errors import InputError
from tryon.media.sound_reader import read_sound

RATE_HZ = 48_000
CLICK = 24_000


def write(path: Path, codec: str, layout: str = "stereo", rate_hz: int = RATE_HZ) -> Path:
    """Two seconds of silence with a click half a second in."""
    channels = 2 if layout == "stereo" else 1
    sound = np.zeros((channels, 2 * rate_hz), np.float32)
    click = CLICK * rate_hz // RATE_HZ
    sound[:, click : click + 40] = 0.8
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=rate_hz)
        stream.layout = layout
        frame = av.AudioFrame.from_ndarray(sound, format="fltp", layout=layout)
        frame.sample_rate, frame.pts, frame.time_base = rate_hz, 0, Fraction(1, rate_hz)
        resampler = av.AudioResampler(format=stream.format, layout=layout, rate=rate_hz)
        for part in resampler.resample(frame):
            container.mux(stream.encode(part))
        container.mux(stream.encode(None))
    return path


@pytest.mark.parametrize(
    ("name", "codec"),
    [("a.wav", "pcm_s16le"), ("a.flac", "flac"), ("a.m4a", "aac"), ("a.mp3", "libmp3lame"),
     ("a.aiff", "pcm_s16be")],
)  # fmt: skip
def test_a_click_stays_where_it_was(tmp_path: Path, name: str, codec: str) -> None:
    # Encoders put silence before the first sample; it must not move the music.
    sound = read_sound(write(tmp_path / name, codec))
    assert sound.dtype == np.float32
    assert abs(len(sound) - 2 * RATE_HZ) < 1200
    assert abs(int(np.argmax(np.abs(sound[:, 0]) > 0.3)) - CLICK) <= 4


def test_mono_is_heard_on_both_sides_and_resampled(tmp_path: Path) -> None:
    sound = read_sound(write(tmp_path / "a.wav", "pcm_s16le", "mono", 44_100))
    assert sound.shape == (2 * RATE_HZ, 2)
    np.testing.assert_allclose(sound[:, 0], sound[:, 1])
    assert abs(int(np.argmax(np.abs(sound[:, 0]) > 0.3)) - CLICK) <= 4


def test_what_is_no_sound_says_so(tmp_path: Path) -> None:
    text = tmp_path / "notes.wav"
    text.write_text("la la la")
    with pytest.raises(InputError, match="no sound that can be read"):
        read_sound(text)
    empty = tmp_path / "empty.wav"
    empty.touch()
    with pytest.raises(InputError, match="is empty"):
        read_sound(empty)


def test_a_clip_without_sound_says_so(tmp_path: Path) -> None:
    path = tmp_path / "mute.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=10)
        stream.width, stream.height, stream.pix_fmt = 32, 32, "yuv420p"
        container.mux(stream.encode(av.VideoFrame(32, 32, "yuv420p")))
        container.mux(stream.encode(None))
    with pytest.raises(InputError, match="nothing to hear"):
        read_sound(path)
