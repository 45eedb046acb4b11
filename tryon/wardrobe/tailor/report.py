"""What a baked garment measures, against its recipe and its form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tryon.wardrobe.tailor.form import Form
from tryon.wardrobe.tailor.make import BakedPart, Draft
from tryon.wardrobe.tailor.wardrobe import CUTS, baked_garment

SHORTEST_EDGE_M = 0.004
"""Shorter edges are rounded too much to tell."""


@dataclass(frozen=True)
class Report:
    """measures: name → metres found and, where the recipe names them, wanted; nearest_skin_m: least
    distance of the cloth from the skin at rest, negative inside; stretch: by how much longer than in
    the pattern the cloth is, as a share: its median, and what 95 % of its edges stay below; triangles:
    of each level."""

    measures: Mapping[str, tuple[float, float | None]]
    nearest_skin_m: float
    stretch: tuple[float, float]
    triangles: tuple[int, ...]


def report_of(cut: str, form: Form, *, size: str | None = None) -> Report:
    """Measure a garment on the form of its size. Raises KeyError for an unknown cut, InputError for an
    unknown size."""
    garment = baked_garment(cut, size=size)
    draft = CUTS[cut].draft(form, CUTS[cut].recipe)
    wanted = {}
    if isinstance(draft, Draft):
        wanted = {measure.name: float(measure.wanted_m) for measure in draft.measures}
    cloth = np.concatenate([p.vertices for p in garment.levels[0] if not p.trim])
    return Report(
        {name: (found, wanted.get(name)) for name, found in garment.finished.items()},
        float(form.field.at(cloth.astype(np.float64)).min()),
        _stretch([part for part in garment.levels[0] if not part.trim]),
        tuple(sum(len(part.faces) for part in level) for level in garment.levels),
    )


def _stretch(parts: Sequence[BakedPart]) -> tuple[float, float]:
    """Median and 95th percentile of how much longer edges are in space than in the pattern."""
    shares = []
    for part in parts:
        edges = part.faces[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2)
        flat = np.linalg.norm(np.diff(part.uv_cm[edges], axis=1)[:, 0], axis=1) / 100
        long = np.linalg.norm(np.diff(part.vertices[edges], axis=1)[:, 0], axis=1)
        shares.append(long[flat > SHORTEST_EDGE_M] / flat[flat > SHORTEST_EDGE_M] - 1)
    middle, most = np.percentile(np.concatenate(shares), [50, 95])
    return float(middle), float(most)
