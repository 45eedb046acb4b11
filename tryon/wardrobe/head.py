"""The head that hides temples and far earrings, and that carries the places where things are worn.

The CC0 base body's head, as a mean adult, is warped smoothly until its landmark points meet the
person's. Skull, ears and neck are not measured by the face landmarks: they follow the similarity
that carries the mean face onto the person's, and the breadth in front of the ears.
"""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from tryon.core.fits import HEAD_ANCHORS, HeadAnchor
from tryon.core.landmarks import FACE_LANDMARKS
from tryon.core.mesh import Material, Mesh, smooth_normals
from tryon.core.spaces import Floats
from tryon.core.transforms import align, apply, inverse, rigid
from tryon.wardrobe.head_bake import FACE_MESH, SHRINK_M, Ring, bake_head, baked_path
from tryon.wardrobe.head_warp import LinearWarp

HAIR_SIDES_M = 0.007
"""How far an ordinary head of hair, pressed by a hat, keeps the band off the skull."""
HAIR_CROWN_M = 0.013
"""How far it keeps the hat's top off the crown."""


@dataclass(frozen=True)
class HeadEllipse:
    """The cross-section of head or neck where something goes round it.

    head_from_ellipse: (4, 4) rigid; the ellipse lies in its x-z plane about the origin, x to the
    wearer's left, z forward, y up through it. Half axes in metres.
    """

    head_from_ellipse: Floats
    half_width_m: float
    half_depth_m: float

    def grown(self, margin_m: float) -> HeadEllipse:
        """The same with `margin_m` more on every side (hair, lining)."""
        return replace(
            self,
            half_width_m=self.half_width_m + margin_m,
            half_depth_m=self.half_depth_m + margin_m,
        )


@dataclass(frozen=True, eq=False)
class FittedHead:
    """One person's head in `head` space, metres.

    vertices, normals: (V, 3) float32 for `HeadModel.mesh`, 1 mm inside the skin; anchors: (3,) each,
    on the skin; hat_ellipse: of a hat's band over the hair (HAIR_SIDES_M already added); neck_ellipse:
    of the bare neck where a necklace lies.
    """

    vertices: NDArray[np.float32]
    normals: NDArray[np.float32]
    anchors: Mapping[HeadAnchor, Floats]
    hat_ellipse: HeadEllipse
    neck_ellipse: HeadEllipse


class HeadModel:
    """The base head and the map that fits it to a face.

    mesh: the occluder, its faces fixed, open only below the neck; coarse: the same vertices with a
    quarter of the triangles, for heads that are small in the picture; landmarks: (478, 3) its own
    landmark points; head_share: (V,) 1 where a vertex moves with the skull, 0 where it stays with the
    shoulders, fading down the neck. All in `head` space, metres.
    """

    def __init__(
        self,
        mesh: Mesh,
        *,
        coarse: Mesh,
        landmarks: Floats,
        anchors: Floats,
        head_share: NDArray[np.float32],
        warp: LinearWarp,
        hat_ring: Ring,
        neck_ring: Ring,
    ) -> None:
        self.mesh = mesh
        self.coarse = coarse
        self.landmarks = landmarks
        self.head_share = head_share
        self._points = np.concatenate([mesh.vertices, anchors]).astype(np.float32)
        self._warp = warp
        self._rings = (hat_ring, neck_ring)
        self._normals_of = _VertexNormals(mesh.faces, len(mesh.vertices))

    @classmethod
    def load(cls) -> HeadModel:
        """The baked model from the cache, baked now when it is not there.

        Raises SuppliesError when neither it nor the base body is there.
        """
        path = baked_path()
        if not path.exists():
            bake_head()
        try:
            return cls._read(path)
        except (KeyError, ValueError, zipfile.BadZipFile):
            # Left over from another version or cut short: made again from the checked base body.
            bake_head()
            return cls._read(path)

    @classmethod
    def _read(cls, path: Path) -> HeadModel:
        with np.load(path) as baked:
            vertices = baked["vertices"].astype(np.float32)
            mesh = Mesh(
                "head",
                vertices,
                baked["faces"],
                smooth_normals(vertices, baked["faces"]),
                material=Material("skin", roughness=0.5),
            )
            return cls(
                mesh,
                coarse=replace(mesh, faces=baked["coarse_faces"]),
                landmarks=baked["landmarks"],
                anchors=baked["anchors"],
                head_share=baked["head_share"].astype(np.float32),
                warp=LinearWarp(baked["spread"], baked["gather"]),
                hat_ring=Ring(baked["hat_edges"], baked["hat_share"]),
                neck_ring=Ring(baked["neck_edges"], baked["neck_share"]),
            )

    def fitted(self, landmarks_in_head: Floats) -> FittedHead:
        """The head of a person with these (478, 3) landmarks in `head` space, metres."""
        if landmarks_in_head.shape != (FACE_LANDMARKS, 3):
            raise ValueError(
                f"landmarks must be ({FACE_LANDMARKS}, 3), got {landmarks_in_head.shape}"
            )
        base, target = self.landmarks[:FACE_MESH], landmarks_in_head[:FACE_MESH]
        head_from_base = align(base, target, np.ones(FACE_MESH), scaled=True)
        shift = apply(inverse(head_from_base), target) - base
        points = _apply32(head_from_base, self._points + self._warp(shift))
        count = len(self.mesh.vertices)
        skin, anchors = points[:count], points[count:].astype(np.float64)
        normals = self._normals_of(skin)
        hat, neck = (_ellipse(ring, skin.astype(np.float64)) for ring in self._rings)
        return FittedHead(
            skin - np.float32(SHRINK_M) * normals,
            normals,
            dict(zip(HEAD_ANCHORS, anchors, strict=True)),
            hat.grown(HAIR_SIDES_M),
            neck,
        )

    def vertices_over_shoulders(
        self, head: FittedHead, head_from_shoulders: Floats
    ) -> NDArray[np.float32]:
        """(V, 3) float32 of a fitted head whose shoulders did not turn with it.

        head_from_shoulders: (4, 4) rigid, identity when the head looks straight ahead: where the
        shoulders' own frame stands in this frame's `head` space.
        """
        stay = _apply32(head_from_shoulders, head.vertices)
        share = self.head_share[:, None]
        return np.asarray(share * head.vertices + (1 - share) * stay)


