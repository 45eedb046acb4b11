"""A sleeveless dress: a fitted bodice over a flared skirt."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tryon.wardrobe.tailor.bodice import (
    NECK_EDGES,
    TORSO_SEAMS,
    Neckline,
    Torso,
    shoulder_points,
    torso_panels,
)
from tryon.wardrobe.tailor.form import Form
from tryon.wardrobe.tailor.garments.bottoms import CREPE
from tryon.wardrobe.tailor.make import Draft, Measure
from tryon.wardrobe.tailor.pattern import Pattern, Seam
from tryon.wardrobe.tailor.skirt_block import SKIRT_SEAMS, Flare, skirt_panels
from tryon.wardrobe.tailor.trims import Band


@dataclass(frozen=True)
class DressRecipe:
    """Metres; see `TopRecipe` and `SkirtRecipe`; front_drop: length that the bust takes."""

    neck_width: float = 0.092
    neck_front: float = 0.125
    neck_back: float = 0.045
    shoulder: float = 0.62
    bust_ease: float = 0.12
    waist_ease: float = 0.040
    above_knee: float = -0.06
    hem: float = 1.75
    front_drop: float = 0.036
    underarm_drop: float = 0.034
    layer: int = 1


DRESS = DressRecipe()


def dress(form: Form, recipe: DressRecipe) -> Draft:
    """Bodice and skirt, sewn at the waist under a narrow belt."""
    m = form.measures
    underarm = form.armpit_y - recipe.underarm_drop
    neck, tip = form.ridge(recipe.neck_width), form.landmark("acromion_l")
    shoulder = recipe.shoulder * float(np.linalg.norm(tip[:2] - neck[:2]))
    waist = m.waist + recipe.waist_ease
    bust_y = float(form.landmark("bust_point_l")[1]) - 0.065
    torso = Torso(
        Neckline(recipe.neck_width, recipe.neck_front, recipe.neck_back),
        shoulder,
        0.006,
        underarm,
        (0.78 * float(tip[0]), 0.87 * float(tip[0])),
        (
            (underarm, m.bust + 0.45 * recipe.bust_ease),
            (bust_y, m.bust + recipe.bust_ease),
            (form.waist_y + 0.05, waist + 0.03),
            (form.waist_y, waist),
        ),
        ((form.waist_y, 0.004), (underarm, 0.0055), (float(tip[1]), 0.006)),
        front_share=0.53,
        front_drop_m=recipe.front_drop,
    )
    flare = Flare(
        form.waist_y, form.waist_y - form.knee_y - recipe.above_knee, waist, recipe.hem, 0.005
    )
    joined = (
        Seam(("front", "hem"), ("skirt_front", "waist")),
        Seam(("back", "hem"), ("skirt_back", "waist")),
    )
    pattern = Pattern(
        torso_panels(form, torso) + skirt_panels(form, flare),
        TORSO_SEAMS + SKIRT_SEAMS + joined,
        held=(("front", "hem"), ("back", "hem")),
    )
    necks = NECK_EDGES
    holes = tuple((panel, f"armhole_{side}") for panel in ("front", "back") for side in "lr")
    back = 0.5 * pattern.panel("back").edge("hem").length
    collar_y = float(shoulder_points(form, torso)[0][1]) - recipe.neck_front
    facing = ((0.0, 0.0), (0.0004, -0.002), (0.014, -0.002))
    return Draft(
        pattern,
        recipe.layer,
        CREPE,
        trims=(
            Band("hem", (*necks, *holes), facing),
            Band("hem", (("skirt_front", "hem"), ("skirt_back", "hem"))),
            Band("trim", (("front", "hem"), ("back", "hem")), _belt(0.016)),
            Band("trim", (("skirt_front", "waist"), ("skirt_back", "waist")), _belt(0.012)),
        ),
        measures=(
            Measure(
                "back_waist",
                (("back", (-back, form.waist_y), (back, form.waist_y)),),
                2 * back,
            ),
            Measure(
                "length",
                (
                    ("front", (0.0, collar_y), (0.0, form.waist_y - recipe.front_drop)),
                    ("skirt_front", (0.0, form.waist_y), (0.0, form.waist_y - flare.length_m)),
                ),
                collar_y - form.waist_y + recipe.front_drop + flare.length_m,
            ),
        ),
    )


def _belt(width: float) -> tuple[tuple[float, float], ...]:
    """Half of a belt: from its edge to the seam, where the other half begins."""
    return ((width, -0.0004), (width - 0.0006, 0.0030), (0.5 * width, 0.0034), (0.0, 0.0034))
