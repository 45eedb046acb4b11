"""The shaders' uniform blocks as bytes (std140, row-major; `surface.glsl` has the same fields)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tryon.core.scene import Draw, Lighting
from tryon.core.spaces import Floats

PER_FRAME_FLOATS = 36
PER_DRAW_FLOATS = 52
MASK_BELOW = 0.5


def per_frame(clip_from_cam: Floats, light: Lighting) -> NDArray[np.float32]:
    """(36,) projection, ambient light by row, gain of the reflections."""
    block = np.zeros(PER_FRAME_FLOATS, np.float32)
    block[:16] = clip_from_cam.ravel()
    block[16:32].reshape(4, 4)[:, :3] = light.ambient
    block[32:35] = light.reflection
    return block


def per_draw(
    draws: Sequence[Draw],
    channels: NDArray[np.float32],
    *,
    stride: int,
    clear_below: float = 0.0,
) -> NDArray[np.float32]:
    """(N, stride) one row of floats a draw, of which 52 are used.

    channels: (N, 4) what `hide.frag` and `coverage.frag` are told; clear_below: alpha below which a
    transparent surface is discarded, unless its material is as clear as that all over.
    """
    rows = np.zeros((len(draws), stride), np.float32)
    cam_from_mesh = np.array([d.cam_from_mesh for d in draws]).reshape(-1, 4, 4)
    rows[:, :16] = cam_from_mesh.reshape(-1, 16)
    normal_rows = rows[:, 16:32].reshape(-1, 4, 4)
    normal_rows[:, :3, :3] = _cam_from_normal(cam_from_mesh[:, :3, :3])
    rows[:, 48:52] = channels
    for row, draw in zip(rows, draws, strict=True):
        material = draw.mesh.material
        row[32:36] = material.base_color
        row[36:40] = (*material.emissive, draw.opacity)
        row[40:44] = (*material.sheen, material.reflectance)
        row[44:48] = (
            material.metallic,
            material.roughness,
            draw.depth_bias_m,
            {
                "OPAQUE": 0.0,
                "MASK": MASK_BELOW,
                "BLEND": min(clear_below, 0.5 * material.base_color[3]),
            }[material.alpha_mode],
        )
    return rows


def _cam_from_normal(cam_from_mesh: Floats) -> Floats:
    """(N, 3, 3) cofactors: the inverse transpose up to size, and finite for a flattened mesh.

    The determinant's sign goes in, so that mirrored meshes keep their normals outward.
    """
    a, b, c = np.moveaxis(cam_from_mesh, 1, 0)
    cofactors = np.stack([np.cross(b, c), np.cross(c, a), np.cross(a, b)], axis=1)
    sign = np.sign((a * cofactors[:, 0]).sum(1))
    return np.asarray(cofactors * sign[:, None, None])
