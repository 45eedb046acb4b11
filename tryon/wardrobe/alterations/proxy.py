"""MakeHuman's own binding: each vertex hangs on three vertices of the base mesh."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt

from tryon.core.mesh import Material, Mesh, Texture, smooth_normals
from tryon.core.spaces import Floats
from tryon.wardrobe.basebody import BaseBody
from tryon.wardrobe.body_lod import split_at_seams

DECIMETRE_M = 0.1
SOLID_ALPHA = 128
SOLID_SHARE = 0.995
"""A texture that is solid under so many of the triangles is an opaque one with empty corners."""


@dataclass(frozen=True)
class Scale:
    """Offsets along one axis grow with the distance of two vertices: start, end, and that distance in
    decimetres on the body that the garment was made for."""

    start: int
    end: int
    made_dm: float


@dataclass(frozen=True, eq=False)
class Proxy:
    """A garment as MakeHuman has it.

    references, shares: (N, 3) vertices of the base mesh and their barycentric shares; offsets: (N, 3)
    decimetres; scales: of the offsets along x, y, z (None: as they are); hidden: (n,) vertices of the
    base mesh that the garment hides; uv: (T, 2), v up; faces, uv_faces: (F, 3) corners; lost: what
    could not be read.
    """

    name: str
    references: NDArray[np.int64]
    shares: Floats
    offsets: Floats
    scales: tuple[Scale | None, Scale | None, Scale | None]
    hidden: NDArray[np.int64]
    uv: Floats
    faces: NDArray[np.int64]
    uv_faces: NDArray[np.int64]
    material: Material
    credit: dict[str, str] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()

    def points(self, shape: Floats) -> Floats:
        """(N, 3) where the vertices lie on a (V, 3) shape of the base mesh, metres."""
        scale = np.array(
            [
                DECIMETRE_M if s is None else abs(shape[s.start, k] - shape[s.end, k]) / s.made_dm
                for k, s in enumerate(self.scales)
            ]
        )
        on_body = np.einsum("nk,nkc->nc", self.shares, shape[self.references])
        return np.asarray(on_body + scale * self.offsets)

    def dense_weights(self, base: BaseBody) -> Floats:
        """(N, 53) joint weights handed on through the references; rows sum to 1."""
        skin = base.rig.dense_weights(len(base.vertices))
        # Shares beyond 0 and 1 reach outside the three vertices; weights do not.
        shares = np.clip(self.shares, 0, None)
        out = np.einsum("nk,nkj->nj", shares, skin[self.references])
        return np.asarray(out / np.maximum(out.sum(1, keepdims=True), 1e-9))

    def mesh(self, points: Floats) -> tuple[Mesh, NDArray[np.int64]]:
        """The mesh at these (N, 3) points, split at texture seams, and which point each vertex is."""
        source, uv, faces = split_at_seams(self.faces, self.uv_faces)
        vertices = points.astype(np.float32)
        normals = smooth_normals(np.nan_to_num(vertices), self.faces.astype(np.int32))
        mesh = Mesh(
            self.name,
            vertices[source],
            faces.astype(np.int32),
            normals[source],
            self.uv[uv].astype(np.float32),
            material=self.material,
        )
        return replace(mesh, material=solid(mesh)), source


def solid(mesh: Mesh) -> Material:
    """The mesh's material; opaque, and filled beyond its patches, if its texture is solid under it."""
    material = mesh.material
    texture = material.base_color_texture
    if texture is None or texture.shape[2] == 3 or mesh.uv is None:
        return material
    height, width = texture.shape[:2]
    spots = np.concatenate([mesh.uv[mesh.faces].mean(1), mesh.uv]) % 1.0
    column = np.clip((spots[:, 0] * width).astype(int), 0, width - 1)
    row = np.clip(((1 - spots[:, 1]) * height).astype(int), 0, height - 1)
    alpha = texture[row, column, 3]
    if (alpha >= SOLID_ALPHA).mean() < SOLID_SHARE:
        return replace(material, alpha_mode="MASK")
    return replace(material, base_color_texture=_filled(texture), alpha_mode="OPAQUE")


def _filled(texture: Texture) -> Texture:
    """The colours, with those of the nearest solid texel where there is none."""
    empty = texture[..., 3] < SOLID_ALPHA
    colours = np.ascontiguousarray(texture[..., :3])
    if not empty.any() or empty.all():
        return colours
    rows, columns = distance_transform_edt(empty, return_distances=False, return_indices=True)
    return np.ascontiguousarray(colours[rows, columns])
