"""Loafers: a closed upper over the last, a collar at the opening, a sole with a low heel."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import ConvexHull

from tryon.core.spaces import Floats
from tryon.wardrobe.atelier.curves import catmull_rom, resample
from tryon.wardrobe.atelier.solids import grid_normals
from tryon.wardrobe.body_girth import dense_of
from tryon.wardrobe.body_parts import FEET, Part
from tryon.wardrobe.tailor.form import Form
from tryon.wardrobe.tailor.make import BakedGarment, BakedPart, bound, hidden_skin
from tryon.wardrobe.tailor.trims import Sheet, creased, merged, strip

Ints = NDArray[np.int64]

TOE_BOX_M = 0.010
SMOOTHINGS = 10
CLEAR_M = 0.0005
"""No leather, not even the lining's edge, is nearer to the skin."""


@dataclass(frozen=True)
class ShoeRecipe:
    """Metres. leather: upper over the skin; sole, heel: thickness below the foot; welt: the sole beyond
    the upper; toe: room before the toes; throat: where the opening begins, from the heel as a share of
    the foot; heel_rise, side_rise, throat_rise: heights of the opening's edge over the floor, as shares
    of the ankle joint's height (throat: of the foot's own height there); saddle: a strap across the
    instep."""

    leather: float = 0.0045
    sole: float = 0.008
    welt: float = 0.0035
    toe: float = 0.012
    throat: float = 0.60
    heel_rise: float = 1.02
    side_rise: float = 0.72
    saddle: bool = True
    layer: int = 0
    columns: int = 44
    rows: int = 12


LOAFERS = ShoeRecipe()
BALLERINAS = ShoeRecipe(
    leather=0.0032,
    sole=0.005,
    welt=0.0012,
    toe=0.010,
    throat=0.74,
    heel_rise=0.86,
    side_rise=0.44,
    saddle=False,
)


@dataclass(frozen=True, eq=False)
class Last:
    """The convex shape of a foot, as half spaces: normals (n, 3), offsets (n,): normal · p ≤ offset.

    forward: (3,) from heel to toe on the floor; heel: (3,) on the floor; length_m.
    """

    normals: Floats
    offsets: Floats
    heel: Floats
    forward: Floats
    length_m: float

    @classmethod
    def of(cls, form: Form, side: str, toe_m: float) -> Last:
        """The last of one foot, its toe lengthened."""
        foot = form.part(Part.LEFT_FOOT if side == "l" else Part.RIGHT_FOOT)
        calf = form.part(Part.LEFT_CALF if side == "l" else Part.RIGHT_CALF)
        ankle, ball = form.joint(f"foot_{side}"), form.joint(f"ball_{side}")
        ground = np.array([1.0, 0.0, 1.0])
        forward = (ball - ankle) * ground
        forward /= np.linalg.norm(forward)
        low = np.concatenate([foot, calf])
        low = low[low[:, 1] < 1.15 * ankle[1]]
        along = (low - ankle) @ forward
        # What is in front of the joint of the toes is drawn out to the shoe's point.
        tip = np.clip((along - along.max() + 0.05) / 0.05, 0, 1)[:, None]
        low = low + tip * toe_m * forward
        # Leather keeps off the toes, so the shoe's point is higher than they are.
        low = np.concatenate([low, (low + tip * np.array([0.0, TOE_BOX_M, 0.0]))[tip[:, 0] > 0.3]])
        hull = ConvexHull(low)
        along = (low - ankle) @ forward
        middle = float(np.median((low - ankle) @ np.cross([0.0, 1.0, 0.0], forward)))
        heel = ankle * ground + along.min() * forward + middle * np.cross([0.0, 1.0, 0.0], forward)
        return cls(
            hull.equations[:, :3],
            -hull.equations[:, 3],
            heel,
            forward,
            float(along.max() - along.min()),
        )

    def out_of(self, start: Floats, direction: Floats, grow_m: float) -> Floats:
        """(N, 3) where rays from inside leave the last grown by some metres."""
        speed = direction @ self.normals.T
        room = self.offsets + grow_m - start @ self.normals.T
        reach = np.where(speed > 1e-9, room / np.maximum(speed, 1e-9), np.inf).min(1)
        return np.asarray(start + reach[:, None] * direction)


COARSE = 0.5
"""Rows and columns of the second level, as a share of the first's."""


def loafers(form: Form, recipe: ShoeRecipe) -> BakedGarment:
    """Both shoes in two levels."""
    levels = []
    for share in (1.0, COARSE):
        cut = replace(
            recipe, columns=round(recipe.columns * share), rows=round(recipe.rows * share)
        )
        sides = [loafer(form, cut, side) for side in "lr"]
        sheets = {(name, name == "trim"): merged([s[name] for s in sides]) for name in sides[0]}
        levels.append(bound(form, sheets))
    hidden = hidden_skin(form, levels[0])
    # Toes are covered though the rays from between them meet other toes first.
    feet = np.isin(form.body.parts, FEET)
    ankle = form.joint("foot_l")[1]
    hidden |= feet & (form.points[:, 1] < 0.55 * recipe.side_rise * ankle)
    return BakedGarment(tuple(levels), recipe.layer, hidden, {"length": sole_length(levels[0])})


