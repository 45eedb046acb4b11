"""Which rectangle of the picture a list of draws can change, and the projection onto it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tryon.core.camera import PinholeCamera
from tryon.core.scene import Draw, Role
from tryon.core.spaces import Floats

NEAR_M, FAR_M = 0.03, 100.0
"""Clipping planes. With 24 bits of depth, 0.4 µm apart at 0.5 m and 0.8 mm at 20 m."""
PADDING_PX = 2
SHADED_BELOW = 0.99
"""A catcher's vertex more open than this darkens nothing that 8 bits could show."""

_EDGES = np.array(
    [(a, a | bit) for a in range(8) for bit in (1, 2, 4) if not a & bit]
)  # of a box whose corners are numbered by the bits of x, y and z


@dataclass(frozen=True)
class Box:
    """A rectangle of pixels: corner (x, y), then width and height."""

    x: int
    y: int
    width: int
    height: int

    @property
    def corner_xy(self) -> tuple[int, int]:
        return self.x, self.y

    @property
    def size_wh(self) -> tuple[int, int]:
        return self.width, self.height


def visible_region(camera: PinholeCamera, draws: Sequence[Draw]) -> Box | None:
    """Everything that the draws can change, or None when no visible draw is in the picture.

    Contact shadows beside the items are part of it.
    """
    visible = [d for d in draws if d.role is Role.VISIBLE and d.opacity > 0]
    bounds = [b for d in visible if (b := _bounds_px(camera, d, _vertices(d))) is not None]
    if not bounds or _in_picture(camera, bounds) is None:
        return None
    catchers = [d for d in draws if d.role is Role.CATCHER]
    bounds += [b for d in catchers if (b := _bounds_px(camera, d, _shaded(d))) is not None]
    return _in_picture(camera, bounds)


def item_region(camera: PinholeCamera, draws: Sequence[Draw]) -> Box | None:
    """Where the visible draws with an owner are, or None when they are outside the picture."""
    owned = [d for d in draws if d.role is Role.VISIBLE and d.opacity > 0 and d.owner]
    bounds = [b for d in owned if (b := _bounds_px(camera, d, _vertices(d))) is not None]
    return _in_picture(camera, bounds) if bounds else None


def tiles(box: Box, *, scale: float, most_px: int) -> Iterator[Box]:
    """The box in pieces whose pictures, enlarged by `scale`, have at most `most_px` pixels."""
    side = max(int(np.sqrt(most_px) / scale), 1)
    width, height = side, side
    if box.width < side:
        width, height = box.width, max(int(most_px / scale**2 / box.width), 1)
    for y in range(box.y, box.y + box.height, height):
        for x in range(box.x, box.x + box.width, width):
            yield Box(x, y, min(width, box.x + box.width - x), min(height, box.y + box.height - y))


def clip_from_cam(camera: PinholeCamera) -> Floats:
    """(4, 4) OpenGL projection whose first row of pixels is the picture's top one.

    Turning the picture over here makes reading it back a plain copy; it also swaps the winding.
    """
    (fx, fy), (cx, cy), (width, height) = camera.focal_px, camera.centre_px, camera.size_wh
    depth = FAR_M - NEAR_M
    return np.array(
        [
            [2 * fx / width, 0, 1 - 2 * cx / width, 0],
            [0, -2 * fy / height, 1 - 2 * cy / height, 0],
            [0, 0, -(FAR_M + NEAR_M) / depth, -2 * FAR_M * NEAR_M / depth],
            [0, 0, -1, 0],
        ]
    )


def depth_in_metres(depth: NDArray[np.float32]) -> NDArray[np.float32]:
    """The depth buffer's 0 to 1 as distance along −z; the far plane is empty: inf."""
    with np.errstate(divide="ignore"):
        metres = NEAR_M * FAR_M / (FAR_M - depth.astype(np.float64) * (FAR_M - NEAR_M))
    return np.where(depth >= 1, np.inf, metres).astype(np.float32)


def _vertices(draw: Draw) -> NDArray[np.float32]:
    return draw.mesh.vertices if draw.vertices is None else draw.vertices


def _shaded(draw: Draw) -> NDArray[np.float32]:
    """(N, 3) vertices where a catcher darkens the picture."""
    occlusion = draw.mesh.occlusion if draw.occlusion is None else draw.occlusion
    if occlusion is None:
        return np.zeros((0, 3), np.float32)
    return _vertices(draw)[occlusion < SHADED_BELOW]


def _bounds_px(camera: PinholeCamera, draw: Draw, points: NDArray[np.float32]) -> Floats | None:
    """(2, 2) lowest and highest pixel of (N, 3) points of a mesh, or None when all are behind."""
    if not len(points):
        return None
    (fx, fy), (cx, cy) = camera.focal_px, camera.centre_px
    # In single precision, 4 times as fast: 2e-7 of a picture's width does not matter here.
    px_from_mesh = np.array([[fx, 0, -cx], [0, -fy, -cy], [0, 0, -1]]) @ draw.cam_from_mesh[:3]
    x, y, depth = (px_from_mesh[:, :3].astype(np.float32) @ points.T) + px_from_mesh[:, 3:].astype(
        np.float32
    )
    if depth.max() <= NEAR_M:
        return None
    if depth.min() <= NEAR_M:
        corners = _clipped_corners(draw.vertices_in_cam())
        px = camera.project(corners)
        return np.stack([px.min(0), px.max(0)])
    x, y = x / depth, y / depth
    return np.array([[x.min(), y.min()], [x.max(), y.max()]], float)


def _clipped_corners(points: Floats) -> Floats:
    """(N, 3) corners of the points' bounding box after the near plane has cut it."""
    low, high = points.min(0), points.max(0)
    bits = (np.arange(8)[:, None] >> np.arange(3)) & 1
    corners = np.where(bits, high, low)
    ahead = corners[:, 2] < -NEAR_M
    a, b = corners[_EDGES[:, 0]], corners[_EDGES[:, 1]]
    crossing = ahead[_EDGES[:, 0]] != ahead[_EDGES[:, 1]]
    a, b = a[crossing], b[crossing]
    share = (-NEAR_M - a[:, 2:]) / (b[:, 2:] - a[:, 2:])
    return np.concatenate([corners[ahead], a + share * (b - a)])


def _in_picture(camera: PinholeCamera, bounds: Sequence[Floats]) -> Box | None:
    size = np.array(camera.size_wh)
    low = np.floor(np.min([b[0] for b in bounds], axis=0)) - PADDING_PX
    high = np.ceil(np.max([b[1] for b in bounds], axis=0)) + PADDING_PX
    low, high = np.clip(low, 0, size), np.clip(high, 0, size)
    if (high - low).min() < 1:
        return None
    return Box(int(low[0]), int(low[1]), int(high[0] - low[0]), int(high[1] - low[1]))
