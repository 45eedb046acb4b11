"""What a painter of models gives for a real picture: the models alone, for that picture's camera."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shows.state import Staging
from tryon import PinholeCamera

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Figures:
    """Models of one instant before one camera.

    rgba: (H, W, 4) uint8, sRGB-coded colour premultiplied by alpha, the size of the picture; depth_m:
    (H, W) float32 along −z of the camera in its metres, inf where nobody is; points_m: (P, 3) of the
    models' surfaces in stage space, close enough together to throw a shadow.
    """

    rgba: NDArray[np.uint8]
    depth_m: NDArray[np.float32]
    points_m: Floats

    def __post_init__(self) -> None:
        shape = self.rgba.shape[:2]
        if self.rgba.shape != (*shape, 4) or self.depth_m.shape != shape:
            raise ValueError(
                f"figures need (H, W, 4) and (H, W), got {self.rgba.shape} and {self.depth_m.shape}"
            )


FigurePainter = Callable[[Staging, PinholeCamera, Floats], Figures]
"""(staging, camera, cam_from_stage) → figures. cam_from_stage: (4, 4) of a rotation, a place and one scale:
stage metres may be small ones."""
