"""Colours as designers write them, and the reflectance of precious metals."""

from __future__ import annotations

from typing import Literal

from tryon.core.mesh import Material
from tryon.core.srgb import light_of_code

Rgb = tuple[float, float, float]
Metal = Literal["gold", "rose", "silver", "platinum"]

METALS: dict[Metal, tuple[Rgb, float]] = {
    "gold": ((1.0, 0.71, 0.29), 0.16),
    "rose": ((0.96, 0.60, 0.46), 0.16),
    "silver": ((0.955, 0.945, 0.915), 0.14),
    "platinum": ((0.80, 0.79, 0.77), 0.18),
}
"""Linear colour of the mirror reflection, and roughness of a jeweller's polish.

Colours by reflectance at normal incidence: gold 18 carat and silver after Lagarde's chart of measured
F0 (2011); rose is 14 carat red gold, warmed towards copper; platinum is rhodium-plated.
"""


def linear(color: str) -> Rgb:
    """Linear RGB of a web colour "#rrggbb" (IEC 61966-2-1)."""
    if len(color) != 7 or not color.startswith("#"):
        raise ValueError(f"a colour is written #rrggbb, got {color!r}")
    r, g, b = light_of_code()[list(bytes.fromhex(color[1:]))].tolist()
    return r, g, b


def mixed(a: Rgb, b: Rgb, share: float) -> Rgb:
    """The colour `share` of the way from `a` to `b`, in linear light."""
    r, g, blue = ((1 - share) * x + share * y for x, y in zip(a, b, strict=True))
    return r, g, blue


def polished(metal: Metal) -> Material:
    """The polished metal."""
    color, roughness = METALS[metal]
    return Material(metal, (*color, 1.0), metallic=1.0, roughness=roughness)
