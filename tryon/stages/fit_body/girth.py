"""How wide trunk and limbs are, measured from the person's mask.

The posed body without any girth says how wide it would be at each place; the mask, walked outwards
from the body's middle line, says how wide it is. A place is left out where the mask goes on too far
(a bag, a skirt, another person) or where an arm lies across; its neighbours stand in for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tryon.core.landmarks import PersonMask
from tryon.core.spaces import Floats
from tryon.stages.fit_body.lift import ANKLES, ELBOWS, HIPS, KNEES, SHOULDERS, TOES, WRISTS
from tryon.stages.fit_body.vectors import unit
from tryon.wardrobe.body_girth import ARMS, FEET, LEGS, TRUNK

INSIDE = 0.5
STEPS = 72
TRUNK_REACH, LEG_REACH, ARM_REACH = 2.5, 3.0, 3.0
"""The mask is walked this far outwards, in half-widths of the posed body."""
LEAST, MOST = 0.7, 1.6
ARM_LIMITS = (0.8, 1.9)
FOOT_REACH = 2.5
FOOT_LIMITS = (1.0, 1.6)
"""Shoes only add to feet."""
FOOT_AT = (0.5, 0.85)
"""Where a foot's width is looked at, 0 at the ankle and 1 at the end of the toes."""
SHORTEST_FOOT = 0.25
"""A foot that points at the camera, shorter than this share of its length, tells nothing."""
FOOT_LENGTH_M = 0.19
"""From the ankle's joint to the end of the toes."""
SIDE_SHARE = 0.75
"""Left and right are this much their own, the rest their mean."""
ARM_CLEAR_M, LEG_ARM_CLEAR_M = 0.05, 0.06
"""An outline nearer than this beyond an arm's axis is the arm's."""
ARM_RADIUS_M = 0.045
MASK_MARGIN_M = 0.006
"""Masks are this much wider than people, which tells on arms and feet."""
WEAK = 0.03
"""Weight of what is inferred against what is measured."""
NEIGHBOUR_WEIGHT = 0.1
GAP_FROM = 1.15
"""The legs stand apart when their axes are farther from each other than this times both half-widths."""
MOST_UNDER_SKIRT = 0.12
BAND = 0.05
"""Half the height of the slice that a half-width is read from, in trunk or bone lengths."""


@dataclass(frozen=True, eq=False)
class Slices:
    """Which vertices of the body's mesh speak for each place, (n,) numbers each.

    trunk: for each of K heights its vertices; legs, arms, feet: [side][place], of a foot at `FOOT_AT` and
    then all of it. trunk_at, leg_at: where they are, as in `wardrobe.body_girth`.
    """

    trunk: tuple[NDArray[np.int64], ...]
    legs: tuple[tuple[NDArray[np.int64], ...], ...]
    arms: tuple[tuple[NDArray[np.int64], ...], ...]
    feet: tuple[tuple[NDArray[np.int64], ...], ...]
    trunk_at: tuple[float, ...]
    leg_at: tuple[float, ...]


@dataclass(frozen=True)
class Ray:
    """A walk from a middle point outwards: start, way (2,) px, half: half-width of the body, px."""

    start: Floats
    way: Floats
    half: float


@dataclass(frozen=True)
class GirthReading:
    """growth: (G,) in the order of `wardrobe.body_girth.GIRTHS`; weight: (G,) 1 measured, WEAK
    inferred, 0 not seen (growth 0)."""

    growth: Floats
    weight: Floats


def measure_girth(
    mask: PersonMask,
    vertices_px: Floats,
    joints_px: Floats,
    px_per_m: Floats,
    *,
    slices: Slices,
    clothes_m: Floats,
) -> GirthReading:
    """What one mask tells of a posed body.

    vertices_px: (V, 2) the body without any girth; joints_px: (14, 2) as from `lift`; px_per_m: (14,)
    size of a metre of the person at each joint; clothes_m: (G,) how far within the mask the skin is
    taken to be, metres of the person.
    """
    look = _Seen(mask, vertices_px, joints_px, px_per_m, slices)
    parts = [
        measure(look, clothes_m[part] * float(px_per_m[near].mean()))
        for measure, part, near in (
            (_trunk, TRUNK, SHOULDERS),
            (_legs, LEGS, HIPS),
            (_arms, ARMS, SHOULDERS),
            (_feet, FEET, ANKLES),
        )
    ]
    return GirthReading(*(np.concatenate([part[k].ravel() for part in parts]) for k in (0, 1)))


def completed(reading: GirthReading, slices: Slices) -> Floats:
    """(G,) the growths with each gap filled from its neighbours, its mirror image, or 0."""
    growth, weight = reading.growth, reading.weight
    rows = [
        _filled(growth[part].reshape(2, -1), weight[part].reshape(2, -1), np.array(at))
        for part, at in ((TRUNK, slices.trunk_at), (LEGS, slices.leg_at))
    ]
    for part in (ARMS, FEET):
        pair, known = growth[part].reshape(2, 2), weight[part].reshape(2, 2) > 0
        rows.append(np.where(known, pair, pair[::-1]))
    return np.concatenate([(SIDE_SHARE * r + (1 - SIDE_SHARE) * r.mean(0)).ravel() for r in rows])


