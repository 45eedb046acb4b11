"""What lies on the cloth: hems, ribs, waistbands, lapels, pockets, buttons, drawn on the flat pattern.

A trim is drawn on a panel, carried to where the draped panel is and lifted along its normal; it is
bound to the joints exactly as the cloth under it, so it never comes off.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from tryon.core.spaces import Floats
from tryon.wardrobe.atelier.creases import corner_normals
from tryon.wardrobe.atelier.curves import lengths_along, resample
from tryon.wardrobe.tailor.cloth import Cloth, fill
from tryon.wardrobe.tailor.levels import Lookup

Ints = NDArray[np.int64]
Lift = Callable[[Floats, Floats], Floats]
"""Heights above the cloth of (N, 2) places on a panel, given their (N,) distances from the outline."""

HEM_ROWS = ((0.0, 0.0), (0.0004, -0.0022), (0.012, -0.0022))
"""Turned-in edge: how far from the edge and how far above the cloth, metres, from out to in."""


@dataclass(frozen=True, eq=False)
class Sheet:
    """A finished surface with its binding.

    points, normals: (V, 3); faces: (F, 3); uv: (V, 2) pattern centimetres; dense: (V, J) joint shares.
    """

    points: Floats
    normals: Floats
    faces: Ints
    uv: Floats
    dense: Floats


@dataclass(frozen=True, eq=False)
class Draped:
    """A cloth in its final shape: where trims are put.

    points, normals: (N, 3) of its particles; dense: (N, J) joint shares.
    """

    cloth: Cloth
    points: Floats
    normals: Floats
    dense: Floats
    lookup: Lookup

    def on(self, panel: int, flat: Floats, lift: Floats | float) -> tuple[Floats, Floats]:
        """(N, 3) places above (N, 2) points of a panel, and their (N, J) joint shares."""
        corner, share = self.lookup.corners(panel, flat)
        corner = self.cloth.particle[corner]

        def read(values: Floats) -> Floats:
            return np.asarray(np.einsum("nk,nkd->nd", share, values[corner]))

        normal = read(self.normals)
        normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-12)
        high = np.broadcast_to(np.asarray(lift, np.float64), (len(flat),))
        return read(self.points) + high[:, None] * normal, read(self.dense)


@dataclass(frozen=True)
class Band:
    """A strip along edges of panels.

    part: name of its material; edges: (panel, edge) it follows; rows: (distance from the edge, height
    above the cloth) in metres, along the outside towards the edge and around it to the inside.
    """

    part: str
    edges: tuple[tuple[str, str], ...]
    rows: tuple[tuple[float, float], ...] = HEM_ROWS

    def sheets(self, draped: Draped, *, spacing_m: float) -> list[Sheet]:
        """One surface for each run of edges that follow each other."""
        # The cloth's own points on the edge, so that no gap shows between them.
        runs: list[tuple[str, Ints]] = []
        for panel, edge in self.edges:
            points = draped.cloth.edges[panel, edge]
            if runs and runs[-1][0] == panel and _is_smooth(draped.cloth.flat, runs[-1][1], points):
                runs[-1] = (panel, np.concatenate([runs[-1][1], points[1:]]))
            else:
                runs.append((panel, points))
        return [self._along(draped, panel, points) for panel, points in runs]

    def _along(self, draped: Draped, panel: str, on: Ints) -> Sheet:
        cloth = draped.cloth
        number = panel_number(cloth, panel)
        line = cloth.flat[on]
        inward = inward_of(line)
        rows = np.array([line + away * inward for away, _ in self.rows])
        # At its ends the strip follows the panel's next sides, where it meets the next panel's strip.
        for end, side in ((0, _side_before(cloth, panel, on)), (-1, _side_after(cloth, panel, on))):
            at = lengths_along(side)
            for k, (away, _) in enumerate(self.rows):
                if away > 0:
                    rows[k, end] = [np.interp(away, at, side[:, axis]) for axis in range(2)]
        flat = rows.reshape(-1, 2)
        lift = np.repeat([high for _, high in self.rows], len(line))
        points, dense = draped.on(number, flat, lift)
        # Rows run towards the edge on the outside: the strip is seen from its other side.
        faces = strip(len(self.rows), len(line))[:, ::-1]
        return creased(points, faces, flat * 100, dense)


@dataclass(frozen=True, eq=False)
class Patch:
    """A piece with a given outline on a panel: a pocket, a flap, a lapel.

    outline: (N, 2) counter-clockwise on the panel; lift: height of (M, 2) places above the cloth, given
    their (M,) distances from the outline, metres.
    """

    part: str
    panel: str
    outline: Floats
    lift: Lift

    def sheets(self, draped: Draped, *, spacing_m: float) -> list[Sheet]:
        """The piece, its rim turned down onto the cloth."""
        spacing = float(np.clip(0.85 * spacing_m, 0.012, 0.03))
        closed = np.concatenate([self.outline, self.outline[:1]])
        length = float(np.linalg.norm(np.diff(closed, axis=0), axis=1).sum())
        rim = _corners_kept(self.outline, max(8, round(length / spacing)))
        points, faces = fill(rim, spacing)
        closed = np.concatenate([rim, rim[:1]])
        away = cKDTree(resample(closed, 20 * len(rim))).query(points)[0]
        high = self.lift(points, away)
        # The rim a second time, on the cloth: what gives the piece its thickness.
        flat = np.concatenate([points, rim])
        lift = np.concatenate([high, np.full(len(rim), -0.0005)])
        ring = np.arange(len(rim))
        after, low = np.roll(ring, -1), len(points) + ring
        wall = np.concatenate(
            [
                np.stack([ring, low, np.roll(low, -1)], 1),
                np.stack([ring, np.roll(low, -1), after], 1),
            ]
        )
        number = panel_number(draped.cloth, self.panel)
        places, dense = draped.on(number, flat, lift)
        return [creased(places, np.concatenate([faces, wall]), flat * 100, dense)]


@dataclass(frozen=True)
class Button:
    """A round, slightly domed button on a panel; radius and thickness in metres."""

    part: str
    panel: str
    at: tuple[float, float]
    radius_m: float = 0.010
    height_m: float = 0.0035
    base_m: float = 0.0012

    def sheets(self, draped: Draped, *, spacing_m: float) -> list[Sheet]:
        """A lathed disc."""
        number = panel_number(draped.cloth, self.panel)
        middle = np.array([self.at])
        centre, dense = draped.on(number, middle, self.base_m)
        across = draped.on(number, middle + np.array([0.004, 0.0]), self.base_m)[0] - centre
        up = draped.on(number, middle, self.base_m + 0.01)[0] - centre
        up /= np.linalg.norm(up)
        side = across - up * (across @ up.T)
        side /= np.linalg.norm(side)
        other = np.cross(up, side)
        sides = 12 if spacing_m < 0.03 else 6
        angle = 2 * np.pi * np.arange(sides) / sides
        ring = np.cos(angle)[:, None] * side + np.sin(angle)[:, None] * other
        rows = ((1.0, 0.0), (1.0, 0.75), (0.82, 1.0), (0.6, 0.72))
        loops = [centre + r * self.radius_m * ring + h * self.height_m * up for r, h in rows]
        top = centre + 0.66 * self.height_m * up
        points = np.concatenate([*loops, top])
        faces = strip(len(rows), sides, closed=True)
        last = (len(rows) - 1) * sides + np.arange(sides)
        cap = np.stack([last, np.roll(last, -1), np.full(sides, len(points) - 1)], axis=1)
        uv = np.concatenate([*[np.stack([angle, np.full(sides, h)], 1) for _, h in rows], [[0, 0]]])
        spread = np.repeat(dense, len(points), axis=0)
        return [creased(points, np.concatenate([faces, cap]), uv, spread)]


class Trim(Protocol):
    """Anything that can be put onto a draped cloth."""

    @property
    def part(self) -> str:
        """Name of its material."""
        ...

    def sheets(self, draped: Draped, *, spacing_m: float) -> list[Sheet]:
        """Its surfaces; spacing_m: side of the cloth's triangles."""
        ...


