"""The body that is fitted to people and that garments are bound to.

Baked once from the CC0 base body. Everything is in the space `body` (metres; x to the wearer's left,
y up, z forward, feet on the floor) in the rest pose: standing, arms held away from the sides.
"""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tryon.core.mesh import Material, Mesh, smooth_normals
from tryon.core.spaces import Floats
from tryon.supplies import baked_dir
from tryon.wardrobe.body_bake import BAKED_NAME, LEVEL_TRIANGLES, bake_body
from tryon.wardrobe.body_measure import Measurements, Tape
from tryon.wardrobe.body_parts import Part
from tryon.wardrobe.skinning import Skinning

LEVELS = 1 + len(LEVEL_TRIANGLES)


@dataclass(frozen=True, eq=False)
class Level:
    """One level of detail, split at texture seams.

    source: (n,) int32 the body vertex behind each of its vertices; uv: (n, 2) float32, v up; faces:
    (F, 3) int32 into `source`.
    """

    source: NDArray[np.int32]
    uv: NDArray[np.float32]
    faces: NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class Figure:
    """A body of one shape in the rest pose.

    vertices: (V, 3) float32; heads, tails: (J, 3) where each bone starts and ends; metres in `body`.
    """

    vertices: NDArray[np.float32]
    heads: Floats
    tails: Floats


@dataclass(frozen=True, eq=False)
class Body:
    """The neutral adult, its rig, and what changes its shape.

    names, parents: J bones, parents first, −1 for the root; figure: the neutral shape; faces: (F, 3)
    int32 triangles on the V welded vertices (numbered as in the base mesh, whose first V they are);
    bones, weights: (V, 4) the strongest bones and their shares; parts: (V,) `Part` of each vertex;
    levels: the mesh as it is drawn, finest first; directions: names of the shape directions;
    direction_vertices: (2, D, V, 3) and direction_joints: (2, D, 2, J, 3) changes at +1 and at −1 of
    vertices and of bone heads and tails; landmarks: vertex numbers by anatomical name.
    """

    names: tuple[str, ...]
    parents: NDArray[np.int64]
    figure: Figure
    faces: NDArray[np.int32]
    bones: NDArray[np.uint8]
    weights: NDArray[np.float32]
    parts: NDArray[np.uint8]
    levels: tuple[Level, ...]
    directions: tuple[str, ...]
    direction_vertices: NDArray[np.float32]
    direction_joints: Floats
    landmarks: Mapping[str, int]

    @classmethod
    def load(cls) -> Body:
        """The baked body from the cache, baked now when it is not there.

        Raises SuppliesError when neither it nor the base body is there.
        """
        path = baked_dir() / BAKED_NAME
        if not path.exists():
            bake_body()
        try:
            return _read(path)
        except (KeyError, ValueError, zipfile.BadZipFile):
            # Left over from another version or cut short: made again from the checked base body.
            bake_body()
            return _read(path)

    def bone(self, name: str) -> int:
        """A bone's number. Raises KeyError."""
        return self._numbers[name]

    @cached_property
    def _numbers(self) -> dict[str, int]:
        return {name: number for number, name in enumerate(self.names)}

    def shaped(self, shape: Mapping[str, float]) -> Figure:
        """The body with each named direction moved by its coefficient (0 neutral, ±1 its ends).

        Raises KeyError for an unknown direction.
        """
        vertices = self.figure.vertices.copy()
        heads, tails = self.figure.heads.copy(), self.figure.tails.copy()
        numbers = {name: number for number, name in enumerate(self.directions)}
        for name, amount in shape.items():
            end, number = int(amount < 0), numbers[name]
            vertices += np.float32(abs(amount)) * self.direction_vertices[end, number]
            heads += abs(amount) * self.direction_joints[end, number, 0]
            tails += abs(amount) * self.direction_joints[end, number, 1]
        floor = float(vertices[:, 1].min())
        rise = np.array([0.0, -floor, 0.0])
        return Figure(vertices + rise.astype(np.float32), heads + rise, tails + rise)

    def measure(self, figure: Figure | None = None) -> Measurements:
        """ISO 8559-1 measures of a shape of this body (the neutral one when None), metres."""
        wanted = figure or self.figure
        return self._tape.measure(wanted.vertices.astype(np.float64), wanted.heads)

    def mesh(self, level: int = 0, figure: Figure | None = None) -> Mesh:
        """A level of detail as a mesh in the rest pose."""
        vertices = (figure or self.figure).vertices
        normals = smooth_normals(vertices, self.faces)
        chosen = self.levels[level]
        return Mesh(
            f"body-{level}",
            vertices[chosen.source],
            chosen.faces,
            normals[chosen.source],
            uv=chosen.uv,
            material=Material("skin", roughness=0.55),
        )

    def skinning(self, level: int = 0, figure: Figure | None = None) -> Skinning:
        """The binding of one level's vertices to the joints."""
        mesh, source = self.mesh(level, figure), self.levels[level].source
        return Skinning(
            mesh.vertices, self.bones[source], self.weights[source], normals=mesh.normals
        )

    def face_parts(self, level: int = 0) -> NDArray[np.uint8]:
        """(F,) the `Part` that each of a level's triangles belongs to: the most frequent corner's."""
        chosen = self.levels[level]
        corners = self.parts[chosen.source][chosen.faces]
        return np.where(corners[:, 1] == corners[:, 2], corners[:, 1], corners[:, 0])

    @cached_property
    def _tape(self) -> Tape:
        edges = np.concatenate(
            [self.faces[:, [0, 1]], self.faces[:, [1, 2]], self.faces[:, [2, 0]]]
        )
        edges = np.unique(np.sort(edges, axis=1), axis=0).astype(np.int64)
        ends = self.parts[edges]

        def within(*parts: Part) -> NDArray[np.int64]:
            return np.asarray(edges[np.isin(ends, parts).all(1)])

        thighs = (Part.LEFT_THIGH, Part.RIGHT_THIGH)
        middle = (np.abs(self.figure.vertices[:, 0]) < 1e-4) & (
            self.figure.vertices[:, 2] < self.figure.heads[self.bone("spine_02"), 2]
        )
        return Tape(
            {
                "torso": within(Part.TORSO, *thighs),
                "neck": within(Part.NECK, Part.TORSO, Part.HEAD),
                "head": within(Part.HEAD),
                "arm_l": within(Part.LEFT_UPPER_ARM, Part.LEFT_FOREARM),
                "arm_r": within(Part.RIGHT_UPPER_ARM, Part.RIGHT_FOREARM),
                "leg_l": within(Part.LEFT_THIGH, Part.LEFT_CALF),
                "leg_r": within(Part.RIGHT_THIGH, Part.RIGHT_CALF),
                "spine": np.flatnonzero(middle & (self.parts == Part.TORSO))[:, None],
            },
            self.landmarks,
            self._numbers,
        )


def _read(path: Path) -> Body:
    with np.load(path) as baked:
        return Body(
            tuple(str(name) for name in baked["names"]),
            baked["parents"],
            Figure(baked["vertices"], baked["heads"], baked["tails"]),
            baked["faces"],
            baked["bones"],
            baked["weights"],
            baked["parts"],
            tuple(
                Level(*(baked[f"level{k}_{field}"] for field in ("source", "uv", "faces")))
                for k in range(LEVELS)
            ),
            tuple(str(name) for name in baked["directions"]),
            baked["direction_vertices"],
            baked["direction_joints"],
            {
                str(name): int(number)
                for name, number in zip(baked["landmark_names"], baked["landmarks"], strict=True)
            },
        )
