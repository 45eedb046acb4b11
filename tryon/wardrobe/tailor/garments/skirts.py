"""Pencil and pleated skirts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tryon.core.spaces import Floats
from tryon.wardrobe.tailor.drape import Fabric
from tryon.wardrobe.tailor.form import Form
from tryon.wardrobe.tailor.garments.bottoms import band_rows
from tryon.wardrobe.tailor.make import BakedGarment, Draft, Measure, bound, hidden_skin
from tryon.wardrobe.tailor.pattern import Edge, Panel, Pattern, Place, curve
from tryon.wardrobe.tailor.skirt_block import SKIRT_SEAMS
from tryon.wardrobe.tailor.trims import Band, Sheet, creased, strip
from tryon.wardrobe.tailor.weights import skirt_weights

SUITING = Fabric(stretch=5e-8, bend=1.5e-5, friction=0.3)


@dataclass(frozen=True)
class PencilRecipe:
    """Metres: ease at waist and hip, and at the hem over both legs; above_knee: of the hem."""

    waist_ease: float = 0.010
    hip_ease: float = 0.040
    hem_ease: float = 0.035
    above_knee: float = -0.02
    band: float = 0.034
    layer: int = 0


PENCIL = PencilRecipe()


def pencil(form: Form, recipe: PencilRecipe) -> Draft:
    """A narrow skirt with a waistband, shaped by its side seams."""
    top, low = form.waist_y, form.knee_y + recipe.above_knee
    waist = form.measures.waist + recipe.waist_ease
    hip = form.measures.hip + recipe.hip_ease
    # The form stands with its legs apart; a skirt drafted for them together would pull.
    hem = float(form.girth_at(np.array([low]))[0]) + recipe.hem_ease
    girths = ((low, hem), (form.hip_y, hip), (top, waist))

    def room(flat: Floats) -> Floats:
        return np.full(len(flat), 0.0035)

    held = (("skirt_front", "waist"), ("skirt_back", "waist"))
    panels = tuple(
        Panel(
            name,
            _pencil_edges(girths, *sides),
            _around(form, girths, middle),
            "skirt",
            room,
        )
        for name, sides, middle in (
            ("skirt_front", ("l", "r"), 0.0),
            ("skirt_back", ("r", "l"), 0.5),
        )
    )
    return Draft(
        Pattern(panels, SKIRT_SEAMS, held),
        recipe.layer,
        SUITING,
        trims=(
            Band("trim", held, band_rows(recipe.band)),
            Band("hem", (("skirt_front", "hem"), ("skirt_back", "hem"))),
        ),
        measures=(
            Measure("length", (("skirt_front", (0.0, top), (0.0, low)),), top - low),
            Measure(
                "hem",
                tuple((p, (-hem / 4, low), (hem / 4, low)) for p in ("skirt_front", "skirt_back")),
                hem,
            ),
        ),
    )


def _pencil_edges(
    girths: tuple[tuple[float, float], ...], right: str, left: str
) -> tuple[Edge, ...]:
    (low, hem), (hip_y, hip), (top, waist) = ((y, girth / 4) for y, girth in girths)
    side = np.array(
        [
            (hem, low),
            (0.5 * (hem + hip), 0.5 * (low + hip_y)),
            (hip + 0.006, hip_y - 0.02),
            (hip + 0.004, hip_y + 0.06),
            (waist + 0.012, top - 0.05),
            (waist, top),
        ]
    )
    mirror = np.array([-1.0, 1.0])
    return (
        curve("hem", (-hem, low), (hem, low)),
        Edge(f"side_{right}", side),
        curve("waist", (waist, top), (0.0, top - 0.004), (-waist, top)),
        Edge(f"side_{left}", side[::-1] * mirror),
    )


def _around(form: Form, girths: tuple[tuple[float, float], ...], middle: float) -> Place:
    heights, sizes = (np.array(column) for column in zip(*girths, strict=True))

    def place(flat: Floats) -> Floats:
        x, y = flat.T
        girth = np.interp(y, heights, sizes)
        return form.around(y, middle + x / girth, np.maximum(girth, 1.01 * form.girth_at(y)))

    return place


@dataclass(frozen=True)
class PleatedRecipe:
    """Pressed pleats all around. Metres: waist_ease; hip_ease: room under the pleats; below_knee: of
    the hem; hem: girth as it hangs; waist_depth, hem_depth: of a pleat; pleats: how many; rows: of
    the finest level."""

    waist_ease: float = 0.016
    hip_ease: float = 0.105
    below_knee: float = 0.10
    hem: float = 1.42
    waist_depth: float = 0.0035
    hem_depth: float = 0.026
    pleats: int = 42
    rows: int = 12
    band: float = 0.034
    layer: int = 0


PLEATED = PleatedRecipe()
FOLD = ((0.0, 0.0), (0.16, 0.92), (0.24, 1.0), (0.86, 0.12))
COARSE_FOLD = ((0.0, 0.0), (0.22, 1.0))
"""One pleat: share of its width and of its depth; it lies over to one side, as it was pressed."""


def pleated(form: Form, recipe: PleatedRecipe) -> BakedGarment:
    """Pleats do not drape, they stand as they were pressed: lofted, not simulated."""
    levels = tuple(
        bound(form, _pleated_sheets(form, recipe, fold, rows))
        for fold, rows in ((FOLD, recipe.rows), (COARSE_FOLD, recipe.rows // 2 + 1))
    )
    length = form.waist_y - (form.knee_y - recipe.below_knee)
    finished = {"length": length, "waist": form.measures.waist + recipe.waist_ease}
    return BakedGarment(levels, recipe.layer, hidden_skin(form, levels[0]), finished)


def _pleated_sheets(
    form: Form, recipe: PleatedRecipe, fold: tuple[tuple[float, float], ...], rows: int
) -> dict[tuple[str, bool], Sheet]:
    top, low = form.waist_y, form.knee_y - recipe.below_knee
    number, step = np.meshgrid(np.arange(recipe.pleats), np.arange(len(fold)), indexing="ij")
    shape = np.array(fold)
    share = ((number + shape[step, 0]) / recipe.pleats).ravel()
    out = shape[step, 1].ravel()
    share, out = np.append(share, 1.0), np.append(out, 0.0)
    heights = np.linspace(low, top, rows)
    girth = _hanging(form, recipe, heights)
    depth = np.interp(heights, [low, top], [recipe.hem_depth, recipe.waist_depth])
    inner, ways = _inner_rings(form, heights, share, girth)
    grid = inner + (depth[:, None] * out)[..., None] * ways
    cloth = _grid_sheet(form, grid)
    # The band stands on the waist: its lower rim covers where the pleats begin.
    waist, way, up = inner[-1], ways[-1], np.array([0.0, 1.0, 0.0])
    rim = [
        waist + 0.0078 * way - recipe.band * up,
        waist + 0.0080 * way - 0.5 * recipe.band * up,
        waist + 0.0078 * way + 0.001 * up,
        waist + 0.0010 * way + 0.001 * up,
        waist + 0.0006 * way - 0.5 * recipe.band * up,
    ]
    band = np.array(rim)[:, :: max(1, len(share) // 84)]
    band[:, -1] = band[:, 0]
    return {("cloth", False): cloth, ("trim", True): _grid_sheet(form, band)}


def _inner_rings(
    form: Form, heights: Floats, share: Floats, girth: Floats
) -> tuple[Floats, Floats]:
    """(R, C, 3) where the pleats' valleys hang, and the unit ways outwards there.

    Cloth never goes in again under the seat, and passes smoothly from row to row.
    """
    level = np.repeat(heights, len(share))
    rings = form.around(level, np.tile(share, len(heights)), np.repeat(girth, len(share)))
    rings = rings.reshape(len(heights), len(share), 3)
    middle = np.array([0.0, 0.0, rings[-1, :, 2].mean()])
    way = (rings - middle) * np.array([1.0, 0.0, 1.0])
    radius = np.linalg.norm(way, axis=2)
    way /= radius[..., None]
    radius = np.maximum.accumulate(radius[::-1], axis=0)[::-1]
    for _ in range(3):
        radius[1:-1] = np.maximum(
            0.25 * radius[:-2] + 0.5 * radius[1:-1] + 0.25 * radius[2:], radius[1:-1] - 0.001
        )
    out = middle + radius[..., None] * way
    out[..., 1] = heights[:, None]
    return out, way


def _hanging(form: Form, recipe: PleatedRecipe, heights: Floats) -> Floats:
    """(R,) girths inside the pleats: over the seat, then straight to the hem."""
    waist = form.measures.waist + recipe.waist_ease
    seat = form.hip_y - 0.03
    hip = float(form.girth_at(np.array([seat]))[0]) + recipe.hip_ease
    wanted = np.interp(heights, [heights[0], seat, form.waist_y], [recipe.hem, hip, waist])
    return np.maximum(wanted, form.girth_at(heights) + 0.02 * (heights < form.waist_y - 0.02))


def _grid_sheet(form: Form, grid: Floats) -> Sheet:
    """Rows from below upwards, columns to the wearer's left; the last column meets the first."""
    count, columns = grid.shape[:2]
    along = np.linalg.norm(np.diff(grid, axis=1), axis=2).mean(0)
    u = np.concatenate([[0.0], np.cumsum(along)])
    v = np.linalg.norm(np.diff(grid, axis=0), axis=2).mean(1)
    rows = np.concatenate([[0.0], np.cumsum(v)])
    uv = np.stack([np.tile(u, count), np.repeat(rows, columns)], axis=1)
    points = grid.reshape(-1, 3)
    return creased(points, strip(count, columns), uv * 100, skirt_weights(points, form))
