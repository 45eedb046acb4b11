"""How wide trunk and limbs are, measured from the person's mask.

The posed body without any girth says how wide it would be at each place; the mask, walked outwards
from the body's middle line, says how wide it is. A place is left out where the mask goes on too far
(a bag, a skirt, another person) or where an arm lies across; its neighbours stand in for it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tryon.core.landmarks import PersonMask
from tryon.core.spaces import Floats
from tryon.stages.fit_body.lift import ANKLES, ELBOWS, HIPS, KNEES, SHOULDERS, WRISTS

INSIDE = 0.5
STEPS = 72
TRUNK_REACH, LEG_REACH, ARM_REACH = 2.5, 3.0, 3.0
"""The mask is walked this far outwards, in half-widths of the posed body."""
LEAST, MOST = 0.7, 1.6
ARM_LIMITS = (0.8, 1.9)
SIDE_SHARE = 0.75
"""Left and right are this much their own, the rest their mean."""
ARM_CLEAR_M, LEG_ARM_CLEAR_M = 0.05, 0.06
"""An outline nearer than this beyond an arm's axis is the arm's."""
BAND = 0.05
"""Half the height of the slice that a half-width is read from, in trunk or bone lengths."""


@dataclass(frozen=True, eq=False)
class Slices:
    """Which vertices of the body's mesh speak for each place, (n,) numbers each.

    trunk: for each of K heights its vertices; legs, arms: [side][place]. trunk_at, leg_at: where they
    are, as in `wardrobe.body_girth`.
    """

    trunk: tuple[NDArray[np.int64], ...]
    legs: tuple[tuple[NDArray[np.int64], ...], ...]
    arms: tuple[tuple[NDArray[np.int64], ...], ...]
    trunk_at: tuple[float, ...]
    leg_at: tuple[float, ...]


@dataclass(frozen=True)
class Ray:
    """A walk from a middle point outwards: start, way (2,) px, half: half-width of the body, px."""

    start: Floats
    way: Floats
    half: float


def measure_girth(
    mask: PersonMask,
    vertices_px: Floats,
    joints_px: Floats,
    px_per_m: Floats,
    *,
    slices: Slices,
) -> Floats:
    """(G,) growths in the order of `wardrobe.body_girth.GIRTHS`, NaN where nothing could be seen.

    vertices_px: (V, 2) the posed body; joints_px: (14, 2) as from `lift`; px_per_m: (14,) size of a
    metre of the person at each joint.
    """
    trunk = _trunk(mask, vertices_px, joints_px, px_per_m, slices)
    legs = _legs(mask, vertices_px, joints_px, px_per_m, slices)
    arms = _arms(mask, vertices_px, joints_px, slices)
    return np.concatenate([trunk.ravel(), legs.ravel(), arms.ravel()])


def completed(girth: Floats, slices: Slices) -> Floats:
    """(G,) the same with each gap filled from its neighbours, its mirror image, or 0."""
    k, n = len(slices.trunk_at), len(slices.leg_at)
    trunk = _filled(girth[: 2 * k].reshape(2, k), np.array(slices.trunk_at))
    legs = _filled(girth[2 * k : 2 * (k + n)].reshape(2, n), np.array(slices.leg_at))
    arms = girth[2 * (k + n) :].reshape(2, 2)
    arms = np.where(np.isnan(arms), arms[::-1], arms)
    parts = [np.nan_to_num(part, nan=0.0) for part in (trunk, legs, arms)]
    for part in parts:
        part[:] = SIDE_SHARE * part + (1 - SIDE_SHARE) * part.mean(0)
    return np.concatenate([part.ravel() for part in parts])


def _trunk(
    mask: PersonMask, px: Floats, joints: Floats, px_per_m: Floats, slices: Slices
) -> Floats:
    top, low = joints[SHOULDERS].mean(0), joints[HIPS].mean(0)
    axis = _unit(low - top)
    # The wearer's left, whichever way they face.
    left = np.array([-axis[1], axis[0]])
    if left @ (joints[0] - joints[1] + joints[6] - joints[7]) < 0:
        left = -left
    rays: list[Ray] = []
    for side in (1.0, -1.0):
        for share, ids in zip(slices.trunk_at, slices.trunk, strict=True):
            start = top + share * (low - top)
            half = float(((px[ids] - start) @ (side * left)).max())
            rays.append(Ray(start, side * left, half))
    exits = _exits(mask, rays, TRUNK_REACH)
    clear = ARM_CLEAR_M * px_per_m[SHOULDERS].mean()
    growth = [
        _growth(ray, exit_px) if not _arm_within(ray, exit_px + clear, joints) else np.nan
        for ray, exit_px in zip(rays, exits, strict=True)
    ]
    return np.array(growth).reshape(2, -1)


def _legs(mask: PersonMask, px: Floats, joints: Floats, px_per_m: Floats, slices: Slices) -> Floats:
    rays: list[Ray] = []
    for side in (0, 1):
        hip, knee, ankle = joints[HIPS][side], joints[KNEES][side], joints[ANKLES][side]
        other = (joints[HIPS][1 - side], joints[KNEES][1 - side], joints[ANKLES][1 - side])
        for at, ids in zip(slices.leg_at, slices.legs[side], strict=True):
            start = hip + at * (knee - hip) if at <= 1 else knee + (at - 1) * (ankle - knee)
            across = (
                other[0] + at * (other[1] - other[0])
                if at <= 1
                else (other[1] + (at - 1) * (other[2] - other[1]))
            )
            bone = _unit(knee - hip if at <= 1 else ankle - knee)
            way = np.array([-bone[1], bone[0]])
            if way @ (across - start) > 0:
                way = -way
            rays.append(Ray(start, way, float(((px[ids] - start) @ way).max())))
    exits = _exits(mask, rays, LEG_REACH)
    clear = LEG_ARM_CLEAR_M * px_per_m[HIPS].mean()
    growth = [
        _growth(ray, exit_px) if not _arm_within(ray, exit_px + clear, joints) else np.nan
        for ray, exit_px in zip(rays, exits, strict=True)
    ]
    return np.array(growth).reshape(2, -1)


def _arms(mask: PersonMask, px: Floats, joints: Floats, slices: Slices) -> Floats:
    """The thinner of both sides: where an arm lies on the trunk, only one side ends."""
    rays: list[Ray] = []
    for side in (0, 1):
        for k, (upper, lower) in enumerate(((SHOULDERS, ELBOWS), (ELBOWS, WRISTS))):
            start, end = joints[upper][side], joints[lower][side]
            middle, bone = 0.5 * (start + end), _unit(end - start)
            ids = slices.arms[side][k]
            for way in (np.array([-bone[1], bone[0]]), np.array([bone[1], -bone[0]])):
                rays.append(Ray(middle, way, float(((px[ids] - middle) @ way).max())))
    exits = _exits(mask, rays, ARM_REACH)
    both = np.array(
        [_growth(ray, e, ARM_LIMITS) for ray, e in zip(rays, exits, strict=True)]
    ).reshape(2, 2, 2)
    return np.where(np.isnan(both).all(-1), np.nan, np.nanmin(np.nan_to_num(both, nan=9.0), -1))


def _exits(mask: PersonMask, rays: list[Ray], reach: float) -> Floats:
    """(n,) distance in px at which each ray leaves the mask; NaN where it starts outside or does not."""
    start, way = np.array([r.start for r in rays]), np.array([r.way for r in rays])
    length = np.array([max(r.half, 0.0) for r in rays]) * reach
    share = np.linspace(0, 1, STEPS)
    distance = length[:, None] * share
    points = start[:, None] + distance[..., None] * way[:, None]
    value = mask.at(points).astype(np.float64)
    out = value < INSIDE
    first = out.argmax(1)
    rows = np.arange(len(rays))
    before = np.maximum(first - 1, 0)
    a, b = value[rows, before], value[rows, first]
    fraction = np.where(a > b, (a - INSIDE) / np.maximum(a - b, 1e-6), 0.0)
    exits = distance[rows, before] + np.clip(fraction, 0, 1) * (
        distance[rows, first] - distance[rows, before]
    )
    bad = ~out.any(1) | (first == 0) | (length < 2.0)
    return np.where(bad, np.nan, exits)


def _growth(ray: Ray, exit_px: float, limits: tuple[float, float] = (LEAST, MOST)) -> float:
    if np.isnan(exit_px):
        return float("nan")
    return float(np.clip(exit_px / ray.half, *limits)) - 1.0


def _arm_within(ray: Ray, length: float, joints: Floats) -> bool:
    """Whether an arm's axis crosses a ray before that length."""
    if np.isnan(length):
        return False
    end = ray.start + ray.way * length
    for upper, lower in ((SHOULDERS, ELBOWS), (ELBOWS, WRISTS)):
        for side in (0, 1):
            if _cross(ray.start, end, joints[upper][side], joints[lower][side]):
                return True
    return False


def _cross(a: Floats, b: Floats, c: Floats, d: Floats) -> bool:
    """Whether two segments in the plane cross."""

    def turn(p: Floats, q: Floats, r: Floats) -> float:
        return float((q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0]))

    return turn(a, b, c) * turn(a, b, d) < 0 and turn(c, d, a) * turn(c, d, b) < 0


def _filled(rows: Floats, at: Floats) -> Floats:
    """Gaps interpolated along each row, from the other row where one is empty."""
    out = rows.copy()
    for number, row in enumerate(rows):
        known = ~np.isnan(row)
        if known.any():
            out[number] = np.interp(at, at[known], row[known])
    return np.where(np.isnan(out), out[::-1], out)


def _unit(vector: Floats) -> Floats:
    return np.asarray(vector / max(float(np.linalg.norm(vector)), 1e-9))
