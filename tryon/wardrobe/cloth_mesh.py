"""Triangles of loose cloth: coarsened, and read as sides and folds."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix, csr_matrix
from scipy.sparse.csgraph import dijkstra

from tryon.core.spaces import Floats

Indices = NDArray[np.int64]

SPACING_M = 0.03
"""Particles are at least this far apart along the cloth."""
MOST_PARTICLES = 800
"""Very wide cloth has its particles farther apart, to stay within about so many."""


def thinned(points: Floats, faces: Indices) -> Indices:
    """(F, 3) coarser triangles of some of the same points, at least `SPACING_M` apart, rims kept."""
    a, b, c = (points[faces[:, k]] for k in range(3))
    area = 0.5 * float(np.linalg.norm(np.cross(b - a, c - a), axis=1).sum())
    spacing = max(SPACING_M, float(np.sqrt(area / MOST_PARTICLES)))
    sides, _ = sides_and_folds(faces)
    graph = side_graph(points, sides)
    ends = np.sort(np.concatenate([faces[:, [k, (k + 1) % 3]] for k in range(3)]), axis=1)
    rim, times = np.unique(ends, axis=0, return_counts=True)
    on_rim = np.unique(rim[times == 1])
    used = np.unique(faces)
    taken: list[int] = []
    near = np.zeros(len(points), bool)
    for point in (*on_rim.tolist(), *np.setdiff1d(used, on_rim).tolist()):
        if not near[point]:
            taken.append(point)
            far = dijkstra(graph, directed=False, indices=point, limit=spacing)
            near |= np.isfinite(far)
    _, _, owner = dijkstra(
        graph, directed=False, indices=taken, min_only=True, return_predecessors=True
    )
    corners = owner[faces]
    whole = (corners != np.roll(corners, 1, axis=1)).all(1)
    corners = corners[whole].astype(np.int64)
    _, first = np.unique(np.sort(corners, axis=1), axis=0, return_index=True)
    return np.asarray(corners[np.sort(first)])


def side_graph(points: Floats, sides: Indices) -> csr_matrix:
    length = np.linalg.norm(points[sides[:, 0]] - points[sides[:, 1]], axis=1)
    return coo_matrix((length, (sides[:, 0], sides[:, 1])), (len(points), len(points))).tocsr()


def sides_and_folds(faces: Indices) -> tuple[Indices, Indices]:
    """(S, 2) sides of triangles, and (B, 4) each side that two triangles share with their other corners."""
    ends = np.concatenate([faces[:, [k, (k + 1) % 3]] for k in range(3)])
    across = np.concatenate([faces[:, (k + 2) % 3] for k in range(3)])
    sides, inverse, times = np.unique(
        np.sort(ends, axis=1), axis=0, return_inverse=True, return_counts=True
    )
    order = np.argsort(inverse.ravel(), kind="stable")
    first = np.cumsum(times) - times
    shared = first[times == 2]
    other = np.stack([across[order[shared]], across[order[shared + 1]]], axis=1)
    folds = np.concatenate([sides[times == 2], other], axis=1)
    return sides.astype(np.int64), folds[other[:, 0] != other[:, 1]].astype(np.int64)


def fold_sizes(points: Floats, folds: Indices) -> Floats:
    """(B,) twice the area of the first triangle of each fold: what turns volumes into heights."""
    p, q, r = (points[folds[:, k]] for k in range(3))
    return np.asarray(np.maximum(np.linalg.norm(np.cross(q - p, r - p), axis=1), 1e-8))


def fold_heights(points: Floats, folds: Indices, sizes: Floats) -> Floats:
    """(B,) metres of the last corner of each fold over the triangle of the others."""
    p, q, r, s = (points[folds[:, k]] for k in range(4))
    return np.asarray(np.einsum("bd,bd->b", np.cross(q - p, r - p), s - p) / sizes)


def particle_normals(points: Floats, faces: Indices) -> Floats:
    """(N, 3) unit normals of the particles, each triangle weighted by its area."""
    a, b, c = (points[faces[:, k]] for k in range(3))
    cross = np.cross(b - a, c - a)
    total = np.zeros_like(points)
    for k in range(3):
        np.add.at(total, faces[:, k], cross)
    return unit(total)


def unit(rows: Floats) -> Floats:
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12))
