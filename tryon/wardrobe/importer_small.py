"""A stranger's earring, necklace, tiara or mask: its size and its point of contact."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tryon.core.mesh import Mesh
from tryon.core.spaces import Floats
from tryon.core.transforms import rigid, scaling
from tryon.wardrobe.importer_axes import scale_to_metres, surface_samples
from tryon.wardrobe.importer_cut import joined, moved, pieces
from tryon.wardrobe.importer_report import ImportReport
from tryon.wardrobe.item import Category

NECK_HALF_WIDTH_M = 0.0615
"""Half the width of the neck that necklaces are made for, and the air around it."""
NECKLACE_AIR_M = 0.006


@dataclass(frozen=True, eq=False)
class ShapedSmall:
    """parts in `asset` space; sizes by name in mm."""

    parts: tuple[Mesh, ...]
    sizes: dict[str, float]


def shape_small(
    meshes: Sequence[Mesh], category: Category, report: ImportReport, *, width_mm: float | None
) -> ShapedSmall:
    """What is worn at one point, with y up and z forward in any unit, in metres and onto that point.

    width_mm: of the whole piece across (of one earring, when there are two).
    """
    chosen = _one_earring(meshes, report) if category == "earrings" else list(meshes)
    # Corners for the true size; samples, since a large flat side has no vertex in its middle.
    corners = np.concatenate([m.vertices for m in chosen]).astype(np.float64)
    points = np.concatenate([corners, surface_samples(chosen)])
    size = np.ptp(points, axis=0)
    measured, plausible, usual, name = _measures(category, size)
    if width_mm is not None:
        measured = float(size[0])
    scale = scale_to_metres(
        measured, plausible, usual, wanted_mm=width_mm, name=name, report=report
    )
    contact = _contact(points, category, report)
    asset_from_file = scaling(scale) @ rigid(None, -contact)
    sizes = {
        "width_mm": round(1000 * scale * float(size[0]), 1),
        "height_mm": round(1000 * scale * float(size[1]), 1),
    }
    return ShapedSmall(joined([moved(m, asset_from_file) for m in chosen]), sizes)


def _one_earring(meshes: Sequence[Mesh], report: ImportReport) -> list[Mesh]:
    """One of a pair that lies side by side in x: the wearer's left one."""
    parts = [piece for mesh in meshes for piece in pieces(mesh)]
    points = np.concatenate([p.vertices for p in parts])
    middle = 0.5 * (points[:, 0].min() + points[:, 0].max())
    left = [p for p in parts if p.vertices[:, 0].min() > middle]
    right = [p for p in parts if p.vertices[:, 0].max() < middle]
    gap = 0.0
    if left and right and len(left) + len(right) == len(parts):
        gap = min(p.vertices[:, 0].min() for p in left) - max(p.vertices[:, 0].max() for p in right)
    if gap <= 0.08 * float(np.ptp(points[:, 0])):
        return list(meshes)
    report.found.append("it is a pair; the left one is kept and mirrored for the right ear")
    return left


def _measures(category: Category, size: Floats) -> tuple[float, tuple[float, float], float, str]:
    """What tells the unit: the length, where it is plausible, what it usually is, and its name."""
    if category == "earrings":
        return float(size[1]), (0.006, 0.12), 0.035, "its height"
    if category == "necklace":
        usual = 2 * (NECK_HALF_WIDTH_M + NECKLACE_AIR_M)
        return float(size[0]), (0.10, 0.30), usual, "its width"
    if category == "mask":
        return float(size[0]), (0.11, 0.24), 0.155, "its width"
    return float(size[0]), (0.09, 0.24), 0.160, "its width"


def _contact(points: Floats, category: Category, report: ImportReport) -> Floats:
    """(3,) the point of contact, as `Asset` says for each category."""
    low, high = points.min(0), points.max(0)
    middle, size = 0.5 * (low + high), high - low
    if category == "earrings":
        top = points[points[:, 1] >= high[1] - 0.04 * size[1]]
        report.assumed.append("it hangs from its highest point")
        return np.array([top[:, 0].mean(), high[1], top[:, 2].mean()])
    if category == "necklace":
        # The back of the neck carries it: the ring around it is the upper part.
        upper = points[points[:, 1] >= high[1] - 0.35 * size[1]]
        centre = 0.5 * (upper.min(0) + upper.max(0))
        report.assumed.append("its upper third goes round the neck")
        return np.array([middle[0], float(upper[:, 1].mean()), centre[2]])
    central = points[np.abs(points[:, 0] - middle[0]) < 0.06 * size[0]]
    if category == "mask":
        at = low[1] + 0.66 * size[1]
        near = central[np.abs(central[:, 1] - at) < 0.08 * size[1]]
        report.assumed.append("the bridge of the nose is behind its middle, two thirds up")
        behind = next(some for some in (near, central, points) if len(some))
        return np.array([middle[0], at, float(behind[:, 2].min())])
    front = central[central[:, 2] >= high[2] - 0.25 * size[2]]
    report.assumed.append("the lower edge of its front rests on the forehead")
    # A ring that is open in front has nothing in the middle: its sides tell.
    front = front if len(front) else points[points[:, 2] >= high[2] - 0.25 * size[2]]
    return np.array([middle[0], float(front[:, 1].min()), float(front[:, 2].min())])