def merged(sheets: list[Sheet]) -> Sheet:
    """Several surfaces as one; nothing is welded."""
    starts = np.cumsum([0] + [len(s.points) for s in sheets[:-1]])
    return Sheet(
        np.concatenate([s.points for s in sheets]),
        np.concatenate([s.normals for s in sheets]),
        np.concatenate([s.faces + k for s, k in zip(sheets, starts, strict=True)]),
        np.concatenate([s.uv for s in sheets]),
        np.concatenate([s.dense for s in sheets]),
    )


def panel_number(cloth: Cloth, panel: str) -> int:
    """The number of a panel by name. Raises ValueError."""
    return [p.name for p in cloth.pattern.panels].index(panel)


def _side_before(cloth: Cloth, panel: str, on: Ints) -> Floats:
    """(N, 2) the outline of a panel backwards from where a run of points begins."""
    for (name, _), points in cloth.edges.items():
        if name == panel and points[-1] == on[0]:
            return cloth.flat[points[::-1]]
    raise KeyError(f"nothing leads to the run on {panel}")


def _side_after(cloth: Cloth, panel: str, on: Ints) -> Floats:
    """(N, 2) the outline of a panel from where a run of points ends."""
    for (name, _), points in cloth.edges.items():
        if name == panel and points[0] == on[-1]:
            return cloth.flat[points]
    raise KeyError(f"nothing follows the run on {panel}")