def sole_length(parts: tuple[BakedPart, ...]) -> float:
    """Of the left sole, metres."""
    sole = next(part for part in parts if part.name == "sole").vertices
    left = sole[sole[:, 0] > 0][:, [0, 2]].astype(np.float64)
    return float(np.ptp(left @ np.linalg.svd(left - left.mean(0), full_matrices=False)[2][0]))


def loafer(form: Form, recipe: ShoeRecipe, side: str) -> dict[str, Sheet]:
    """Upper, lining edge and sole of one shoe."""
    last = Last.of(form, side, recipe.toe)
    base = outline_of(last, recipe)
    opening = _opening(form, last, recipe, side)
    upper = _upper(last, recipe, base, opening)
    columns = recipe.columns
    inside = upper[-1] - 0.006 * np.array([0.0, 1.0, 0.0])
    middle = opening.mean(0)
    roll = upper[-1] + 0.0012 * np.array([0.0, 1.0, 0.0]) + 0.0012 * _unit(middle - upper[-1])
    inner = inside + 0.0025 * _unit(middle - inside)
    grid = np.concatenate([upper, roll[None], inner[None]])
    grid = form.field.pushed_out(grid.reshape(-1, 3), CLEAR_M).reshape(grid.shape)
    faces = strip(len(grid), columns, closed=True)
    at = np.arange(columns) / columns * 2.2 * last.length_m
    uv = np.stack(
        [np.tile(at, len(grid)), np.repeat(np.arange(len(grid)) * 0.009, columns)], axis=1
    )
    upper_sheet = bound_to_foot(form, side, grid.reshape(-1, 3), faces, uv * 100)
    sole = slab_under(base, recipe)
    out = {"cloth": upper_sheet, "sole": bound_to_foot(form, side, *sole)}
    if recipe.saddle:
        out["trim"] = _strap(form, last, recipe, side)
    return out


def outline_of(last: Last, recipe: ShoeRecipe) -> Floats:
    """(C, 3) the upper's lower edge, on the floor, counter-clockwise from above, from the heel."""
    count = 240
    centre = last.heel + 0.5 * last.length_m * last.forward + np.array([0.0, 0.012, 0.0])
    angle = np.pi + 2 * np.pi * np.arange(count) / count
    across = np.cross([0.0, 1.0, 0.0], last.forward)
    ray = np.cos(angle)[:, None] * last.forward + np.sin(angle)[:, None] * across
    loop = last.out_of(np.tile(centre, (count, 1)), ray, recipe.leather + 0.001)
    for _ in range(30):
        loop = 0.5 * loop + 0.25 * (np.roll(loop, 1, axis=0) + np.roll(loop, -1, axis=0))
    loop[:, 1] = 0.0
    return resample(loop, recipe.columns, closed=True)


def _opening(form: Form, last: Last, recipe: ShoeRecipe, side: str) -> Floats:
    """(C, 3) the edge of the opening, on the last, in the same order as the outline."""
    ankle = form.joint(f"foot_{side}")
    across = np.cross([0.0, 1.0, 0.0], last.forward)
    length = last.length_m
    # Share of the foot's length from the heel, sideways direction, height as a share of the ankle's.
    stations = (
        (0.0, 0.0, recipe.heel_rise),
        (0.10, -1.0, 0.95 * recipe.heel_rise),
        (0.28, -1.0, recipe.side_rise),
        (0.46, -1.0, 0.80 * recipe.side_rise + 0.16),
        (recipe.throat, 0.0, 0.0),
        (0.46, 1.0, 0.80 * recipe.side_rise + 0.16),
        (0.28, 1.0, recipe.side_rise),
        (0.10, 1.0, 0.95 * recipe.heel_rise),
    )
    points = []
    for share, aside, rise in stations:
        spine = last.heel + share * length * last.forward
        if share == 0.0:
            start = spine + 0.04 * last.forward + np.array([0.0, rise * ankle[1], 0.0])
            direction = -last.forward
        elif aside == 0.0:
            start, direction = spine + np.array([0.0, 0.01, 0.0]), np.array([0.0, 1.0, 0.0])
        else:
            start = spine + np.array([0.0, rise * ankle[1], 0.0])
            direction = aside * across
        # Sides of the opening lie where the last is that high; further in front it slopes over the foot.
        points.append(last.out_of(start[None], direction[None], recipe.leather)[0])
    return catmull_rom(np.array(points), recipe.columns, closed=True)


