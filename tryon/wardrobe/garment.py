"""Garments: meshes bound to the body's joints, worn in layers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tryon.core.mesh import Mesh
from tryon.wardrobe.body import Body
from tryon.wardrobe.body_girth import dense_of, girth_directions
from tryon.wardrobe.skinning import Skinning
from tryon.wardrobe.tailor.cover import covered, welded


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
    of the size.
    """

    item_id: str
    variant: str
    levels: tuple[tuple[GarmentPart, ...], ...]
    layer: int
    hides_body: NDArray[np.bool_]
    size: str = "M"

    @property
    def parts(self) -> tuple[GarmentPart, ...]:
        """The finest level."""
        return self.levels[0]


@dataclass(frozen=True, eq=False)
class LookLayers:
    """Garments worn together, innermost first, without what outer ones hide.

    garments: as they are worn; body_faces: for each of the body's levels, (F,) bool, what is still
    seen of it; part_faces: for each garment, each level and each part (F, 3) the triangles that are left.
    """

    garments: tuple[Garment, ...]
    body_faces: tuple[NDArray[np.bool_], ...]
    part_faces: tuple[tuple[tuple[NDArray[np.int32], ...], ...], ...]


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
    part_faces = []
    for number, garment in enumerate(worn):
        shells = [
            welded(part.mesh.vertices, part.mesh.faces)
            for outer in worn[number + 1 :]
            if outer.layer > garment.layer
            for part in outer.parts
            if not part.trim
        ]
        levels = []
        for parts in garment.levels:
            left = []
            for part in parts:
                mesh = part.mesh
                under = covered(
                    mesh.vertices.astype(np.float64), mesh.normals.astype(np.float64), shells
                )
                left.append(mesh.faces[~under[mesh.faces].all(1)])
            levels.append(tuple(left))
        part_faces.append(tuple(levels))
    return LookLayers(worn, body_faces, tuple(part_faces))