def _is_smooth(flat: Floats, before: Ints, after: Ints) -> bool:
    """Whether one edge goes on where the other ends, without a corner."""
    if before[-1] != after[0]:
        return False
    one, other = flat[before[-1]] - flat[before[-2]], flat[after[1]] - flat[after[0]]
    return float(one @ other) > 0.9 * float(np.linalg.norm(one) * np.linalg.norm(other))


def inward_of(line: Floats) -> Floats:
    """(N, 2) unit normals of an open line, to its left: into the panel it bounds."""
    along = np.gradient(line, axis=0)
    along /= np.maximum(np.linalg.norm(along, axis=1, keepdims=True), 1e-12)
    return np.stack([-along[:, 1], along[:, 0]], axis=1)


def strip(rows: int, columns: int, *, closed: bool = False) -> Ints:
    """Triangles between rows of points, counter-clockwise where columns run right and rows run up."""
    index = np.arange(rows * columns).reshape(rows, columns)
    if closed:
        index = np.concatenate([index, index[:, :1]], axis=1)
    a, b = index[:-1, :-1].ravel(), index[:-1, 1:].ravel()
    d, c = index[1:, :-1].ravel(), index[1:, 1:].ravel()
    return np.concatenate([np.stack([a, b, c], 1), np.stack([a, c, d], 1)])


def _corners_kept(outline: Floats, count: int) -> Floats:
    """The outline with its corners and about `count` points in all."""
    closed = np.concatenate([outline, outline[:1]])
    sides = np.linalg.norm(np.diff(closed, axis=0), axis=1)
    total = sides.sum()
    rows = [
        resample(closed[k : k + 2], max(1, round(count * side / total)) + 1)[:-1]
        for k, side in enumerate(sides)
    ]
    return np.concatenate(rows)


def creased(points: Floats, faces: Ints, uv: Floats, dense: Floats) -> Sheet:
    normals, vertex, split = corner_normals(points, faces.astype(np.int32), crease_deg=50.0)
    return Sheet(points[vertex], normals, split.astype(np.int64), uv[vertex], dense[vertex])


def raised(height_m: float) -> Lift:
    """The same height everywhere."""

    def lift(points: Floats, away: Floats) -> Floats:
        return np.full(len(points), height_m)

    return lift
