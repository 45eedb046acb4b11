"""Garments: meshes bound to the body's joints, worn in layers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from tryon.core.mesh import Mesh
from tryon.wardrobe.body import Body
from tryon.wardrobe.body_girth import dense_of, girth_directions
from tryon.wardrobe.skinning import Skinning
from tryon.wardrobe.tailor.cover import (
    CLOTH_EDGE_M,
    CLOTH_INSIDE_M,
    CLOTH_LEAST_HITS,
    covered,
    tucked,
    welded,
)

Shell = tuple[NDArray[np.float64], NDArray[np.integer]]


@dataclass(frozen=True, eq=False)
class GarmentPart:
    """One material of a garment.

    mesh: in `body` at the rest pose of the neutral figure; bones: (V, 4) uint8 and weights: (V, 4)
    float32 which joints move each vertex, rows of weights sum to 1; trim: whether it lies on another
    part of the same garment (pockets, buttons), and so neither hides nor closes anything.
    """

    mesh: Mesh
    bones: NDArray[np.uint8]
    weights: NDArray[np.float32]
    trim: bool = False

    def __post_init__(self) -> None:
        wanted = (len(self.mesh.vertices), 4)
        if self.bones.shape != wanted or self.weights.shape != wanted:
            raise ValueError(
                f"bones and weights of {self.mesh.name} must be {wanted}, "
                f"got {self.bones.shape} and {self.weights.shape}"
            )

    def skinning(self) -> Skinning:
        """The binding of its vertices and normals to the joints."""
        return Skinning(self.mesh.vertices, self.bones, self.weights, normals=self.mesh.normals)

    def girth_directions(self, body: Body) -> NDArray[np.float32]:
        """(G, V, 3) how each girth of a person moves its vertices (see `body_girth`)."""
        dense = dense_of(self.bones, self.weights, len(body.names))
        return girth_directions(body, body.figure, self.mesh.vertices, dense)


@dataclass(frozen=True, eq=False)
class Garment:
    """One item and variant on the neutral figure.

    levels: parts by level of detail, finest first; layer: 0 next to the skin, the higher the farther
    out; hides_body: (B,) bool, which of the body's welded vertices it covers in any pose; size: name
    of the size; heel_m: height of the heels that these shoes stand on, metres: they are made on the flat
    foot, and `wardrobe.heels` says how feet in them are turned down.
    """

    item_id: str
    variant: str
    levels: tuple[tuple[GarmentPart, ...], ...]
    layer: int
    hides_body: NDArray[np.bool_]
    size: str = "S"
    heel_m: float = 0.0

    @property
    def parts(self) -> tuple[GarmentPart, ...]:
        """The finest level."""
        return self.levels[0]


@dataclass(frozen=True, eq=False)
class LookLayers:
    """Garments worn together, innermost first, without what outer ones hide.

    garments: as they are worn; body_faces: for each of the body's levels, (F,) bool, what is still
    seen of it; part_faces, part_vertices: for each garment, each level and each part the (F, 3)
    triangles that are left, and the (V, 3) float32 rest shape, drawn in under outer layers (bind it with
    `Skinning.reshape`).
    """

    garments: tuple[Garment, ...]
    body_faces: tuple[NDArray[np.bool_], ...]
    part_faces: tuple[tuple[tuple[NDArray[np.int32], ...], ...], ...]
    part_vertices: tuple[tuple[tuple[NDArray[np.float32], ...], ...], ...]


def look_layers(body: Body, garments: Sequence[Garment]) -> LookLayers:
    """Put garments on over each other, in order of their layers.

    Triangles of the body and of inner garments all of whose corners are covered are left out.
    """
    worn = tuple(sorted(garments, key=lambda garment: garment.layer))
    hidden = np.zeros(len(body.figure.vertices), bool)
    for garment in worn:
        hidden |= garment.hides_body
    body_faces = tuple(
        np.asarray(~hidden[level.source][level.faces].all(1)) for level in body.levels
    )
    faces, vertices = [], []
    for garment in worn:
        shells = [
            welded(part.mesh.vertices, part.mesh.faces)
            for outer in worn
            if outer.layer > garment.layer
            for part in outer.parts
            if not part.trim
        ]
        under = [_under(parts, shells) for parts in garment.levels]
        faces.append(tuple(kept for kept, _ in under))
        vertices.append(tuple(shape for _, shape in under))
    return LookLayers(worn, body_faces, tuple(faces), tuple(vertices))


def _under(
    parts: tuple[GarmentPart, ...], shells: Sequence[Shell]
) -> tuple[tuple[NDArray[np.int32], ...], tuple[NDArray[np.float32], ...]]:
    """For each part of an inner garment the triangles that are still seen, and its shape drawn in."""
    meshes = [part.mesh for part in parts]
    if not shells:
        return tuple(m.faces for m in meshes), tuple(m.vertices for m in meshes)
    main = [part.mesh for part in parts if not part.trim]
    points = np.concatenate([mesh.vertices for mesh in main]).astype(np.float64)
    normals = np.concatenate([mesh.normals for mesh in main]).astype(np.float64)
    starts = np.cumsum([0] + [len(mesh.vertices) for mesh in main[:-1]])
    faces = np.concatenate([mesh.faces + k for mesh, k in zip(main, starts, strict=True)])
    hidden = covered(
        points,
        normals,
        shells,
        inside_m=CLOTH_INSIDE_M,
        edge_m=CLOTH_EDGE_M,
        least_hits=CLOTH_LEAST_HITS,
    )
    moved = tucked(points, normals, faces, shells) - points
    # Trims go with the cloth that they lie on.
    tree = cKDTree(points)
    kept, shapes = [], []
    for mesh in meshes:
        nearest = tree.query(mesh.vertices)[1]
        kept.append(mesh.faces[~hidden[nearest][mesh.faces].all(1)])
        shapes.append((mesh.vertices + moved[nearest]).astype(np.float32))
    return tuple(kept), tuple(shapes)
