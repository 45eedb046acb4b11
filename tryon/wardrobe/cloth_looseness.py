"""How loose each place of a garment is: 0 lies on the body, 1 hangs free."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from tryon.core.spaces import Floats
from tryon.wardrobe.body import Body

BELOW_CROTCH_M = 0.06
"""Cloth that passes between or around both legs this far below the crotch hangs like a skirt."""
LIMBS = (("thigh", "calf", "foot"), ("upperarm", "lowerarm", "hand"))
LIMB_STEPS = 12
CLEAR_FROM_M, CLEAR_TO_M = 0.030, 0.055
"""Sleeves and trouser legs that stand off the limb by less than the one follow it, by more than the
other hang free."""


def looseness(body: Body, points: Floats, faces: NDArray[np.int64], dense: Floats) -> Floats:
    """(N,) shares.

    points: (N, 3) welded places of a garment at rest on the neutral figure; faces: (F, 3); dense:
    (N, J) shares of the joints that move them.
    """
    arms = dense[:, _bones(body, LIMBS[1])].sum(1)
    out = np.zeros(len(points))
    skirted = hangs_like_a_skirt(body, points, faces)
    if skirted:
        waist = float(body.figure.vertices[body.landmarks["waist_back"], 1])
        seat = float(body.figure.vertices[body.landmarks["buttock_l"], 1])
        out = _smooth((waist - 0.02 - points[:, 1]) / (waist - 0.02 - seat)) * _smooth(1 - 2 * arms)
    for limb in LIMBS[1:] if skirted else LIMBS:
        for side in "lr":
            out = np.maximum(out, _limb_looseness(body, points, dense, limb, side))
    return np.asarray(out)


def hangs_like_a_skirt(body: Body, points: Floats, faces: NDArray[np.int64]) -> bool:
    """Whether a garment has cloth across the middle below the crotch."""
    crotch = float(body.figure.vertices[body.landmarks["crotch"], 1])
    corner = points[faces]
    low = corner[:, :, 1].max(1) < crotch - BELOW_CROTCH_M
    across = (corner[:, :, 0].min(1) < 0) & (corner[:, :, 0].max(1) > 0)
    return bool((low & across).any())


def _limb_looseness(
    body: Body, points: Floats, dense: Floats, limb: tuple[str, ...], side: str
) -> Floats:
    """By how far the cloth stands off the limb, all around it, at each place along it."""
    out = np.zeros(len(points))
    own = _bones(body, tuple(f"{bone}_{side}" for bone in limb))
    chosen = dense[:, own].sum(1) > 0.5
    if chosen.sum() < LIMB_STEPS:
        return out
    skin = np.isin(body.bones[:, 0], own)
    start, _, end = (body.figure.heads[body.bone(f"{bone}_{side}")] for bone in limb)
    along = (points[chosen] - start) @ (end - start) / ((end - start) @ (end - start))
    away = cKDTree(body.figure.vertices[skin]).query(points[chosen])[0]
    step = np.clip((along * LIMB_STEPS).astype(int), 0, LIMB_STEPS)
    times = np.bincount(step, minlength=LIMB_STEPS + 1)
    mean = np.bincount(step, away, minlength=LIMB_STEPS + 1) / np.maximum(times, 1)
    filled = np.flatnonzero(times)
    # Never tighter towards the hem, so that nothing is held below what hangs free; the upper third of a
    # limb is where the garment is set in.
    clear = np.maximum.accumulate(np.interp(np.arange(LIMB_STEPS + 1), filled, mean[filled]))
    clear[: LIMB_STEPS // 3] = 0.0
    reach = np.interp(along * LIMB_STEPS, np.arange(LIMB_STEPS + 1) + 0.5, clear)
    out[chosen] = _smooth((reach - CLEAR_FROM_M) / (CLEAR_TO_M - CLEAR_FROM_M))
    return out


def _bones(body: Body, bases: tuple[str, ...]) -> list[int]:
    return [
        number
        for number, name in enumerate(body.names)
        if name in bases or name.split("_")[0] in bases
    ]


def _smooth(share: Floats) -> Floats:
    t = np.clip(share, 0, 1)
    return np.asarray(t * t * (3 - 2 * t))
