"""Boots and sneakers: the skin of foot and leg in level slices, in leather, on a sole."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import ConvexHull

from tryon.core.spaces import Floats
from tryon.wardrobe.atelier.curves import resample
from tryon.wardrobe.body_girth import dense_of
from tryon.wardrobe.body_parts import FEET, LEGS, Part
from tryon.wardrobe.tailor.form import Form
from tryon.wardrobe.tailor.make import BakedGarment, BakedPart, bound, hidden_skin
from tryon.wardrobe.tailor.trims import Sheet, creased, merged, strip

Ints = NDArray[np.int64]
COARSE = 0.55
"""Rows and columns of the second level, as a share of the first's."""
SMOOTHINGS = 4
CLEAR_M = 0.0005
LOW_M = 0.03
"""Below this the whole sole of the foot counts, also under the instep."""
ANKLE_M = 0.05
"""Leather passes from the foot to the leg over so much height."""
LACE_HALF_M, LACE_LIFT_M = 0.0035, 0.0026


@dataclass(frozen=True)
class BootRecipe:
    """Metres. top: height of the shaft over the ankle joint; leather: upper over the skin; room: of the
    shaft over the leg; sole: thickness; heel: how much thicker under the heel; welt: the sole beyond the
    upper; toe: room before the toes; laces: how many."""

    top: float
    leather: float = 0.005
    room: float = 0.004
    sole: float = 0.010
    heel: float = 0.018
    welt: float = 0.004
    toe: float = 0.014
    laces: int = 0
    columns: int = 48
    rows: int = 22
    layer: int = 1


ANKLE_BOOTS = BootRecipe(top=0.085)
BOOTS = BootRecipe(top=0.27, room=0.009, rows=26, columns=44)
SNEAKERS = BootRecipe(
    top=0.018, leather=0.0065, sole=0.024, heel=0.0, welt=0.0045, toe=0.012, laces=5, columns=46
)


def boots(form: Form, recipe: BootRecipe) -> BakedGarment:
    """Both shoes in two levels."""
    levels = []
    for share in (1.0, COARSE):
        cut = replace(
            recipe, columns=round(recipe.columns * share), rows=round(recipe.rows * share)
        )
        sides = [_boot(form, cut, side) for side in "lr"]
        sheets = {(name, name == "trim"): merged([s[name] for s in sides]) for name in sides[0]}
        levels.append(bound(form, sheets))
    hidden = hidden_skin(form, levels[0])
    # Toes are covered though the rays from between them meet other toes first.
    feet = np.isin(form.body.parts, (*FEET, *LEGS))
    hidden |= feet & (form.points[:, 1] < form.joint("foot_l")[1] + recipe.top - 0.03)
    return BakedGarment(tuple(levels), recipe.layer, hidden, {"length": _length(levels[0])})


def _length(parts: tuple[BakedPart, ...]) -> float:
    """Of the left sole, metres."""
    sole = next(part for part in parts if part.name == "sole").vertices
    left = sole[sole[:, 0] > 0][:, [0, 2]].astype(np.float64)
    return float(np.ptp(left @ np.linalg.svd(left - left.mean(0), full_matrices=False)[2][0]))


def _boot(form: Form, recipe: BootRecipe, side: str) -> dict[str, Sheet]:
    grid, forward = _upper(form, recipe, side)
    base = grid[0]
    rim = grid[-1]
    middle = rim.mean(0)
    inward = _unit((middle - rim) * (1, 0, 1))
    shell = np.concatenate(
        [
            grid,
            [
                rim + (0, 0.0015, 0) + 0.0012 * inward,
                rim + 0.003 * inward,
                rim - (0, 0.018, 0) + 0.0035 * inward,
            ],
        ]
    )
    shell = form.field.pushed_out(shell.reshape(-1, 3), CLEAR_M).reshape(shell.shape)
    columns = len(base)
    at = np.linspace(0, 0.62, columns, endpoint=False)
    high = np.concatenate(
        [[0.0], np.cumsum(np.linalg.norm(np.diff(shell, axis=0), axis=2).mean(1))]
    )
    uv = np.stack([np.tile(at, len(shell)), np.repeat(high, columns)], axis=1) * 100
    faces = strip(len(shell), columns, closed=True)
    out = {
        "cloth": _sheet(form, side, shell.reshape(-1, 3), faces, uv),
        "sole": _sheet(form, side, *_sole(base, recipe, forward)),
    }
    if recipe.laces:
        out["trim"] = merged(_laces(form, recipe, side, grid, forward))
    return out


