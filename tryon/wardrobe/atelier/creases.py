"""Vertex normals that keep sharp edges sharp."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tryon.core.spaces import Floats

WELD_M = 1e-7
"""Vertices nearer than this count as one place: a texture seam is not an edge."""
_NORMAL_STEPS = 2e4
"""Normals equal to this many steps a unit share a vertex."""


def corner_normals(
    points: Floats, faces: NDArray[np.int32], *, crease_deg: float
) -> tuple[Floats, NDArray[np.intp], NDArray[np.int32]]:
    """Normals that average the faces around a corner as far as they differ by less than `crease_deg`.

    Faces are weighted by their angle at the corner (Thürmer and Wüthrich, 1998). Returns (W, 3) unit
    normals, (W,) which of the (V, 3) points each belongs to, and (F, 3) faces over these W vertices.
    """
    face_normals, weights = _face_normals(points, faces)
    corner_face = np.repeat(np.arange(len(faces)), 3)
    _, place = np.unique(np.round(points / WELD_M).astype(np.int64), axis=0, return_inverse=True)
    corner_place = place.ravel()[faces.ravel()]
    one, other = _pairs_at_a_place(corner_place)
    alike = np.einsum("ij,ij->i", face_normals[corner_face[one]], face_normals[corner_face[other]])
    keep = (alike >= np.cos(np.radians(crease_deg)) - 1e-9) | (one == other)
    one, other = one[keep], other[keep]
    part = face_normals[corner_face[other]] * weights.ravel()[other, None]
    total = np.stack([np.bincount(one, part[:, k], minlength=faces.size) for k in range(3)], axis=1)
    length = np.linalg.norm(total, axis=1, keepdims=True)
    flat = face_normals[corner_face]
    normals: Floats = np.where(length > 1e-12, total / np.maximum(length, 1e-12), flat)
    key = np.concatenate(
        [faces.reshape(-1, 1), np.round(normals * _NORMAL_STEPS).astype(np.int64)], axis=1
    )
    _, first, index = np.unique(key, axis=0, return_index=True, return_inverse=True)
    vertex = faces.ravel()[first].astype(np.intp)
    return normals[first], vertex, np.asarray(index, np.int32).reshape(faces.shape)


def _face_normals(points: Floats, faces: NDArray[np.int32]) -> tuple[Floats, Floats]:
    """(F, 3) unit normals, and (F, 3) angles at each face's corners."""
    corner = points[faces]
    towards_next = np.roll(corner, -1, axis=1) - corner
    towards_last = np.roll(corner, 1, axis=1) - corner
    cross = np.cross(towards_next, towards_last)
    sine = np.linalg.norm(cross, axis=2)
    angles = np.arctan2(sine, np.einsum("ijk,ijk->ij", towards_next, towards_last))
    return cross[:, 0] / np.maximum(sine[:, :1], 1e-30), angles


def _pairs_at_a_place(place: NDArray[np.intp]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """All ordered pairs of corners (with themselves) that lie at the same place."""
    order = np.argsort(place, kind="stable")
    count = np.bincount(place)
    start = np.cumsum(count) - count
    of_corner = place[order]
    mates = count[of_corner]
    one = np.repeat(order, mates)
    step = np.arange(len(one)) - np.repeat(np.cumsum(mates) - mates, mates)
    other = order[np.repeat(start[of_corner], mates) + step]
    return one, other