Part = tuple[Floats, Floats]


class _Seen(NamedTuple):
    """What all parts are measured from; as in `measure_girth`."""

    mask: PersonMask
    px: Floats
    joints: Floats
    px_per_m: Floats
    slices: Slices


def _trunk(look: _Seen, clothes_px: Floats) -> Part:
    """(2, K) growths and weights. Where an arm hangs before the outline is reached, the trunk is taken
    to touch it, at the least."""
    mask, px, joints, px_per_m, slices = look
    top, low = joints[SHOULDERS].mean(0), joints[HIPS].mean(0)
    axis = unit(low - top)
    # The wearer's left, whichever way they face.
    left = np.array([-axis[1], axis[0]])
    if left @ (joints[0] - joints[1] + joints[6] - joints[7]) < 0:
        left = -left
    rays: list[Ray] = []
    for side in (1.0, -1.0):
        for share, ids in zip(slices.trunk_at, slices.trunk, strict=True):
            start = top + share * (low - top)
            reach = float(((px[ids] - start) @ (side * left)).max())
            rays.append(Ray(start, side * left, reach))
    exits = _exits(mask, rays, TRUNK_REACH)
    half = np.array([ray.half for ray in rays])
    metre = float(px_per_m[SHOULDERS].mean())
    arm = _arm_distances(rays, joints)
    measured = ~np.isnan(exits) & (arm > np.nan_to_num(exits) + ARM_CLEAR_M * metre)
    touching = np.isfinite(arm) & ~measured
    touched = np.where(np.isfinite(arm), arm, 0.0) - ARM_RADIUS_M * metre
    growth = np.where(
        measured,
        np.clip((np.nan_to_num(exits) - clothes_px) / half, LEAST, MOST),
        np.where(touching, np.clip(touched / half, 1.0, MOST), 1.0),
    )
    weight = np.where(measured, 1.0, np.where(touching, WEAK, 0.0))
    return (growth - 1).reshape(2, -1), weight.reshape(2, -1)


def _legs(look: _Seen, clothes_px: Floats) -> Part:
    """(2, K) growths and weights, outer sides only. Cloth that fills the gap between the legs is a skirt
    or a coat, which tells little of the legs."""
    mask, px, joints, px_per_m, slices = look
    at = np.array(slices.leg_at)
    lines = np.stack([_along_leg(joints, side, at) for side in (0, 1)])
    rays: list[Ray] = []
    for side in (0, 1):
        hip, knee, ankle = joints[HIPS][side], joints[KNEES][side], joints[ANKLES][side]
        for k, ids in enumerate(slices.legs[side]):
            bone = unit(knee - hip if at[k] <= 1 else ankle - knee)
            way = np.array([-bone[1], bone[0]])
            if way @ (lines[1 - side, k] - lines[side, k]) > 0:
                way = -way
            start = lines[side, k]
            rays.append(Ray(start, way, float(((px[ids] - start) @ way).max())))
    exits = _exits(mask, rays, LEG_REACH)
    half = np.array([ray.half for ray in rays])
    arm = _arm_distances(rays, joints)
    clear = LEG_ARM_CLEAR_M * float(px_per_m[HIPS].mean())
    measured = ~np.isnan(exits) & (arm > np.nan_to_num(exits) + clear)
    growth = (
        np.where(measured, np.clip((np.nan_to_num(exits) - clothes_px) / half, LEAST, MOST), 1.0)
        - 1
    )
    apart = np.linalg.norm(lines[0] - lines[1], axis=1)
    gap = apart > GAP_FROM * half.reshape(2, -1).sum(0)
    skirt = gap & (mask.at(lines.mean(0)) > INSIDE)
    # What hangs at the knee hangs from above.
    skirt = np.maximum.accumulate(skirt[::-1])[::-1]
    weight = np.where(measured.reshape(2, -1), np.where(skirt, WEAK, 1.0), 0.0)
    growth = growth.reshape(2, -1)
    return np.where(skirt, np.minimum(growth, MOST_UNDER_SKIRT), growth), weight


def _along_leg(joints: Floats, side: int, at: Floats) -> Floats:
    """(K, 2) points of a leg's axis: hip 0, knee 1, ankle 2."""
    stops = np.stack([joints[HIPS][side], joints[KNEES][side], joints[ANKLES][side]])
    return np.stack([np.interp(at, (0, 1, 2), stops[:, k]) for k in (0, 1)], axis=1)


