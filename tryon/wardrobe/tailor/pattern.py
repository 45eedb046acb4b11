"""Flat pattern pieces at true scale, and how they are sewn.

A panel is drawn as seen from outside the garment, its outline counter-clockwise, in metres. Two edges
that are sewn therefore run against each other: the first point of one meets the last of the other.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from tryon.core.spaces import Floats
from tryon.wardrobe.atelier.curves import bezier, lengths_along

Place = Callable[[Floats], Floats]
"""Carries (N, 2) points of a panel to (N, 3) places around the body, where draping starts."""
Gap = Callable[[Floats], Floats]
"""Least distance from the skin of (N, 2) points of a panel, metres."""


@dataclass(frozen=True, eq=False)
class Edge:
    """One named side of a panel: the Bézier curve of its (N, 2) control points."""

    name: str
    control: Floats

    @property
    def length(self) -> float:
        """Metres along the curve."""
        return float(lengths_along(bezier(self.control, 64))[-1])

    def points(self, segments: int) -> Floats:
        """(segments + 1, 2) points evenly spaced along the curve."""
        return bezier(self.control, segments + 1)


@dataclass(frozen=True, eq=False)
class Panel:
    """One piece of cloth.

    edges: its outline in order, each from where the one before ends; place: where it starts;
    region: which bones may move it (see `weights`); gap_m: least distance from the skin of (N, 2) of
    its points, metres.
    """

    name: str
    edges: tuple[Edge, ...]
    place: Place
    region: str
    gap_m: Gap

    def __post_init__(self) -> None:
        for before, after in zip(self.edges, (*self.edges[1:], self.edges[0]), strict=True):
            gap = np.linalg.norm(before.control[-1] - after.control[0])
            if gap > 1e-9:
                raise ValueError(
                    f"{self.name}: {after.name} starts {gap * 1e3:.1f} mm from the end of {before.name}"
                )

    def edge(self, name: str) -> Edge:
        """The edge of that name. Raises KeyError."""
        for edge in self.edges:
            if edge.name == name:
                return edge
        raise KeyError(f"{self.name} has no edge {name}")


@dataclass(frozen=True)
class Seam:
    """Two edges that are sewn, each as (panel, edge)."""

    one: tuple[str, str]
    other: tuple[str, str]


@dataclass(frozen=True, eq=False)
class Pattern:
    """All panels of a garment and their seams.

    held: edges, as (panel, edge), that stay where they are placed (waistbands).
    """

    panels: tuple[Panel, ...]
    seams: tuple[Seam, ...]
    held: tuple[tuple[str, str], ...] = ()

    def panel(self, name: str) -> Panel:
        """The panel of that name. Raises KeyError."""
        for panel in self.panels:
            if panel.name == name:
                return panel
        raise KeyError(f"no panel {name}")

    def half_width(self, name: str, y: float) -> float:
        """Metres from x = 0 to the right side of a panel at a height."""
        outline = np.concatenate([edge.points(64) for edge in self.panel(name).edges])
        a, b = outline[:-1], outline[1:]
        cut = ((a[:, 1] > y) != (b[:, 1] > y)) & (a[:, 0] > 0)
        share = (y - a[cut, 1]) / (b[cut, 1] - a[cut, 1])
        return float((a[cut, 0] + share * (b[cut, 0] - a[cut, 0])).max())

    def segments(self, spacing_m: float) -> dict[tuple[str, str], int]:
        """How many segments each edge is cut into; edges that are sewn get the same number."""
        edges = [(panel.name, edge.name) for panel in self.panels for edge in panel.edges]
        parent = {edge: edge for edge in edges}

        def root(edge: tuple[str, str]) -> tuple[str, str]:
            while parent[edge] != edge:
                edge = parent[edge]
            return edge

        for seam in self.seams:
            parent[root(seam.one)] = root(seam.other)
        lengths: dict[tuple[str, str], list[float]] = {}
        for panel, edge in edges:
            length = self.panel(panel).edge(edge).length
            lengths.setdefault(root((panel, edge)), []).append(length)
        return {
            edge: max(1, round(float(np.mean(lengths[root(edge)])) / spacing_m)) for edge in edges
        }


def curve(name: str, *points: tuple[float, float] | Floats) -> Edge:
    """An edge from its control points: two for a straight line, three or four for a curve."""
    return Edge(name, np.array([np.asarray(p, np.float64) for p in points]))
