"""A string of beads laid round the neck of a mean adult and left to gravity.

Space: `asset` of a necklace, whose y axis is the neck's own and leans forward, so that straight down is
LEAN_RAD off −y. The neck and chest are a table of radii about that axis, measured on the base body.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import map_coordinates

from tryon.core.spaces import Floats

LEAN_RAD = float(np.radians(20.0))
DOWN = np.array([0.0, -np.cos(LEAN_RAD), np.sin(LEAN_RAD)])
ANGLE_STEP_RAD = float(np.radians(15.0))
TOP_M, STEP_M = 0.03, 0.01
RADII_MM = np.array(
    [
        [48, 47, 45, 45, 46, 47, 50, 54, 55, 55, 54, 54, 53],
        [49, 48, 47, 47, 48, 50, 52, 57, 57, 56, 54, 52, 52],
        [49, 49, 49, 49, 51, 53, 56, 62, 61, 58, 55, 52, 50],
        [50, 50, 51, 52, 54, 58, 63, 68, 66, 61, 55, 51, 49],
        [51, 52, 53, 55, 59, 65, 74, 78, 73, 64, 56, 51, 50],
        [55, 57, 59, 62, 67, 76, 95, 93, 83, 68, 57, 51, 50],
        [64, 67, 71, 75, 81, 106, 130, 115, 95, 72, 58, 51, 49],
        [78, 81, 86, 95, 114, 140, 160, 134, 104, 75, 59, 51, 49],
        [91, 93, 98, 109, 140, 165, 180, 144, 114, 78, 60, 51, 48],
        [102, 105, 110, 127, 161, 180, 190, 149, 118, 80, 60, 51, 47],
        [112, 115, 121, 142, 178, 195, 200, 155, 121, 82, 60, 50, 46],
        [121, 124, 131, 155, 192, 205, 208, 160, 122, 83, 60, 49, 45],
        [130, 133, 141, 167, 204, 214, 215, 164, 122, 84, 58, 48, 44],
        [138, 141, 150, 178, 214, 222, 221, 168, 122, 84, 58, 48, 44],
        [146, 149, 158, 187, 222, 230, 226, 171, 122, 84, 58, 48, 44],
    ],
    float,
)
"""Rows from TOP_M downwards every STEP_M; columns from the front (0°) to the nape (180°)."""
STEPS, SETTLING = 300, 50
"""Steps under gravity, and those after it in which only string and skin have their way."""
PULLS = 6
GRAVITY_M, DAMPING, GRIP = 1.2e-4, 0.93, 0.15
"""Fall in one step, what is kept of a step's motion, and what touching skin takes of it."""
NUDGE_M = 1e-4


def height_over_skin(points: Floats) -> Floats:
    """(N,) signed distance of (N, 3) points from neck and chest, metres, to first order."""
    return _skin(points)[0]


def outward_from_skin(points: Floats) -> Floats:
    """(N, 3) unit normals of neck and chest nearest to (N, 3) points."""
    return _skin(points)[1]


def hang(link_m: Floats, radius_m: Floats) -> Floats:
    """(N, 3) places of beads on a closed string, at rest.

    link_m: (N,) length of string from each bead's middle to the next one's (the last one's to the
    first's); radius_m: (N,) how far each keeps off the skin. The first bead is the one at the nape.
    Position-based dynamics (Müller et al., 2007), the skin gripping a little.
    """
    count = len(link_m)
    at = np.concatenate([[0.0], np.cumsum(link_m)[:-1]]) / link_m.sum() * 2 * np.pi
    size = link_m.sum() / (2 * np.pi)
    points = np.stack(
        [size * np.sin(at), 0.012 - 0.03 * (1 - np.cos(at)) / 2, -size * np.cos(at)], axis=1
    )
    rounds = _rounds(count)
    last = points
    for step in range(STEPS + SETTLING):
        fall = GRAVITY_M * DOWN + DAMPING * (points - last) if step < STEPS else 0.0
        last, points = points, points + fall
        for _ in range(PULLS):
            for here in rounds:
                _pull(points, here, (here + 1) % count, link_m[here])
        height, outward = _skin(points)
        short = np.maximum(radius_m - height, 0.0)[:, None]
        points += short * outward - GRIP * (short > 0) * (points - last)
    # Left and right alike, as it is laid on.
    mate = -np.arange(count) % count
    return np.asarray(0.5 * (points + points[mate] * [-1.0, 1.0, 1.0]))


def _rounds(count: int) -> tuple[NDArray[np.int64], ...]:
    """Links in groups in which no two share a bead."""
    links = np.arange(count)
    if count % 2 == 0:
        return links[::2], links[1::2]
    return links[:-1:2], links[1::2], links[-1:]


def _pull(points: Floats, one: NDArray[np.int64], other: NDArray[np.int64], length: Floats) -> None:
    """Draw the ends of these links together or apart, in place, to their length."""
    along = points[other] - points[one]
    now = np.sqrt(np.einsum("ij,ij->i", along, along))
    step = (0.5 - 0.5 * length / np.maximum(now, 1e-9))[:, None] * along
    points[one] += step
    points[other] -= step


def _skin(points: Floats) -> tuple[Floats, Floats]:
    """(N,) height of (N, 3) points over neck and chest to first order, and (N, 3) the way out."""
    nudges = NUDGE_M * np.concatenate([np.zeros((1, 3)), np.eye(3), -np.eye(3)])
    around = points + nudges[:, None]
    angle = np.abs(np.arctan2(around[..., 0], around[..., 2]))
    row = (TOP_M - around[..., 1]) / STEP_M
    place = np.stack([row, angle / ANGLE_STEP_RAD])
    radius = map_coordinates(RADII_MM, place, order=1, mode="nearest")
    rise = np.hypot(around[..., 0], around[..., 2]) - 0.001 * radius
    slope = (rise[1:4] - rise[4:]).T / (2 * NUDGE_M)
    steep = np.linalg.norm(slope, axis=1)
    return np.asarray(rise[0] / steep), np.asarray(slope / steep[:, None])
