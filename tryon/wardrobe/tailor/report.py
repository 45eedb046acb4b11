"""What a baked garment measures, against its recipe and its form, and how it is stretched."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tryon.core.mesh import Material, Mesh
from tryon.wardrobe.asset import Asset
from tryon.wardrobe.tailor.bodice import Front
from tryon.wardrobe.tailor.form import Form
from tryon.wardrobe.tailor.inspection import Findings, inspected
from tryon.wardrobe.tailor.make import BakedPart
from tryon.wardrobe.tailor.wardrobe import CUTS, baked_garment, recipe_of

SHORTEST_EDGE_M = 0.004
"""Shorter edges are rounded too much to tell."""
MAPPED_STRETCH = 0.10
"""Cloth that is longer by this share is red in a stretch map, shorter blue, at its own length white."""
_BLUE, _WHITE, _RED = (0.05, 0.16, 0.75), (0.85, 0.85, 0.85), (0.80, 0.06, 0.04)


@dataclass(frozen=True)
class Report:
    """findings: see there; nearest_skin_m: least distance of the cloth from the skin at rest, negative
    inside; stretch: by how much longer than in the pattern the cloth is, as a share: its median, and what
    95 % of its edges stay below; triangles: of each level."""

    findings: Findings
    nearest_skin_m: float
    stretch: tuple[float, float]
    triangles: tuple[int, ...]


def report_of(
    cut: str, form: Form, *, size: str | None = None, front: Front | None = None
) -> Report:
    """Measure a garment on the form of its size. Raises KeyError for an unknown cut, InputError for an
    unknown size, ValueError for a front that does not open."""
    garment = baked_garment(cut, size=size, front=front)
    draft = CUTS[cut].draft(form, recipe_of(cut, front))
    cloth = [part for part in garment.levels[0] if not part.trim]
    points = np.concatenate([part.vertices for part in cloth]).astype(np.float64)
    shares = np.concatenate([_stretch(part)[1] for part in cloth])
    middle, most = np.percentile(shares, [50, 95])
    return Report(
        inspected(garment, draft, form),
        float(form.field.at(points).min()),
        (float(middle), float(most)),
        tuple(sum(len(part.faces) for part in level) for level in garment.levels),
    )


def stretch_map(cut: str, *, size: str | None = None, front: Front | None = None) -> Asset:
    """A garment in the colours of its stretch: blue is pushed together, white at rest, red pulled.

    Raises as `report_of`.
    """
    cloth = [p for p in baked_garment(cut, size=size, front=front).levels[0] if not p.trim]
    return Asset(cut, "stretch", tuple(_mapped(cloth)))


def _mapped(cloth: Sequence[BakedPart]) -> list[Mesh]:
    meshes = []
    for part in cloth:
        edges, share = _stretch(part)
        count = len(part.vertices)
        ends, values = edges.ravel(), np.repeat(share, 2)
        times = np.maximum(np.bincount(ends, minlength=count), 1)
        mean = np.bincount(ends, values, minlength=count) / times
        at = np.clip(mean / MAPPED_STRETCH, -1, 1)
        color = np.ones((count, 4), np.float32)
        for k in range(3):
            color[:, k] = np.interp(at, [-1, 0, 1], [_BLUE[k], _WHITE[k], _RED[k]])
        material = Material("stretch", (1.0, 1.0, 1.0, 1.0), roughness=0.9, double_sided=True)
        mesh = Mesh(part.name, part.vertices, part.faces, part.normals, material=material)
        meshes.append(replace(mesh, color=color, occlusion=part.occlusion))
    return meshes


def _stretch(part: BakedPart) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
    """(E, 2) edges, and (E,) by how much longer they are in space than in the pattern."""
    edges = part.faces[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2)
    flat = np.linalg.norm(np.diff(part.uv_cm[edges], axis=1)[:, 0], axis=1) / 100
    long = np.linalg.norm(np.diff(part.vertices[edges], axis=1)[:, 0], axis=1)
    kept = flat > SHORTEST_EDGE_M
    return edges[kept], np.asarray(long[kept] / flat[kept] - 1, np.float64)
