"""Triangles with a physically based material: what items, heads and bodies are made of."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Texture = NDArray[np.uint8]
"""(H, W, 3 or 4) uint8; the first row is the top of the picture, sampled at v = 1."""


@dataclass(frozen=True)
class Material:
    """glTF 2.0 metallic-roughness, plus what fashion needs.

    base_color: linear RGB and alpha; base_color_texture: sRGB, multiplies; normal_texture: tangent
    space, +y up (OpenGL); roughness_metal_texture: G roughness, B metal, multiplies;
    alpha_mode: OPAQUE, MASK (discard below 0.5) or BLEND (drawn after all that is opaque);
    sheen: linear RGB of the cloth's grazing sheen; reflectance: dielectric F0 (0.04 is plastic and
    glass, ~0.3 a mirror coat); occlusion by geometry lives in the mesh.
    """

    name: str = "material"
    base_color: tuple[float, float, float, float] = (0.8, 0.8, 0.8, 1.0)
    metallic: float = 0.0
    roughness: float = 0.6
    emissive: tuple[float, float, float] = (0.0, 0.0, 0.0)
    reflectance: float = 0.04
    sheen: tuple[float, float, float] = (0.0, 0.0, 0.0)
    base_color_texture: Texture | None = None
    normal_texture: Texture | None = None
    roughness_metal_texture: Texture | None = None
    alpha_mode: Literal["OPAQUE", "MASK", "BLEND"] = "OPAQUE"
    double_sided: bool = False


@dataclass(frozen=True, eq=False)
class Mesh:
    """One surface with one material. Compared by identity, so that a renderer can keep it.

    vertices: (V, 3) float32 metres; faces: (F, 3) int32, counter-clockwise from outside;
    normals: (V, 3) float32 unit; uv: (V, 2) float32, v up, or None; color: (V, 4) float32 linear,
    multiplies the base colour, or None; occlusion: (V,) float32, 1 open to 0 shut, or None.
    """

    name: str
    vertices: NDArray[np.float32]
    faces: NDArray[np.int32]
    normals: NDArray[np.float32]
    uv: NDArray[np.float32] | None = None
    color: NDArray[np.float32] | None = None
    occlusion: NDArray[np.float32] | None = None
    material: Material = field(default_factory=Material)

    def __post_init__(self) -> None:
        count = len(self.vertices)
        for name, array, width in (
            ("vertices", self.vertices, 3),
            ("normals", self.normals, 3),
            ("uv", self.uv, 2),
            ("color", self.color, 4),
        ):
            if array is not None and array.shape != (count, width):
                raise ValueError(f"{name} must be ({count}, {width}), got {array.shape}")
        if self.occlusion is not None and self.occlusion.shape != (count,):
            raise ValueError(f"occlusion must be ({count},), got {self.occlusion.shape}")
        if self.faces.ndim != 2 or self.faces.shape[1] != 3:
            raise ValueError(f"faces must be (F, 3), got {self.faces.shape}")
        if len(self.faces) and (self.faces.min() < 0 or self.faces.max() >= count):
            raise ValueError(f"faces of {self.name} point beyond its {count} vertices")

    @property
    def bounds(self) -> NDArray[np.float32]:
        """(2, 3) lowest and highest corner."""
        return np.stack([self.vertices.min(0), self.vertices.max(0)])


def smooth_normals(vertices: NDArray[np.float32], faces: NDArray[np.int32]) -> NDArray[np.float32]:
    """(V, 3) unit vertex normals, each face weighted by its area."""
    a, b, c = (vertices[faces[:, k]].astype(np.float64) for k in range(3))
    face_normal = np.cross(b - a, c - a)
    total = np.stack(
        [
            np.bincount(faces.ravel(), np.repeat(face_normal[:, k], 3), minlength=len(vertices))
            for k in range(3)
        ],
        axis=1,
    )
    length = np.linalg.norm(total, axis=1, keepdims=True)
    unit = np.where(length > 1e-20, total / np.maximum(length, 1e-20), np.array([0.0, 0.0, 1.0]))
    return unit.astype(np.float32)
