"""Tells faces from what only looks like one to a network, and states a confidence.

The landmark task gives no score per face. What can be checked is geometry: real faces lie within
4.5 % of their width of a similarity of the canonical face (60 street photos: median 2.6 %).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tryon.core.canonical import MESH_LANDMARKS, CanonicalFace
from tryon.core.spaces import Floats, flip_opencv
from tryon.core.transforms import align

GOOD_RESIDUAL, WORST_RESIDUAL = 0.035, 0.085
"""Misfit as a share of the face's width at which confidence begins to fall, and where it is 0."""
SURE_WIDTH_PX, LEAST_WIDTH_PX = 60.0, 14.0
LEAST_INSIDE = 0.35
LEAST_CONFIDENCE = 0.2


@dataclass(frozen=True)
class Plausibility:
    """residual: misfit / face width; width_px: of the face seen from the front; inside: share of the
    landmarks that lie in the picture; confidence: 0 to 1."""

    residual: float
    width_px: float
    inside: float

    @property
    def confidence(self) -> float:
        fit = np.clip((WORST_RESIDUAL - self.residual) / (WORST_RESIDUAL - GOOD_RESIDUAL), 0.0, 1.0)
        size = np.clip(
            (self.width_px - LEAST_WIDTH_PX / 2) / (SURE_WIDTH_PX - LEAST_WIDTH_PX / 2), 0.0, 1.0
        )
        return float(fit * np.sqrt(size) * self.inside)

    @property
    def is_face(self) -> bool:
        return (
            self.confidence >= LEAST_CONFIDENCE
            and self.width_px >= LEAST_WIDTH_PX
            and self.inside >= LEAST_INSIDE
        )


def judge(px: Floats, canonical: CanonicalFace, size_wh: tuple[int, int]) -> Plausibility:
    """Compare (478, 3) landmarks in pixels with the canonical face, mirror images excluded."""
    seen = flip_opencv(px[:MESH_LANDMARKS])
    model = canonical.points[:MESH_LANDMARKS]
    seen_from_model = align(model, seen, np.ones(MESH_LANDMARKS), scaled=True)
    linear = seen_from_model[:3, :3]
    misfit = seen - (model @ linear.T + seen_from_model[:3, 3])
    width = float(np.cbrt(max(np.linalg.det(linear), 1e-12)) * np.ptp(model[:, 0]))
    residual = float(np.sqrt((misfit[:, :2] ** 2).sum(1).mean())) / width
    inside = (px[:, 0] >= 0) & (px[:, 0] < size_wh[0]) & (px[:, 1] >= 0) & (px[:, 1] < size_wh[1])
    return Plausibility(residual, width, float(inside.mean()))
