"""Skirts of all kinds hang from the waist around both legs, not on either."""

from __future__ import annotations

import numpy as np
from scipy.spatial import cKDTree

from tryon.core.body_fit import BODY_JOINTS
from tryon.core.spaces import Floats
from tryon.wardrobe.alterations.repose import NUMBER
from tryon.wardrobe.item import Category
from tryon.wardrobe.tailor.form import Form

MIDDLE_HIPS: dict[Category, float] = {"skirt": 1.5, "dress": 1.5, "gown": 2.4, "coat": 3.0}
"""Left and right thigh pass into each other over so many times the hip joint's distance from the
middle: over more, thighs come through narrow skirts; over less, fronts and hems break in the middle."""
SKIRTS: tuple[Category, ...] = tuple(MIDDLE_HIPS)
NEAR, REACH_M = 32, 0.03
"""So many neighbours are averaged, with a weight that falls off over this distance."""
MOST_ON_ARMS = 0.1
_ARMS = [
    n
    for n, name in enumerate(BODY_JOINTS)
    if name.split("_")[0]
    in ("upperarm", "lowerarm", "hand", "thumb", "index", "middle", "ring", "pinky")
]
_LEGS = [n for n, name in enumerate(BODY_JOINTS) if name.split("_")[0] in ("thigh", "calf")]


def hung(points: Floats, dense: Floats, form: Form, *, category: Category) -> Floats:
    """(V, 53) weights of a skirt: what moved with one leg moves with both thighs, by its side.

    points: (V, 3) on the form; dense: (V, 53) weights as they were. Without this the cloth would tear
    between the legs, where the nearest skin changes from one to the other.
    """
    on_legs = dense[:, _LEGS].sum(1)
    hip = float(form.joint("thigh_l")[0])
    side = np.clip(points[:, 0] / (MIDDLE_HIPS[category] * hip) + 0.5, 0, 1)
    left = side * side * (3 - 2 * side)
    out = dense.copy()
    out[:, _LEGS] = 0.0
    out[:, NUMBER["thigh_l"]] = on_legs * left
    out[:, NUMBER["thigh_r"]] = on_legs * (1 - left)
    return _alike(points, out, form)


def _alike(points: Floats, dense: Floats, form: Form) -> Floats:
    """The weights below the waist averaged over what lies near, joined to it or not.

    Fronts that overlap, pockets and linings then move as one and do not come through each other.
    """
    arms = dense[:, _ARMS].sum(1)
    low = np.flatnonzero((points[:, 1] < form.waist_y) & (arms < MOST_ON_ARMS))
    if len(low) <= NEAR:
        return dense
    far, near = cKDTree(points[low]).query(points[low], k=NEAR)
    share = np.exp(-((far / REACH_M) ** 2))
    share /= share.sum(1, keepdims=True)
    mean = np.einsum("nk,nkj->nj", share, dense[low[near]])
    down = np.clip((form.waist_y - points[low, 1]) / (form.waist_y - form.hip_y), 0, 1)
    out = dense.copy()
    out[low] += down[:, None] * (mean - dense[low])
    return out
