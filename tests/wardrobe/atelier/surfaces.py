"""What tests ask of meshes: are they closed, do they look outward."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

from tryon.core.mesh import Mesh

WELD_M = 1e-7


def welded_faces(mesh: Mesh) -> NDArray[np.int64]:
    """(F, 3) faces over places instead of vertices: seams and creases are closed."""
    keys = np.round(mesh.vertices.astype(np.float64) / WELD_M).astype(np.int64)
    _, place = np.unique(keys, axis=0, return_inverse=True)
    return np.asarray(place.ravel()[mesh.faces], np.int64)


def open_edges(mesh: Mesh) -> int:
    """How many directed edges lack the opposite one."""
    faces = welded_faces(mesh)
    start, end = faces.ravel(), np.roll(faces, -1, axis=1).ravel()
    size = int(faces.max()) + 1
    forth, back = start * size + end, end * size + start
    return int((~np.isin(back, forth)).sum())


def volumes_m3(mesh: Mesh) -> NDArray[np.float64]:
    """Signed volume of each connected surface; positive when it looks outward."""
    faces = welded_faces(mesh)
    size = int(faces.max()) + 1
    rows, columns = faces[:, [0, 1]].T
    links = csr_matrix((np.ones(len(rows)), (rows, columns)), shape=(size, size))
    links = links + csr_matrix((np.ones(len(rows)), faces[:, [1, 2]].T), shape=(size, size))
    _, shell = connected_components(links, directed=False)
    a, b, c = (mesh.vertices[mesh.faces[:, k]].astype(np.float64) for k in range(3))
    six = np.einsum("ij,ij->i", a, np.cross(b, c))
    total = np.bincount(shell[faces[:, 0]], six) / 6
    return np.asarray(total[np.unique(shell[faces[:, 0]])])
