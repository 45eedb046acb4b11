"""A garment without joints, made for a standing body: placed on ours by its shape.

Nothing says how large it is, where it looks or how its arms are held. So our body tries several
stances, and the garment is set on each where it hugs it best without cutting in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.optimize import minimize
from scipy.spatial import cKDTree

from tryon.core.errors import ImportError3D
from tryon.core.mesh import Mesh
from tryon.core.spaces import Floats
from tryon.core.transforms import apply, rigid, scaling
from tryon.wardrobe.alterations.fitted import BoundPart, dress_form, spread
from tryon.wardrobe.alterations.hanging import SKIRTS, hung
from tryon.wardrobe.alterations.repose import carried
from tryon.wardrobe.alterations.stances import Stance, stances
from tryon.wardrobe.body_girth import dense_of
from tryon.wardrobe.body_parts import ARMS, FEET, HANDS, Part
from tryon.wardrobe.importer_axes import (
    METRES_OF_UNIT,
    Direction,
    rotation_to_asset,
    surface_samples,
    vector,
)
from tryon.wardrobe.importer_cut import moved
from tryon.wardrobe.importer_report import ImportReport
from tryon.wardrobe.item import Category
from tryon.wardrobe.tailor.form import Form

HEIGHT_M: dict[Category, tuple[float, float, float]] = {
    "tshirt": (0.45, 0.95, 0.68), "top": (0.25, 0.95, 0.60), "shirt": (0.5, 1.0, 0.72),
    "knitwear": (0.4, 1.0, 0.66), "jacket": (0.45, 1.0, 0.72), "coat": (0.6, 1.45, 1.05),
    "trousers": (0.7, 1.25, 1.02), "jeans": (0.7, 1.25, 1.02), "shorts": (0.2, 0.75, 0.42),
    "skirt": (0.2, 1.15, 0.62), "dress": (0.6, 1.6, 1.0), "gown": (0.9, 1.7, 1.35),
    "suit": (0.9, 1.7, 1.4), "shoes": (0.04, 0.6, 0.11),
}  # fmt: skip
"""Least, most and usual height of a garment that fits our body of 1.66 m."""
BOTTOMS: tuple[Category, ...] = ("trousers", "jeans", "shorts", "skirt")
FRONTS: dict[Direction, Floats] = {
    "+z": np.eye(3),
    "-z": np.diag([-1.0, 1.0, -1.0]),
    "+x": np.array([[0.0, 0, -1], [0, 1, 0], [1, 0, 0]]),
    "-x": np.array([[0.0, 0, 1], [0, 1, 0], [-1, 0, 0]]),
}
"""Where the front of an upright garment may look → (3, 3) turn that makes it look along z."""
SLACK = 1.6
"""A unit that is off the usual range by this factor still beats a guess."""
SAMPLES = 1200
OWN_PLACE_M = 0.15
"""A garment that already stands within this of where it belongs was made where it stands."""
LIMITS = np.array([0.12, 0.03, 0.10, 0.08])
"""Most change of ln size, and of place along x, y, z in metres."""
CUT_COST, FAR_M = 5.0, 0.06
CLEARLY = 0.93
NEAREST, SMOOTHING = 4, 10


@dataclass(frozen=True)
class StandingWishes:
    """What the owner says; None leaves it to the shape."""

    height_mm: float | None = None
    front: Direction | None = None
    up: Direction | None = None


@dataclass(frozen=True, eq=False)
class _Upright:
    """The meshes in metres with y up, the (3, 3) turn that did it, and what was assumed for it."""

    meshes: Sequence[Mesh]
    turn: Floats
    report: ImportReport


@dataclass(frozen=True, eq=False)
class _Trial:
    cost: float
    body_from_garment: Floats
    stance: Stance
    front: Direction


def dressed(
    meshes: Sequence[Mesh],
    category: Category,
    report: ImportReport,
    *,
    wishes: StandingWishes,
    path: Path,
) -> list[BoundPart]:
    """The surfaces on our body at rest, bound by the nearest skin. Raises ImportError3D."""
    upright, best = _best_upright(meshes, category, report, wishes=wishes, path=path)
    if wishes.front is None:
        report.assumed.append(
            f"{_named(upright.turn.T @ vector(best.front))} is its front (--front)"
        )
    if best.stance.name:
        report.found.append(f"it was made for {best.stance.name}; its sleeves were turned to ours")
    report.assumed.append("it is bound to the joints of the skin nearest to it")
    placed = [moved(mesh, best.body_from_garment) for mesh in upright.meshes]
    out = []
    for mesh in placed:
        dense = spread(mesh, _weights(mesh, category, best.stance), SMOOTHING)
        out.append(BoundPart(carried(mesh, dense, best.stance.to_rest), dense))
    return out


def _best_upright(
    meshes: Sequence[Mesh],
    category: Category,
    report: ImportReport,
    *,
    wishes: StandingWishes,
    path: Path,
) -> tuple[_Upright, _Trial]:
    """The garment stood up in the way in which it fits best, and where it fits."""
    size = np.ptp(surface_samples(meshes, SAMPLES), axis=0)
    if not (size > 1e-9).any() or np.median(size) < 1e-9:
        raise ImportError3D(
            f"{path} is flat or a point.", remedy="Export the geometry at its real size."
        )
    ups: list[Direction] = ["+y"] if wishes.up is None else [wishes.up]
    # What is longer along z lies on its back, or spreads its sleeves along z.
    if wishes.up is None and category != "shoes" and size[2] > 1.3 * size[1]:
        ups.append("+z")
    tried = []
    for up in ups:
        upright = _upright(meshes, category, up, wishes=wishes)
        trial = _best_trial(
            upright.meshes,
            category,
            told_size=wishes.height_mm is not None,
            told_front=wishes.front is not None,
        )
        tried.append((upright, trial))
    best = min(tried, key=lambda each: each[1].cost)
    if best[1].cost > CLEARLY * tried[0][1].cost:
        best = tried[0]
    report.found += best[0].report.found
    report.assumed += best[0].report.assumed
    return best


def _upright(
    meshes: Sequence[Mesh], category: Category, up: Direction, *, wishes: StandingWishes
) -> _Upright:
    report = ImportReport()
    if wishes.up is None:
        report.assumed.append(f"{up} is up (--up)")
    above = vector(up)
    ahead = vector(wishes.front) if wishes.front is not None else np.zeros(3)
    if abs(float(ahead @ above)) > 0.5 or not ahead.any():
        ahead = vector("+z") if abs(above[2]) < 0.5 else vector("-y")
    turn = rotation_to_asset(ahead, above)
    height = float(np.ptp(surface_samples(meshes, SAMPLES) @ turn[1]))
    factor = _unit(height, category, report, told_mm=wishes.height_mm)
    to_metres = scaling(factor) @ rigid(turn)
    return _Upright([moved(mesh, to_metres) for mesh in meshes], turn, report)


def _unit(
    height: float, category: Category, report: ImportReport, *, told_mm: float | None
) -> float:
    """Metres of one unit of the file: as told, as the height suggests, or so that it is the usual one."""
    if told_mm is not None:
        return 0.001 * told_mm / height
    least, most, usual = HEIGHT_M[category]
    for slack in (1.0, SLACK):
        for unit, metres in METRES_OF_UNIT.items():
            if least / slack <= height * metres <= most * slack:
                how = report.found if unit == "metres" else report.assumed
                how.append(f"its unit is {unit}: {height * metres:.2f} m high (--height-mm)")
                return metres
    report.assumed.append(
        f"it is {usual:.2f} m high, since {height:.4g} fits no unit (--height-mm)"
    )
    return usual / height


def _best_trial(
    meshes: Sequence[Mesh], category: Category, *, told_size: bool, told_front: bool
) -> _Trial:
    points = surface_samples(meshes, SAMPLES)
    tried = stances() if category not in (*BOTTOMS, "shoes") else stances()[:1]
    trials = []
    for stance in tried:
        fronts: tuple[Direction, ...] = ("+z",) if told_front else tuple(FRONTS)
        for front in fronts:
            start = rigid(FRONTS[front])
            rough = _settled(
                apply(start, points[::4]), category, stance, told_size=told_size, steps=50
            )
            trials.append(_Trial(rough[0], rough[1] @ start, stance, front))
    best = min(trials, key=lambda trial: trial.cost)
    # glTF looks along +z: only what clearly fits better turned is turned.
    plain = min((t for t in trials if t.front == "+z"), key=lambda trial: trial.cost)
    if best.cost > CLEARLY * plain.cost:
        best = plain
    start = rigid(FRONTS[best.front])
    cost, place = _settled(
        apply(start, points), category, best.stance, told_size=told_size, steps=160
    )
    return _Trial(cost, place @ start, best.stance, best.front)


def _settled(
    points: Floats, category: Category, stance: Stance, *, told_size: bool, steps: int
) -> tuple[float, Floats]:
    """How badly a garment fits at its best place on a stance, and that place; after so many tries."""
    form = dress_form()
    keep = stance.parts != Part.HEAD
    if category == "shoes":
        keep &= np.isin(stance.parts, (*FEET, Part.LEFT_CALF, Part.RIGHT_CALF))
    elif category in BOTTOMS:
        keep &= ~np.isin(stance.parts, (*ARMS, *HANDS))
    skin, normals = stance.points[keep], stance.normals[keep]
    tree = cKDTree(skin)
    start = _start(points, category, form)

    def placed(change: Floats) -> Floats:
        return apply(_around(points, start, change), points)

    def cost(change: Floats) -> float:
        beyond = np.maximum(np.abs(change) / LIMITS - 1, 0).sum()
        limited = np.clip(change, -LIMITS, LIMITS)
        here = placed(limited * [0.0 if told_size else 1.0, 1, 1, 1])
        far, near = tree.query(here)
        inside = np.einsum("ij,ij->i", here - skin[near], normals[near]) < 0
        felt = np.where(inside, CUT_COST * np.minimum(far, 0.2), np.minimum(far, FAR_M))
        return float(felt.mean() + 0.05 * beyond)

    first = np.vstack([np.zeros(4), np.diag(0.4 * LIMITS)])
    found = minimize(
        cost, np.zeros(4), method="Nelder-Mead",
        options={"initial_simplex": first, "maxfev": steps, "xatol": 1e-3, "fatol": 1e-5},
    )  # fmt: skip
    change = np.clip(found.x, -LIMITS, LIMITS) * [0.0 if told_size else 1.0, 1, 1, 1]
    return float(found.fun), _around(points, start, change)


def _around(points: Floats, start: Floats, change: Floats) -> Floats:
    """(4, 4) the start, then grown about the garment's top and moved."""
    top = np.array([0.0, float(points[:, 1].max()), 0.0])
    factor = float(np.exp(change[0]))
    out: Floats = rigid(None, start + change[1:] + top) @ scaling(factor) @ rigid(None, -top)
    return out


