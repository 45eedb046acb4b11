"""An item from four sides in one picture."""

from __future__ import annotations

import numpy as np

from tryon.core.frame import Picture
from tryon.engine.showcase import View, picture_of, studio_backdrop
from tryon.stages.render import Renderer
from tryon.wardrobe.asset import Asset

SIDE_WH = (540, 820)
TURNS_DEG, TIP_DEG = (0.0, -40.0, -90.0, -180.0), 4.0


def turntable_of(asset: Asset) -> Picture:
    """(H, W, 3) the front, between front and side, the side and the back."""
    with Renderer() as renderer:
        sides = [
            picture_of(
                asset,
                renderer,
                SIDE_WH,
                view=View(float(np.radians(turn)), float(np.radians(TIP_DEG))),
                background=studio_backdrop(SIDE_WH),
            )
            for turn in TURNS_DEG
        ]
    return np.concatenate(sides, axis=1)
