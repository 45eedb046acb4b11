"""Sheets of cellulose acetate: havana, honey tortoise, marble, plain and crystal.

Real sheets are cast from coloured chips that flow into each other, so that spots have soft depth and
hard cores. Here two layers of seamless noise with fixed seeds are thresholded at two depths.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Literal

import numpy as np

from tryon.core.mesh import Material, Texture
from tryon.core.spaces import Floats
from tryon.core.srgb import code_of
from tryon.wardrobe.atelier.palette import linear

Pattern = Literal["plain", "crystal", "havana", "honey", "marble"]
SIDE_PX = 256
TILE_CM = (5.2, 5.2)
"""One repeat; larger than a rim is broad, so that nobody finds it."""
CRYSTAL_ALPHA = 0.38


@dataclass(frozen=True)
class _Sheet:
    """seed; spots: share of the sheet that is dark; stretch: spots' length by breadth; colours from the
    clear ground over the soft halo to the hard core, sRGB."""

    seed: int
    spots: float
    stretch: float
    ground: str
    halo: str
    core: str


SHEETS: dict[Pattern, _Sheet] = {
    "havana": _Sheet(301, 0.60, 1.3, "#6e3b14", "#2f1609", "#130906"),
    "honey": _Sheet(302, 0.42, 1.4, "#b5752c", "#6b3611", "#3a1a0a"),
    "marble": _Sheet(303, 0.42, 2.2, "#c9c4bb", "#77736e", "#2b2a2b"),
}


def acetate(pattern: Pattern, color: str) -> Material:
    """Polished acetate. The color "#rrggbb" dyes plain and crystal; sheets bring their own."""
    if pattern == "crystal":
        return Material(
            "crystal acetate", (*linear(color), CRYSTAL_ALPHA), roughness=0.07, reflectance=0.045,
            alpha_mode="BLEND",
        )  # fmt: skip
    if pattern == "plain":
        return Material("acetate", (*linear(color), 1.0), roughness=0.15, reflectance=0.035)
    return Material(
        f"{pattern} acetate", (1.0, 1.0, 1.0, 1.0), roughness=0.14, reflectance=0.035,
        base_color_texture=sheet(pattern),
    )  # fmt: skip


@cache
def sheet(pattern: Pattern) -> Texture:
    """(SIDE_PX, SIDE_PX, 3) sRGB picture of a sheet that repeats without a seam."""
    look = SHEETS[pattern]
    rng = np.random.default_rng(look.seed)
    flow = _noise(rng, 4.2, look.stretch)
    swirl = _noise(rng, 11.0, look.stretch)
    fine = _noise(rng, 60.0, 1.0)
    depth = flow + 0.40 * swirl + 0.04 * fine
    edge = np.quantile(depth, 1 - look.spots)
    spread = depth.std()
    halo = _step(depth, edge - 0.75 * spread, edge + 0.30 * spread)
    core = _step(depth, edge + 0.10 * spread, edge + 0.75 * spread)
    cloud = 1 + 0.16 * _noise(rng, 7.0, 1.0)
    ground, ring, dark = (np.array(linear(c)) for c in (look.ground, look.halo, look.core))
    mixed = ground * cloud[..., None] * (1 - halo)[..., None] + ring * halo[..., None]
    mixed = mixed * (1 - core)[..., None] + dark * core[..., None]
    return _coded(mixed)


def _noise(rng: np.random.Generator, frequency: float, stretch: float) -> Floats:
    """(S, S) seamless noise of unit deviation with details of 1 / frequency of a repeat, and larger."""
    f = np.fft.fftfreq(SIDE_PX, 1 / SIDE_PX)
    fx, fy = np.meshgrid(f * stretch**0.5, f / stretch**0.5)
    white = np.fft.fft2(rng.normal(size=(SIDE_PX, SIDE_PX)))
    reach = np.hypot(fx, fy) / frequency
    shaped = np.real(np.fft.ifft2(white * reach * np.exp(-(reach**2))))
    return np.asarray((shaped - shaped.mean()) / shaped.std())


def _step(value: Floats, low: float, high: float) -> Floats:
    """0 below low, 1 above high, smooth between."""
    share = np.clip((value - low) / (high - low), 0, 1)
    return np.asarray(share * share * (3 - 2 * share))


def _coded(color: Floats) -> Texture:
    """sRGB bytes of linear RGB (IEC 61966-2-1)."""
    return np.asarray(np.round(code_of(np.clip(color, 0, 1)) * 255), np.uint8)
