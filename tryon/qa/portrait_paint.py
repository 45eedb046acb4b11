"""The painted skin, brows, lips, hair and eyes that let a landmark model read a rendered head.

Everything is painted in the rest space of the mean head (metres, from the midpoint of its eyes), so
one texture layout serves every shape that the base mesh can take.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.core.mesh import Texture
from tryon.core.spaces import Floats

SKIN_SIZE_WH = (1024, 2048)
EYE_SIZE = 384
_HAIRLINE_DEG = (0.0, 28.0, 45.0, 62.0, 76.0, 88.0, 96.0, 112.0, 128.0, 150.0, 180.0)
_HAIRLINE_M = (0.071, 0.070, 0.062, 0.040, 0.012, -0.016, 0.012, 0.008, -0.046, -0.072, -0.080)
"""Height of the hairline over the eyes against the azimuth from the face's front."""


@dataclass(frozen=True)
class Complexion:
    """sRGB colours of six hexadecimal digits."""

    skin: str
    hair: str
    iris: str


def srgb(color: str) -> Floats:
    """(3,) sRGB from 0 to 1 of six hexadecimal digits."""
    return np.frombuffer(bytes.fromhex(color), np.uint8) / 255.0


def hairline_distance(position: Floats, *, centre_z: float) -> Floats:
    """(…,) metres by which (…, 3) points lie above (positive) the hairline."""
    azimuth = np.degrees(np.arctan2(np.abs(position[..., 0]), position[..., 2] - centre_z))
    height: Floats = position[..., 1] - np.interp(azimuth, _HAIRLINE_DEG, _HAIRLINE_M)
    return height


def position_map(uv: Floats, position: Floats, faces: NDArray[np.int64]) -> Floats:
    """(H, W, 3) rest position under each texel, NaN where no triangle lies; uv in 0 to 1, v up."""
    w, h = SKIN_SIZE_WH
    out = np.full((h, w, 3), np.nan)
    px = uv * [w, -h] + [0, h]
    for face in faces:
        corners = px[face]
        x0, y0 = np.maximum(np.floor(corners.min(0) - 1), 0).astype(int)
        x1, y1 = np.minimum(np.ceil(corners.max(0) + 1), [w, h]).astype(int)
        if x1 <= x0 or y1 <= y0:
            continue
        edges = np.stack([corners[1] - corners[0], corners[2] - corners[0]], 1)
        if abs(np.linalg.det(edges)) < 1e-9:
            continue
        grid = np.stack(np.meshgrid(np.arange(x0, x1) + 0.5, np.arange(y0, y1) + 0.5), -1)
        bc = (grid - corners[0]) @ np.linalg.inv(edges).T
        weights = np.concatenate([1 - bc.sum(-1, keepdims=True), bc], -1)
        inside = (weights > -0.15).all(-1)
        out[y0:y1, x0:x1][inside] = (weights @ position[face])[inside]
    return out


def paint_skin(
    where: Floats,
    lips: Floats,
    lash_distance: Floats,
    complexion: Complexion,
    *,
    centre_z: float,
    rng: np.random.Generator,
) -> Texture:
    """(H, W, 3) sRGB skin for a position map, a lip mask and the distance to the lash line."""
    x, y = np.abs(where[..., 0]), where[..., 1]
    shape = x.shape
    color = np.broadcast_to(srgb(complexion.skin), (*shape, 3)).copy()
    color *= 1 + 0.035 * _noise(shape, 6, rng)[..., None] + 0.03 * _noise(shape, 90, rng)[..., None]
    front = where[..., 2] > centre_z + 0.02
    blush = np.exp(-(((x - 0.042) / 0.02) ** 2) - ((y + 0.04) / 0.017) ** 2)
    blush += 0.8 * np.exp(-((x / 0.013) ** 2) - ((y + 0.042) / 0.014) ** 2)
    color = _mix(color, color * [1.0, 0.84, 0.82], 0.7 * blush * front)
    socket = np.exp(-(((x - 0.029) / 0.021) ** 2) - ((y + 0.001) / 0.0135) ** 2)
    color = _mix(color, color * [0.80, 0.70, 0.68], 0.75 * socket * front)
    color = _mix(color, color * [0.80, 0.52, 0.52], 0.85 * lips)
    color = _mix(
        color, np.array([0.12, 0.08, 0.07]), 0.85 * np.exp(-((lash_distance / 0.0011) ** 2))
    )
    brow = _brows(x, y, rng) * front
    color = _mix(color, srgb(complexion.hair) * 0.9, 0.85 * brow)
    scalp = _ramp(hairline_distance(where, centre_z=centre_z) / 0.008)
    color = _mix(color, srgb(complexion.hair) * 0.8, scalp)
    return (np.clip(np.nan_to_num(color), 0, 1) * 255).astype(np.uint8)


