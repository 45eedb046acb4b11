"""The types of cloth: a swatch's textures, how it answers light, and what a fabric needs to be made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from tryon.core.mesh import Texture
from tryon.wardrobe.atelier.palette import Rgb

Yarns = tuple[Rgb, ...]
"""Linear colours of the yarns: the ground first."""


@dataclass(frozen=True, eq=False)
class Swatch:
    """One repeat of a cloth; the textures are seamless and, but for prints, square.

    color: (S, S, 3 or 4) sRGB and, of a sheer, alpha; normal: (S, S, 3) tangent space, +y up;
    roughness_metal: (S, S, 3) G roughness and B metal that multiply the finish's, or None;
    tile_cm: width and height of the repeat.
    """

    color: Texture
    normal: Texture
    tile_cm: tuple[float, float]
    roughness_metal: Texture | None = None


@dataclass(frozen=True)
class Finish:
    """How a cloth answers light.

    roughness, metallic, reflectance, alpha_mode: as of `Material`; sheen: colour that shows at grazing
    angles, as a share of the cloth's own; depth: the cloth seen straight on, as a share of its colour
    (pile swallows light).
    """

    roughness: float
    sheen: float = 0.0
    reflectance: float = 0.035
    metallic: float = 0.0
    depth: float = 1.0
    alpha_mode: Literal["OPAQUE", "MASK", "BLEND"] = "OPAQUE"


@dataclass(frozen=True)
class Fabric:
    """A cloth that can be had in any colours.

    maker: makes a swatch of the yarns' colours; finish: how it answers light; color: what it is shown
    in; accents: usual colours of the further yarns. A fabric without accents is dyed in the piece: its
    swatch is grey and the same for every colour.
    """

    maker: Callable[[Yarns], Swatch]
    finish: Finish
    color: str
    accents: tuple[str, ...] = ()
