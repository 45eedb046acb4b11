"""Heeled sandals: a footbed, straps across the foot and one around the heel."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tryon.core.spaces import Floats
from tryon.wardrobe.atelier.curves import catmull_rom
from tryon.wardrobe.tailor.form import Form
from tryon.wardrobe.tailor.garments.pumps import PumpRecipe, heel
from tryon.wardrobe.tailor.garments.shoes import (
    BALLERINAS,
    CLEAR_M,
    COARSE,
    Last,
    bound_to_foot,
    outline_of,
    slab_under,
    sole_length,
)
from tryon.wardrobe.tailor.make import BakedGarment, bound
from tryon.wardrobe.tailor.trims import Sheet, merged, strip

BEND = (0.0, 0.0016, 0.0020, 0.0016, 0.0)
"""How far a strap stands off the foot across its width, edges turned in, metres."""
SPREAD = (-0.5, -0.47, 0.0, 0.47, 0.5)


@dataclass(frozen=True)
class SandalRecipe:
    """pump: footbed and heel; straps: place of each strap's middle from the heel as a share of the foot's
    length, how far it slants back towards the outside as the same, and its width in metres; sling: width
    of the one around the heel; columns: along a strap."""

    pump: PumpRecipe
    straps: tuple[tuple[float, float, float], ...] = ((0.80, 0.03, 0.014), (0.66, -0.05, 0.010))
    sling: float = 0.008
    columns: int = 44


SANDALS = SandalRecipe(
    PumpRecipe(
        replace(BALLERINAS, leather=0.0012, sole=0.005, welt=0.0008, toe=0.010),
        heel=0.075,
        seat=0.0175,
        tip=0.0050,
    )
)


def sandals(form: Form, recipe: SandalRecipe) -> BakedGarment:
    """Both sandals in two levels; skin is seen between the straps, so none is hidden."""
    levels = []
    for share in (1.0, COARSE):
        pump = replace(
            recipe.pump,
            shoe=replace(
                recipe.pump.shoe,
                columns=round(recipe.pump.shoe.columns * share),
                rows=round(recipe.pump.shoe.rows * share),
            ),
            sides=round(recipe.pump.sides * share),
        )
        cut = replace(recipe, pump=pump, columns=round(recipe.columns * share))
        sides = [_sandal(form, cut, side) for side in "lr"]
        sheets = {(name, name == "trim"): merged([s[name] for s in sides]) for name in sides[0]}
        levels.append(bound(form, sheets))
    finished = {"length": sole_length(levels[0]), "heel": recipe.pump.heel}
    bare = np.zeros(len(form.points), bool)
    return BakedGarment(tuple(levels), recipe.pump.shoe.layer, bare, finished)


def _sandal(form: Form, recipe: SandalRecipe, side: str) -> dict[str, Sheet]:
    shoe = recipe.pump.shoe
    last = Last.of(form, side, shoe.toe)
    outward = 1.0 if side == "l" else -1.0
    rows = [_across(last, recipe, strap, outward) for strap in recipe.straps]
    rows.append(_around_heel(form, last, recipe, side))
    sheets = []
    for grid in rows:
        count = grid.shape[1]
        points = form.field.pushed_out(grid.reshape(-1, 3), CLEAR_M)
        along = np.linalg.norm(np.diff(grid[2], axis=0), axis=1).cumsum()
        width = np.linalg.norm(np.diff(grid, axis=0), axis=2).mean(1).cumsum()
        u = np.tile(np.concatenate([[0.0], along]), len(grid))
        v = np.repeat(np.concatenate([[0.0], width]), count)
        # Columns run to the left and rows forward: seen from above that is clockwise.
        faces = strip(len(grid), count)[:, ::-1]
        sheets.append(bound_to_foot(form, side, points, faces, np.stack([u, v], axis=1) * 100))
    base = outline_of(last, shoe)
    beds = [slab_under(base, shoe), _insole(base)]
    return {
        "cloth": merged(sheets),
        "sole": merged([bound_to_foot(form, side, *bed) for bed in beds]),
        "trim": heel(form, recipe.pump, side),
    }


def _insole(base: Floats) -> tuple[Floats, NDArray[np.int64], Floats]:
    """What the foot stands on, seen from above: rings towards the middle, so that it bends with the toes."""
    count, shares = len(base), (1.0, 0.75, 0.5, 0.25, 0.0)
    # Towards the foot's axis, not to a point: rows stay where they are along the foot.
    middle = 0.5 * (base + base[(-np.arange(count)) % count])
    middle = 0.85 * middle + 0.15 * base.mean(0)
    rows = np.array([middle + share * (base - middle) for share in shares])
    faces = strip(len(rows), count, closed=True)
    flat = rows.reshape(-1, 3) - np.array([0.0, 0.0003, 0.0])
    return flat, faces, flat[:, [0, 2]] * 100


def _across(
    last: Last, recipe: SandalRecipe, strap: tuple[float, float, float], outward: float
) -> Floats:
    """(5, C, 3) a strap over the foot, from sole to sole."""
    at, slant, width_m = strap
    across = np.cross([0.0, 1.0, 0.0], last.forward)
    angle = np.linspace(-0.64 * np.pi, 0.64 * np.pi, recipe.columns)
    ray = np.sin(angle)[:, None] * across + np.cos(angle)[:, None] * np.array([0.0, 1.0, 0.0])
    lines = []
    for share, grow in zip(SPREAD, BEND, strict=True):
        ahead = (at - slant * outward * np.sin(angle)) * last.length_m + share * width_m
        start = last.heel + ahead[:, None] * last.forward + np.array([0.0, 0.016, 0.0])
        lines.append(last.out_of(start, ray, recipe.pump.shoe.leather + grow))
    return np.array(lines)


def _around_heel(form: Form, last: Last, recipe: SandalRecipe, side: str) -> Floats:
    """(5, C, 3) the sling, from the instep's strap on one side around the heel to the other."""
    ankle_y = float(form.joint(f"foot_{side}")[1])
    across = np.cross([0.0, 1.0, 0.0], last.forward)
    up = np.array([0.0, 1.0, 0.0])
    # Place from the heel as a share of the length, aside, height as a share of the ankle's.
    stations = (
        (0.60, 1.0, 0.16), (0.40, 1.0, 0.42), (0.20, 1.0, 0.66), (0.08, 0.7, 0.74), (0.0, 0.0, 0.76),
        (0.08, -0.7, 0.74), (0.20, -1.0, 0.66), (0.40, -1.0, 0.42), (0.60, -1.0, 0.16),
    )  # fmt: skip
    lines = []
    for share, grow in zip(SPREAD, BEND, strict=True):
        points = []
        for at, aside, rise in stations:
            way = aside * across - (1 - abs(aside)) * last.forward
            start = last.heel + max(at, 0.16) * last.length_m * last.forward
            start = start + (rise * ankle_y + share * recipe.sling) * up
            points.append(last.out_of(start[None], way[None], recipe.pump.shoe.leather + grow)[0])
        lines.append(catmull_rom(np.array(points), recipe.columns, closed=False))
    return np.array(lines)[::-1]
