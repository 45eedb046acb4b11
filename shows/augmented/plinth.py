"""The runway that is laid over the printed board: dark, edged with light, with a soft shadow around it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from shows.augmented.ground import Floats, Share
from tryon import PinholeCamera

Linear = NDArray[np.float32]

_PX_PER_SIDE = 640
_MARGIN = 0.12
"""Room around the plate for its shadow, in shares of its longer side."""
_GRAPHITE = np.array([0.020, 0.021, 0.024], np.float32)
_LED = np.array([1.0, 0.93, 0.82], np.float32)


@dataclass(frozen=True)
class Plinth:
    """A plate on the ground, metres of `floor`: width along x, length along z, its middle at the origin."""

    width_m: float
    length_m: float


@dataclass(frozen=True, eq=False)
class LaidPlinth:
    """A plinth in a picture, all (H, W, …) float32: linear colour times cover, cover, and the share of light
    that its shadow takes."""

    rgb: Linear
    cover: Share
    shadow: Share


def laid(plinth: Plinth, camera: PinholeCamera, cam_from_floor: Floats) -> LaidPlinth:
    """The plinth as the camera sees it."""
    texture, metre_px = _texture(plinth)
    height, width = texture.shape[:2]
    (fx, fy), (cx, cy) = camera.focal_px, camera.centre_px
    matrix = np.array([[fx, 0, cx], [0, fy, cy], [0, 0, 1.0]])
    flip = np.diag([1.0, -1.0, -1.0])
    px_from_floor = matrix @ flip @ cam_from_floor[:3][:, [0, 2, 3]]
    floor_from_texture = np.array(
        [
            [1 / metre_px, 0, -width / 2 / metre_px],
            [0, 1 / metre_px, -height / 2 / metre_px],
            [0, 0, 1.0],
        ]
    )
    px_from_texture = px_from_floor @ floor_from_texture
    cover = np.zeros((*camera.size_wh[::-1], 4), np.float32)
    shadow = np.zeros(camera.size_wh[::-1], np.float32)
    box = _box(px_from_texture, (width, height), camera.size_wh)
    if box is None:
        return LaidPlinth(cover[..., :3], cover[..., 3], shadow)
    x, y, w, h = box
    corner = np.array([[1, 0, -x], [0, 1, -y], [0, 0, 1.0]])
    # OpenCV counts the centre of the first pixel as 0.
    to_centres = np.array([[1, 0, -0.5], [0, 1, -0.5], [0, 0, 1.0]])
    from_centres = np.array([[1, 0, 0.5], [0, 1, 0.5], [0, 0, 1.0]])
    single = to_centres @ corner @ px_from_texture @ from_centres
    # Twice as fine and then halved: edges of a plate must not be stairs.
    double = to_centres @ np.diag([2.0, 2.0, 1.0]) @ corner @ px_from_texture @ from_centres
    plate = cv2.warpPerspective(texture[..., :4], double, (2 * w, 2 * h))
    cover[y : y + h, x : x + w] = cv2.resize(plate, (w, h), interpolation=cv2.INTER_AREA)
    shadow[y : y + h, x : x + w] = cv2.warpPerspective(texture[..., 4], single, (w, h))
    return LaidPlinth(cover[..., :3] ** 2, cover[..., 3], shadow)


def _box(
    px_from_texture: Floats, texture_wh: tuple[int, int], size_wh: tuple[int, int]
) -> tuple[int, int, int, int] | None:
    """Left, top, width and height of what the texture can reach in the picture; None where it does not.
    A plate that reaches behind the camera may be anywhere."""
    w, h = texture_wh
    corners = np.array([[0, 0, 1], [w, 0, 1], [w, h, 1], [0, h, 1]], np.float64) @ px_from_texture.T
    if (corners[:, 2] <= 0).all():
        return None
    if (corners[:, 2] <= 0).any():
        return 0, 0, *size_wh
    px = corners[:, :2] / corners[:, 2:]
    low = np.clip(np.floor(px.min(0)).astype(int) - 1, 0, size_wh)
    high = np.clip(np.ceil(px.max(0)).astype(int) + 1, 0, size_wh)
    if (high <= low).any():
        return None
    return int(low[0]), int(low[1]), int(high[0] - low[0]), int(high[1] - low[1])


@lru_cache(maxsize=4)
def _texture(plinth: Plinth) -> tuple[NDArray[np.float32], float]:
    """(H, W, 5): root of linear colour, cover, shadow; and its pixels a metre."""
    longer = max(plinth.width_m, plinth.length_m)
    metre_px = _PX_PER_SIDE / longer
    margin = round(_MARGIN * _PX_PER_SIDE)
    w, h = round(plinth.width_m * metre_px), round(plinth.length_m * metre_px)
    y, x = np.mgrid[0 : h + 2 * margin, 0 : w + 2 * margin].astype(np.float32)
    inside = np.minimum(
        np.minimum(x - margin, margin + w - x), np.minimum(y - margin, margin + h - y)
    )
    cover = np.clip(inside + 0.5, 0.0, 1.0)
    # Brighter along the middle, where the models walk, as under lamps in a row.
    along = (y - margin) / h
    across = (x - margin) / w - 0.5
    pools = 0.75 + 0.25 * np.cos(2 * np.pi * 3 * along)
    glow = 1.0 + 2.2 * np.exp(-((across / 0.22) ** 2)) * pools
    colour = _GRAPHITE * glow[..., None]
    line = np.exp(-(((inside - 9.0) / 1.6) ** 2)) + 0.10 * np.exp(-(((inside - 9.0) / 12.0) ** 2))
    colour = colour + _LED * (line * (inside > 0))[..., None]
    shadow = cv2.GaussianBlur(cover, (0, 0), margin / 3) * 0.55
    texture = np.dstack([np.sqrt(np.clip(colour, 0, 1)) * cover[..., None], cover, shadow])
    return np.asarray(texture, np.float32), metre_px