def _start(points: Floats, category: Category, form: Form) -> Floats:
    """(3,) shift to where garments of a category belong."""
    low, high = points.min(0), points.max(0)
    shift = np.array([-0.5 * (low[0] + high[0]), 0.0, 0.0])
    if category == "shoes":
        shift[1] = -low[1]
        feet = form.points[np.isin(form.body.parts, FEET)]
        shift[2] = 0.5 * (feet[:, 2].min() + feet[:, 2].max()) - 0.5 * (low[2] + high[2])
        return shift
    top = form.waist_y + 0.01 if category in BOTTOMS else float(form.joint("neck_01")[1])
    if abs(high[1] - top) > OWN_PLACE_M:
        shift[1] = top - high[1]
    trunk = form.points[form.body.parts == Part.TORSO]
    upper = points[:, 1] > high[1] - 0.4 * (high[1] - low[1])
    shift[2] = 0.5 * (trunk[:, 2].min() + trunk[:, 2].max()) - 0.5 * (
        points[upper, 2].min() + points[upper, 2].max()
    )
    return shift


def _named(direction: Floats) -> str:
    axis = int(np.argmax(np.abs(direction)))
    return ("+" if direction[axis] > 0 else "-") + "xyz"[axis]


def _weights(mesh: Mesh, category: Category, stance: Stance) -> Floats:
    """(V, 53) joint weights: of the nearest skin; skirts hang from the pelvis, legs keep their side."""
    form = dress_form()
    body = form.body
    skin = dense_of(body.bones, body.weights, len(body.names)).astype(np.float64)
    points = mesh.vertices.astype(np.float64)
    parts = stance.parts
    dense = _nearest(points, stance.points, skin, parts != Part.HEAD)
    below = points[:, 1] < form.hip_y
    for left in (True, False):
        side = (points[:, 0] > 0) == left
        legs = (parts >= Part.LEFT_THIGH) | (parts == Part.TORSO)
        allowed = legs & ((stance.points[:, 0] > -0.005) == left) & ~np.isin(parts, HANDS)
        chosen = below & side
        if chosen.any():
            dense[chosen] = _nearest(points[chosen], stance.points, skin, allowed)
    if category in SKIRTS:
        dense = hung(points, dense, form, category=category)
    return np.asarray(dense / dense.sum(1, keepdims=True))


def _nearest(points: Floats, spots: Floats, skin: Floats, allowed: Floats) -> Floats:
    chosen = np.flatnonzero(allowed)
    far, near = cKDTree(spots[chosen]).query(points, k=NEAREST)
    share = 1 / np.maximum(far, 1e-4) ** 2
    share /= share.sum(1, keepdims=True)
    return np.asarray(np.einsum("nk,nkj->nj", share, skin[chosen[near]]))
