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
from tryon.wardrobe.tailor.drape import Fabric, Schedule
from tryon.wardrobe.tailor.form import Form
from tryon.wardrobe.tailor.garments.bottoms import CREPE
from tryon.wardrobe.tailor.make import Draft, Measure
from tryon.wardrobe.tailor.pattern import Pattern, Seam
from tryon.wardrobe.tailor.skirt_block import SKIRT_SEAMS, Flare, skirt_panels
from tryon.wardrobe.tailor.trims import Band


@dataclass(frozen=True)
class DressRecipe:
    """Metres; see `TopRecipe` and `SkirtRecipe`; front_drop: length that the bust takes; above_floor:
    of a gown's hem, instead of above_knee; train: how much longer its back is."""

    neck_width: float = 0.092
    neck_front: float = 0.125
    neck_back: float = 0.045
    shoulder: float = 0.62
    bust_ease: float = 0.1
    waist_ease: float = 0.034
    above_knee: float = -0.06
    hem: float = 1.36
    front_drop: float = 0.036
    underarm_drop: float = 0.034
    chest: tuple[float, float] = (0.78, 0.87)
    vee: bool = False
    above_floor: float | None = None
    train: float = 0.0
    layer: int = 1


DRESS = DressRecipe(above_knee=0.0, hem=1.14)
GOWN = DressRecipe(
    neck_width=0.105,
    neck_front=0.185,
    neck_back=0.16,
    shoulder=0.24,
    bust_ease=0.130,
    front_drop=0.050,
    hem=2.7,
    chest=(0.70, 0.72),
    vee=True,
    above_floor=0.012,
    train=0.42,
)
GOWN_REST = 120
"""Frames in which so much cloth sheds the stretch of its weight."""
FLOOR_M = 0.004
"""Cloth lies this much above the floor."""
JOINED = (
    Seam(("front", "hem"), ("skirt_front", "waist")),
    Seam(("back", "hem"), ("skirt_back", "waist")),
)


def dress(form: Form, recipe: DressRecipe) -> Draft:
    """Bodice and skirt, sewn at the waist under a narrow belt."""
    torso = _bodice(form, recipe)
    waist = torso.profile[-1][1]
    length = form.waist_y - form.knee_y - recipe.above_knee
    floor = -np.inf
    if recipe.above_floor is not None:
        length, floor = form.waist_y - recipe.above_floor, FLOOR_M
    flare = Flare(form.waist_y, length, waist, recipe.hem, 0.005, recipe.train, floor)
    pattern = Pattern(
        torso_panels(form, torso) + skirt_panels(form, flare),
        TORSO_SEAMS + SKIRT_SEAMS + JOINED,
        held=(("front", "hem"), ("back", "hem")),
    )
    holes = tuple((panel, f"armhole_{side}") for panel in ("front", "back") for side in "lr")
    return Draft(
        pattern,
        recipe.layer,
        CREPE,
        Schedule(rest=GOWN_REST) if recipe.train else Schedule(),
        trims=(
            Band("hem", (*NECK_EDGES, *holes), ((0.0, 0.0), (0.0004, -0.002), (0.014, -0.002))),
            Band("hem", (("skirt_front", "hem"), ("skirt_back", "hem"))),
            Band("trim", (("front", "hem"), ("back", "hem")), _belt(0.016)),
            Band("trim", (("skirt_front", "waist"), ("skirt_back", "waist")), _belt(0.012)),
        ),
        measures=_measures(form, recipe, pattern, length),
        floor_m=floor,
    )


def _bodice(form: Form, recipe: DressRecipe) -> Torso:
    """The measures of the bodice on a form."""
    m = form.measures
    underarm = form.armpit_y - recipe.underarm_drop
    neck, tip = form.ridge(recipe.neck_width), form.landmark("acromion_l")
    waist = m.waist + recipe.waist_ease
    return Torso(
        Neckline(recipe.neck_width, recipe.neck_front, recipe.neck_back, vee=recipe.vee),
        recipe.shoulder * float(np.linalg.norm(tip[:2] - neck[:2])),
        0.006,
        underarm,
        (recipe.chest[0] * float(tip[0]), recipe.chest[1] * float(tip[0])),
        (
            (underarm, m.bust + 0.45 * recipe.bust_ease),
            (float(form.landmark("bust_point_l")[1]) - 0.065, m.bust + recipe.bust_ease),
            (form.waist_y + 0.05, waist + 0.03),
            (form.waist_y, waist),
        ),
        ((form.waist_y, 0.004), (underarm, 0.0055), (float(tip[1]), 0.006)),
        front_share=0.5,
        front_drop_m=recipe.front_drop,
    )


