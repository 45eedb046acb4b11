"""What a garment covers of what is under it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from embreex.mesh_construction import TriangleMesh
from embreex.rtcore_scene import EmbreeScene
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from tryon.core.spaces import Floats

RAYS, LEAST_HITS = 9, 7
JITTER = 0.45
"""Sideways part of the rays around the normal."""
REACH_M = 0.4
EDGE_M = 0.03
"""Nearer than this to an open edge nothing counts as covered: it may come into view."""
INSIDE_M = 0.015
"""Rays start this far below the surface, so that what pokes through a little counts as covered."""


def covered(
    points: Floats,
    normals: Floats,
    shells: Sequence[tuple[Floats, NDArray[np.integer]]],
    *,
    inside_m: float = INSIDE_M,
) -> NDArray[np.bool_]:
    """(N,) whether points of an inner surface are hidden under outer ones.

    points, normals: (N, 3) of the inner surface; shells: vertices and faces of the outer ones, welded
    at their seams, in the same space and pose.
    """
    scene = EmbreeScene()
    keep_alive = [
        TriangleMesh(scene, np.ascontiguousarray(vertices[faces], np.float32))
        for vertices, faces in shells
        if len(faces)
    ]
    if not keep_alive or not len(points):
        return np.zeros(len(points), bool)
    angle = 2 * np.pi * np.arange(RAYS - 1) / (RAYS - 1)
    helper = np.eye(3)[np.argmin(np.abs(normals), axis=1)]
    side = np.cross(normals, helper)
    side /= np.maximum(np.linalg.norm(side, axis=1, keepdims=True), 1e-12)
    up = np.cross(normals, side)
    around = (
        np.cos(angle)[None, :, None] * side[:, None] + np.sin(angle)[None, :, None] * up[:, None]
    )
    rays = np.concatenate([normals[:, None], normals[:, None] + JITTER * around], axis=1)
    rays /= np.linalg.norm(rays, axis=2, keepdims=True)
    starts = points - inside_m * normals
    distance = scene.run(
        np.repeat(starts, RAYS, axis=0).astype(np.float32),
        rays.reshape(-1, 3).astype(np.float32),
        query="DISTANCE",
    ).reshape(-1, RAYS)
    hits = (distance < REACH_M + inside_m).sum(1)
    edges = np.concatenate([open_edge_points(v, f) for v, f in shells])
    if not len(edges):
        return np.asarray(hits >= LEAST_HITS)
    return np.asarray((hits >= LEAST_HITS) & (cKDTree(edges).query(points)[0] > EDGE_M))


def open_edge_points(vertices: Floats, faces: NDArray[np.integer]) -> Floats:
    """(n, 3) ends and middles of the sides that only one triangle has."""
    sides = np.sort(np.concatenate([faces[:, [k, (k + 1) % 3]] for k in range(3)]), axis=1)
    pairs, times = np.unique(sides, axis=0, return_counts=True)
    ends = vertices[pairs[times == 1]]
    return np.concatenate([ends[:, 0], ends.mean(1)]) if len(ends) else np.zeros((0, 3))


def welded(
    vertices: NDArray[np.floating], faces: NDArray[np.integer]
) -> tuple[Floats, NDArray[np.int64]]:
    """Vertices and faces of a mesh with its texture seams closed."""
    rounded = np.round(vertices.astype(np.float64), 5)
    places, number = np.unique(rounded, axis=0, return_inverse=True)
    return np.asarray(places, np.float64), np.asarray(number.ravel()[faces], np.int64)