def _apply32(matrix: Floats, points: NDArray[np.float32]) -> NDArray[np.float32]:
    """`apply` without leaving single precision."""
    turn, move = matrix[:3, :3].astype(np.float32), matrix[:3, 3].astype(np.float32)
    return np.asarray(points @ turn.T + move)


class _VertexNormals:
    """Area-weighted vertex normals of one topology, as one sparse product."""

    def __init__(self, faces: NDArray[np.int32], count: int) -> None:
        self._faces = faces
        rows = faces.ravel()
        columns = np.repeat(np.arange(len(faces)), 3)
        ones = np.ones(len(rows), np.float32)
        self._sum = sparse.csr_matrix((ones, (rows, columns)), shape=(count, len(faces)))

    def __call__(self, vertices: NDArray[np.float32]) -> NDArray[np.float32]:
        a, b, c = (vertices[self._faces[:, k]] for k in range(3))
        u, v = b - a, c - a
        x = u[:, 1] * v[:, 2] - u[:, 2] * v[:, 1]
        y = u[:, 2] * v[:, 0] - u[:, 0] * v[:, 2]
        z = u[:, 0] * v[:, 1] - u[:, 1] * v[:, 0]
        total = self._sum @ np.stack([x, y, z], axis=1)
        length = np.sqrt((total**2).sum(1, keepdims=True))
        return np.asarray(total / np.maximum(length, 1e-12), np.float32)


def _ellipse(ring: Ring, vertices: Floats) -> HeadEllipse:
    """The ellipse that a ring of the head fills: breadth across, length from brow to nape."""
    t = ring.share[:, None]
    points = (1 - t) * vertices[ring.edges[:, 0]] + t * vertices[ring.edges[:, 1]]
    front, back = points[points[:, 2].argmax()], points[points[:, 2].argmin()]
    forward = np.array([0.0, *(front - back)[1:]])
    forward /= np.linalg.norm(forward)
    axes = np.stack(
        [np.array([1.0, 0.0, 0.0]), np.cross(forward, [1.0, 0.0, 0.0]), forward], axis=1
    )
    local = points @ axes
    low, high = local.min(0), local.max(0)
    centre = axes @ np.array([0.5 * (low + high)[0], local[:, 1].mean(), 0.5 * (low + high)[2]])
    half = 0.5 * (high - low)
    return HeadEllipse(rigid(axes, centre), float(half[0]), float(half[2]))
