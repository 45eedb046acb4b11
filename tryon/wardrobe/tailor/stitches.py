"""Topstitching: fine lines of thread on the cloth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tryon.core.spaces import Floats
from tryon.wardrobe.atelier.curves import lengths_along, resample
from tryon.wardrobe.tailor.trims import Draped, Sheet, creased, inward_of, panel_number, strip

STEP_M = 0.015


@dataclass(frozen=True, eq=False)
class Stitch:
    """A line of thread along (N, 2) points of a panel; width and height above the cloth in metres."""

    part: str
    panel: str
    line: Floats
    width_m: float = 0.0020
    lift_m: float = 0.0017

    def sheets(self, draped: Draped, *, spacing_m: float) -> list[Sheet]:
        """One narrow ribbon."""
        length = float(lengths_along(self.line)[-1])
        step = max(STEP_M, 0.7 * spacing_m)
        line = resample(self.line, max(3, round(length / step)))
        aside = 0.5 * self.width_m * inward_of(line)
        flat = np.concatenate([line - aside, line + aside])
        places, dense = draped.on(panel_number(draped.cloth, self.panel), flat, self.lift_m)
        return [creased(places, strip(2, len(line)), flat * 100, dense)]
