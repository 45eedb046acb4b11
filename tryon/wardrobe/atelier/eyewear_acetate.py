"""Fronts cut from a sheet of acetate: two eyes, bridge and end pieces in one milled, bevelled piece.

The left half is drawn as the ring between the lens and the outer contour, along rays from a point
inside the lens, open in the middle plane; the right half is its mirror image.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from tryon.core.spaces import Floats
from tryon.core.transforms import rigid
from tryon.wardrobe.atelier import curves, solids
from tryon.wardrobe.atelier.rims import FrontSurface
from tryon.wardrobe.atelier.solids import CM_PER_M, Solid

CONTOUR_COLUMNS = 84
CUT_COLUMNS = 2
INNER_ROUND_M = 0.0005
FAR_M = 0.075
RAYS = 720


@dataclass(frozen=True)
class AcetatePattern:
    """A front's drawing in metres, seen from the front, origin the asset's.

    outline: (N, 2) left lens about `centre`; rim_*: breadth of the rim beside the nose, above, at the
    temple and below; bridge_y: middle of the bridge; bridge_high: its height in the middle plane;
    keyhole: radius of the round notch under it, 0 for a saddle; end_y, end_high: middle and height of
    the end piece; half_width: middle plane to the outermost point; depth: thickness of the sheet;
    bevel: breadth of the milled edge in front.
    """

    outline: Floats
    centre: tuple[float, float]
    rim_nasal: float
    rim_top: float
    rim_temporal: float
    rim_bottom: float
    bridge_y: float
    bridge_high: float
    keyhole: float
    end_y: float
    end_high: float
    half_width: float
    depth: float
    bevel: float


def acetate_front(pattern: AcetatePattern, surface: FrontSurface) -> Solid:
    """The front in `asset`, closed once its two halves are welded in the middle plane."""
    half = _half(pattern)
    left = solids.grid(surface.place(half), closed_rows=True, closed_columns=True)
    uv = _unrolled(half)
    on_middle = np.abs(left.points[:, 0]) < 1e-9
    # A wall in there would be seen through clear acetate.
    left = Solid(left.points, left.faces[~on_middle[left.faces].all(1)], uv)
    mirror = np.diag([-1.0, 1.0, 1.0, 1.0])
    right = left.moved(mirror)
    return solids.merge([left, Solid(right.points, right.faces, uv * [-1.0, 1.0])])


def _unrolled(drawing: Floats) -> Floats:
    """Centimetres on the sheet; the walls show its depth, slanted, so that spots do not streak."""
    closed = np.concatenate([drawing, drawing[:1]])
    closed = np.concatenate([closed, closed[:, :1]], axis=1).reshape(-1, 3)
    x, y, z = (closed * CM_PER_M).T
    return np.stack([x + 0.8 * z, y + 0.6 * z], axis=1)


def _half(p: AcetatePattern) -> Floats:
    """(R, C, 3) the left half as rows of its section by columns around the lens, flat."""
    eye = np.array(p.centre)
    # Rays from near the bridge's height meet bridge and end piece nearly square.
    hub = np.array([eye[0], eye[1] + 0.45 * (p.bridge_y - eye[1])])
    lens = p.outline + eye
    contour = _contour(p, hub, lens)
    top, low = contour[0, 1], contour[-1, 1]
    cut = np.linspace(low, top, CUT_COLUMNS + 2)[1:-1]
    wall = np.stack([np.zeros(CUT_COLUMNS), cut], axis=1)
    outer = np.concatenate([contour, wall])
    outward = np.concatenate([_contour_normals(contour), np.zeros((CUT_COLUMNS, 2))])
    inner, inward = _lens_edge(lens, hub, outer)
    return _section(p, outer, outward, inner, inward)


def _section(
    p: AcetatePattern, outer: Floats, outward: Floats, inner: Floats, inward: Floats
) -> Floats:
    """Rows round the section, from the lens over the front to the outside and back behind."""
    half, small, bevel = p.depth / 2, INNER_ROUND_M, p.bevel
    breadth = np.linalg.norm(outer - inner, axis=1, keepdims=True)
    # Where the rim is slim the milling gives way.
    bevel_in = np.minimum(bevel, 0.42 * breadth)
    drop = 0.42 * bevel

    def at_lens(inset: float, z: float) -> Floats:
        return _lifted(inner - inset * inward, z)

    def at_edge(inset: Floats | float, z: float) -> Floats:
        return _lifted(outer - inset * outward, z)

    pillow = _lifted(0.5 * (inner - small * inward) + 0.5 * (outer - bevel_in * outward), half)
    pillow[:, 2] += 0.00012
    rows = [
        at_lens(0.0, -half + small),
        at_lens(0.0, half - small),
        at_lens(0.3 * small, half - 0.3 * small),
        at_lens(small, half),
        pillow,
        at_edge(bevel_in, half),
        at_edge(0.22 * bevel_in, half - drop),
        at_edge(0.0, half - drop - 0.35 * bevel_in.min()),
        at_edge(0.0, -half + 0.0008),
        at_edge(0.00025, -half + 0.00025),
        at_edge(0.0009, -half),
        at_lens(small, -half),
    ]
    return np.array(rows)


def _lifted(flat: Floats, z: float) -> Floats:
    return np.concatenate([flat, np.full((len(flat), 1), z)], axis=1)


def _contour(p: AcetatePattern, hub: Floats, lens: Floats) -> Floats:
    """(CONTOUR_COLUMNS, 2) from the bridge's top over the temple to its underside, x ≥ 0."""
    angle = np.linspace(0, 2 * np.pi, RAYS, endpoint=False)
    ray = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    to_middle = np.where(ray[:, 0] < -1e-9, -hub[0] / np.minimum(ray[:, 0], -1e-9), FAR_M)
    reach = np.minimum(to_middle, FAR_M)
    tree = cKDTree(lens)
    steps = np.linspace(1.0, 0.2, 41)
    radii = steps[None, :] * reach[:, None]
    inside = _outside(p, tree, hub + radii[..., None] * ray[:, None]) < 0
    first = inside.argmax(1)
    high = radii[np.arange(RAYS), np.maximum(first - 1, 0)]
    low = radii[np.arange(RAYS), first]
    for _ in range(14):
        middle = 0.5 * (low + high)
        within = _outside(p, tree, hub + middle[:, None] * ray) < 0
        low, high = np.where(within, middle, low), np.where(within, high, middle)
    edge = hub + low[:, None] * ray
    at_middle = first == 0
    # The cut is one run of rays; the contour runs from its upper end round the eye to its lower end.
    start = int(np.flatnonzero(at_middle & ~np.roll(at_middle, 1))[0])
    stop = int(np.flatnonzero(at_middle & ~np.roll(at_middle, -1))[0])
    order = (np.arange(RAYS - (stop - start + 1)) + stop + 1) % RAYS
    lower, upper = (_on_middle(p, tree, edge[k, 1]) for k in (stop, start))
    line = np.concatenate([[[0.0, lower]], edge[order], [[0.0, upper]]])
    return _finely(line)[::-1]


