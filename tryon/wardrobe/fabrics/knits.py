"""Knitted cloth: stitches in columns (wales) and rows (courses)."""

from __future__ import annotations

import numpy as np

from tryon.core.spaces import Floats
from tryon.wardrobe.fabrics.fields import (
    clouds,
    grain,
    grey,
    noise,
    normals,
    places,
    ridge,
    step,
)
from tryon.wardrobe.fabrics.swatch import Swatch, Yarns


def jersey(yarns: Yarns) -> Swatch:
    """Single jersey of combed cotton, ten wales a centimetre."""
    rng = np.random.default_rng(301)
    x, y = places(320)
    stitch = _stitches(16 * x, 20 * y)
    soft = noise(rng, 320, clouds(40))
    level = 0.80 + 0.17 * stitch + 0.012 * soft
    return Swatch(grey(level), normals(stitch + 0.05 * soft, 0.22), (1.6, 1.6))


def rib(yarns: Yarns) -> Swatch:
    """One by one rib: ridges of stitches 3 millimetres apart, stretched so that the valleys show."""
    rng = np.random.default_rng(302)
    x, y = places(320)
    wale = 4 * x
    ridge_height = np.abs(np.sin(np.pi * wale)) ** 0.8
    stitch = _stitches(wale, 12 * y)
    fuzz = noise(rng, 320, grain(60, 30))
    height = ridge_height * (0.65 + 0.35 * stitch)
    level = 0.42 + 0.52 * height + 0.015 * fuzz
    return Swatch(grey(level), normals(ridge_height + 0.4 * stitch, 0.5), (1.2, 1.2))


def stocking(yarns: Yarns) -> Swatch:
    """Hand-gauge stocking stitch, two and a half wales a centimetre."""
    rng = np.random.default_rng(303)
    side = 400
    x, y = places(side)
    drift = 0.05 * noise(rng, side, clouds(6))
    wale, course = 10 * x + drift, 12 * y + 0.5 * drift
    stitch = _stitches(wale, course)
    plies = _plies(wale, course)
    fuzz = noise(rng, side, grain(90, 50))
    height = stitch * (1 + 0.10 * plies) + 0.02 * fuzz
    level = 0.34 + 0.58 * stitch * (1 + 0.10 * plies) + 0.02 * fuzz
    return Swatch(grey(level), normals(height, 0.55), (4.0, 4.0))


def cable(yarns: Yarns) -> Swatch:
    """Aran: cables of two strands that cross every 3 centimetres, on purl between narrow ribs."""
    rng = np.random.default_rng(304)
    side = 448
    x, y = places(side)
    fuzz = noise(rng, side, grain(100, 60))
    tile = 9.0
    across, along = x * tile, y * tile
    purl = 0.30 * _purl(across * 2.4, along * 3.0)
    height, yarn = purl, 0.50 + 1.0 * purl
    for centre in (1.0, 8.0):
        wale = (across - centre) / 0.45
        inside = np.abs(wale) < 0.5
        rise = 0.55 * ridge(wale, 0.62)
        stitch = _stitches(wale + 0.5, along * 3.0)
        height = np.where(inside, rise + 0.25 * stitch, height)
        yarn = np.where(inside, 0.42 + 0.5 * stitch, yarn)
    height, yarn = _rope(height, yarn, across - 4.5, along, tile)
    level = yarn + 0.03 * fuzz
    return Swatch(grey(level), normals(height + 0.012 * fuzz, 0.6), (tile, tile))


def _rope(
    height: Floats, yarn: Floats, across: Floats, along: Floats, tile: float
) -> tuple[Floats, Floats]:
    """Lay two strands that wind round each other over the ground; centimetres."""
    half_period, swing, half_wide = tile / 3, 0.95, 1.05
    phase = np.pi * along / half_period
    for turn in (0.0, np.pi):
        middle = swing * np.cos(phase + turn)
        slant = -swing * np.pi / half_period * np.sin(phase + turn)
        aside = (across - middle) / np.sqrt(1 + slant**2)
        # The strand on its way to the left always lies on top, so the cable twists one way.
        over = np.sin(phase + turn)
        strand = ridge(aside, half_wide) * (0.95 + 0.3 * over)
        # Stitches of a strand lie along it: three wales, the courses square to its run.
        stitch = _stitches(aside * 1.45 + 0.5, (along + 0.35 * slant * aside) * 2.9)
        shown = (np.abs(aside) < half_wide) & (strand + 0.05 > height)
        dip = step(0, 0.45, half_wide - np.abs(aside))
        height = np.where(shown, strand + 0.25 * stitch, height)
        yarn = np.where(shown, (0.06 + 0.46 * dip) + 0.46 * stitch * (0.6 + 0.4 * dip), yarn)
    return height, yarn


def _stitches(wale: Floats, course: Floats) -> Floats:
    """Height 0 to 1 of knit stitches, one a unit both ways: columns of V."""
    x = wale % 1 - 0.5
    side = np.abs(x) * 2
    y = (course - 0.75 * side) % 1 - 0.5
    return np.asarray(ridge(y, 0.52) * ridge(side - 0.5, 0.5))


def _purl(wale: Floats, course: Floats) -> Floats:
    """Height 0 to 1 of the stitches' backs: rows of bumps, every other one half a stitch aside."""
    y = (course + 0.18 * np.cos(2 * np.pi * wale)) % 1 - 0.5
    return np.asarray(ridge(y, 0.42) * (0.7 + 0.3 * np.cos(2 * np.pi * wale) ** 2))


def _plies(wale: Floats, course: Floats) -> Floats:
    """−1 to 1, the twist of the yarn along each leg of a stitch."""
    x = wale % 1 - 0.5
    return np.asarray(np.sin(2 * np.pi * (3 * course + np.sign(x) * 4 * np.abs(x))))
