"""The cloths that garments are cut from, made by the project, each in its true scale.

`bolt` gives a material and the size of one repeat; a garment's texture coordinates are its pattern's
centimetres divided by it, so that every thread has its width and every print runs straight.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from tryon.core.mesh import Material
from tryon.wardrobe.atelier.palette import Rgb, linear
from tryon.wardrobe.fabrics import knits, piles, sheers, surfaces, wovens
from tryon.wardrobe.fabrics.prints import Print, Stripe, printed, striped
from tryon.wardrobe.fabrics.swatch import Fabric, Finish, Swatch

FABRICS: Mapping[str, Fabric] = {
    "jersey": Fabric(knits.jersey, Finish(0.92, 0.10), "#e9e4d8"),
    "rib": Fabric(knits.rib, Finish(0.92, 0.10), "#5c6b73"),
    "knit": Fabric(knits.stocking, Finish(0.95, 0.14), "#b86b4b"),
    "cable": Fabric(knits.cable, Finish(0.95, 0.14), "#efe6d2"),
    "poplin": Fabric(wovens.poplin, Finish(0.80, 0.05), "#dfe8f2"),
    "linen": Fabric(wovens.linen, Finish(0.88, 0.05), "#d8c7a6"),
    "twill": Fabric(wovens.gabardine, Finish(0.80, 0.06), "#b39768"),
    "crepe": Fabric(wovens.crepe, Finish(0.70, 0.12), "#7b2d3e"),
    "satin": Fabric(wovens.silk_satin, Finish(0.34, 0.05, 0.10, 0.30), "#c9a27e"),
    "grosgrain": Fabric(wovens.grosgrain, Finish(0.55, 0.05, 0.05), "#16161a"),
    "denim": Fabric(wovens.denim, Finish(0.92, 0.06), "#10264f", ("#818b9b",)),
    "pinstripe": Fabric(wovens.pinstripe, Finish(0.82, 0.10), "#20263a", ("#c9c9cf",)),
    "tweed": Fabric(wovens.tweed, Finish(0.95, 0.14), "#4f4233", ("#b5a583", "#a4502c")),
    "houndstooth": Fabric(wovens.houndstooth, Finish(0.92, 0.12), "#1b1b1e", ("#ece7dc",)),
    "glen-check": Fabric(wovens.glen_check, Finish(0.86, 0.10), "#2a2b30", ("#d3d0c8", "#4a6ea8")),
    "gingham": Fabric(wovens.gingham, Finish(0.82, 0.05), "#2c5aa0", ("#f4f2ec",)),
    "tartan": Fabric(wovens.tartan, Finish(0.90, 0.12), "#8e1f24", ("#16332b", "#d9b44a")),
    "dots": Fabric(wovens.dots, Finish(0.50, 0.05, 0.06), "#1d2440", ("#eee9df",)),
    "flannel": Fabric(piles.flannel, Finish(0.95, 0.18), "#35373b", ("#9a9a98",)),
    "wool": Fabric(piles.melton, Finish(0.95, 0.18), "#c19a6b"),
    "velvet": Fabric(piles.velvet, Finish(0.90, 3.2, 0.02, depth=0.38), "#5c1030"),
    "corduroy": Fabric(piles.corduroy, Finish(0.92, 0.9, 0.02, depth=0.8), "#8a5a2b"),
    "lace": Fabric(sheers.lace, Finish(0.80, 0.08, alpha_mode="MASK"), "#f3ece0"),
    "tulle": Fabric(sheers.tulle, Finish(0.80, 0.0, 0.0, alpha_mode="BLEND"), "#e9c9cf"),
    "leather": Fabric(surfaces.leather, Finish(0.50), "#3a2417"),
    "suede": Fabric(surfaces.suede, Finish(0.98, 0.45, 0.02, depth=0.9), "#9c7650"),
    "patent": Fabric(surfaces.patent, Finish(0.09, 0.0, 0.06), "#0d0d0f"),
    "sequins": Fabric(surfaces.sequins, Finish(0.85, 0.0, 0.04, 1.0), "#d8b25a"),
}
"""Name → fabric, as catalogue files name them."""

MOST_KEPT = 48
"""So many swatches and patterned cloths stay in memory; the longest unused goes first."""
WHITE: Rgb = (1.0, 1.0, 1.0)


@dataclass(frozen=True, eq=False)
class Bolt:
    """Cloth to cut from: its material, and the size of one repeat of the material's textures."""

    material: Material
    tile_cm: tuple[float, float]


def bolt(
    name: str,
    color: str | None = None,
    *,
    accents: Sequence[str] = (),
    scale: float = 1.0,
    stripe: Stripe | None = None,
    picture: Print | None = None,
) -> Bolt:
    """The fabric of that name in web colours. Raises KeyError for an unknown one.

    color: of the ground; accents: of further yarns, in place of the usual ones as far as they go;
    scale: magnifies threads and pattern; stripe: in the ground's place; picture: printed over all, each
    in its own scale.
    Raises InputError when the picture cannot be read.
    """
    fabric = FABRICS[name]
    ground = color or fabric.color
    swatch = _scaled(swatch_of(name, ground, accents=accents), scale)
    if stripe is not None:
        swatch = striped(swatch, ground, stripe)
    if picture is not None:
        swatch = printed(swatch, picture)
    has_colors = fabric.accents or stripe is not None or picture is not None
    dyed = WHITE if has_colors else linear(ground)
    finish = fabric.finish
    r, g, b = (finish.depth * level for level in dyed)
    sheen_r, sheen_g, sheen_b = (finish.sheen * level for level in linear(ground))
    return Bolt(
        Material(
            name,
            (r, g, b, 1.0),
            finish.metallic,
            finish.roughness,
            reflectance=finish.reflectance,
            sheen=(sheen_r, sheen_g, sheen_b),
            base_color_texture=swatch.color,
            normal_texture=swatch.normal,
            roughness_metal_texture=swatch.roughness_metal,
            alpha_mode=finish.alpha_mode,
            double_sided=True,
        ),
        swatch.tile_cm,
    )


def swatch_of(name: str, color: str | None = None, *, accents: Sequence[str] = ()) -> Swatch:
    """One repeat of a fabric; the same object for the same yarns while it is remembered.

    Raises KeyError for an unknown fabric.
    """
    fabric = FABRICS[name]
    if not fabric.accents:
        return _swatch(name, ())
    usual = fabric.accents[len(accents) :]
    given = (*accents[: len(fabric.accents)], *usual)
    return _swatch(name, tuple(linear(c) for c in (color or fabric.color, *given)))


@lru_cache(maxsize=MOST_KEPT)
def _swatch(name: str, yarns: tuple[Rgb, ...]) -> Swatch:
    return FABRICS[name].maker(yarns)


@lru_cache(maxsize=MOST_KEPT)
def _scaled(swatch: Swatch, scale: float) -> Swatch:
    wide, high = swatch.tile_cm
    return replace(swatch, tile_cm=(scale * wide, scale * high))
