"""Clips as frames."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tryon.core.frame import Frame
from tryon.media.clip_reader import ClipReader
from tryon.stages.source.lens import Lens


class ClipSource:
    """The frames of one clip, at the clip's own times, upright and of one size.

    Opens the file and decodes its first frame at once. Raises InputError when there is none.
    """

    def __init__(self, path: Path, lens: Lens) -> None:
        self._reader = ClipReader(path)
        self._lens = lens

    @property
    def frame_count(self) -> int | None:
        return self._reader.frame_count

    @property
    def frames_per_s(self) -> float | None:
        return self._reader.frames_per_s

    def __iter__(self) -> Iterator[Frame]:
        for index, picture in enumerate(self._reader):
            yield self._lens.frame(picture.rgb, t_ns=picture.t_ns, index=index)

    def __enter__(self) -> ClipSource:
        return self

    def __exit__(self, *failure: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        self._reader.close()
