"""One door for everything that can be read from disk."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from tryon.core.errors import InputError
from tryon.core.frame import Frame
from tryon.media.pictures import PICTURE_SUFFIXES, is_still
from tryon.stages.source.clip import ClipSource
from tryon.stages.source.lens import Lens
from tryon.stages.source.photo import PhotoSource


class Source(Protocol):
    """Frames in order, once. Close it, or use it as a context manager.

    frame_count: how many frames there are, or the best estimate; None when nobody can know.
    frames_per_s: how many frames a second on average; None when it has no meaning.
    """

    @property
    def frame_count(self) -> int | None: ...
    @property
    def frames_per_s(self) -> float | None: ...
    def __iter__(self) -> Iterator[Frame]: ...
    def __enter__(self) -> Source: ...
    def __exit__(self, *failure: object) -> None: ...
    def close(self) -> None: ...


def open_source(
    path: str | os.PathLike[str],
    *,
    fov_deg: float | None = None,
    calibration: str | os.PathLike[str] | None = None,
) -> Source:
    """Open a picture, a folder of pictures, or a clip.

    The camera comes from the calibration file, else from `fov_deg` (vertical degrees), else from
    EXIF, else from `PinholeCamera.default`. Raises InputError here or while reading, with the
    remedy.
    """
    path = Path(path)
    lens = Lens.chosen(fov_deg, calibration)
    if path.is_dir():
        return PhotoSource(pictures_in(path), lens)
    if path.suffix.lower() in PICTURE_SUFFIXES or is_still(path):
        return PhotoSource((path,), lens)
    return ClipSource(path, lens)


def pictures_in(folder: Path) -> tuple[Path, ...]:
    """The pictures of a folder by name. Raises InputError when there is none."""
    try:
        inside = sorted(p for p in folder.iterdir() if p.suffix.lower() in PICTURE_SUFFIXES)
    except OSError as error:
        raise InputError(
            f"The folder {folder} cannot be read: {error.strerror}.", remedy="Allow reading it."
        ) from error
    if not inside:
        raise InputError(
            f"The folder {folder} holds no pictures.",
            remedy=f"Known kinds: {', '.join(PICTURE_SUFFIXES)}.",
        )
    return tuple(inside)