def _on_middle(p: AcetatePattern, tree: cKDTree, near_y: float) -> float:
    """Height at which the contour crosses the middle plane, near a height that is still inside."""
    at = near_y + np.linspace(-0.002, 0.002, 401)
    value = _outside(p, tree, np.stack([np.zeros_like(at), at], axis=1))
    crossing = np.flatnonzero(np.diff(np.sign(value)))
    return float(at[crossing[np.abs(at[crossing] - near_y).argmin()]]) if len(crossing) else near_y


def _finely(line: Floats) -> Floats:
    """Points closer together where the line bends."""
    dense = curves.resample(line, 900)
    smooth = _smoothed(dense, 5)
    tangent = np.gradient(smooth, axis=0)
    heading = np.unwrap(np.arctan2(tangent[:, 1], tangent[:, 0]))
    bend = _smoothed(np.abs(np.gradient(heading))[:, None], 9)[:, 0]
    step = 1 / len(dense) + 0.7 * bend / max(float(bend.sum()), 1e-9)
    at = np.concatenate([[0.0], np.cumsum(0.5 * (step[1:] + step[:-1]))])
    wanted = np.linspace(0, at[-1], CONTOUR_COLUMNS)
    return np.stack([np.interp(wanted, at, smooth[:, k]) for k in range(2)], axis=1)


def _smoothed(line: Floats, reach: int) -> Floats:
    """Moving average of (N, d) rows, both ends kept."""
    padded = np.concatenate(
        [2 * line[:1] - line[reach:0:-1], line, 2 * line[-1:] - line[-2 : -reach - 2 : -1]]
    )
    total = np.cumsum(np.concatenate([np.zeros((1, line.shape[1])), padded]), axis=0)
    out: Floats = (total[2 * reach + 1 :] - total[: -2 * reach - 1]) / (2 * reach + 1)
    return out


def _contour_normals(contour: Floats) -> Floats:
    """(N, 2) outward; in the middle plane straight up and down, so that both halves meet smoothly."""
    tangent = np.gradient(contour, axis=0)
    normal = np.stack([-tangent[:, 1], tangent[:, 0]], axis=1)
    normal[0], normal[-1] = (0.0, 1.0), (0.0, -1.0)
    out: Floats = normal / np.linalg.norm(normal, axis=1, keepdims=True)
    return out


