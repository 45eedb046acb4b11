"""Smooth curves through points, evenly spaced, and frames that travel along them without twisting."""

from __future__ import annotations

import numpy as np

from tryon.core.spaces import Floats
from tryon.core.transforms import exp_so3


def lengths_along(points: Floats, *, closed: bool = False) -> Floats:
    """(N,) path length from the first of (N, d) points; (N + 1,) when closed, the last the whole loop."""
    path = np.concatenate([points, points[:1]]) if closed else points
    steps = np.linalg.norm(np.diff(path, axis=0), axis=1)
    return np.concatenate([[0.0], np.cumsum(steps)])


def resample(points: Floats, count: int, *, closed: bool = False) -> Floats:
    """(count, d) points evenly spaced by length along a polyline of (N, d) points.

    An open line keeps both ends; a closed one starts at its first point and does not repeat it.
    """
    path = np.concatenate([points, points[:1]]) if closed else points
    at = lengths_along(path)
    wanted = np.linspace(0.0, at[-1], count, endpoint=not closed)
    return np.stack([np.interp(wanted, at, path[:, k]) for k in range(path.shape[1])], axis=1)


def catmull_rom(points: Floats, count: int, *, closed: bool = False) -> Floats:
    """(count, d) points evenly spaced on the centripetal Catmull–Rom curve through (N, d) points.

    Centripetal knots (Yuksel et al., 2011) neither loop nor overshoot at uneven spacing. An open curve
    goes from the first point to the last. Needs two distinct points, three when closed.
    """
    if closed:
        control = np.concatenate([points[-1:], points, points[:2]])
    else:
        first, last = 2 * points[0] - points[1], 2 * points[-1] - points[-2]
        control = np.concatenate([first[None], points, last[None]])
    fine = max(16, 4 * count // max(len(control) - 3, 1))
    pieces = [_catmull_rom_piece(control[i : i + 4], fine) for i in range(len(control) - 3)]
    dense = np.concatenate([*pieces, control[-2:-1]])
    if closed:
        dense = dense[:-1]
    return resample(dense, count, closed=closed)


def _catmull_rom_piece(p: Floats, count: int) -> Floats:
    """(count, d) points from p[1] towards p[2] by the Barry–Goldman pyramid, p[2] left out."""
    knots = np.concatenate(
        [[0.0], np.cumsum(np.maximum(np.linalg.norm(np.diff(p, axis=0), axis=1), 1e-12) ** 0.5)]
    )
    t = np.linspace(knots[1], knots[2], count, endpoint=False)[:, None]

    def mix(low: int, high: int, a: Floats, b: Floats) -> Floats:
        share = (t - knots[low]) / (knots[high] - knots[low])
        out: Floats = (1 - share) * a + share * b
        return out

    a1, a2, a3 = (mix(i, i + 1, p[i], p[i + 1]) for i in range(3))
    return mix(1, 2, mix(0, 2, a1, a2), mix(1, 3, a2, a3))


def bezier(control: Floats, count: int) -> Floats:
    """(count, d) points evenly spaced by length on the Bézier curve of (N, d) control points."""
    t = np.linspace(0.0, 1.0, max(64, 4 * count))[:, None, None]
    level = np.broadcast_to(control, (len(t), *control.shape))
    while level.shape[1] > 1:
        level = (1 - t) * level[:, :-1] + t * level[:, 1:]
    return resample(level[:, 0], count)


def smooth_values(at: Floats, known_at: Floats, known: Floats) -> Floats:
    """Values at `at` of the shape-preserving cubic through (N,) known places; never overshoots.

    `known_at` increases strictly, outside of it the end values hold. The slopes are those of Fritsch and
    Butland (1984), as in SciPy's PCHIP, which takes longer to load than a frame takes to make.
    """
    inside = np.clip(at, known_at[0], known_at[-1])
    slope = _monotone_slopes(known_at, known)
    here = np.clip(np.searchsorted(known_at, inside, side="right") - 1, 0, len(known_at) - 2)
    width = known_at[here + 1] - known_at[here]
    t = (inside - known_at[here]) / width
    rise = known[here + 1] - known[here]
    # Cubic Hermite basis, about the left end.
    bend = t * (1 - t) * ((1 - t) * slope[here] - t * slope[here + 1]) * width
    return np.asarray(known[here] + rise * t * t * (3 - 2 * t) + bend)


def _monotone_slopes(x: Floats, y: Floats) -> Floats:
    """(N,) slopes of a cubic that never overshoots: weighted harmonic means, 0 where y turns."""
    h, d = np.diff(x), np.diff(y) / np.diff(x)
    if len(h) == 1:
        return np.repeat(d, 2)
    out = np.zeros(len(x))
    before, after = d[:-1], d[1:]
    monotone = before * after > 0
    w0, w1 = 2 * h[1:] + h[:-1], h[1:] + 2 * h[:-1]
    out[1:-1][monotone] = ((w0 + w1)[monotone]) / (
        w0[monotone] / before[monotone] + w1[monotone] / after[monotone]
    )
    out[0] = _end_slope(h[0], h[1], d[0], d[1])
    out[-1] = _end_slope(h[-1], h[-2], d[-1], d[-2])
    return out


def _end_slope(h0: float, h1: float, d0: float, d1: float) -> float:
    """The three-point slope at an end, kept from overshooting."""
    slope = ((2 * h0 + h1) * d0 - h0 * d1) / (h0 + h1)
    if slope * d0 <= 0:
        return 0.0
    if d0 * d1 <= 0 and abs(slope) > 3 * abs(d0):
        return float(3 * d0)
    return float(slope)


def circle(radius: float, count: int) -> Floats:
    """(count, 2) points of a circle, counter-clockwise from the first axis."""
    angle = np.linspace(0.0, 2 * np.pi, count, endpoint=False)
    return radius * np.stack([np.cos(angle), np.sin(angle)], axis=1)


def rounded_rectangle(
    width: float, height: float, radius: float, *, corner_steps: int = 3
) -> Floats:
    """(4 × (corner_steps + 1), 2) outline of a rectangle about the origin, counter-clockwise."""
    radius = min(radius, width / 2, height / 2)
    quarter = np.linspace(0.0, np.pi / 2, corner_steps + 1)
    corners = []
    for index, (sx, sy) in enumerate(((1, 1), (-1, 1), (-1, -1), (1, -1))):
        angle = quarter + index * np.pi / 2
        centre = np.array([sx * (width / 2 - radius), sy * (height / 2 - radius)])
        corners.append(centre + radius * np.stack([np.cos(angle), np.sin(angle)], axis=1))
    return np.concatenate(corners)


def travelling_frames(path: Floats, *, closed: bool = False, up: Floats | None = None) -> Floats:
    """(N, 3, 3) frames along (N, 3) points; columns are side, up and the forward tangent.

    side × up = tangent. The frame is carried by rotation-minimising double reflection (Wang et al.,
    2008); on a closed path the angle that is left over is spread evenly. `up` is the direction that the
    first frame's second column is nearest to; by default one that is not along the path.
    """
    around = np.roll(path, -1, axis=0) - np.roll(path, 1, axis=0)
    tangent = around if closed else np.gradient(path, axis=0)
    tangent = tangent / np.maximum(np.linalg.norm(tangent, axis=1, keepdims=True), 1e-15)
    if up is None:
        up = np.eye(3)[int(np.argmin(np.abs(tangent[0])))]
    first = up - tangent[0] * (tangent[0] @ up)
    ups = [first / np.linalg.norm(first)]
    stops = [*range(1, len(path)), 0] if closed else [*range(1, len(path))]
    for before, after in enumerate(stops):
        ups.append(_carried(ups[-1], path[[before, after]], tangent[[before, after]]))
    carried = np.array(ups[: len(path)])
    if closed:
        last, start = ups[-1], ups[0]
        left_over = np.arctan2(np.cross(last, start) @ tangent[0], last @ start)
        turns = left_over * np.arange(len(path)) / len(path)
        carried = np.array(
            [exp_so3(t * turn) @ u for t, turn, u in zip(tangent, turns, carried, strict=True)]
        )
    return np.stack([np.cross(carried, tangent), carried, tangent], axis=2)


def _carried(up: Floats, points: Floats, tangents: Floats) -> Floats:
    """A frame's up vector carried from one point to the next by two reflections."""
    step = points[1] - points[0]
    square = max(float(step @ step), 1e-30)
    up_half = up - step * (2 / square * (step @ up))
    tangent_half = tangents[0] - step * (2 / square * (step @ tangents[0]))
    turn = tangents[1] - tangent_half
    square = float(turn @ turn)
    carried = up_half if square < 1e-24 else up_half - turn * (2 / square * (turn @ up_half))
    carried = carried - tangents[1] * (tangents[1] @ carried)
    out: Floats = carried / np.linalg.norm(carried)
    return out
