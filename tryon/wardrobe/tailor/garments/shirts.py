"""Shirts: a collar on a stand, a placket with buttons, cuffs and a breast pocket."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from tryon.wardrobe.tailor.bodice import shoulder_points
from tryon.wardrobe.tailor.collar import Collar
from tryon.wardrobe.tailor.drape import Fabric
from tryon.wardrobe.tailor.form import Form
from tryon.wardrobe.tailor.garments.bottoms import box
from tryon.wardrobe.tailor.garments.tops import MARINIERE, TopRecipe, top, torso_of
from tryon.wardrobe.tailor.make import Draft
from tryon.wardrobe.tailor.trims import Band, Button, Patch, Trim, raised

POPLIN = Fabric(stretch=1e-7, bend=3e-5, friction=0.35)


@dataclass(frozen=True)
class ShirtRecipe:
    """Metres. top: the cut; stand, fall, point: of the collar (see `Collar`); cuff: width; buttons: how
    many under the collar's."""

    top: TopRecipe
    stand: float = 0.030
    fall: float = 0.050
    point: float = 0.030
    cuff: float = 0.058
    buttons: int = 6
    pocket: bool = True


OXFORD = ShirtRecipe(
    replace(
        MARINIERE,
        neck_width=0.070,
        neck_front=0.072,
        neck_back=0.014,
        shoulder=1.03,
        bust_ease=0.135,
        waist_ease=0.165,
        hip_ease=0.085,
        below_hip=0.055,
        sleeve_to=1.99,
        upper_ease=0.080,
        hem_ease=0.068,
        underarm_drop=0.044,
    )
)
BLOUSE = ShirtRecipe(
    replace(
        OXFORD.top,
        neck_front=0.125,
        bust_ease=0.130,
        waist_ease=0.180,
        below_hip=0.03,
        upper_ease=0.110,
        hem_ease=0.110,
    ),
    stand=0.022,
    fall=0.048,
    point=0.034,
    pocket=False,
    buttons=5,
)


def shirt(form: Form, recipe: ShirtRecipe) -> Draft:
    """Closed in front under a placket."""
    plain = top(form, recipe.top)
    neck_y = float(shoulder_points(form, torso_of(form, recipe.top))[0][1])
    high = neck_y - recipe.top.neck_front - 0.001
    low = form.hip_y - recipe.top.below_hip + 0.001
    cuffs = (("sleeve_l", "hem"), ("sleeve_r", "hem"))
    trims: list[Trim] = [
        Collar(
            "trim",
            (("front", "neck_l"), ("back", "neck_l"), ("back", "neck_r"), ("front", "neck_r")),
            recipe.stand,
            recipe.fall,
            skip_m=1.0,
            off_m=0.006,
            point_m=recipe.point,
        ),
        Patch("cloth", "front", box(-0.016, 0.016, low, high), raised(0.0018)),
        Band("hem", (("front", "hem"), ("back", "hem"))),
        Band("trim", cuffs, _cuff(recipe.cuff)),
    ]
    step = (high - low - 0.10) / recipe.buttons
    for number in range(recipe.buttons):
        at = (0.0, high - 0.030 - number * step)
        trims.append(Button("button", "front", at, 0.0058, 0.0022, 0.0020))
    if recipe.pocket:
        y = torso_of(form, recipe.top).underarm_y - 0.035
        pocket = np.array(
            [(0.062, y - 0.095), (0.112, y - 0.112), (0.162, y - 0.095),
             (0.162, y + 0.022), (0.062, y + 0.022)]
        )  # fmt: skip
        trims.append(Patch("cloth", "front", pocket, raised(0.0016)))
    return replace(plain, fabric=POPLIN, trims=tuple(trims), level_triangles=(3800, 1150))


def _cuff(width: float) -> tuple[tuple[float, float], ...]:
    return (
        (width, -0.0004),
        (width - 0.001, 0.0024),
        (0.5 * width, 0.0026),
        (0.002, 0.0024),
        (-0.001, 0.0),
        (0.002, -0.0024),
        (0.4 * width, -0.0024),
    )
