"""Seamless pictures of cloth, made of noise with a fixed seed: felt, grosgrain, straw, knit, leather.

A `Weave` is what a fashion material needs besides its colour: a tone that multiplies it and a tangent
space normal map, both repeating, and the size of one repeat in centimetres.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache, partial

import numpy as np

from tryon.core.mesh import Material, Texture
from tryon.core.spaces import Floats
from tryon.wardrobe.atelier.palette import Rgb

SIDE_PX = 256


@dataclass(frozen=True, eq=False)
class Weave:
    """tone: (S, S, 3) sRGB that multiplies the colour; normal: (S, S, 3) +y up; tile_cm: one repeat."""

    tone: Texture
    normal: Texture
    tile_cm: tuple[float, float]

    def dyed(self, material: Material, color: Rgb) -> Material:
        """The material with this surface, in this linear colour."""
        return replace(
            material,
            base_color=(*color, 1.0),
            base_color_texture=self.tone,
            normal_texture=self.normal,
        )


@cache
def felt() -> Weave:
    """Brushed fur felt: short fibres in all directions over a faint cloud."""
    rng = np.random.default_rng(101)
    layers = [_noise(rng, partial(_streak, angle_deg=angle)) for angle in range(0, 180, 30)]
    fibres = np.sum(layers, axis=0)
    fibres = fibres / fibres.std()
    cloud = _noise(rng, lambda fx, fy: np.exp(-((np.hypot(fx, fy) / 6) ** 2)))
    tone = 0.95 + 0.014 * fibres + 0.008 * cloud
    return Weave(_tone(tone), _normal_map(fibres, tilt=0.07), (2.4, 2.4))


@cache
def grosgrain() -> Weave:
    """Silk ribbon with ribs across its length: u runs along the ribbon, one centimetre has 11 ribs."""
    u, v = _places()
    rng = np.random.default_rng(102)
    rib = np.abs(np.sin(np.pi * 11 * u)) ** 0.6
    threads = 0.15 * np.sin(2 * np.pi * (24 * v + 0.5 * np.floor(11 * u)))
    uneven = 0.06 * _noise(rng, lambda fx, fy: np.exp(-((fx / 20) ** 2) - (fy / 60) ** 2))
    return Weave(
        _tone(0.78 + 0.2 * rib + 0.3 * uneven), _normal_map(rib + threads, tilt=0.3), (1, 1)
    )


@cache
def straw() -> Weave:
    """Panama straw: flat strands woven over two, under two, the steps walking to herringbone."""
    u, v = _places()
    rng = np.random.default_rng(103)
    strands = 16
    i, j = np.floor(u * strands), np.floor(v * strands)
    over = ((i + j) % 4) < 2
    x, y = (u * strands) % 1 - 0.5, (v * strands) % 1 - 0.5
    across = np.where(over, y, x)
    along = np.where(
        over, ((u * strands + (j % 4)) % 2) / 2 - 0.5, ((v * strands + (i % 4)) % 2) / 2 - 0.5
    )
    height = np.sqrt(np.clip(1 - (1.9 * across) ** 2, 0, 1)) * (0.75 + 0.25 * np.cos(np.pi * along))
    warp, weft = rng.normal(0, 1, strands), rng.normal(0, 1, strands)
    hue = np.where(over, weft[j.astype(int)], warp[i.astype(int)])
    grain = _noise(rng, lambda fx, fy: np.exp(-((fx / 50) ** 2) - (fy / 50) ** 2))
    tone = 0.62 + 0.33 * height + 0.025 * hue + 0.012 * grain
    return Weave(_tone(tone), _normal_map(height, tilt=0.32), (3.0, 3.0))


@cache
def knit() -> Weave:
    """Stocking stitch: columns of V, eight columns and ten rows a repeat."""
    u, v = _places()
    rng = np.random.default_rng(104)
    columns, rows = 8, 10
    x = (u * columns) % 1 - 0.5
    side = np.abs(x) * 2
    y = (v * rows - 0.75 * side) % 1 - 0.5
    yarn = np.sqrt(np.clip(1 - (2.1 * y) ** 2, 0, 1)) * np.sqrt(
        np.clip(1 - (2.2 * (side - 0.5)) ** 2, 0, 1)
    )
    twist = 0.08 * np.sin(2 * np.pi * (v * rows * 3 + np.sign(x) * side * 2))
    fuzz = _noise(rng, lambda fx, fy: np.exp(-(((np.hypot(fx, fy) - 50) / 25) ** 2)))
    height = yarn * (1 + twist) + 0.03 * fuzz
    return Weave(_tone(0.5 + 0.45 * yarn + 0.02 * fuzz), _normal_map(height, tilt=0.5), (4.0, 4.0))


@cache
def leather() -> Weave:
    """Fine-grained lambskin."""
    rng = np.random.default_rng(105)
    grain = _noise(rng, lambda fx, fy: np.exp(-(((np.hypot(fx, fy) - 22) / 9) ** 2)))
    pebbles = -np.abs(grain)
    return Weave(_tone(0.93 + 0.05 * pebbles), _normal_map(pebbles, tilt=0.16), (2.0, 2.0))


def _places() -> tuple[Floats, Floats]:
    """(S, S) texture coordinates of the pixels' centres, v upwards."""
    at = (np.arange(SIDE_PX) + 0.5) / SIDE_PX
    u, v = np.meshgrid(at, at[::-1])
    return u, v


def _noise(rng: np.random.Generator, spectrum: Callable[[Floats, Floats], Floats]) -> Floats:
    """(S, S) seamless noise of unit deviation whose amplitude follows `spectrum`(fx, fy), per repeat."""
    f = np.fft.fftfreq(SIDE_PX, 1 / SIDE_PX)
    fx, fy = np.meshgrid(f, f)
    white = np.fft.fft2(rng.normal(size=(SIDE_PX, SIDE_PX)))
    shaped = np.real(np.fft.ifft2(white * spectrum(fx, fy)))
    shaped -= shaped.mean()
    return np.asarray(shaped / shaped.std())


def _streak(fx: Floats, fy: Floats, angle_deg: float) -> Floats:
    """Spectrum of fibres that lie along one direction: long one way, thin the other."""
    a = np.radians(angle_deg)
    along, across = fx * np.cos(a) + fy * np.sin(a), -fx * np.sin(a) + fy * np.cos(a)
    out: Floats = np.exp(-((along / 16) ** 2)) * np.exp(-(((np.abs(across) - 60) / 34) ** 2))
    return out


def _normal_map(height: Floats, *, tilt: float) -> Texture:
    """(S, S, 3) normals of a seamless height; `tilt` is the root mean square slope they are scaled to."""
    du = (np.roll(height, -1, axis=1) - np.roll(height, 1, axis=1)) / 2
    dv = (np.roll(height, 1, axis=0) - np.roll(height, -1, axis=0)) / 2
    scale = tilt / np.sqrt((du**2 + dv**2).mean())
    normal = np.stack([-du * scale, -dv * scale, np.ones_like(height)], axis=2)
    normal /= np.linalg.norm(normal, axis=2, keepdims=True)
    return np.asarray(np.round((normal * 0.5 + 0.5) * 255), np.uint8)


def _tone(level: Floats) -> Texture:
    """(S, S, 3) grey of (S, S) levels, clipped to 0…1."""
    grey = np.round(np.clip(level, 0, 1) * 255).astype(np.uint8)
    return np.repeat(grey[..., None], 3, axis=2)
