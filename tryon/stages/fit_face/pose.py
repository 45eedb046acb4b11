"""The head's rigid pose from one sighting, by our own least squares.

x and y bind each landmark to a ray; the network's z says how much nearer or farther it is than the
face's mean, which steadies pitch and yaw where rays alone leave them loose.
"""

from __future__ import annotations

import numpy as np

from tryon.core.spaces import Floats
from tryon.core.transforms import align, exp_so3, rigid
from tryon.stages.fit_face.reading import Reading
from tryon.stages.fit_face.sighting import Sighting

DEPTH_SHARE = 0.1
"""Weight of z against x and y: the network is about four times less sure of it."""
STEPS = 4
OUTLIER_SHARE = 0.05
"""Residual, as a share of the face's radius in the picture, at which a landmark has lost most say."""


def solve_pose(
    sighting: Sighting, reading: Reading, deviation: Floats, *, trust: Floats
) -> tuple[Floats, Floats]:
    """The pose that explains a sighting best, and the (478,) weights its landmarks had.

    deviation: (478, 3) how this person's readings differ from the base head's, in `head`, metres.
    Gives (4, 4) rigid cam_from_head. Starts from a closed form, so it does not depend on the past;
    then Gauss–Newton, outliers losing their say as in Geman and McClure (1985).
    """
    seen, lifted = reading.seen + deviation, reading.lifted + deviation
    matrix = align(lifted, sighting.lifted(trust), trust, scaled=True)
    size = float(np.cbrt(np.linalg.det(matrix[:3, :3])))
    view_from_head = rigid(matrix[:3, :3] / size, matrix[:3, 3] / size)
    weights = trust * reading.seen_share(view_from_head)
    weights = weights / weights.sum()
    for _ in range(STEPS):
        view_from_head = _step(view_from_head, sighting, seen, lifted, weights=weights)
    return rigid(sighting.cam_from_view) @ view_from_head, weights


def _step(
    pose: Floats, sighting: Sighting, seen: Floats, lifted: Floats, *, weights: Floats
) -> Floats:
    """One Gauss–Newton step."""
    rotation, shift = pose[:3, :3], pose[:3, 3]
    arm, relief_arm = seen @ rotation.T, lifted @ rotation.T
    depth = -(arm[:, 2] + shift[2])
    middle = float(weights @ depth)
    at = (arm[:, :2] + shift[:2]) / depth[:, None]
    miss = at - sighting.at
    bulge = -relief_arm[:, 2] / middle - sighting.relief
    bulge -= weights @ bulge
    radius = float(np.sqrt(weights @ (arm**2).sum(1))) / middle
    say = weights / (1.0 + (miss**2).sum(1) / (OUTLIER_SHARE * radius) ** 2) ** 2
    across, up, deep = _rows(arm, at, depth, relief_arm, middle, weights)
    jacobian = np.concatenate([across, up, deep])
    residual = np.concatenate([miss[:, 0], miss[:, 1], bulge])
    weighted = jacobian * np.concatenate([say, say, DEPTH_SHARE * weights])[:, None]
    step = -np.linalg.solve(weighted.T @ jacobian, weighted.T @ residual)
    return rigid(exp_so3(step[:3]) @ rotation, shift + step[3:])


def _rows(  # noqa: PLR0917  # the six arrays of one formula
    arm: Floats, at: Floats, depth: Floats, relief_arm: Floats, middle: float, weights: Floats
) -> tuple[Floats, Floats, Floats]:
    """Three (n, 6): change of x, of y and of relief by a turn about the head's origin and a shift."""
    x, y, z = arm.T
    u, v = at.T
    one, none = np.ones_like(x), np.zeros_like(x)
    across = np.stack([u * y, z - u * x, -y, one, none, u], axis=1) / depth[:, None]
    up = np.stack([v * y - z, -v * x, x, none, one, v], axis=1) / depth[:, None]
    sideways, upwards = relief_arm[:, 0], relief_arm[:, 1]
    deep = np.zeros_like(across)
    deep[:, 0] = -(upwards - weights @ upwards) / middle
    deep[:, 1] = (sideways - weights @ sideways) / middle
    return across, up, deep