def _arms(look: _Seen, clothes_px: Floats) -> Part:
    """(2, 2) growths and weights: the thinner side, as where an arm lies on the trunk only one ends."""
    mask, px, joints, px_per_m, slices = look
    rays: list[Ray] = []
    for side in (0, 1):
        for k, (upper, lower) in enumerate(((SHOULDERS, ELBOWS), (ELBOWS, WRISTS))):
            start, end = joints[upper][side], joints[lower][side]
            middle, bone = 0.5 * (start + end), unit(end - start)
            ids = slices.arms[side][k]
            for way in (np.array([-bone[1], bone[0]]), np.array([bone[1], -bone[0]])):
                rays.append(Ray(middle, way, float(((px[ids] - middle) @ way).max())))
    exits = _exits(mask, rays, ARM_REACH) - MASK_MARGIN_M * float(px_per_m[SHOULDERS].mean())
    exits -= np.repeat(clothes_px, 2)
    half = np.array([max(ray.half, 1e-6) for ray in rays])
    factor = np.where(np.isnan(exits), np.inf, exits / half).reshape(2, 2, 2).min(-1)
    seen = np.isfinite(factor)
    growth = np.clip(np.where(seen, factor, 1.0), *ARM_LIMITS) - 1
    return growth, seen.astype(np.float64)


def _feet(look: _Seen, clothes_px: Floats) -> Part:
    """(2, 2) growths and weights, to the outer side and beyond the toes."""
    mask, px, joints, px_per_m, slices = look
    rays: list[Ray] = []
    plain = []
    for side in (0, 1):
        ankle, toe = joints[ANKLES][side], joints[TOES][side]
        metre = max(float(px_per_m[ANKLES][side]), 1e-6)
        plain.append(np.linalg.norm(toe - ankle) > SHORTEST_FOOT * FOOT_LENGTH_M * metre)
        bone = unit(toe - ankle)
        way = np.array([-bone[1], bone[0]])
        if way @ (joints[ANKLES][1 - side] - ankle) > 0:
            way = -way
        *places, whole = slices.feet[side]
        for at, ids in zip(FOOT_AT, places, strict=True):
            start = ankle + at * (toe - ankle)
            rays.append(Ray(start, way, float(((px[ids] - start) @ way).max())))
        rays.append(Ray(ankle, bone, float(((px[whole] - ankle) @ bone).max())))
    exits = _exits(mask, rays, FOOT_REACH).reshape(2, 3)
    half = np.array([max(ray.half, 1e-6) for ray in rays]).reshape(2, 3)
    margin = MASK_MARGIN_M * px_per_m[ANKLES][:, None]
    less = clothes_px.reshape(2, 2)[:, [0, 0, 1]] + margin
    factor = np.clip((exits - less) / half, *FOOT_LIMITS)
    seen = ~np.isnan(factor) & np.array(plain)[:, None]
    factor = np.where(seen, np.nan_to_num(factor), 1.0)
    widths = np.maximum(seen[:, :2].sum(1), 1)
    across = 1 + ((factor[:, :2] - 1) * seen[:, :2]).sum(1) / widths
    growth = np.stack([across, factor[:, 2]], axis=1) - 1
    weight = np.stack([seen[:, :2].any(1), seen[:, 2]], axis=1)
    return growth, weight.astype(np.float64)


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


def _arm_distances(rays: list[Ray], joints: Floats) -> Floats:
    """(n,) how far out each ray meets an arm's axis; infinite where it meets none."""
    start, way = np.array([r.start for r in rays]), np.array([r.way for r in rays])
    begins = np.concatenate([joints[SHOULDERS], joints[ELBOWS]])
    ends = np.concatenate([joints[ELBOWS], joints[WRISTS]])
    bone, offset = (ends - begins)[None], begins[None] - start[:, None]
    across = way[:, None]
    det = across[..., 0] * bone[..., 1] - across[..., 1] * bone[..., 0]
    det = np.where(np.abs(det) < 1e-9, 1e-9, det)
    distance = (offset[..., 0] * bone[..., 1] - offset[..., 1] * bone[..., 0]) / det
    share = (offset[..., 0] * across[..., 1] - offset[..., 1] * across[..., 0]) / det
    meets = (distance > 0) & (share >= 0) & (share <= 1)
    return np.asarray(np.where(meets, distance, np.inf).min(1))


def _filled(growth: Floats, weight: Floats, at: Floats) -> Floats:
    """(2, K) weak rows drawn towards what the sure ones of their side say, then of the other side."""
    out = growth.copy()
    most = max(float(weight.max()), 1.0)
    sure = weight >= 0.5 * most
    for number in (0, 1):
        known = sure[number]
        if not known.any():
            continue
        between = np.interp(at, at[known], growth[number, known])
        share = weight[number] / (weight[number] + NEIGHBOUR_WEIGHT * most)
        out[number] = share * growth[number] + (1 - share) * between
    empty = weight.max(1) == 0
    return np.where(empty[:, None], out[::-1], out)
