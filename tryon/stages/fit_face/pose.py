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

DEPTH_SHARE = 0.05
"""Weight of z against x and y: the network is four to five times less sure of it."""
STEPS = 3
OUTLIER_SHARE = 0.05
"""Residual, as a share of the face's radius in the picture, at which a landmark has lost most say."""


def solve_pose(sighting: Sighting, reading: Reading, deviation: Floats, *, trust: Floats) -> Floats:
    """(4, 4) rigid cam_from_head that explains a sighting best, for a head of base size.

    deviation: (478, 3) how this person's readings differ from the base head's, in `head`, metres.
    trust: (478,) weight of each landmark, 0 where it was not readable. Starts from a closed form, so it
    does not depend on the past; then Gauss–Newton, outliers losing their say as in Geman and McClure
    (1985).
    """
    seen, lifted = reading.seen + deviation, reading.lifted + deviation
    matrix = align(lifted, sighting.lifted(trust), trust, scaled=True)
    size = float(np.cbrt(np.linalg.det(matrix[:3, :3])))
    view_from_head = rigid(matrix[:3, :3] / size, matrix[:3, 3] / size)
    weights = trust * reading.seen_share(view_from_head)
    weights = weights / weights.sum()
    for _ in range(STEPS):
        view_from_head = _step(view_from_head, sighting, seen, lifted, weights=weights)
    return rigid(sighting.cam_from_view) @ view_from_head


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
    change = _change(arm, at, depth, weights=weights, relief_arm=relief_arm)
    residual = np.concatenate([miss[:, 0], miss[:, 1], bulge])
    weighted = change * np.concatenate([say, say, DEPTH_SHARE * weights])
    step = -np.linalg.solve(weighted @ change.T, weighted @ residual)
    return rigid(exp_so3(step[:3]) @ rotation, shift + step[3:])


def _change(
    arm: Floats, at: Floats, depth: Floats, *, weights: Floats, relief_arm: Floats
) -> Floats:
    """(6, 3 n): what a turn about the head's origin (three rows) and a shift (three) change.

    The columns are all x, then all y, then all relief.
    """
    count = len(arm)
    x, y, z = arm.T
    u, v = at.T
    out = np.zeros((6, 3, count))
    out[0, 0], out[1, 0], out[2, 0] = u * y, z - u * x, -y
    out[0, 1], out[1, 1], out[2, 1] = v * y - z, -v * x, x
    out[3, 0], out[5, 0] = 1.0, u
    out[4, 1], out[5, 1] = 1.0, v
    out[:, :2] /= depth
    middle = float(weights @ depth)
    sideways, upwards = relief_arm[:, 0], relief_arm[:, 1]
    out[0, 2] = (weights @ upwards - upwards) / middle
    out[1, 2] = (sideways - weights @ sideways) / middle
    return out.reshape(6, 3 * count)
