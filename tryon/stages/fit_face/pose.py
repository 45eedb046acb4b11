"""A known shape's rigid pose from weak-perspective landmarks, by our own least squares.

Pixels bind each landmark to a ray; the network's z, in pixels too, says how much nearer or farther it
is than the face's mean, which settles pitch and yaw where the shape alone would leave them loose.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tryon.core.camera import PinholeCamera
from tryon.core.spaces import Floats
from tryon.core.transforms import align, exp_so3, rigid

DEPTH_SHARE = 0.15
"""Weight of z against x and y: how much less sure the network is of it."""
STEPS = 4
OUTLIER_SHARE = 0.02
"""Residual, as a share of the face's size in the picture, from which a landmark loses its say."""


@dataclass(frozen=True, eq=False)
class Sighting:
    """Landmarks of one face made comparable with a camera.

    rays: (478, 3) directions in `cam`, scaled to depth 1; relief: (478,) depth below the nearest
    plane as a share of the distance, up to a constant; px: (478, 2) pixels; finite: (478,) bool.
    """

    px: Floats
    rays: Floats
    relief: Floats
    finite: NDArray[np.bool_]

    @classmethod
    def of(cls, marks: Floats, camera: PinholeCamera) -> Sighting:
        """From (478, 3) landmarks in pixels; what is not finite is set aside, not believed."""
        finite = np.asarray(np.isfinite(marks).all(1))
        known = np.where(finite[:, None], marks, 0.0)
        focal = 0.5 * (camera.focal_px[0] + camera.focal_px[1])
        return cls(known[:, :2], camera.rays(known[:, :2]), known[:, 2] / focal, finite)

    def lifted(self, weights: Floats) -> Floats:
        """(478, 3) points in `cam` whose weighted mean has depth 1."""
        relief = self.relief - weights @ self.relief / weights.sum()
        return np.asarray(self.rays * (1.0 + relief)[:, None])


def first_pose(sighting: Sighting, shape: Floats, weights: Floats) -> Floats:
    """(4, 4) rigid cam_from_head in closed form: the lifted landmarks aligned to the (478, 3) shape."""
    matrix = align(shape, sighting.lifted(weights), weights, scaled=True)
    size = float(np.cbrt(np.linalg.det(matrix[:3, :3])))
    return rigid(matrix[:3, :3] / size, matrix[:3, 3] / size)


def refine(
    pose: Floats, sighting: Sighting, shape: Floats, weights: Floats, camera: PinholeCamera
) -> Floats:
    """(4, 4) the pose that explains pixels and relief best: Gauss–Newton with Geman–McClure weights."""
    focal = np.array(camera.focal_px)
    mean_focal = float(focal.mean())
    trust = weights / weights.sum()
    relief = sighting.relief - trust @ sighting.relief
    for _ in range(STEPS):
        arm = shape @ pose[:3, :3].T
        at = arm + pose[:3, 3]
        depth = -at[:, 2]
        middle = float(trust @ depth)
        size_px = mean_focal / middle * float(np.sqrt(trust @ (arm**2).sum(1)))
        residual = np.empty((len(at), 3))
        residual[:, :2] = camera.project(at) - sighting.px
        residual[:, 2] = mean_focal * (depth / middle - 1.0 - relief)
        jacobian = _jacobian(arm, at, focal, trust=trust)
        off = (residual[:, :2] ** 2).sum(1) / (OUTLIER_SHARE * size_px) ** 2
        say = trust / (1.0 + off) ** 2
        parts = np.stack([say, say, DEPTH_SHARE * say], axis=1)
        j = jacobian.reshape(-1, 6)
        weighted = j * parts.reshape(-1, 1)
        step = -np.linalg.solve(weighted.T @ j, weighted.T @ residual.ravel())
        pose = rigid(exp_so3(step[:3]) @ pose[:3, :3], pose[:3, 3] + step[3:])
    return pose


def _jacobian(arm: Floats, at: Floats, focal: Floats, *, trust: Floats) -> Floats:
    """(n, 3, 6) change of (x px, y px, relief px) by a turn about the head's origin and a shift."""
    move = np.zeros((len(at), 3, 6))
    x, y, z = arm.T
    move[:, 0, 1], move[:, 0, 2] = z, -y
    move[:, 1, 0], move[:, 1, 2] = -z, x
    move[:, 2, 0], move[:, 2, 1] = y, -x
    move[:, [0, 1, 2], [3, 4, 5]] = 1.0
    out = np.empty_like(move)
    depth = -at[:, 2]
    middle = float(trust @ depth)
    near = (1.0 / depth)[:, None]
    out[:, 0] = focal[0] * near * (move[:, 0] + (at[:, 0] / depth)[:, None] * move[:, 2])
    out[:, 1] = -focal[1] * near * (move[:, 1] + (at[:, 1] / depth)[:, None] * move[:, 2])
    out[:, 2] = -focal.mean() / middle * (move[:, 2] - trust @ move[:, 2])
    return out