def _measures(
    form: Form, recipe: DressRecipe, pattern: Pattern, skirt_length: float
) -> tuple[Measure, ...]:
    back = 0.5 * pattern.panel("back").edge("hem").length
    collar_y = float(pattern.panel("front").edge("neck_l").control[-1][1])
    waist_y = form.waist_y
    whole = Measure(
        "length",
        (
            ("front", (0.0, collar_y), (0.0, waist_y - recipe.front_drop)),
            ("skirt_front", (0.0, waist_y), (0.0, waist_y - skirt_length)),
        ),
        collar_y - waist_y + recipe.front_drop + skirt_length,
    )
    if recipe.above_floor is not None:
        # What lies on the floor is not measured.
        hang = skirt_length - 0.20
        line = ("skirt_front", (0.0, waist_y), (0.0, waist_y - hang))
        whole = Measure("skirt_length", (line,), hang)
    return (
        Measure("back_waist", (("back", (-back, waist_y), (back, waist_y)),), 2 * back),
        whole,
    )


def _belt(width: float) -> tuple[tuple[float, float], ...]:
    """Half of a belt: from its edge to the seam, where the other half begins."""
    return ((width, -0.0004), (width - 0.0006, 0.0030), (0.5 * width, 0.0034), (0.0, 0.0034))


@dataclass(frozen=True)
class SlipRecipe:
    """A slip dress cut in one from the straps to the hem. Metres; see `TopRecipe`; hem_ease: over the
    hips; below_knee: of the hem."""

    neck_width: float = 0.096
    neck_front: float = 0.205
    neck_back: float = 0.200
    strap: float = 0.020
    bust_ease: float = 0.055
    waist_ease: float = 0.090
    hip_ease: float = 0.055
    hem_ease: float = 0.27
    below_knee: float = 0.16
    underarm_drop: float = 0.030
    layer: int = 1


SLIP = SlipRecipe()
SATIN_SLIP = Fabric(stretch=5e-8, bend=1.0e-4, friction=0.25)


def slip(form: Form, recipe: SlipRecipe) -> Draft:
    """Front and back on narrow straps, falling from the bust to below the knee."""
    m = form.measures
    underarm = form.armpit_y - recipe.underarm_drop
    tip = form.landmark("acromion_l")
    hip, hem_y = m.hip + recipe.hip_ease, form.knee_y - recipe.below_knee
    bust = m.bust + recipe.bust_ease
    torso = Torso(
        Neckline(recipe.neck_width, recipe.neck_front, recipe.neck_back, vee=True),
        recipe.strap,
        0.006,
        underarm,
        (0.50 * float(tip[0]), 0.52 * float(tip[0])),
        (
            (underarm, bust - 0.01),
            (float(form.landmark("bust_point_l")[1]) - 0.03, bust + 0.015),
            (form.waist_y, m.waist + recipe.waist_ease),
            (form.hip_y + 0.01, hip),
            (hem_y, hip + recipe.hem_ease),
        ),
        ((form.waist_y, 0.0035), (underarm, 0.0045), (float(tip[1]), 0.005)),
        front_share=0.52,
        region="coat",
    )
    holes = tuple((panel, f"armhole_{side}") for panel in ("front", "back") for side in "lr")
    neck_y = float(shoulder_points(form, torso)[0][1]) - recipe.neck_front
    middle = hem_y + 0.02
    return Draft(
        Pattern(torso_panels(form, torso), TORSO_SEAMS),
        recipe.layer,
        SATIN_SLIP,
        trims=(
            Band("hem", (*NECK_EDGES, *holes), ((0.0, 0.0), (0.0004, -0.002), (0.008, -0.002))),
            Band("hem", (("front", "hem"), ("back", "hem"))),
        ),
        measures=(Measure("length", (("front", (0.0, middle), (0.0, neck_y)),), neck_y - middle),),
    )
