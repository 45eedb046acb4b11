"""What is strung in loose pieces: each is kept off the skin as a whole, and throws a soft shadow on it.

Bending a necklace to a neck would make eggs of its pearls, so every connected piece of a mesh moves
without changing its shape.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from tryon.core.mesh import Material, Mesh
from tryon.core.spaces import Floats
from tryon.core.transforms import apply, inverse
from tryon.wardrobe.head import FittedHead

MOST_SHIFT_M = 0.010
SKIN_NEIGHBOURS = 8
"""Vertices of the coarse chest whose mean stands for the skin under a bead."""
SHADOW_SIDES = 10
SHADOW_RINGS = ((0.0, 0.42), (0.75, 0.34), (1.25, 0.13), (1.9, 0.0))
"""Radius in that of the bead, and how dark the skin is there."""
SHADOW_FALL = 0.55
"""How far below its bead a shadow lies, in the bead's radius: light comes from above."""
SHADOW_OVER_SKIN_M = 0.0008


def off_the_skin(mesh: Mesh, head_from_mesh: Floats, head: FittedHead) -> NDArray[np.float32]:
    """(V, 3) the mesh with each loose piece moved out of neck and chest.

    head_from_mesh: (4, 4) similarity.
    """
    piece, middles, radii = _pieces(mesh)
    places = apply(head_from_mesh, middles)
    size = float(np.cbrt(np.linalg.det(head_from_mesh[:3, :3])))
    skin, normals = _skin_near(places, head)
    short = np.clip(size * radii - ((places - skin) * normals).sum(1), 0.0, MOST_SHIFT_M)
    shift = (short[:, None] * normals) @ np.linalg.inv(head_from_mesh[:3, :3]).T
    return np.asarray(mesh.vertices + shift.astype(np.float32)[piece])


@lru_cache(maxsize=64)
def shadow_mesh(mesh: Mesh) -> Mesh:
    """One soft dark disc for each loose piece; `shadow_on_skin` says where its vertices lie."""
    count = len(_pieces(mesh)[1])
    rings = len(SHADOW_RINGS)
    inner = np.arange((rings - 1) * SHADOW_SIDES).reshape(rings - 1, SHADOW_SIDES)
    outer = inner + SHADOW_SIDES
    quads = [inner, outer, np.roll(outer, -1, axis=1), np.roll(inner, -1, axis=1)]
    a, b, c, d = (corner.ravel() for corner in quads)
    faces = np.concatenate([np.stack([a, b, c], 1), np.stack([a, c, d], 1)])
    each = rings * SHADOW_SIDES
    every = (faces[None] + each * np.arange(count)[:, None, None]).reshape(-1, 3)
    alpha = np.repeat([dark for _, dark in SHADOW_RINGS], SHADOW_SIDES)
    color = np.zeros((count * each, 4), np.float32)
    color[:, 3] = np.tile(alpha, count)
    return Mesh(
        f"shadow of {mesh.name}",
        np.zeros((count * each, 3), np.float32),
        every.astype(np.int32),
        np.tile(np.array([0, 1, 0], np.float32), (count * each, 1)),
        color=color,
        material=Material(
            "shadow",
            (1.0, 1.0, 1.0, 1.0),
            roughness=1.0,
            reflectance=0.0,
            alpha_mode="BLEND",
            double_sided=True,
        ),
    )


def shadow_on_skin(
    mesh: Mesh,
    vertices: NDArray[np.float32],
    head_from_mesh: Floats,
    head: FittedHead,
) -> NDArray[np.float32]:
    """(N, 3) vertices of the `shadow_mesh` of a mesh that lies on the skin with these (V, 3) vertices."""
    piece, _, radii = _pieces(mesh)
    sizes = np.bincount(piece)
    middles = np.stack([np.bincount(piece, vertices[:, k]) / sizes for k in range(3)], axis=1)
    size = float(np.cbrt(np.linalg.det(head_from_mesh[:3, :3])))
    radii = size * radii
    places = apply(head_from_mesh, middles) - SHADOW_FALL * radii[:, None] * [0.0, 1.0, 0.0]
    skin, normals = _skin_near(places, head)
    height = ((places - skin) * normals).sum(1, keepdims=True)
    centres = places - (height - SHADOW_OVER_SKIN_M) * normals
    across = np.cross(normals, [0.0, 1.0, 0.0])
    across[:, 0] += 1e-6
    across /= np.linalg.norm(across, axis=1, keepdims=True)
    along = np.cross(normals, across)
    angle = np.arange(SHADOW_SIDES) * 2 * np.pi / SHADOW_SIDES
    spoke = np.cos(angle)[:, None] * across[:, None] + np.sin(angle)[:, None] * along[:, None]
    reach = np.array([radius for radius, _ in SHADOW_RINGS])
    discs = centres[:, None, None] + (radii[:, None] * reach)[:, :, None, None] * spoke[:, None]
    return apply(inverse(head_from_mesh), discs.reshape(-1, 3)).astype(np.float32)


def _skin_near(points: Floats, head: FittedHead) -> tuple[Floats, Floats]:
    """(N, 3) points of neck and chest near (N, 3) points, and (N, 3) unit normals there."""
    low = head.vertices[:, 1] < head.anchors["chin"][1]
    skin, normals = head.vertices[low], head.normals[low]
    distance, near = cKDTree(skin).query(points, k=SKIN_NEIGHBOURS)
    weight = 1 / (distance**2 + 1e-8)
    weight /= weight.sum(1, keepdims=True)
    normal = (weight[..., None] * normals[near]).sum(1)
    normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-9)
    return np.asarray((weight[..., None] * skin[near]).sum(1)), np.asarray(normal)


@lru_cache(maxsize=64)
def _pieces(mesh: Mesh) -> tuple[NDArray[np.int32], Floats, Floats]:
    """(V,) the loose piece of each vertex; (N, 3) the pieces' middles; (N,) their mean radii."""
    edges = np.concatenate([mesh.faces[:, [0, 1]], mesh.faces[:, [1, 2]]])
    count = len(mesh.vertices)
    links = csr_matrix((np.ones(len(edges), bool), (edges[:, 0], edges[:, 1])), (count, count))
    pieces, piece = connected_components(links, directed=False)
    at = mesh.vertices.astype(np.float64)
    sizes = np.bincount(piece, minlength=pieces)
    middles = np.stack([np.bincount(piece, at[:, k]) / sizes for k in range(3)], axis=1)
    radii = np.bincount(piece, np.linalg.norm(at - middles[piece], axis=1)) / sizes
    return piece, middles, radii
