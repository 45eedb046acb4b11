"""Skirts of all kinds hang from the waist around both legs, not on either."""

from __future__ import annotations

import numpy as np

from tryon.core.body_fit import BODY_JOINTS
from tryon.core.spaces import Floats
from tryon.wardrobe.alterations.repose import NUMBER
from tryon.wardrobe.item import Category
from tryon.wardrobe.tailor.form import Form

SKIRTS: tuple[Category, ...] = ("skirt", "dress", "gown", "coat")
MIDDLE_HIPS = 1.5
"""Left and right thigh pass into each other over so many times the hip joint's distance from the
middle: over more, thighs come through narrow skirts; over less, the hem breaks in the middle."""
_LEGS = [n for n, name in enumerate(BODY_JOINTS) if name.split("_")[0] in ("thigh", "calf")]


def hung(points: Floats, dense: Floats, form: Form) -> Floats:
    """(V, 53) weights of a skirt: what moved with one leg moves with both thighs, by its side.

    points: (V, 3) on the form; dense: (V, 53) weights as they were. Without this the cloth would tear
    between the legs, where the nearest skin changes from one to the other.
    """
    on_legs = dense[:, _LEGS].sum(1)
    hip = float(form.joint("thigh_l")[0])
    side = np.clip(points[:, 0] / (MIDDLE_HIPS * hip) + 0.5, 0, 1)
    left = side * side * (3 - 2 * side)
    out = dense.copy()
    out[:, _LEGS] = 0.0
    out[:, NUMBER["thigh_l"]] = on_legs * left
    out[:, NUMBER["thigh_r"]] = on_legs * (1 - left)
    return out
