"""What the renderer is asked to draw, and what it gives back."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from tryon.core.mesh import Mesh
from tryon.core.spaces import Floats


class Role(Enum):
    """VISIBLE is drawn; OCCLUDER only hides what is behind it; CATCHER hides and also takes the
    contact shadow that the items throw (darkens the picture where its `occlusion` is below 1)."""

    VISIBLE = "visible"
    OCCLUDER = "occluder"
    CATCHER = "catcher"


@dataclass(frozen=True, eq=False)
class Draw:
    """One mesh in one place.

    cam_from_mesh: (4, 4) affine; owner: the item's id ("" for heads and bodies); person: whose;
    opacity: 0 to 1 (fading in or out); vertices, normals: (V, 3) float32 that replace the mesh's own
    in this frame (skinned or warped), occlusion: (V,) float32 likewise; depth_bias_m: moved towards
    the camera by this much for the depth test only (layers that lie on each other).
    """

    mesh: Mesh
    cam_from_mesh: Floats
    role: Role = Role.VISIBLE
    owner: str = ""
    person: int = 0
    opacity: float = 1.0
    vertices: NDArray[np.float32] | None = None
    normals: NDArray[np.float32] | None = None
    occlusion: NDArray[np.float32] | None = None
    depth_bias_m: float = 0.0

    def vertices_in_cam(self) -> Floats:
        """(V, 3) positions in `cam`, metres."""
        local = self.mesh.vertices if self.vertices is None else self.vertices
        return local @ self.cam_from_mesh[:3, :3].T + self.cam_from_mesh[:3, 3]


@dataclass(frozen=True)
class Lighting:
    """Light on the person, linear.

    ambient: (4, 3) first-order spherical harmonics of irradiance in `cam` (rows 1, x, y, z), RGB, so
    that a white diffuse surface of normal n shows ambient[0] + n · ambient[1:]; reflection: gain of
    the environment's reflections, RGB.
    """

    ambient: Floats
    reflection: tuple[float, float, float] = (1.0, 1.0, 1.0)

    @classmethod
    def studio(cls) -> Lighting:
        """Soft light from above and the front."""
        return cls(np.array([[0.78] * 3, [0.08] * 3, [0.22] * 3, [0.20] * 3]), (1.0, 1.0, 1.0))


@dataclass(frozen=True)
class Layer:
    """A drawn rectangle of the picture.

    rgba: (h, w, 4) uint8, sRGB-coded colour premultiplied by alpha; corner_xy: its top left pixel in
    the picture; depth_m: (h, w) float32 distance along −z, inf where empty, or None if not asked.
    """

    rgba: NDArray[np.uint8]
    corner_xy: tuple[int, int]
    depth_m: NDArray[np.float32] | None = None
