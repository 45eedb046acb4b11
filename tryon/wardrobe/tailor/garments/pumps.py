"""Shoes with high heels, made on the flat foot of the rest pose and meant for one that is turned down."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tryon.core.spaces import Floats
from tryon.core.transforms import apply, inverse
from tryon.wardrobe.body_parts import FEET
from tryon.wardrobe.heels import foot_in_heel
from tryon.wardrobe.tailor.form import Form
from tryon.wardrobe.tailor.garments.shoes import (
    BALLERINAS,
    COARSE,
    Last,
    ShoeRecipe,
    bound_to_foot,
    loafer,
    sole_length,
)
from tryon.wardrobe.tailor.make import BakedGarment, bound, hidden_skin
from tryon.wardrobe.tailor.trims import Sheet, merged, strip

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class PumpRecipe:
    """Metres. shoe: the upper and the sole; heel: its height; seat, tip: radii where it leaves the sole
    and where it stands; slant: how far the tip is before the seat; waist: radius of the seat left at a
    third of the way down, as a share."""

    shoe: ShoeRecipe
    heel: float = 0.085
    seat: float = 0.0185
    tip: float = 0.0052
    slant: float = 0.012
    waist: float = 0.46
    sides: int = 20


PUMPS = PumpRecipe(
    replace(
        BALLERINAS, leather=0.003, sole=0.004, welt=0.0006, toe=0.024, throat=0.75, side_rise=0.46
    )
)
BLOCK_PUMPS = PumpRecipe(
    replace(
        BALLERINAS, leather=0.0034, sole=0.006, welt=0.001, toe=0.013, throat=0.72, side_rise=0.5
    ),
    heel=0.055,
    seat=0.022,
    tip=0.019,
    slant=0.004,
    waist=0.92,
)


def pumps(form: Form, recipe: PumpRecipe) -> BakedGarment:
    """Both shoes in two levels; what is finished tells the heel's height."""
    levels = []
    for share in (1.0, COARSE):
        shoe = replace(
            recipe.shoe,
            columns=round(recipe.shoe.columns * share),
            rows=round(recipe.shoe.rows * share),
        )
        cut = replace(recipe, shoe=shoe, sides=round(recipe.sides * share))
        sides = [{**loafer(form, shoe, side), "trim": heel(form, cut, side)} for side in "lr"]
        sheets = {(name, name == "trim"): merged([s[name] for s in sides]) for name in sides[0]}
        levels.append(bound(form, sheets))
    hidden = hidden_skin(form, levels[0])
    ankle = form.joint("foot_l")[1]
    low = form.points[:, 1] < 0.55 * recipe.shoe.side_rise * ankle
    hidden |= np.isin(form.body.parts, FEET) & low
    finished = {"length": sole_length(levels[0]), "heel": recipe.heel}
    return BakedGarment(tuple(levels), recipe.shoe.layer, hidden, finished)


def heel(form: Form, recipe: PumpRecipe, side: str) -> Sheet:
    """The heel, laid out as it stands under the turned foot and carried back to the flat one."""
    last = Last.of(form, side, recipe.shoe.toe)
    foot = foot_in_heel(form.body, form.figure, side, recipe.heel)
    down = recipe.shoe.sole
    seat = apply(foot, last.heel + 1.45 * recipe.seat * last.forward - np.array([0, 0.5 * down, 0]))
    tip = np.array([seat[0], -down, seat[2]]) + recipe.slant * last.forward
    at = np.array([0.0, 0.12, 0.33, 0.66, 0.97, 1.0])
    narrow = recipe.waist * recipe.seat
    radii = np.interp(
        at, [0, 0.12, 0.33, 1.0], [recipe.seat, 0.8 * recipe.seat, narrow, recipe.tip]
    )
    middle = (
        seat
        + at[:, None] ** 0.7 * (tip - seat) * [1, 0, 1]
        + at[:, None] * (tip - seat) * [0, 1, 0]
    )
    angle = 2 * np.pi * np.arange(recipe.sides) / recipe.sides
    ring = np.stack([np.cos(angle), np.zeros_like(angle), -np.sin(angle)], axis=1)
    rows: Floats = middle[:, None] + radii[:, None, None] * ring
    # Its top is cut to the slope of the foot.
    rows[0] = _onto_sole(rows[0], seat, foot[:3, 1])
    rows[1, :, 1] += 0.5 * (rows[0, :, 1] - seat[1])
    points = np.concatenate([rows.reshape(-1, 3), tip[None]])
    count, end = recipe.sides, (len(at) - 1) * recipe.sides
    last_row = end + np.arange(count)
    fan = np.stack([np.roll(last_row, -1), last_row, np.full(count, len(points) - 1)], axis=1)
    faces = np.concatenate([strip(len(at), count, closed=True)[:, ::-1], fan])
    uv = np.concatenate([np.tile(angle * 2, len(at)), [0.0]])
    high = np.concatenate([np.repeat(at * recipe.heel * 100, count), [0.0]])
    rest = apply(inverse(foot), points)
    return bound_to_foot(form, side, rest, faces, np.stack([uv, high], axis=1))


def _onto_sole(points: Floats, seat: Floats, normal: Floats) -> Floats:
    """(N, 3) points moved up or down onto the plane through the seat."""
    out = points.copy()
    out[:, 1] = seat[1] - ((points - seat) * [1, 0, 1]) @ normal / normal[1]
    return out
