"""What a baked garment measures, against its recipe and its form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from tryon.wardrobe.tailor.form import Form
from tryon.wardrobe.tailor.make import Draft
from tryon.wardrobe.tailor.wardrobe import CUTS, baked_garment


@dataclass(frozen=True)
class Report:
    """measures: name → metres found and, where the recipe names them, wanted; nearest_skin_m: least
    distance of the cloth from the skin at rest, negative inside; triangles: of each level."""

    measures: Mapping[str, tuple[float, float | None]]
    nearest_skin_m: float
    triangles: tuple[int, ...]


def report_of(cut: str, form: Form) -> Report:
    """Measure the garment of the neutral figure. Raises KeyError for an unknown cut."""
    garment = baked_garment(cut)
    draft = CUTS[cut].draft(form, CUTS[cut].recipe)
    wanted = {}
    if isinstance(draft, Draft):
        wanted = {measure.name: float(measure.wanted_m) for measure in draft.measures}
    cloth = np.concatenate([p.vertices for p in garment.levels[0] if not p.trim])
    return Report(
        {name: (found, wanted.get(name)) for name, found in garment.finished.items()},
        float(form.field.at(cloth.astype(np.float64)).min()),
        tuple(sum(len(part.faces) for part in level) for level in garment.levels),
    )
