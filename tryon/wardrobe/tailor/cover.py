"""What a garment covers of what is under it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from embreex.mesh_construction import TriangleMesh
from embreex.rtcore_scene import EmbreeScene
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from tryon.core.spaces import Floats

RAYS, LEAST_HITS, CLOTH_LEAST_HITS = 9, 7, 5
JITTER = 0.45
"""Sideways part of the rays around the normal."""
REACH_M = 0.4
EDGE_M, CLOTH_EDGE_M = 0.04, 0.015
"""Nearer than this to an open edge skin and inner cloth do not count as covered: they may come into view
when the person moves."""
TUCK_M = 0.05
"""Inner cloth is drawn in by no more than this."""
LEAST_FACING = 0.25
AIR_M = 0.003
"""What is left between two layers."""
INSIDE_M, CLOTH_INSIDE_M = 0.015, 0.06
"""Rays start this far below skin or inner cloth, so that what pokes through counts as covered."""


def covered(
    points: Floats,
    normals: Floats,
    shells: Sequence[tuple[Floats, NDArray[np.integer]]],
    *,
    inside_m: float = INSIDE_M,
    edge_m: float = EDGE_M,
    least_hits: int = LEAST_HITS,
) -> NDArray[np.bool_]:
    """(N,) whether points of an inner surface are hidden under outer ones.

    points, normals: (N, 3) of the inner surface; shells: vertices and faces of the outer ones, welded
    at their seams, in the same space and pose; inside_m, edge_m: see `INSIDE_M` and `EDGE_M`.
    """
    if not shells or not len(points):
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
    rays /= np.maximum(np.linalg.norm(rays, axis=2, keepdims=True), 1e-12)
    starts = points - inside_m * normals
    distance, leaves = _first_hits(shells, np.repeat(starts, RAYS, axis=0), rays.reshape(-1, 3))
    # A ray that comes to the cloth from outside has met another limb's: an arm looks at the trunk.
    hits = (leaves & (distance < REACH_M + inside_m)).reshape(-1, RAYS).sum(1)
    edges = np.concatenate([open_edge_points(v, f) for v, f in shells])
    if not len(edges):
        return np.asarray(hits >= least_hits)
    return np.asarray((hits >= least_hits) & (cKDTree(edges).query(points)[0] > edge_m))


def tucked(
    points: Floats,
    normals: Floats,
    faces: NDArray[np.integer],
    shells: Sequence[tuple[Floats, NDArray[np.integer]]],
) -> Floats:
    """(N, 3) an inner surface, drawn in where it would stick out of the outer ones or touch them.

    Looks along the normals (N, 3) from a little inside; faces: (F, 3) of the inner surface, over which
    the change is spread, so that no step shows.
    """
    if not shells or not len(points):
        return points
    distance, leaves = _first_hits(
        shells, points - TUCK_M * normals, normals, least_facing=LEAST_FACING
    )
    inward = np.where(leaves, TUCK_M + AIR_M - distance, 0.0)
    inward = np.clip(inward, 0.0, TUCK_M)
    _, place = np.unique(np.round(points, 5), axis=0, return_inverse=True)
    place = place.ravel()
    spread = np.zeros(place.max() + 1)
    np.maximum.at(spread, place, inward)
    sides = np.concatenate([place[faces[:, [k, (k + 1) % 3]]] for k in range(3)])
    for _ in range(3):
        around = spread.copy()
        np.maximum.at(around, sides[:, 0], 0.6 * spread[sides[:, 1]])
        np.maximum.at(around, sides[:, 1], 0.6 * spread[sides[:, 0]])
        spread = around
    return np.asarray(points - spread[place, None] * normals)


def _first_hits(
    shells: Sequence[tuple[Floats, NDArray[np.integer]]],
    starts: Floats,
    rays: Floats,
    *,
    least_facing: float = 0.0,
) -> tuple[Floats, NDArray[np.bool_]]:
    """How far (N, 3) rays go until they meet a shell, and whether they leave through its front there.

    least_facing: least cosine between the ray and the front's normal.
    """
    # One mesh, so that the number of the triangle that is hit says which way it faces.
    first = np.cumsum([0] + [len(vertices) for vertices, _ in shells[:-1]])
    vertices = np.concatenate([vertices for vertices, _ in shells])
    faces = np.concatenate([faces + k for (_, faces), k in zip(shells, first, strict=True)])
    scene = EmbreeScene()
    # Embree does not keep its meshes alive.
    mesh = TriangleMesh(scene, np.ascontiguousarray(vertices[faces], np.float32))
    hit = scene.run(
        np.ascontiguousarray(starts, np.float32),
        np.ascontiguousarray(rays, np.float32),
        query="INTERSECT",
        output=1,
    )
    del mesh
    corner = vertices[faces[np.maximum(hit["primID"], 0)]]
    facing = np.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0])
    facing /= np.maximum(np.linalg.norm(facing, axis=1, keepdims=True), 1e-20)
    leaves = (hit["primID"] >= 0) & (np.einsum("ij,ij->i", facing, rays) > least_facing)
    return np.asarray(hit["tfar"], np.float64), np.asarray(leaves)


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
