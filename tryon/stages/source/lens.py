"""Which camera took the picture, and the picture as that camera would have seen it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from tryon.core.camera import PinholeCamera
from tryon.core.frame import Frame, Picture
from tryon.stages.source.calibration import Calibration, read_calibration


@dataclass(frozen=True)
class Lens:
    """What the user says of the lens: nothing, its vertical field of view, or a calibration."""

    fov_deg: float | None = None
    calibration: Calibration | None = None

    @classmethod
    def chosen(cls, fov_deg: float | None, calibration: str | os.PathLike[str] | None) -> Lens:
        """Read the calibration, which wins over the field of view. Raises InputError."""
        return cls(fov_deg, None if calibration is None else read_calibration(Path(calibration)))

    def frame(
        self,
        rgb: Picture,
        *,
        t_ns: int,
        index: int,
        focal_px: float | None = None,
        webcam: bool = False,
    ) -> Frame:
        """The frame of a picture: with a calibration, the picture is straightened.

        focal_px: what EXIF says, if anything. Raises InputError when the calibration is for another
        shape of picture.
        """
        size_wh = (rgb.shape[1], rgb.shape[0])
        if self.calibration is not None:
            straight, camera = self.calibration.straighten(rgb)
            return Frame(straight, t_ns, index, camera)
        if self.fov_deg is not None:
            camera = PinholeCamera.from_vertical_fov(self.fov_deg, size_wh)
        elif focal_px is not None:
            camera = PinholeCamera.from_focal(focal_px, size_wh, origin="exif")
        else:
            camera = PinholeCamera.default(size_wh, webcam=webcam)
        return Frame(rgb, t_ns, index, camera)
