"""Skirts of all kinds hang from the waist around both legs, not on either."""

from __future__ import annotations

import numpy as np

from tryon.core.body_fit import BODY_JOINTS
from tryon.core.spaces import Floats
from tryon.wardrobe.item import Category
from tryon.wardrobe.tailor.form import Form
from tryon.wardrobe.tailor.weights import skirt_weights

SKIRTS: tuple[Category, ...] = ("skirt", "dress", "gown", "coat")
_ARMS = [
    number
    for number, name in enumerate(BODY_JOINTS)
    if name.split("_")[0]
    in ("upperarm", "lowerarm", "hand", "thumb", "index", "middle", "ring", "pinky")
]


def hung(points: Floats, dense: Floats, form: Form) -> Floats:
    """(V, 53) weights that pass, from the waist to the hip, into those of a skirt; sleeves keep theirs.

    points: (V, 3) on the form; dense: (V, 53) weights as they were.
    """
    down = np.clip((form.waist_y - points[:, 1]) / (form.waist_y - form.hip_y), 0, 1)
    sleeve = np.clip(2 * dense[:, _ARMS].sum(1), 0, 1)
    share = (down * down * (3 - 2 * down) * (1 - sleeve))[:, None]
    return np.asarray(dense + share * (skirt_weights(points, form) - dense))
