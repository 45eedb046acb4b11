"""One picture with its capture time and its camera."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tryon.core.camera import PinholeCamera

Picture = NDArray[np.uint8]
"""(H, W, 3) sRGB RGB, never mirrored."""


@dataclass(frozen=True)
class Frame:
    """What a source delivers.

    rgb: (H, W, 3) uint8 sRGB, upright, never mirrored; t_ns: capture time on a monotonic clock that
    starts anywhere; index: number in the source; camera: for exactly this size.
    """

    rgb: Picture
    t_ns: int
    index: int
    camera: PinholeCamera

    def __post_init__(self) -> None:
        if self.rgb.ndim != 3 or self.rgb.shape[2] != 3 or self.rgb.dtype != np.uint8:
            raise ValueError(f"rgb must be (H, W, 3) uint8, got {self.rgb.shape} {self.rgb.dtype}")
        if self.camera.size_wh != self.size_wh:
            raise ValueError(f"camera is for {self.camera.size_wh}, the picture is {self.size_wh}")

    @property
    def size_wh(self) -> tuple[int, int]:
        return self.rgb.shape[1], self.rgb.shape[0]