def paint_hair(where: Floats, complexion: Complexion, *, rng: np.random.Generator) -> Texture:
    """(H, W, 3) sRGB combed hair."""
    strands = _noise(where.shape[:2], 3, rng, stretch=14)
    color = srgb(complexion.hair) * (1 + 0.38 * strands[..., None])
    return (np.clip(color, 0, 1) * 255).astype(np.uint8)


def paint_eye(complexion: Complexion, *, iris_share: float, rng: np.random.Generator) -> Texture:
    """(S, S, 3) sRGB front of an eyeball seen along its axis; `iris_share` is iris / ball radius."""
    axis = (np.arange(EYE_SIZE) + 0.5) / EYE_SIZE * 2 - 1
    gx, gy = np.meshgrid(axis, -axis)
    radius, angle = np.hypot(gx, gy), np.arctan2(gy, gx)
    color = np.array([0.90, 0.87, 0.85]) * (1 - 0.25 * radius[..., None] ** 2)
    color *= (1 - 0.35 * _ramp((gy - 0.1) / 0.45))[..., None]
    fibres = np.interp(angle, np.linspace(-np.pi, np.pi, 97), rng.uniform(0.7, 1.25, 97))
    share = radius / iris_share
    iris = srgb(complexion.iris) * (fibres * (1.05 - 0.55 * share**4))[..., None]
    color = _mix(color, iris, _ramp((1 - share) / 0.08))
    color = _mix(color, np.array([0.02, 0.02, 0.02]), _ramp((0.40 - share) / 0.06))
    glint = np.hypot(gx + 0.13, gy - 0.15)
    color = _mix(color, np.array([1.0, 1.0, 1.0]), 0.9 * _ramp((0.055 - glint) / 0.03))
    return (np.clip(color, 0, 1) * 255).astype(np.uint8)


def _brows(x: Floats, y: Floats, rng: np.random.Generator) -> Floats:
    t = (x - 0.0105) / 0.041
    middle = 0.0165 + 0.023 * t - 0.0195 * t**2
    half = 0.0040 * np.clip(1.05 - 0.75 * t, 0.1, 1)
    across = _ramp((1.35 - np.abs(y - middle) / half) / 0.7)
    along = _ramp(t / 0.08) * _ramp((1 - t) / 0.15)
    return across * along * (0.85 + 0.3 * _noise(x.shape, 2, rng))


def _ramp(value: Floats) -> Floats:
    t = np.clip(np.nan_to_num(value, nan=0.0), 0, 1)
    return np.asarray(t * t * (3 - 2 * t))


def _mix(base: Floats, other: Floats, share: Floats) -> Floats:
    weight = np.clip(np.nan_to_num(share), 0, 1)[..., None]
    return base * (1 - weight) + other * weight


def _noise(
    shape: tuple[int, ...], grain_px: int, rng: np.random.Generator, *, stretch: int = 1
) -> Floats:
    """(H, W) smooth noise of unit scale, its grain `stretch` times longer along x."""
    small = (max(2, shape[0] // grain_px), max(2, shape[1] // (grain_px * stretch)))
    field = rng.standard_normal(small).astype(np.float32)
    big = cv2.resize(field, (shape[1], shape[0]), interpolation=cv2.INTER_CUBIC)
    return np.asarray(np.clip(big, -2, 2) * 0.5, np.float64)
