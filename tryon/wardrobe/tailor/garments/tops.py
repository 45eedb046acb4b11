"""T-shirts and long-sleeved tops of jersey."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tryon.wardrobe.tailor.bodice import (
    NECK_EDGES,
    TORSO_SEAMS,
    Neckline,
    Sleeve,
    Torso,
    shoulder_points,
    sleeve_panels,
    torso_panels,
)
from tryon.wardrobe.tailor.drape import JERSEY
from tryon.wardrobe.tailor.form import Form
from tryon.wardrobe.tailor.make import Draft, Measure
from tryon.wardrobe.tailor.pattern import Pattern
from tryon.wardrobe.tailor.trims import Band

FRONT_SHARE = 0.525
"""The bust takes more than half of a top's girth."""


@dataclass(frozen=True)
class TopRecipe:
    """Ease and lengths in metres.

    neck_*: see `Neckline`; shoulder: seam as a share of neck to shoulder point; ease at bust, waist and
    hip; below_hip: hem under the widest seat; sleeve_to: share of the way from shoulder to elbow (to 1)
    and on to the wrist (to 2); upper_ease, hem_ease of the sleeve over the arm.
    """

    neck_width: float
    neck_front: float
    neck_back: float
    shoulder: float
    bust_ease: float
    waist_ease: float
    hip_ease: float
    below_hip: float
    sleeve_to: float
    upper_ease: float
    hem_ease: float
    underarm_drop: float = 0.036
    rib: float = 0.018
    layer: int = 1


TEE = TopRecipe(
    neck_width=0.078,
    neck_front=0.082,
    neck_back=0.022,
    shoulder=1.0,
    bust_ease=0.1,
    waist_ease=0.105,
    hip_ease=0.05,
    below_hip=0.02,
    sleeve_to=0.62,
    upper_ease=0.045,
    hem_ease=0.036,
)
MARINIERE = TopRecipe(
    neck_width=0.088,
    neck_front=0.060,
    neck_back=0.024,
    shoulder=1.0,
    bust_ease=0.112,
    waist_ease=0.105,
    hip_ease=0.05,
    below_hip=0.03,
    sleeve_to=1.93,
    upper_ease=0.055,
    hem_ease=0.028,
)


HEMS = (("front", "hem"), ("back", "hem"), ("sleeve_l", "hem"), ("sleeve_r", "hem"))


def top(form: Form, recipe: TopRecipe) -> Draft:
    """Front, back and two sleeves, ribbed at the neck, turned in at the hems."""
    torso, sleeve = torso_of(form, recipe), sleeve_of(form, recipe)
    sleeves, set_in = sleeve_panels(form, torso, sleeve)
    necks = NECK_EDGES
    hem = torso.profile[-1][1] / 2
    hem_half = {"front": FRONT_SHARE * hem, "back": (1 - FRONT_SHARE) * hem}
    hem_y = torso.profile[-1][0] + 0.012
    collar_y = shoulder_points(form, torso)[0][1] - torso.neckline.front_m
    pattern = Pattern(torso_panels(form, torso) + sleeves, TORSO_SEAMS + set_in)
    chest_y = torso.underarm_y - 0.06
    half = {p: pattern.half_width(p, chest_y) for p in ("front", "back")}
    return Draft(
        pattern,
        recipe.layer,
        JERSEY,
        trims=(
            Band("rib", necks, rib_rows(recipe.rib)),
            Band("hem", HEMS),
        ),
        measures=(
            Measure(
                "chest",
                tuple((p, (-w, chest_y), (w, chest_y)) for p, w in half.items()),
                2 * sum(half.values()),
            ),
            Measure(
                "hem",
                tuple((p, (-w, hem_y), (w, hem_y)) for p, w in hem_half.items()),
                2 * hem,
            ),
            Measure(
                "centre_front",
                (("front", (0.0, hem_y), (0.0, collar_y)),),
                collar_y - hem_y,
            ),
        ),
    )


def rib_rows(width: float, lift: float = 0.0016) -> tuple[tuple[float, float], ...]:
    """Rows of a doubled rib: it rises from the cloth, rounds the edge and ends inside."""
    return (
        (width, -0.0004),
        (width - 0.001, lift),
        (0.5 * width, lift),
        (0.0015, lift),
        (-0.0008, 0.0),
        (0.0015, -0.0022),
        (width, -0.0022),
    )


def torso_of(form: Form, recipe: TopRecipe) -> Torso:
    """The measures of the trunk on a form."""
    m = form.measures
    underarm = form.armpit_y - recipe.underarm_drop
    neck, tip = form.ridge(recipe.neck_width), form.landmark("acromion_l")
    shoulder = recipe.shoulder * float(np.linalg.norm(tip[:2] - neck[:2]))
    chest = m.bust + recipe.bust_ease
    bust_y = float(form.landmark("bust_point_l")[1]) - 0.02
    tip_x = float(tip[0])
    return Torso(
        Neckline(recipe.neck_width, recipe.neck_front, recipe.neck_back),
        shoulder,
        0.004,
        underarm,
        (0.86 * tip_x, 0.90 * tip_x),
        (
            (underarm, chest),
            (bust_y, chest),
            (form.waist_y, min(m.waist + recipe.waist_ease, chest)),
            (form.hip_y - recipe.below_hip, m.hip + recipe.hip_ease),
        ),
        ((form.hip_y, 0.010), (form.waist_y, 0.008), (underarm, 0.004)),
        front_share=FRONT_SHARE,
    )


def sleeve_of(form: Form, recipe: TopRecipe) -> Sleeve:
    """The measures of a sleeve on a form."""
    shoulder, elbow, wrist = (form.joint(f"{b}_l") for b in ("upperarm", "lowerarm", "hand"))
    upper, fore = (float(np.linalg.norm(b - a)) for a, b in ((shoulder, elbow), (elbow, wrist)))
    # The cap starts about as far above the joint as the shoulder is thick.
    above = float(np.linalg.norm(form.landmark("acromion_l") - shoulder)) * 0.7
    to = recipe.sleeve_to
    length = above + upper * min(to, 1) + fore * max(to - 1, 0)
    m = form.measures
    long = to > 1
    around = 0.70 * m.forearm if long else m.upper_arm
    return Sleeve(
        length,
        m.upper_arm + recipe.upper_ease,
        around + recipe.hem_ease,
        m.forearm + 0.075 if long else None,
    )