def _lens_edge(lens: Floats, hub: Floats, outer: Floats) -> tuple[Floats, Floats]:
    """(N, 2) where the rays to `outer` cross the lens, and the directions into the lens there."""
    away = lens - hub
    bearing = np.unwrap(np.arctan2(away[:, 1], away[:, 0]))
    tangent = np.roll(lens, -1, axis=0) - np.roll(lens, 1, axis=0)
    inward = np.stack([-tangent[:, 1], tangent[:, 0]], axis=1)
    inward /= np.linalg.norm(inward, axis=1, keepdims=True)
    wanted = np.arctan2(*(outer - hub).T[::-1])
    columns = np.concatenate([lens, inward], axis=1)
    found = np.stack(
        [np.interp(wanted, bearing, column, period=2 * np.pi) for column in columns.T], axis=1
    )
    return found[:, :2], found[:, 2:]


def _outside(p: AcetatePattern, lens: cKDTree, at: Floats) -> Floats:
    """(…,) metres outside the contour (negative inside) of (…, 2) points in the drawing."""
    x, y = at[..., 0], at[..., 1]
    distance, _ = lens.query(at)
    rim = distance - _rim_breadth(p, at)
    bridge = _bridge(p, x, y)
    end = _end_piece(p, x, y)
    both = np.maximum(_blend(_blend(rim, bridge, 0.0035), end, 0.0045), x - p.half_width)
    if p.keyhole == 0.0:
        return both
    notch = np.hypot(x, y - (p.bridge_y - p.bridge_high / 2)) - p.keyhole
    return -_blend(-both, notch, 0.0012)


def _rim_breadth(p: AcetatePattern, at: Floats) -> Floats:
    away = at - np.array(p.centre)
    away = away / np.ptp(p.outline, axis=0)
    unit = away / np.maximum(np.linalg.norm(away, axis=-1, keepdims=True), 1e-9)
    across, up = unit[..., 0], unit[..., 1]
    side = np.where(across < 0, p.rim_nasal, p.rim_temporal)
    end = np.where(up < 0, p.rim_bottom, p.rim_top)
    out: Floats = side * across**2 + end * up**2
    return out


def _bridge(p: AcetatePattern, x: Floats, y: Floats) -> Floats:
    """A bar across the nose, arched a little and broader where it joins the rims."""
    arch = p.bridge_y - 14.0 * x**2
    out: Floats = np.maximum(np.abs(y - arch) - p.bridge_high / 2 - 9.0 * x**2, np.abs(x) - 0.014)
    return out


def _end_piece(p: AcetatePattern, x: Floats, y: Floats) -> Floats:
    """A block with rounded corners that the temple is hinged to."""
    inner = p.centre[0] + 0.38 * float(np.ptp(p.outline[:, 0]))
    corner = 0.30 * p.end_high
    half = np.array([(p.half_width - inner) / 2, p.end_high / 2]) - corner
    dx = np.abs(x - (inner + p.half_width) / 2) - half[0]
    dy = np.abs(y - p.end_y) - half[1]
    out: Floats = (
        np.hypot(np.maximum(dx, 0), np.maximum(dy, 0)) + np.minimum(np.maximum(dx, dy), 0) - corner
    )
    return out


def _blend(a: Floats, b: Floats, radius: float) -> Floats:
    """The nearer of two, with a fillet (polynomial smooth minimum, Quilez 2013)."""
    share = np.maximum(radius - np.abs(a - b), 0) / radius
    out: Floats = np.minimum(a, b) - share**2 * radius / 4
    return out


def acetate_pads(p: AcetatePattern, surface: FrontSurface) -> Solid:
    """The pads that are glued to the rims behind and filed to the nose."""
    y = p.bridge_y - 0.0120
    side = p.outline[p.outline[:, 0] < 0] + np.array(p.centre)
    x = float(side[np.abs(side[:, 1] - y).argmin(), 0]) - 0.40 * p.rim_nasal
    centre = surface.place(np.array([x, y, -0.5 * p.depth - 0.0008]))
    along = np.array([0.24, -0.97, 0.0])
    back = np.array([0.12, 0.03, -0.99])
    back = back - along * (back @ along) / (along @ along)
    axes = np.stack([np.cross(along, back), along, back], axis=1)
    axes /= np.linalg.norm(axes, axis=0)
    half = np.diag([0.0018, 0.0066, 0.0042])
    turn = rigid(axes @ half, centre)
    left = solids.sphere(1.0, segments=14, rings=8).moved(turn)
    return solids.merge([left, left.moved(np.diag([-1.0, 1.0, 1.0, 1.0]))])
