"""Cloth with a nap or a pile: velvet, corduroy, and wool that is brushed or felted."""

from __future__ import annotations

import numpy as np

from tryon.core.spaces import Floats
from tryon.wardrobe.fabrics.fields import (
    clouds,
    coded,
    grain,
    grey,
    noise,
    normals,
    normals_of,
    places,
    ridge,
    slopes,
    streaks,
)
from tryon.wardrobe.fabrics.swatch import Swatch, Yarns


def velvet(yarns: Yarns) -> Swatch:
    """Silk velvet: a dense pile that leans a little this way and that."""
    rng = np.random.default_rng(501)
    side = 512
    pile = noise(rng, side, grain(150, 60))
    lie = noise(rng, side, clouds(5))
    across = noise(rng, side, clouds(5))
    du, dv = slopes(pile)
    fine = 0.10 / np.sqrt((du**2 + dv**2).mean())
    normal = normals_of(fine * du + 0.07 * across, fine * dv + 0.07 * lie)
    return Swatch(grey(0.86 + 0.035 * pile + 0.05 * lie), normal, (8.0, 8.0))


def corduroy(yarns: Yarns) -> Swatch:
    """Eight wales of pile to an inch, cut round, over a ground that hardly shows."""
    rng = np.random.default_rng(502)
    side = 512
    x, _ = places(side)
    pile = noise(rng, side, grain(110, 50))
    tufts = noise(rng, side, streaks(60, 30, angle_deg=0))
    wale = ridge((8 * x + 0.012 * tufts) % 1 - 0.5, 0.5) ** 1.1
    level = 0.14 + 0.72 * wale + 0.035 * pile * wale + 0.02 * tufts
    return Swatch(grey(level), normals(wale + 0.03 * pile, 0.55), (2.54, 2.54))


def flannel(yarns: Yarns) -> Swatch:
    """Wool flannel: dark and light fibres blended before spinning, the weave veiled by a brushed nap."""
    rng = np.random.default_rng(503)
    side = 512
    dark, light = (np.array(yarn) for yarn in yarns)
    fibres = _fibres(rng, side)
    x, y = places(side)
    weave = np.sin(2 * np.pi * 64 * (x - y))
    share = np.clip(0.30 + 0.15 * fibres + 0.06 * noise(rng, side, clouds(40)), 0, 1)[..., None]
    shade = (0.95 + 0.025 * weave + 0.02 * noise(rng, side, clouds(150)))[..., None]
    color = ((1 - share) * dark + share * light) * shade
    return Swatch(coded(color), normals(fibres + 0.5 * weave, 0.10), (4.0, 4.0))


def melton(yarns: Yarns) -> Swatch:
    """Heavy wool, felted until no weave shows: overcoats."""
    rng = np.random.default_rng(504)
    side = 512
    fibres = _fibres(rng, side)
    patches = noise(rng, side, clouds(14))
    level = 0.86 + 0.05 * fibres + 0.02 * patches
    return Swatch(grey(level), normals(fibres + 0.6 * patches, 0.13), (4.0, 4.0))


def _fibres(rng: np.random.Generator, side: int) -> Floats:
    """Short fibres in all directions, the uppermost seen; zero mean and unit deviation."""
    layers = [noise(rng, side, streaks(120, 26, angle_deg=angle)) for angle in (10, 55, 100, 145)]
    top = np.maximum.reduce(layers)
    return np.asarray((top - top.mean()) / top.std())
