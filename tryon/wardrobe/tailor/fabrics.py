"""Cloths as materials: a weave in its true scale, a colour or a print, and how it shines."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np

from tryon.core.mesh import Material, Texture
from tryon.core.spaces import Floats
from tryon.wardrobe.atelier.cloth_textures import SIDE_PX, Weave, felt, grosgrain, knit, leather
from tryon.wardrobe.atelier.palette import Rgb, linear

STRIPE_COLUMNS, STRIPE_PX = 4, 768


@dataclass(frozen=True)
class Finish:
    """How a cloth answers light: roughness and the share of its colour that shows at grazing angles."""

    weave: Callable[[], Weave]
    roughness: float
    sheen: float


@cache
def jersey() -> Weave:
    """Fine single knit, about seven stitches a centimetre."""
    return Weave(_softened(knit().tone, 0.35), _flattened(knit().normal, 0.45), (1.15, 1.0))


@cache
def rib() -> Weave:
    """Two by two rib: raised columns 3 mm apart along the panel's height."""
    x = (np.arange(SIDE_PX) + 0.5) / SIDE_PX
    column = np.abs(np.sin(2 * np.pi * x)) ** 0.7
    height = np.tile(column, (SIDE_PX, 1))
    return Weave(_grey(0.82 + 0.18 * height), _bumps(height, 0.35), (0.6, 0.6))


@cache
def twill() -> Weave:
    """Diagonal ribs, eight a centimetre, as in chinos and gabardine."""
    x, y = _grid()
    height = 0.5 + 0.5 * np.sin(2 * np.pi * 16 * (x + y))
    slubs = 0.5 * np.sin(2 * np.pi * 3 * y + 2 * np.sin(2 * np.pi * 2 * x))
    return Weave(_grey(0.93 + 0.05 * height + 0.02 * slubs), _bumps(height, 0.16), (2.0, 2.0))


@cache
def crepe() -> Weave:
    """A dull, pebbled surface of twisted yarns."""
    rng = np.random.default_rng(301)
    f = np.fft.fftfreq(SIDE_PX, 1 / SIDE_PX)
    far = np.hypot(*np.meshgrid(f, f))
    band = np.exp(-(((far - 40) / 14) ** 2))
    pebbles = np.real(np.fft.ifft2(np.fft.fft2(rng.normal(size=(SIDE_PX, SIDE_PX))) * band))
    pebbles = pebbles / np.abs(pebbles).max()
    return Weave(_grey(0.95 + 0.05 * pebbles), _bumps(pebbles, 0.14), (2.4, 2.4))


@cache
def wool() -> Weave:
    """Melton: felted, with a little of the fibres' melange."""
    return Weave(_softened(felt().tone, 1.2), felt().normal, (2.6, 2.6))


FINISHES: Mapping[str, Finish] = {
    "jersey": Finish(jersey, 0.92, 0.10),
    "rib": Finish(rib, 0.92, 0.10),
    "knit": Finish(knit, 0.95, 0.14),
    "twill": Finish(twill, 0.85, 0.06),
    "crepe": Finish(crepe, 0.70, 0.12),
    "wool": Finish(wool, 0.95, 0.16),
    "grosgrain": Finish(grosgrain, 0.6, 0.05),
    "leather": Finish(leather, 0.42, 0.0),
}
"""Name → finish of the cloths that catalogue files may name."""


def cloth(finish: str, color: str, *, stripe: tuple[str, float, float] | None = None) -> Material:
    """A material of that finish in a web colour. Raises KeyError for an unknown finish.

    stripe: web colour, width and distance from one to the next in centimetres, across the panel.
    """
    made = FINISHES[finish]
    base = linear(color)
    sheen: Rgb = (made.sheen * base[0], made.sheen * base[1], made.sheen * base[2])
    material = Material(
        finish, roughness=made.roughness, sheen=sheen, reflectance=0.035, double_sided=True
    )
    if stripe is None:
        return made.weave().dyed(material, base)
    return _striped(made.weave(), color, *stripe).dyed(material, (1.0, 1.0, 1.0))


def tile_cm(finish: str, stripe: tuple[str, float, float] | None = None) -> tuple[float, float]:
    """The size of one repeat of the material's textures."""
    if stripe is not None:
        return (stripe[2], stripe[2])
    return FINISHES[finish].weave().tile_cm


@cache
def _striped(weave: Weave, ground: str, color: str, width_cm: float, repeat_cm: float) -> Weave:
    """One repeat of stripes, woven over with as many repeats of the weave as fit."""
    times = max(1, round(repeat_cm / weave.tile_cm[0]))
    index = (np.arange(STRIPE_PX) * times * SIDE_PX // STRIPE_PX) % SIDE_PX
    tone = weave.tone[index][:, index].astype(np.float64) / 255
    normal = weave.normal[index][:, index]
    row = (np.arange(STRIPE_PX) + 0.5) / STRIPE_PX * repeat_cm
    edge = 0.02
    share = np.clip((width_cm / 2 - np.abs(row - repeat_cm / 2)) / edge + 0.5, 0, 1)[:, None, None]
    colors = [np.array([int(c[k : k + 2], 16) for k in (1, 3, 5)]) / 255 for c in (ground, color)]
    picture = tone * ((1 - share) * colors[0] + share * colors[1])
    rows = np.round(np.clip(picture, 0, 1) * 255).astype(np.uint8)
    return Weave(rows, normal, (repeat_cm, repeat_cm))


def _grid() -> tuple[Floats, Floats]:
    at = (np.arange(SIDE_PX) + 0.5) / SIDE_PX
    x, y = np.meshgrid(at, at[::-1])
    return x, y


def _grey(level: Floats) -> Texture:
    grey = np.round(np.clip(level, 0, 1) * 255).astype(np.uint8)
    return np.repeat(grey[..., None], 3, axis=2)


def _softened(tone: Texture, share: float) -> Texture:
    """The tone with its contrast scaled, its lightest places kept."""
    top = float(tone.max())
    return np.asarray(np.round(np.clip(top - share * (top - tone), 0, 255)), np.uint8)


def _flattened(normal: Texture, share: float) -> Texture:
    vector = normal.astype(np.float64) / 127.5 - 1
    vector[..., :2] *= share
    vector /= np.linalg.norm(vector, axis=2, keepdims=True)
    return np.asarray(np.round((vector * 0.5 + 0.5) * 255), np.uint8)


def _bumps(height: Floats, tilt: float) -> Texture:
    """(S, S, 3) normals of a seamless height whose root mean square slope becomes `tilt`."""
    du = (np.roll(height, -1, axis=1) - np.roll(height, 1, axis=1)) / 2
    dv = (np.roll(height, 1, axis=0) - np.roll(height, -1, axis=0)) / 2
    scale = tilt / np.sqrt((du**2 + dv**2).mean())
    normal = np.stack([-du * scale, -dv * scale, np.ones_like(height)], axis=2)
    normal /= np.linalg.norm(normal, axis=2, keepdims=True)
    return np.asarray(np.round((normal * 0.5 + 0.5) * 255), np.uint8)
