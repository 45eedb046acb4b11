"""The pinhole camera that fit, projection and renderer share."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tryon.core.spaces import Floats

DEFAULT_FOCAL_BY_LONG_SIDE = 1.5
"""Focal length / longer side of a photo or clip that says nothing of its lens (37° across).

Bodies are insensitive to it: 0.9 to 3.5 changes their silhouette's IoU by ≤ .003.
"""

WEBCAM_FOCAL_BY_LONG_SIDE = 0.9
"""The same for webcams, whose lenses are wide (58° across)."""


@dataclass(frozen=True)
class PinholeCamera:
    """An ideal camera at the origin of `cam`.

    focal_px: (fx, fy); centre_px: principal point (cx, cy), y down; size_wh: picture size.
    origin: where the numbers come from ("exif", "fov", "calibration", "default").
    """

    focal_px: tuple[float, float]
    centre_px: tuple[float, float]
    size_wh: tuple[int, int]
    origin: str = "default"

    def __post_init__(self) -> None:
        if min(self.focal_px) <= 0 or min(self.size_wh) <= 0:
            raise ValueError(
                f"focal length and size must be positive, got {self.focal_px}, {self.size_wh}"
            )

    @classmethod
    def from_focal(cls, focal_px: float, size_wh: tuple[int, int], *, origin: str) -> PinholeCamera:
        """A camera with square pixels and its principal point in the middle."""
        w, h = size_wh
        return cls((focal_px, focal_px), (w / 2, h / 2), (w, h), origin)

    @classmethod
    def from_vertical_fov(
        cls, fov_deg: float, size_wh: tuple[int, int], *, origin: str = "fov"
    ) -> PinholeCamera:
        """A camera that sees `fov_deg` degrees from the bottom to the top of the picture."""
        focal = size_wh[1] / 2 / np.tan(np.radians(fov_deg) / 2)
        return cls.from_focal(float(focal), size_wh, origin=origin)

    @classmethod
    def default(cls, size_wh: tuple[int, int], *, webcam: bool = False) -> PinholeCamera:
        """The stated guess for a picture of unknown lens."""
        share = WEBCAM_FOCAL_BY_LONG_SIDE if webcam else DEFAULT_FOCAL_BY_LONG_SIDE
        return cls.from_focal(share * max(size_wh), size_wh, origin="default")

    @property
    def vertical_fov_rad(self) -> float:
        return float(2 * np.arctan(self.size_wh[1] / 2 / self.focal_px[1]))

    def project(self, points: Floats) -> Floats:
        """(…, 3) points in `cam`, in front of the camera, to (…, 2) pixels."""
        depth = -points[..., 2:]
        flipped = points[..., :2] * np.array([1.0, -1.0])
        return np.asarray(flipped / depth * np.array(self.focal_px) + np.array(self.centre_px))

    def rays(self, px: Floats) -> Floats:
        """(…, 3) directions in `cam` through (…, 2) pixels, scaled to depth 1 (z = −1)."""
        xy = (px - np.array(self.centre_px)) / np.array(self.focal_px)
        return np.stack([xy[..., 0], -xy[..., 1], -np.ones(xy.shape[:-1])], axis=-1)

    def resized(self, size_wh: tuple[int, int]) -> PinholeCamera:
        """The same camera after its picture was scaled to another size."""
        kx, ky = size_wh[0] / self.size_wh[0], size_wh[1] / self.size_wh[1]
        (fx, fy), (cx, cy) = self.focal_px, self.centre_px
        return PinholeCamera((fx * kx, fy * ky), (cx * kx, cy * ky), size_wh, self.origin)

    def cropped(self, corner_xy: tuple[int, int], size_wh: tuple[int, int]) -> PinholeCamera:
        """The same camera seen through a window of its picture."""
        (cx, cy), (x, y) = self.centre_px, corner_xy
        return PinholeCamera(self.focal_px, (cx - x, cy - y), size_wh, self.origin)