def _upper(form: Form, recipe: BootRecipe, side: str) -> tuple[Floats, Floats]:
    """(R, C, 3) loops from the floor up, counter-clockwise from above from the heel; (3,) to the toes."""
    left = 0 if side == "l" else 1
    own = np.isin(form.body.parts, (Part.LEFT_FOOT + left, Part.LEFT_CALF + left))
    skin, edges = form.points[own], _edges(form, own)
    ankle, ball = form.joint(f"foot_{side}"), form.joint(f"ball_{side}")
    forward = _unit((ball - ankle) * (1, 0, 1))
    along = (skin - ankle) @ forward
    tip = np.clip((along - along.max() + 0.06) / 0.06, 0, 1)[:, None]
    # Room before and over the toes.
    skin = skin + tip * (recipe.toe * forward + np.array([0.0, 0.008, 0.0]))
    aside = np.cross([0.0, 1.0, 0.0], forward)
    flat = np.stack([(skin - ankle) @ forward, (skin - ankle) @ aside], axis=1)
    top = ankle[1] + recipe.top
    share = np.linspace(0, 1, recipe.rows)
    foot_rows = 0.62 if recipe.top > 0.05 else 0.85
    heights = np.interp(share, [0, foot_rows, 1], [0.004, min(ankle[1] + 0.02, top), top])
    loops = np.zeros((recipe.rows, recipe.columns, 3))
    for row, y in enumerate(heights):
        near = flat[skin[:, 1] < y + 0.012]
        if y > LOW_M:
            start, end = skin[edges[:, 0], 1], skin[edges[:, 1], 1]
            cut = (start > y) != (end > y)
            part = ((y - start[cut]) / (end[cut] - start[cut]))[:, None]
            near = (1 - part) * flat[edges[cut, 0]] + part * flat[edges[cut, 1]]
        loop = near[ConvexHull(near).vertices]
        loop = resample(np.roll(loop, -int(np.argmin(loop[:, 0])), axis=0), 240, closed=True)
        for _ in range(30):
            loop = 0.5 * loop + 0.25 * (np.roll(loop, 1, axis=0) + np.roll(loop, -1, axis=0))
        grow = np.interp(
            y, [ankle[1], ankle[1] + 0.1], [recipe.leather, recipe.leather + recipe.room]
        )
        loop = loop + (grow + 0.0015) * _outward(loop)
        loop = resample(
            np.roll(loop, -int(np.argmin(loop[:, 0])), axis=0), recipe.columns, closed=True
        )
        loops[row] = ankle + loop[:, :1] * forward + loop[:, 1:] * aside
        loops[row, :, 1] = y
    for _ in range(SMOOTHINGS):
        even = loops.copy()
        even[1:-1] = 0.5 * loops[1:-1] + 0.25 * (loops[:-2] + loops[2:])
        loops = 0.5 * even + 0.25 * (np.roll(even, 1, axis=1) + np.roll(even, -1, axis=1))
    loops[1:] = form.field.pushed_out(loops[1:].reshape(-1, 3), 0.8 * recipe.leather).reshape(
        loops[1:].shape
    )
    if recipe.top < 0.05:
        # A low collar dips at the ankle bones.
        lift = (loops[-1] - ankle) @ forward
        loops[-3:, :, 1] += (
            np.linspace(0.3, 1, 3)[:, None] * 0.010 * np.abs(lift) / np.abs(lift).max()
        )
    return loops, forward


def _edges(form: Form, own: NDArray[np.bool_]) -> Ints:
    """(E, 2) sides of the skin between chosen vertices, numbered among these."""
    sides = np.concatenate([form.body.faces[:, [k, (k + 1) % 3]] for k in range(3)])
    sides = np.unique(np.sort(sides, axis=1), axis=0)
    number = np.cumsum(own) - 1
    return np.asarray(number[sides[own[sides].all(1)]], np.int64)


def _outward(loop: Floats) -> Floats:
    along = np.roll(loop, -1, axis=0) - np.roll(loop, 1, axis=0)
    normal = np.stack([along[:, 1], -along[:, 0]], axis=1)
    area = float(
        np.sum(loop[:, 0] * np.roll(loop[:, 1], -1) - np.roll(loop[:, 0], -1) * loop[:, 1])
    )
    return _unit(normal * np.sign(area))


