"""A photo studio around the camera, as radiance by direction, prefiltered for rough surfaces.

Equirectangular, linear, in `cam`: columns run through longitude −180° to 180° with +z (behind the
camera, where a face looks) in the middle and +x at 90°; rows run from straight up to straight down.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.core.spaces import Floats

SIZE_WH = (256, 128)
LEVELS = 6
"""Level n is what a surface of roughness (n / 5)² reflects; the shader knows the same law."""
SHARP_LEVELS = 3
"""Up to here a texel is wider than the surface's lobe, so halving the picture is filter enough."""
CEILING, HORIZON, FLOOR = 0.62, 0.34, 0.13
"""Radiance of the empty room straight up, level and straight down."""


@dataclass(frozen=True)
class Softbox:
    """A lamp's rectangle of light: centre and half size in degrees, radiance inside.

    longitude_deg: 0 behind the camera, 90 to the right; latitude_deg: up. Negative radiance is a
    black card that takes light away, which gives metal its dark lines.
    """

    longitude_deg: float
    latitude_deg: float
    half_wide_deg: float
    half_high_deg: float
    radiance: float
    soft_deg: float = 3.0


STUDIO = (
    Softbox(-46, 38, 26, 18, 5.2),  # key, upper left
    Softbox(58, 16, 9, 34, 3.4),  # strip, right
    Softbox(8, 76, 60, 9, 2.6, 6.0),  # overhead
    Softbox(-140, 12, 8, 38, 1.7),  # rims from behind
    Softbox(145, 18, 7, 34, 1.5),
    Softbox(-92, -4, 12, 30, -0.24, 8.0),  # black cards beside the set
    Softbox(96, -8, 12, 30, -0.24, 8.0),
)


def studio_levels() -> list[NDArray[np.float32]]:
    """The studio's radiance for rising roughness, level n (128 / 2ⁿ, 256 / 2ⁿ, 3) float32, linear."""
    sharp = _studio(SIZE_WH)
    levels = [sharp]
    for level in range(1, LEVELS):
        size_wh = (SIZE_WH[0] >> level, SIZE_WH[1] >> level)
        if level < SHARP_LEVELS:
            smaller = cv2.resize(sharp, size_wh, interpolation=cv2.INTER_AREA)
            levels.append(np.asarray(smaller, np.float32))
        else:
            # From the smallest of the sharp ones: 3 % off at most, and 0.2 s sooner at start-up.
            source = levels[SHARP_LEVELS - 1]
            levels.append(_prefiltered(source, size_wh, roughness=(level / (LEVELS - 1)) ** 2))
    return levels


def _directions(size_wh: tuple[int, int]) -> Floats:
    """(h, w, 3) unit directions through the texels' centres."""
    width, height = size_wh
    longitude = ((np.arange(width) + 0.5) / width - 0.5) * 2 * np.pi
    polar = (np.arange(height) + 0.5) / height * np.pi
    flat = np.sin(polar)[:, None]
    return np.stack(
        [
            flat * np.sin(longitude),
            np.broadcast_to(np.cos(polar)[:, None], (height, width)),
            flat * np.cos(longitude),
        ],
        axis=-1,
    )


def _studio(size_wh: tuple[int, int]) -> NDArray[np.float32]:
    """(h, w, 3) radiance of the room and its lamps."""
    direction = _directions(size_wh)
    latitude = np.degrees(np.arcsin(direction[..., 1]))
    longitude = np.degrees(np.arctan2(direction[..., 0], direction[..., 2]))
    up = np.clip(direction[..., 1], 0, 1) ** 0.7
    down = np.clip(-direction[..., 1] * 2.2, 0, 1)
    radiance = HORIZON + (CEILING - HORIZON) * up + (FLOOR - HORIZON) * down
    for box in STUDIO:
        across = (longitude - box.longitude_deg + 180) % 360 - 180
        inside = _soft_edge(box.half_wide_deg - np.abs(across), box.soft_deg) * _soft_edge(
            box.half_high_deg - np.abs(latitude - box.latitude_deg), box.soft_deg
        )
        # A lamp is brightest in the middle of its cloth.
        fall = 1 - 0.35 * (across / box.half_wide_deg) ** 2 * (box.radiance > 0)
        radiance = radiance + box.radiance * inside * np.clip(fall, 0.4, 1)
    grey = np.clip(radiance, 0.02, None)
    return np.repeat(grey[..., None], 3, axis=-1).astype(np.float32)


def _soft_edge(inside_deg: Floats, soft_deg: float) -> Floats:
    """0 outside to 1 inside, smooth over `soft_deg` on both sides of the edge."""
    share = np.clip(inside_deg / (2 * soft_deg) + 0.5, 0, 1)
    return share * share * (3 - 2 * share)


def _prefiltered(
    source: NDArray[np.float32], size_wh: tuple[int, int], *, roughness: float
) -> NDArray[np.float32]:
    """(h, w, 3) radiance averaged over a GGX lobe, seen along its axis (Karis 2013)."""
    height, width = source.shape[:2]
    light = _directions((width, height)).reshape(-1, 3)
    polar = (np.arange(height) + 0.5) / height * np.pi
    solid_angle = np.repeat(np.sin(polar), width)
    cosine = np.clip(_directions(size_wh).reshape(-1, 3) @ light.T, 0, 1)
    half_cosine2 = (1 + cosine) / 2
    alpha2 = roughness**4
    lobe = cosine / (half_cosine2 * (alpha2 - 1) + 1) ** 2 * solid_angle
    mean = lobe @ source.reshape(-1, 3) / lobe.sum(1, keepdims=True)
    return np.asarray(mean.reshape(size_wh[1], size_wh[0], 3), np.float32)
