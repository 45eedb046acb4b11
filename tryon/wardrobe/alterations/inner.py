"""Leaves out what nobody can see of a garment: cloth under its own cloth, and cloth that is clear."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from tryon.core.mesh import Mesh
from tryon.wardrobe.tailor.cover import covered, welded

LEAST_FACES = 60
"""Pieces of fewer triangles are buttons and buckles: they hide nothing, and lie outside."""
MOST_PIECES = 24
SPOTS = np.array(
    [
        [1, 0, 0], [0, 1, 0], [0, 0, 1], [0.5, 0.5, 0], [0, 0.5, 0.5], [0.5, 0, 0.5],
        [0.6, 0.2, 0.2], [0.2, 0.6, 0.2], [0.2, 0.2, 0.6],
    ]
)  # fmt: skip
"""Where a triangle's texture is looked at, as shares of its corners."""


def without_inner(meshes: Sequence[Mesh]) -> list[Mesh]:
    """The meshes without triangles that lie wholly under other pieces of the same garment.

    Vertices stay as they are numbered. Inner cloth is skinned like the outer one, but not exactly, and
    would come through it in motion.
    """
    pieces = [(number, faces) for number, mesh in enumerate(meshes) for faces in _pieces(mesh)]
    large = [piece for piece in pieces if len(piece[1]) >= LEAST_FACES]
    if not 2 <= len(large) <= MOST_PIECES:
        return list(meshes)
    shells = [welded(meshes[n].vertices, meshes[n].faces[faces]) for n, faces in large]
    kept = [np.ones(len(mesh.faces), bool) for mesh in meshes]
    for place, (number, faces) in enumerate(large):
        mesh = meshes[number]
        corners = mesh.faces[faces]
        used = np.unique(corners)
        under = np.zeros(len(mesh.vertices), bool)
        under[used] = covered(
            mesh.vertices[used].astype(np.float64),
            mesh.normals[used].astype(np.float64),
            shells[:place] + shells[place + 1 :],
            inside_m=0.0,
        )
        kept[number][faces] = ~under[corners].all(1)
    if not any(keep.any() for keep in kept):
        return list(meshes)
    return [replace(mesh, faces=mesh.faces[keep]) for mesh, keep in zip(meshes, kept, strict=True)]


def without_clear(mesh: Mesh) -> Mesh:
    """The mesh without triangles on which its texture is cut away all over.

    Necklines are often drawn into the texture; what is cut away there covers no skin.
    """
    material, uv = mesh.material, mesh.uv
    texture = material.base_color_texture
    if material.alpha_mode != "MASK" or texture is None or texture.shape[2] < 4 or uv is None:
        return mesh
    height, width = texture.shape[:2]
    spots = np.einsum("sk,fkc->fsc", SPOTS, uv[mesh.faces]) % 1.0
    column = np.clip((spots[..., 0] * width).astype(int), 0, width - 1)
    row = np.clip(((1 - spots[..., 1]) * height).astype(int), 0, height - 1)
    kept = (texture[row, column, 3] >= 128).any(1)
    return replace(mesh, faces=mesh.faces[kept]) if kept.any() else mesh


def _pieces(mesh: Mesh) -> list[NDArray[np.int64]]:
    """Numbers of the faces of each connected piece, seams closed."""
    places, faces = welded(mesh.vertices, mesh.faces)
    rows, columns = faces[:, [0, 1]].ravel(), faces[:, [1, 2]].ravel()
    graph = sparse.coo_matrix(
        (np.ones(len(rows), np.int8), (rows, columns)), (len(places), len(places))
    )
    count, label = connected_components(graph, directed=False)
    of_face = label[faces[:, 0]]
    return [found for k in range(count) if len(found := np.flatnonzero(of_face == k))]