def _upper(last: Last, recipe: ShoeRecipe, base: Floats, opening: Floats) -> Floats:
    """(R, C, 3) from the sole's edge to the opening, on the grown last."""
    t = np.linspace(0, 1, recipe.rows)[:, None, None]
    straight = (1 - t) * base + t * opening
    middle = (
        last.heel
        + last.forward
        * np.clip(
            (straight - last.heel) @ last.forward, 0.12 * last.length_m, 0.80 * last.length_m
        )[..., None]
    )
    start = middle + np.array([0.0, 0.014, 0.0])
    # Rays fan out from a line inside the foot, so that the toe closes like a dome.
    direction = straight + np.array([0.0, 0.004, 0.0]) * (1 - t) - start
    direction /= np.linalg.norm(direction, axis=2, keepdims=True)
    grid = last.out_of(start.reshape(-1, 3), direction.reshape(-1, 3), recipe.leather)
    grid = grid.reshape(straight.shape)
    grid[0] = base
    grid = _evened(grid, SMOOTHINGS)
    # Smoothing draws the leather in: out again, evenly, along the smooth surface's own normals.
    for _ in range(3):
        normals = grid_normals(grid, closed_columns=True)
        distance = (grid @ last.normals.T - last.offsets).max(-1)
        short = _evened(np.clip(recipe.leather - distance, 0, None)[..., None], 2)
        short[0] = 0.0
        grid = grid + short * normals
    return np.asarray(grid)


def _evened(grid: Floats, times: int) -> Floats:
    """Rows and columns smoothed; the first and the last row only along themselves."""
    for _ in range(times):
        even = grid.copy()
        even[1:-1] = 0.5 * grid[1:-1] + 0.25 * (grid[:-2] + grid[2:])
        grid = 0.5 * even + 0.25 * (np.roll(even, 1, axis=1) + np.roll(even, -1, axis=1))
    return grid


def slab_under(base: Floats, recipe: ShoeRecipe) -> tuple[Floats, Ints, Floats]:
    """A slab under the upper: welt, edge and tread."""
    centre = base.mean(0)
    out = _unit(base - centre)
    up = np.array([0.0, 1.0, 0.0])
    rows = np.stack(
        [
            base + 0.0022 * up - 0.002 * out,
            base + 0.0022 * up + recipe.welt * out,
            base + 0.0012 * up + (recipe.welt + 0.0008) * out,
            base - recipe.sole * up + (recipe.welt - 0.0002) * out,
            base - recipe.sole * up + 0.55 * (centre - base),
        ]
    )
    count = len(base)
    last = (len(rows) - 1) * count + np.arange(count)
    fan = np.stack([last, np.roll(last, -1), np.full(count, len(rows) * count)], axis=1)
    faces = np.concatenate([strip(len(rows), count, closed=True), fan])[:, ::-1]
    flat = np.concatenate([rows.reshape(-1, 3), [centre - recipe.sole * up]])
    return flat, faces, flat[:, [0, 2]] * 100


def _strap(form: Form, last: Last, recipe: ShoeRecipe, side: str) -> Sheet:
    """The saddle of a penny loafer across the instep."""
    across = np.cross([0.0, 1.0, 0.0], last.forward)
    angle = np.linspace(-0.46 * np.pi, 0.46 * np.pi, 21)
    lines = []
    for share, grow in (
        (0.595, 0.0),
        (0.597, 0.0016),
        (0.630, 0.0018),
        (0.664, 0.0016),
        (0.666, 0.0),
    ):
        spine = last.heel + share * last.length_m * last.forward + np.array([0.0, 0.016, 0.0])
        ray = np.sin(angle)[:, None] * across + np.cos(angle)[:, None] * np.array([0.0, 1.0, 0.0])
        start = np.tile(spine, (len(angle), 1))
        lines.append(last.out_of(start, ray, recipe.leather + 0.0006 + grow))
    rows = np.array(lines)
    # The columns run to the left and the rows forward: seen from above that is clockwise.
    faces = strip(len(rows), len(angle))[:, ::-1]
    uv = np.stack(
        [np.tile(angle * 4, len(rows)), np.repeat(np.arange(len(rows)) * 1.0, len(angle))], axis=1
    )
    return bound_to_foot(form, side, rows.reshape(-1, 3), faces, uv)


def bound_to_foot(form: Form, side: str, points: Floats, faces: Ints, uv: Floats) -> Sheet:
    """Bound to the foot, and in front of the toes' joint to the toes."""
    ankle, ball = form.joint(f"foot_{side}"), form.joint(f"ball_{side}")
    forward = (ball - ankle) * np.array([1.0, 0.0, 1.0])
    forward /= np.linalg.norm(forward)
    toes = np.clip(((points - ball) @ forward + 0.03) / 0.05, 0, 1)
    toes = toes * toes * (3 - 2 * toes)
    bones = np.tile(
        [form.body.bone(f"foot_{side}"), form.body.bone(f"ball_{side}")], (len(points), 1)
    )
    dense = dense_of(bones, np.stack([1 - toes, toes], axis=1), len(form.body.names))
    return creased(points, faces, uv, dense.astype(np.float64))


def _unit(vectors: Floats) -> Floats:
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-12))
