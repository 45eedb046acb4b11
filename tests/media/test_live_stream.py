"""A stream can be watched while it grows, and whole when it has ended."""

from __future__ import annotations

import re
from pathlib import Path

import av
import numpy as np
import pytest

from tryon.core.errors import OutputError
from tryon.media.live_stream import PLAYLIST, SOUND_HZ, LiveStream

SIZE_WH = (64, 48)
FPS = 10


def picture(level: int) -> np.ndarray:
    return np.full((SIZE_WH[1], SIZE_WH[0], 3), level, np.uint8)


def tone(seconds: float, from_s: float) -> np.ndarray:
    t_s = from_s + np.arange(round(seconds * SOUND_HZ)) / SOUND_HZ
    return np.repeat(0.3 * np.sin(2 * np.pi * 440 * t_s)[:, None], 2, axis=1)


def fill(stream: LiveStream, seconds: float) -> None:
    for k in range(round(seconds * FPS)):
        stream.write(picture(20 + k), k / FPS, tone(1 / FPS, k / FPS))


def test_segments_appear_while_the_film_goes_on(tmp_path: Path) -> None:
    with LiveStream(tmp_path, size_wh=SIZE_WH, fps=FPS) as stream:
        fill(stream, 3.5)
        playlist = (tmp_path / PLAYLIST).read_text()
        assert "#EXT-X-ENDLIST" not in playlist
        segments = re.findall(r"^(\d+\.m4s)$", playlist, re.M)
        assert len(segments) >= 2
        assert all((tmp_path / name).is_file() for name in segments)
    assert (tmp_path / PLAYLIST).read_text().rstrip().endswith("#EXT-X-ENDLIST")


def test_the_ended_film_has_every_picture_at_its_time_and_its_sound(tmp_path: Path) -> None:
    with LiveStream(tmp_path, size_wh=SIZE_WH, fps=FPS) as stream:
        fill(stream, 2.5)
    with av.open(str(tmp_path / PLAYLIST)) as container:
        frames = list(container.decode(video=0))
    times_s = [float(frame.time) for frame in frames]
    # The encoder's priming shifts pictures and sound together.
    assert np.diff(times_s) == pytest.approx(np.full(24, 1 / FPS), abs=1e-4)
    levels = [frame.to_ndarray(format="rgb24").mean() for frame in frames]
    assert levels == pytest.approx(20 + np.arange(25), abs=2)
    with av.open(str(tmp_path / PLAYLIST)) as container:
        samples = sum(frame.samples for frame in container.decode(audio=0))
    assert samples / SOUND_HZ == pytest.approx(2.5, abs=0.05)


def test_pictures_that_come_late_or_twice_at_once_keep_their_order(tmp_path: Path) -> None:
    with LiveStream(tmp_path, size_wh=SIZE_WH, fps=FPS) as stream:
        for t_s in (0.0, 0.1, 0.1, 0.9, 2.0):
            stream.write(picture(100), t_s, tone(0.1, t_s))
    with av.open(str(tmp_path / PLAYLIST)) as container:
        times_s = [float(frame.time) for frame in container.decode(video=0)]
    assert len(times_s) == 5
    assert np.all(np.diff(times_s) > 0)


def test_a_stream_without_a_picture_ends_quietly(tmp_path: Path) -> None:
    LiveStream(tmp_path, size_wh=SIZE_WH, fps=FPS).close()


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="cannot be written"):
        LiveStream(tmp_path / "file" / "in", size_wh=SIZE_WH, fps=FPS)