def _sole(base: Floats, recipe: BootRecipe, forward: Floats) -> tuple[Floats, Ints, Floats]:
    """Welt, edge and tread, and a heel under its back."""
    floor = base * (1, 0, 1)
    centre = floor.mean(0)
    out, up = _unit(floor - centre), np.array([0.0, 1.0, 0.0])
    rows = np.stack(
        [
            floor + 0.005 * up - 0.002 * out,
            floor + 0.005 * up + recipe.welt * out,
            floor + 0.004 * up + (recipe.welt + 0.001) * out,
            floor - recipe.sole * up + (recipe.welt - 0.0005) * out,
        ]
    )
    points, faces = _capped(rows, centre - recipe.sole * up)
    if recipe.heel:
        along = (floor - centre) @ forward
        behind = np.flatnonzero(along < along.min() + 0.30 * np.ptp(along))
        # The outline starts at the heel: its last points come before its first.
        gap = int(np.argmax(np.diff(behind))) + 1
        edge = rows[-1][np.roll(behind, -gap)]
        tip = edge.mean(0) + 0.92 * (edge - edge.mean(0)) - recipe.heel * up
        block, more = _capped(np.stack([edge, tip]), tip.mean(0))
        faces = np.concatenate([faces, more + len(points)])
        points = np.concatenate([points, block])
    return points, faces, points[:, [0, 2]] * 100


def _capped(rows: Floats, middle: Floats) -> tuple[Floats, Ints]:
    """A closed band that goes down, and its lower end shut."""
    count = rows.shape[1]
    last = (len(rows) - 1) * count + np.arange(count)
    fan = np.stack([last, np.roll(last, -1), np.full(count, len(rows) * count)], axis=1)
    faces = np.concatenate([strip(len(rows), count, closed=True), fan])[:, ::-1]
    return np.concatenate([rows.reshape(-1, 3), middle[None]]), faces


def _laces(form: Form, recipe: BootRecipe, side: str, grid: Floats, forward: Floats) -> list[Sheet]:
    """Flat laces across the instep."""
    out = []
    count = grid.shape[1]
    middle = int(np.argmax((grid[len(grid) // 2] - grid[0].mean(0)) @ forward))
    wide = max(2, round(0.085 * count))
    columns = (np.arange(middle - wide, middle + wide + 1)) % count
    front = grid[:, columns]
    for share in np.linspace(0.60, 0.90, recipe.laces):
        row = share * (len(grid) - 1)
        lines = []
        for aside in (-1.0, 1.0):
            k = np.clip(row + aside * 0.28, 0, len(grid) - 1.001)
            first = int(k)
            line = front[first] + (k - first) * (front[first + 1] - front[first])
            lines.append(line + LACE_LIFT_M * _unit(forward + np.array([0.0, 1.0, 0.0])))
        points = np.concatenate(lines)
        uv = np.zeros((len(points), 2))
        uv[:, 0] = np.tile(np.linspace(0, 5, len(columns)), 2)
        uv[len(columns) :, 1] = 0.7
        out.append(_sheet(form, side, points, strip(2, len(columns)), uv))
    return out


def _sheet(form: Form, side: str, points: Floats, faces: Ints, uv: Floats) -> Sheet:
    """Bound to the toes, the foot and, over the ankle, the leg."""
    ankle, ball = form.joint(f"foot_{side}"), form.joint(f"ball_{side}")
    forward = _unit((ball - ankle) * (1, 0, 1))
    toes = _smooth(((points - ball) @ forward + 0.03) / 0.05)
    leg = _smooth((points[:, 1] - ankle[1] + 0.3 * ANKLE_M) / ANKLE_M)
    names = (f"foot_{side}", f"ball_{side}", f"calf_{side}")
    bones = np.tile([form.body.bone(name) for name in names], (len(points), 1))
    shares = np.stack([(1 - toes) * (1 - leg), toes * (1 - leg), leg], axis=1)
    return creased(
        points, faces, uv, dense_of(bones, shares, len(form.body.names)).astype(np.float64)
    )


def _smooth(share: Floats) -> Floats:
    share = np.clip(share, 0, 1)
    return np.asarray(share * share * (3 - 2 * share))


def _unit(vectors: Floats) -> Floats:
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-12))
