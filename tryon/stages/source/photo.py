"""Pictures as frames."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from tryon.core.filters import NS_PER_S
from tryon.core.frame import Frame
from tryon.media.pictures import read_picture
from tryon.stages.source.lens import Lens


class PhotoSource:
    """One frame a picture, in the given order, decoded when it is asked for.

    Pictures know no common clock: they count as taken one second apart. Raises InputError while
    reading, at the picture that cannot be read.
    """

    frames_per_s: float | None = None

    def __init__(self, paths: Sequence[Path], lens: Lens) -> None:
        self._paths = tuple(paths)
        self._lens = lens

    @property
    def frame_count(self) -> int:
        return len(self._paths)

    def __iter__(self) -> Iterator[Frame]:
        for index, path in enumerate(self._paths):
            still = read_picture(path)
            yield self._lens.frame(
                still.rgb, t_ns=index * NS_PER_S, index=index, focal_px=still.focal_px
            )

    def __enter__(self) -> PhotoSource:
        return self

    def __exit__(self, *failure: object) -> None:
        self.close()

    def close(self) -> None:
        """Nothing stays open between pictures."""
