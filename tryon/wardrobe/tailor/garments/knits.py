"""Knitwear and what is ribbed at its edges: turtleneck, cable knit, sweatshirt, bomber."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from tryon.core.spaces import Floats
from tryon.wardrobe.tailor.bodice import NECK_EDGES, shoulder_points
from tryon.wardrobe.tailor.drape import Fabric
from tryon.wardrobe.tailor.form import Form
from tryon.wardrobe.tailor.funnel import Funnel, NeckShape
from tryon.wardrobe.tailor.garments.tops import MARINIERE, TopRecipe, rib_rows, top, torso_of
from tryon.wardrobe.tailor.make import Draft
from tryon.wardrobe.tailor.stitches import Stitch
from tryon.wardrobe.tailor.trims import Band, Patch, Trim, raised

WOOLLEN = Fabric(bend=4e-5, friction=0.4)


@dataclass(frozen=True)
class KnitRecipe:
    """Metres. top: the cut; hem_rib, cuff_rib: widths; collar: height of a standing one over the nape,
    0 for a plain rib; folded: how far it turns down; zipped: teeth down the front; pouch: a pocket
    before the belly; welts: two slanted pockets."""

    top: TopRecipe
    hem_rib: float = 0.055
    cuff_rib: float = 0.050
    collar: float = 0.0
    folded: float = 0.0
    zipped: bool = False
    pouch: bool = False
    welts: bool = False


TURTLENECK = KnitRecipe(
    replace(
        MARINIERE,
        neck_width=0.066,
        neck_front=0.040,
        neck_back=0.008,
        bust_ease=0.105,
        below_hip=0.0,
        sleeve_to=1.98,
        hem_ease=0.030,
    ),
    collar=0.046,
    folded=0.042,
)
CABLE = KnitRecipe(
    replace(
        MARINIERE,
        neck_width=0.076,
        neck_front=0.070,
        bust_ease=0.165,
        waist_ease=0.205,
        hip_ease=0.085,
        below_hip=0.01,
        shoulder=1.06,
        upper_ease=0.095,
        hem_ease=0.055,
        sleeve_to=2.0,
        underarm_drop=0.050,
        rib=0.026,
        layer=1,
    ),
    hem_rib=0.065,
    cuff_rib=0.065,
)
SWEATSHIRT = KnitRecipe(
    replace(
        CABLE.top,
        bust_ease=0.150,
        waist_ease=0.200,
        hip_ease=0.070,
        upper_ease=0.085,
        shoulder=1.08,
        neck_front=0.075,
        rib=0.022,
    ),
    hem_rib=0.055,
    cuff_rib=0.055,
    pouch=True,
)
BOMBER = KnitRecipe(
    replace(
        CABLE.top,
        neck_width=0.074,
        neck_front=0.055,
        bust_ease=0.165,
        waist_ease=0.225,
        hip_ease=0.050,
        below_hip=-0.050,
        upper_ease=0.105,
        hem_ease=0.060,
        layer=2,
    ),
    hem_rib=0.055,
    cuff_rib=0.055,
    collar=0.022,
    zipped=True,
    welts=True,
)


def knit(form: Form, recipe: KnitRecipe) -> Draft:
    """A top with ribs at hem and cuffs, and a rib or a collar at the neck."""
    plain = top(form, recipe.top)
    neck_y = _neck_y(form, recipe.top)
    collar: Trim = Band("rib", NECK_EDGES, rib_rows(recipe.top.rib))
    if recipe.collar:
        collar = Funnel("rib", NECK_EDGES, NeckShape.of(form), recipe.collar, recipe.folded)
    trims: list[Trim] = [
        collar,
        Band("rib", (("front", "hem"), ("back", "hem")), _wide_rib(recipe.hem_rib)),
        Band("rib", (("sleeve_l", "hem"), ("sleeve_r", "hem")), _wide_rib(recipe.cuff_rib)),
    ]
    hem_y = form.hip_y - recipe.top.below_hip
    if recipe.zipped:
        line = np.array([(0.0, hem_y + 0.004), (0.0, neck_y - recipe.top.neck_front - 0.004)])
        trims.append(Stitch("button", "front", line, 0.008, 0.0034))
    if recipe.pouch:
        trims.append(Patch("cloth", "front", _pouch(hem_y + recipe.hem_rib + 0.008), raised(0.003)))
    if recipe.welts:
        trims += _welts(form.waist_y - 0.02)
    return replace(
        plain,
        fabric=WOOLLEN,
        layer=recipe.top.layer,
        trims=tuple(trims),
        level_triangles=(3900, 1080),
    )


def _neck_y(form: Form, recipe: TopRecipe) -> float:
    """Height of the neckline's ends."""
    return float(shoulder_points(form, torso_of(form, recipe))[0][1])


def _pouch(low: float) -> Floats:
    """A kangaroo pocket with slanted openings."""
    wide, narrow, side, tall = 0.145, 0.085, 0.055, 0.165
    return np.array(
        [
            (-wide, low),
            (wide, low),
            (wide, low + side),
            (narrow, low + tall),
            (-narrow, low + tall),
            (-wide, low + side),
        ]
    )


def _welts(y: float) -> list[Trim]:
    left = np.array(
        [(0.118, y - 0.075), (0.142, y - 0.068), (0.112, y + 0.068), (0.088, y + 0.061)]
    )
    return [
        Patch("cloth", "front", left, raised(0.0028)),
        Patch("cloth", "front", left[::-1] * (-1.0, 1.0), raised(0.0028)),
    ]


def _wide_rib(width: float) -> tuple[tuple[float, float], ...]:
    """As `rib_rows`, with more rows so that it follows the folds under it."""
    lift = 0.0032
    outside = tuple((share * width, lift) for share in (0.8, 0.6, 0.4, 0.2))
    return (
        (width, -0.0004),
        (width - 0.001, lift),
        *outside,
        (0.0015, lift),
        (-0.0008, 0.0),
        (0.0015, -0.0022),
        (0.012, -0.0022),
    )
