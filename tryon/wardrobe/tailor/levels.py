"""The same pattern in coarser triangles, its shape looked up on the draped cloth."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from tryon.core.spaces import Floats
from tryon.wardrobe.tailor.cloth import Cloth
from tryon.wardrobe.tailor.pattern import Pattern

CANDIDATES = 12
"""So many triangles around a point are tried for the one that holds it."""


def spacing_for(pattern: Pattern, triangles: int) -> float:
    """The side in metres at which equilateral triangles fill the pattern's area with about `triangles`."""
    area = 0.0
    for panel in pattern.panels:
        outline = np.concatenate([edge.points(24)[:-1] for edge in panel.edges])
        x, y = outline.T
        area += 0.5 * abs(float(x @ np.roll(y, -1) - y @ np.roll(x, -1)))
    return float(np.sqrt(area / (triangles * np.sqrt(3) / 4)))


class Lookup:
    """Values on a cloth's points, read at any place of its panels."""

    def __init__(self, cloth: Cloth) -> None:
        self._cloth = cloth
        corner_panel = cloth.panel[cloth.faces[:, 0]]
        self._faces = [cloth.faces[corner_panel == k] for k in range(len(cloth.pattern.panels))]
        self._trees = [cKDTree(cloth.flat[faces].mean(1)) for faces in self._faces]

    def corners(self, panel: int, flat: Floats) -> tuple[NDArray[np.int64], Floats]:
        """(N, 3) points of the cloth around each of (N, 2) places of a panel, and (N, 3) shares of 1.

        A place beside the panel gets the nearest place on it.
        """
        faces, tree = self._faces[panel], self._trees[panel]
        near = tree.query(flat, k=min(CANDIDATES, len(faces)))[1].reshape(len(flat), -1)
        corner = self._cloth.flat[faces[near]]
        a, b, c = corner[:, :, 0], corner[:, :, 1], corner[:, :, 2]
        to = flat[:, None] - a
        area = _cross(b - a, c - a)
        second, third = _cross(to, c - a) / area, _cross(b - a, to) / area
        shares = np.stack([1 - second - third, second, third], axis=-1)
        best = shares.min(-1).argmax(1)
        rows = np.arange(len(flat))
        share = np.clip(shares[rows, best], 0, None)
        return faces[near[rows, best]], share / share.sum(1, keepdims=True)

    def read(self, values: Floats, panel: int, flat: Floats) -> Floats:
        """(N, …) values at (N, 2) places of a panel; values: (particles, …) of the cloth."""
        points, share = self.corners(panel, flat)
        corner = values[self._cloth.particle[points]]
        return np.asarray(np.einsum("nk,nk...->n...", share, corner))

    def onto(self, other: Cloth, values: Floats) -> Floats:
        """(particles, …) values on another cut of the same pattern."""
        out = np.zeros((len(other.flat), *values.shape[1:]))
        for number in range(len(other.pattern.panels)):
            here = other.panel == number
            out[here] = self.read(values, number, other.flat[here])
        return other.by_particle(out)


def _cross(a: Floats, b: Floats) -> Floats:
    return np.asarray(a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0])
