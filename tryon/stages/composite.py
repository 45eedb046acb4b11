"""Lays a drawn layer over the picture, in linear light and with the picture's own grain.

A camera adds light, not codes: a pixel half covered by a black rim on white paper is coded 188, not
128. So the layer is divided by its alpha while still coded (as it was drawn and shrunk), both sides
are decoded from sRGB (IEC 61966-2-1), mixed by alpha, and coded again. Neither a dark nor a bright
line is left along an edge, and a contact shadow of alpha k takes the share k of the light away.
"""

from __future__ import annotations

import zlib
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.core.frame import Picture
from tryon.core.scene import Layer
from tryon.core.srgb import ROOT_STEPS, code_of_root, light_of_code

"""Steps of the square root of linear light from which codes are looked up; 8 bits survive exactly."""

AROUND_PX = 24
"""How far around the layer the picture's grain is measured."""
BLOCK_PX = 16
CALM_QUANTILE = 0.25
"""Grain is what is left in the calmest quarter of the blocks: the others have texture as well."""
MOST_GRAIN = 8.0
UNCLIPPED = (6, 249)
"""Mean codes of a block between which its grain is not cut off by black or white."""
SECOND_DIFFERENCE = np.array([1, -2, 1], np.float32)
"""In both directions a high-pass, blind to edges and slopes: white noise of deviation 1 comes out with
deviation 6 (Immerkær 1996)."""
GRAIN_TILE_PX = 512


def composite(rgb: Picture, layer: Layer, *, grain: float | None = None) -> Picture:
    """A new (H, W, 3) picture with the layer over it; outside the layer it is equal to the byte.

    grain: standard deviation, in codes, of the noise given to what was drawn, in proportion to alpha;
    None measures the picture's own around the layer. The noise depends on the picture's content
    alone, so the same arguments give the same bytes.
    """
    out = rgb.copy()
    (x, y), (height, width) = layer.corner_xy, layer.rgba.shape[:2]
    behind = np.ascontiguousarray(rgb[y : y + height, x : x + width])
    alpha = layer.rgba[..., 3]
    mixed = _mixed(behind, layer.rgba, alpha)
    around = _around(rgb, layer)
    level = grain_level(around) if grain is None else grain
    if level > 0:
        noise = _grain(alpha.shape, seed=zlib.crc32(around.tobytes())) * (level / 255)
        noise *= alpha
        cv2.add(mixed, cv2.merge([noise, noise, noise]), dst=mixed, dtype=cv2.CV_8U)
    out[y : y + height, x : x + width] = mixed
    return out


def grain_level(grey: NDArray[np.uint8]) -> float:
    """Standard deviation, in codes, of the noise of an (h, w) grey picture, 0 below 18 pixels a side."""
    across, down = ((side - 2) // BLOCK_PX for side in grey.shape[::-1])
    if across < 1 or down < 1:
        return 0.0
    inside = (slice(1, 1 + down * BLOCK_PX), slice(1, 1 + across * BLOCK_PX))
    rough = cv2.sepFilter2D(grey, cv2.CV_16S, SECOND_DIFFERENCE, SECOND_DIFFERENCE)[inside]
    block_rough, block_grey = (
        # Whole blocks: the shrinking is ten times faster than with fractions of pixels.
        cv2.resize(plane.astype(np.float32), (across, down), interpolation=cv2.INTER_AREA)
        for plane in (np.abs(rough), grey[inside])
    )
    whole = (block_grey > UNCLIPPED[0]) & (block_grey < UNCLIPPED[1])
    if not whole.any():
        return 0.0
    # A normal deviate is √(2/π) from its mean on average.
    calm = float(np.quantile(block_rough[whole], CALM_QUANTILE)) * np.sqrt(np.pi / 2) / 6
    return float(min(calm, MOST_GRAIN))


def _mixed(behind: Picture, rgba: NDArray[np.uint8], alpha: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """(h, w, 3) both sides decoded, mixed and coded; exact where alpha is 0 or 255."""
    straight = cv2.divide(
        cv2.cvtColor(rgba, cv2.COLOR_RGBA2RGB), cv2.merge([alpha, alpha, alpha]), scale=255
    )
    share = alpha.astype(np.float32) * np.float32(1 / 255)
    light = cv2.blendLinear(_decoded(straight), _decoded(behind), share, 1 - share)
    return _coded(light)


def _decoded(codes: cv2.typing.MatLike) -> NDArray[np.float32]:
    return np.asarray(cv2.LUT(codes, _light()), np.float32)


@cache
def _light() -> NDArray[np.float32]:
    """(256,) linear light of each sRGB code."""
    return light_of_code().astype(np.float32)


def _coded(light: cv2.typing.MatLike) -> NDArray[np.uint8]:
    step = (cv2.sqrt(light) * (ROOT_STEPS - 1) + 0.5).astype(np.uint16)
    return np.asarray(np.take(code_of_root(), step), np.uint8)


def _around(rgb: Picture, layer: Layer) -> NDArray[np.uint8]:
    """(h, w) grey of the layer's rectangle and what lies around it."""
    (x, y), (height, width) = layer.corner_xy, layer.rgba.shape[:2]
    part = rgb[
        max(y - AROUND_PX, 0) : y + height + AROUND_PX,
        max(x - AROUND_PX, 0) : x + width + AROUND_PX,
    ]
    return np.asarray(cv2.cvtColor(np.ascontiguousarray(part), cv2.COLOR_RGB2GRAY), np.uint8)


def _grain(shape: tuple[int, ...], *, seed: int) -> NDArray[np.float32]:
    """(h, w) noise of deviation 1, a window of the tile that the seed chooses."""
    shift = (seed % GRAIN_TILE_PX, seed // GRAIN_TILE_PX % GRAIN_TILE_PX)
    repeats = [-(-(size + by) // GRAIN_TILE_PX) for size, by in zip(shape, shift, strict=True)]
    tile = _grain_tile() if max(repeats) == 1 else np.tile(_grain_tile(), repeats)
    return np.asarray(tile[shift[0] : shift[0] + shape[0], shift[1] : shift[1] + shape[1]])


@cache
def _grain_tile() -> NDArray[np.float32]:
    tile: NDArray[np.float32] = np.random.default_rng(2).standard_normal(
        (GRAIN_TILE_PX, GRAIN_TILE_PX), np.float32
    )
    return tile
