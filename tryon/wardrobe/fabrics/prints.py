"""Pictures and stripes on a cloth: their colours in place of the dye, the weave kept under them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
from scipy.ndimage import gaussian_filter

from tryon.core.errors import InputError
from tryon.core.frame import Picture
from tryon.core.mesh import Texture
from tryon.media.pictures import read_picture
from tryon.wardrobe.fabrics.swatch import Swatch

PRINT_PX = 1024
"""Longer side of a print's texture."""
STRIPE_PX = 768
LEAST_PX, MOST_ASPECT = 8, 16
"""A print has at least so many pixels a side, and is at most so many times as long as it is wide."""
LEAST_WEAVE_PX = 6
"""Below so many pixels a repeat of the weave it would only be noise."""
STRIPE_EDGE_CM = 0.02
BLUR_PX = 1.2
MOST_PRINTS, MOST_LAID = 8, 16
"""Pictures, and cloths with something laid over them, that stay in memory."""


@dataclass(frozen=True)
class Stripe:
    """Stripes along the courses: web colour, width and distance from one to the next."""

    color: str
    width_cm: float
    repeat_cm: float


@dataclass(frozen=True)
class Print:
    """A picture file that is printed all over, `width_cm` wide, its middle on the panel's middle line."""

    path: Path
    width_cm: float = 30.0


def printed(swatch: Swatch, print_: Print) -> Swatch:
    """The cloth with the picture for its colours; one repeat is the picture.

    The same object for the same cloth and picture while it is remembered. Raises InputError when the file
    is missing, broken, no picture, too large, too small or too long.
    """
    # The stamp is part of the key: a picture that was saved anew is read anew.
    stamp_ns = print_.path.stat().st_mtime_ns if print_.path.exists() else 0
    return _printed(swatch, print_, stamp_ns)


@lru_cache(maxsize=MOST_LAID)
def striped(swatch: Swatch, ground: str, stripe: Stripe) -> Swatch:
    """The cloth in two colours; one repeat is one stripe. Remembered as `printed` is."""
    row = (np.arange(STRIPE_PX) + 0.5) / STRIPE_PX * stripe.repeat_cm
    inside = stripe.width_cm / 2 - np.abs(row - stripe.repeat_cm / 2)
    share = np.clip(inside / STRIPE_EDGE_CM + 0.5, 0, 1)[:, None]
    ground_rgb, stripe_rgb = (
        np.array([int(color[k : k + 2], 16) for k in (1, 3, 5)]) for color in (ground, stripe.color)
    )
    column = np.round((1 - share) * ground_rgb + share * stripe_rgb).astype(np.uint8)
    rgb = np.repeat(column[:, None], STRIPE_PX, axis=1)
    return _laid_over(swatch, rgb, (stripe.repeat_cm, stripe.repeat_cm))


@lru_cache(maxsize=MOST_LAID)
def _printed(swatch: Swatch, print_: Print, stamp_ns: int) -> Swatch:
    rgb = _print_texture(print_.path, stamp_ns)
    height, width = rgb.shape[:2]
    size_cm = (print_.width_cm, print_.width_cm * height / width)
    # Half a repeat aside: panels are drawn about their middle line.
    return _laid_over(swatch, np.roll(rgb, width // 2, axis=1), size_cm)


@lru_cache(maxsize=MOST_PRINTS)
def _print_texture(path: Path, stamp_ns: int) -> Picture:
    """(H, W, 3) the picture at the size of a texture. Raises InputError."""
    rgb = read_picture(path).rgb
    height, width = rgb.shape[:2]
    if min(height, width) < LEAST_PX or max(height, width) > MOST_ASPECT * min(height, width):
        raise InputError(
            f"{path} has {width}×{height} pixels, which makes no print.",
            remedy=f"Give a picture of at least {LEAST_PX} pixels a side, at most {MOST_ASPECT} "
            "times as long as wide.",
        )
    scale = min(1.0, PRINT_PX / max(height, width))
    size_wh = (max(1, round(scale * width)), max(1, round(scale * height)))
    return np.asarray(cv2.resize(rgb, size_wh, interpolation=cv2.INTER_AREA), np.uint8)


def _laid_over(swatch: Swatch, rgb: Texture, size_cm: tuple[float, float]) -> Swatch:
    """Multiply a picture of that size by as many whole repeats of the weave as fit."""
    times = [max(1, round(s / t)) for s, t in zip(size_cm, swatch.tile_cm, strict=True)]
    # Enough pixels that a repeat of the weave has a few of them.
    height, width = rgb.shape[:2]
    cell = [max(LEAST_WEAVE_PX, round(n / t)) for n, t in zip((width, height), times, strict=True)]
    size_wh = (times[0] * cell[0], times[1] * cell[1])
    picture = cv2.resize(rgb, size_wh, interpolation=cv2.INTER_LINEAR).astype(np.float32)
    tone = _repeated(swatch.color, cell, times).astype(np.float32)
    color = np.round(picture * tone[..., :3] / 255).astype(np.uint8)
    if tone.shape[2] == 4:
        color = np.concatenate([color, tone[..., 3:].astype(np.uint8)], axis=2)
    rough = swatch.roughness_metal
    return Swatch(
        color,
        _repeated(swatch.normal, cell, times),
        size_cm,
        None if rough is None else _repeated(rough, cell, times),
    )


def _repeated(texture: Texture, cell: list[int], times: list[int]) -> Texture:
    """So many repeats of a texture, each shrunk to a cell of so many pixels."""
    shrinks = [max(1.0, n / c) for n, c in zip(texture.shape[1::-1], cell, strict=True)]
    # What a few pixels cannot show goes first: it would beat with them.
    sigma = [BLUR_PX * shrink if shrink > 1 else 0.0 for shrink in reversed(shrinks)]
    soft = gaussian_filter(texture, (*sigma, 0), mode="wrap")
    small = cv2.resize(soft, (cell[0], cell[1]), interpolation=cv2.INTER_AREA)
    return np.asarray(np.tile(small, (times[1], times[0], 1)), np.uint8)
