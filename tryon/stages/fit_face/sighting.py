"""One face's landmarks as directions and relief, seen along the line of sight to the face.

The network reads a face as if it stood in the middle of the picture: its z runs along the line of
sight to the face, not along the camera's axis. Far off the axis the difference is as large as the
angle between them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tryon.core.camera import PinholeCamera
from tryon.core.spaces import Floats


@dataclass(frozen=True, eq=False)
class Sighting:
    """Landmarks in the frame of the line of sight, `view`: axes like `cam`, −z towards the face.

    cam_from_view: (3, 3) rotation; at: (478, 2) x and y at depth 1; relief: (478,) how much farther
    than the face's mean a landmark is, as a share of the distance; finite: (478,) what was readable
    (the rest holds zeros).
    """

    cam_from_view: Floats
    at: Floats
    relief: Floats
    finite: NDArray[np.bool_]

    @classmethod
    def of(cls, marks: Floats, camera: PinholeCamera) -> Sighting:
        """From (478, 3) landmarks in pixels; what is not finite is set aside, not believed."""
        finite = np.asarray(np.isfinite(marks).all(1))
        rays = camera.rays(marks[finite, :2])
        cam_from_view = _towards(rays.mean(0))
        local = rays @ cam_from_view
        at, relief = np.zeros((len(marks), 2)), np.zeros(len(marks))
        at[finite] = local[:, :2] / -local[:, 2:]
        # z has the unit of x and y, which off the axis stretch by 1 / cos² along and 1 / cos across.
        cosine = cam_from_view[2, 2]
        focal = 0.5 * (camera.focal_px[0] + camera.focal_px[1])
        relief[finite] = marks[finite, 2] * cosine**1.5 / focal
        return cls(cam_from_view, at, relief, finite)

    def lifted(self, weights: Floats) -> Floats:
        """(478, 3) points in `view` whose weighted mean has depth 1."""
        depth = 1.0 + self.relief - weights @ self.relief / weights.sum()
        return np.concatenate([self.at * depth[:, None], -depth[:, None]], axis=1)


def _towards(direction: Floats) -> Floats:
    """(3, 3) rotation whose third axis points against `direction` and whose first stays level."""
    back = -direction / np.linalg.norm(direction)
    right = np.array([back[2], 0.0, -back[0]]) / np.hypot(back[0], back[2])
    return np.stack([right, np.cross(back, right), back], axis=1)
