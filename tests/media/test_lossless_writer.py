"""Lossless clips come back to the bit."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tryon.core.errors import OutputError
from tryon.media.clip_reader import ClipReader
from tryon.media.lossless_writer import LosslessWriter


def _pictures(count: int) -> list[np.ndarray]:
    rng = np.random.default_rng(0)
    return [rng.integers(0, 256, (57, 83, 3), dtype=np.uint8) for _ in range(count)]


def _write(path: Path, pictures: list[np.ndarray]) -> None:
    with LosslessWriter(path) as writer:
        for k, picture in enumerate(pictures):
            writer.write(picture, 7_000_000_000 + k * 40_000_000)


def test_every_bit_comes_back(tmp_path: Path) -> None:
    pictures = _pictures(6)
    _write(tmp_path / "x.mkv", pictures)
    with ClipReader(tmp_path / "x.mkv") as reader:
        back = list(reader)
    assert all(np.array_equal(a.rgb, b) for a, b in zip(back, pictures, strict=True))
    assert [picture.t_ns for picture in back] == [k * 40_000_000 for k in range(6)]


def test_the_same_pictures_give_the_same_file(tmp_path: Path) -> None:
    for name in ("a.mkv", "b.mkv"):
        _write(tmp_path / name, _pictures(3))
    assert (tmp_path / "a.mkv").read_bytes() == (tmp_path / "b.mkv").read_bytes()


def test_no_picture_or_an_error_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="no picture"):
        _write(tmp_path / "x.mkv", [])

    def interrupted() -> None:
        with LosslessWriter(tmp_path / "x.mkv") as writer:
            writer.write(_pictures(1)[0], 0)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert list(tmp_path.iterdir()) == []
