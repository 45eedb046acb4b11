"""Made-up frames, the same at every run: for tests and benchmarks."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from tryon.core.filters import NS_PER_S
from tryon.core.frame import Frame, Picture
from tryon.stages.source.lens import Lens


class SyntheticSource:
    """Frames of a pattern that drifts, or of a still picture, with sensor noise.

    still: (H, W, 3) uint8 picture to hold, else a pattern of `size_wh`; noise: standard deviation in
    8-bit steps, drawn anew for every frame from `rng`. The same seed gives the same frames.
    """

    def __init__(
        self,
        rng: np.random.Generator,
        *,
        count: int,
        size_wh: tuple[int, int] = (640, 480),
        still: Picture | None = None,
        noise: float = 2.0,
        frames_per_s: float = 30.0,
        fov_deg: float | None = None,
    ) -> None:
        self._rng = rng
        self._count = count
        self._size_wh = size_wh
        self._still = still
        self._noise = noise
        self.frames_per_s = frames_per_s
        self._lens = Lens(fov_deg)

    @property
    def frame_count(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Frame]:
        for index in range(self._count):
            clean = _pattern(self._size_wh, index) if self._still is None else self._still
            t_ns = round(index * NS_PER_S / self.frames_per_s)
            yield self._lens.frame(self._noisy(clean), t_ns=t_ns, index=index)

    def __enter__(self) -> SyntheticSource:
        return self

    def __exit__(self, *failure: object) -> None:
        self.close()

    def close(self) -> None:
        """Nothing is held open."""

    def _noisy(self, clean: Picture) -> Picture:
        if self._noise == 0:
            return clean
        grain = self._rng.standard_normal(clean.shape, np.float32) * np.float32(self._noise)
        return np.clip(np.rint(clean + grain), 0, 255).astype(np.uint8)


def _pattern(size_wh: tuple[int, int], index: int) -> Picture:
    """(H, W, 3) waves of three lengths that move four pixels a frame, one a channel."""
    x = np.arange(size_wh[0], dtype=np.float32)[None, :, None] + 4 * index
    y = np.arange(size_wh[1], dtype=np.float32)[:, None, None]
    lengths_px = np.array([37.0, 61.0, 97.0], np.float32)
    waves = np.sin(2 * np.pi * x / lengths_px) * np.cos(2 * np.pi * y / lengths_px[::-1])
    return np.asarray(np.rint(127.5 + 110 * waves), np.uint8)
