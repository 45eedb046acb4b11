"""A pattern cut into triangles and sewn: the flat points, and the particles that they share."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import Delaunay, cKDTree

from tryon.core.spaces import Floats
from tryon.wardrobe.tailor.pattern import Panel, Pattern

Indices = NDArray[np.int64]

INNER_GAP = 0.55
"""Points inside a panel keep this share of the spacing from its outline."""


@dataclass(frozen=True, eq=False)
class Cloth:
    """Triangles of a pattern.

    flat: (P, 2) points in their own panel's metres; panel: (P,) which panel; faces: (F, 3) into them,
    counter-clockwise from outside; particle: (P,) the place each point shares with those it is sewn
    to; edges: for each (panel, edge) its points in order; spacing_m: the wanted side of a triangle.
    """

    pattern: Pattern
    flat: Floats
    panel: Indices
    faces: Indices
    particle: Indices
    edges: dict[tuple[str, str], Indices]
    spacing_m: float

    @property
    def count(self) -> int:
        """How many particles there are."""
        return int(self.particle.max()) + 1

    @cached_property
    def welded_faces(self) -> Indices:
        """(F, 3) the triangles on particles."""
        return self.particle[self.faces]

    @cached_property
    def boundary(self) -> Indices:
        """(B, 2) particles of the edges that only one triangle has: hems, necklines, cuffs."""
        sides = np.concatenate([self.welded_faces[:, [k, (k + 1) % 3]] for k in range(3)])
        _, first, times = np.unique(
            np.sort(sides, axis=1), axis=0, return_index=True, return_counts=True
        )
        return np.asarray(sides[np.sort(first[times == 1])])

    def by_particle(self, values: Floats) -> Floats:
        """(N, …) means of (P, …) values over the points of each particle."""
        total = np.zeros((self.count, *values.shape[1:]))
        np.add.at(total, self.particle, values)
        times = np.bincount(self.particle, minlength=self.count)
        return np.asarray(total / times.reshape(-1, *[1] * (values.ndim - 1)))

    def in_panel(self, name: str) -> NDArray[np.bool_]:
        """(P,) whether each point belongs to the panel."""
        number = [panel.name for panel in self.pattern.panels].index(name)
        return np.asarray(self.panel == number)


def cut(pattern: Pattern, spacing_m: float) -> Cloth:
    """The pattern in triangles of about `spacing_m`, its seams closed.

    Deterministic. Raises ValueError for a panel whose outline the triangles cannot follow.
    """
    segments = pattern.segments(spacing_m)
    flat, faces, number, edges = [], [], [], {}
    start = 0
    for index, panel in enumerate(pattern.panels):
        sides = [edge.points(segments[panel.name, edge.name])[:-1] for edge in panel.edges]
        outline = np.concatenate(sides)
        stops = np.cumsum([0, *map(len, sides)])
        for edge, first, last in zip(panel.edges, stops[:-1], stops[1:], strict=True):
            edges[panel.name, edge.name] = start + np.arange(first, last + 1) % len(outline)
        points, triangles = _triangulate(panel, outline, spacing_m)
        flat.append(points)
        faces.append(triangles + start)
        number.append(np.full(len(points), index))
        start += len(points)
    return Cloth(
        pattern,
        np.concatenate(flat),
        np.concatenate(number),
        np.concatenate(faces),
        _sewn(pattern, edges, start),
        edges,
        spacing_m,
    )


def _triangulate(panel: Panel, outline: Floats, spacing: float) -> tuple[Floats, Indices]:
    points, triangles = fill(outline, spacing)
    _check_outline(panel, triangles, len(outline))
    return points, triangles


def fill(outline: Floats, spacing: float) -> tuple[Floats, Indices]:
    """Triangles of about `spacing` inside a closed counter-clockwise (N, 2) outline.

    Returns (P, 2) points, the outline's first and a hexagonal lattice after it, and (F, 3) triangles.
    """
    low, high = outline.min(0), outline.max(0)
    row = spacing * np.sqrt(3) / 2
    rows, columns = int((high[1] - low[1]) / row) + 2, int((high[0] - low[0]) / spacing) + 3
    j, i = np.meshgrid(np.arange(rows), np.arange(columns), indexing="ij")
    middle = 0.5 * (low[0] + high[0])
    lattice = np.stack(
        [middle + (i - columns // 2 + 0.5 * (j % 2)) * spacing, low[1] + (j + 0.5) * row], axis=-1
    ).reshape(-1, 2)
    closed = np.concatenate([outline, outline[:1]])
    share = np.linspace(0, 1, 8, endpoint=False)[:, None, None]
    dense = (closed[:-1] + share * np.diff(closed, axis=0)).reshape(-1, 2)
    far = cKDTree(dense).query(lattice)[0] > INNER_GAP * spacing
    inner = lattice[far & _inside(outline, lattice)]
    points = np.concatenate([outline, inner])
    triangles = Delaunay(points).simplices.astype(np.int64)
    triangles = triangles[_inside(outline, points[triangles].mean(1))]
    a, b, c = (points[triangles[:, k]] for k in range(3))
    area = (b - a)[:, 0] * (c - a)[:, 1] - (b - a)[:, 1] * (c - a)[:, 0]
    triangles[area < 0] = triangles[area < 0][:, ::-1]
    triangles = triangles[np.abs(area) > 1e-4 * spacing**2]
    return points, triangles[np.lexsort(triangles.T[::-1])]


def _check_outline(panel: Panel, triangles: Indices, count: int) -> None:
    sides = np.concatenate([triangles[:, [k, (k + 1) % 3]] for k in range(3)])
    have = {(int(a), int(b)) for a, b in sides}
    missing = sum((k, (k + 1) % count) not in have for k in range(count))
    if missing:
        raise ValueError(
            f"{missing} of {count} sides of the outline of {panel.name} have no triangle"
        )


def _inside(outline: Floats, points: Floats) -> NDArray[np.bool_]:
    """(N,) whether points lie inside a closed outline, by counting crossings to the right."""
    a, b = outline, np.roll(outline, -1, axis=0)
    x, y = points[:, 0, None], points[:, 1, None]
    spans = (a[:, 1] > y) != (b[:, 1] > y)
    height = np.where(a[:, 1] == b[:, 1], 1.0, b[:, 1] - a[:, 1])
    at = a[:, 0] + (y - a[:, 1]) / height * (b[:, 0] - a[:, 0])
    return np.asarray((spans & (x < at)).sum(1) % 2 == 1)


def _sewn(pattern: Pattern, edges: dict[tuple[str, str], Indices], count: int) -> Indices:
    """(P,) number of the particle of each point."""
    parent = np.arange(count)

    def root(point: int) -> int:
        while parent[point] != point:
            parent[point] = parent[parent[point]]
            point = int(parent[point])
        return point

    for seam in pattern.seams:
        for a, b in zip(edges[seam.one], edges[seam.other][::-1], strict=True):
            one, other = root(int(a)), root(int(b))
            parent[max(one, other)] = min(one, other)
    roots = np.array([root(point) for point in range(count)])
    return np.asarray(np.unique(roots, return_inverse=True)[1].ravel(), np.int64)
