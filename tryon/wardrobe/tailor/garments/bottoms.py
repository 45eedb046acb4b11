"""Trousers and skirts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tryon.core.spaces import Floats
from tryon.wardrobe.tailor.drape import Fabric, Schedule
from tryon.wardrobe.tailor.form import Form
from tryon.wardrobe.tailor.make import Draft, Measure
from tryon.wardrobe.tailor.pattern import Pattern
from tryon.wardrobe.tailor.skirt_block import SKIRT_SEAMS, Flare, skirt_panels
from tryon.wardrobe.tailor.trims import Band, Patch, raised
from tryon.wardrobe.tailor.trouser_block import LEG_SEAMS, PANELS, Legs, leg_panels

CREPE = Fabric(stretch=5e-8, bend=2.5e-5, friction=0.3)
TROUSER_WOOL = Fabric(bend=2.5e-5, friction=0.25)
FORKS = (0.050, 0.125)
"""How far front and back reach between the legs, as shares of the hip's girth."""
HIP_BELOW_SEAT_M = 0.045
"""With the legs apart the figure is widest below the seat."""


@dataclass(frozen=True)
class TrouserRecipe:
    """Metres: below_waist: upper edge under the natural waist; ease at waist and hip; knee_ease over
    the calf's girth; hem: girth; above_floor: height of the hem; above_knee: of shorts, instead;
    crotch_drop: room at the crotch."""

    below_waist: float = 0.045
    waist_ease: float = 0.012
    hip_ease: float = 0.045
    knee_ease: float = 0.025
    hem: float = 0.300
    above_floor: float = 0.085
    crotch_drop: float = 0.014
    band: float = 0.036
    above_knee: float | None = None
    layer: int = 0


@dataclass(frozen=True)
class SkirtRecipe:
    """Metres: waist_ease; above_knee: height of the hem over the knee joint; hem: girth."""

    waist_ease: float = 0.008
    above_knee: float = 0.015
    hem: float = 1.26
    band: float = 0.034
    layer: int = 0


TROUSERS = TrouserRecipe(hip_ease=0.036, knee_ease=0.012, hem=0.285)
WIDE_TROUSERS = TrouserRecipe(
    below_waist=0.0, hip_ease=0.065, knee_ease=0.20, hem=0.58, above_floor=0.03, band=0.045
)
SHORTS = TrouserRecipe(below_waist=0.02, hip_ease=0.06, hem=0.60, above_knee=0.16)
SKIRT = SkirtRecipe()


def trousers(form: Form, recipe: TrouserRecipe) -> Draft:
    """Straight trousers with a waistband, belt loops and slanted pockets."""
    legs = legs_of(form, recipe)
    pattern = Pattern(leg_panels(form, legs), LEG_SEAMS, tuple((p, "waist") for p in PANELS))
    return Draft(
        pattern,
        recipe.layer,
        TROUSER_WOOL,
        Schedule(sew=90),
        trims=(
            Band("trim", tuple((p, "waist") for p in PANELS), band_rows(recipe.band)),
            Band("hem", tuple((p, "hem") for p in PANELS)),
            *loops(legs, recipe.band),
            *_pockets(legs),
        ),
        measures=trouser_measures(pattern, legs),
    )


def legs_of(form: Form, recipe: TrouserRecipe) -> Legs:
    """The measures of both legs on a form."""
    m = form.measures
    top = form.waist_y - recipe.below_waist
    line = np.array([form.joint(f"{name}_l") for name in ("foot", "calf", "thigh")])

    def apart(y: float) -> float:
        at = np.interp([y, form.crotch_y], line[:, 1], line[:, 0])
        return float(at[0] - at[1])

    hem_y, knee_y = recipe.above_floor, form.knee_y
    crotch_y, knee = form.crotch_y - recipe.crotch_drop, m.calf + recipe.knee_ease
    if recipe.above_knee is not None:
        hem_y = form.knee_y + recipe.above_knee
        knee_y, knee = 0.5 * (hem_y + crotch_y), recipe.hem + 0.01
    return Legs(
        top,
        form.hip_y - HIP_BELOW_SEAT_M,
        crotch_y,
        knee_y,
        hem_y,
        float(form.girth_at(np.array([top]))[0]) + recipe.waist_ease,
        m.hip + recipe.hip_ease,
        knee,
        recipe.hem,
        fork_front=FORKS[0] * m.hip,
        fork_back=FORKS[1] * m.hip,
        knee_out=apart(knee_y),
        hem_out=apart(hem_y),
    )


def trouser_measures(pattern: Pattern, legs: Legs) -> tuple[Measure, ...]:
    hems = [pattern.panel(name).edge("hem") for name in ("front_l", "back_l")]
    inner = (float(hems[0].control[0][0]) + 0.02, legs.hem_y)
    fork = (0.0, legs.crotch_y - 0.02)
    return (
        Measure("waist", _row(legs.waist / 4, legs.waist_y, legs.back_slant), legs.waist),
        Measure(
            "hem",
            tuple(
                (name, (float(a[0]), float(a[1])), (float(b[0]), float(b[1])))
                for name, hem in zip(("front_l", "back_l"), hems, strict=True)
                for a, b in [(hem.control[0], hem.control[-1])]
            ),
            sum(hem.length for hem in hems),
        ),
        Measure(
            "inside_leg",
            (("front_l", fork, inner),),
            float(np.hypot(inner[0] - fork[0], inner[1] - fork[1])),
        ),
    )


def skirt(form: Form, recipe: SkirtRecipe) -> Draft:
    """A flared skirt with a waistband."""
    top = form.waist_y
    waist = form.measures.waist + recipe.waist_ease
    flare = Flare(top, top - form.knee_y - recipe.above_knee, waist, recipe.hem)
    held = (("skirt_front", "waist"), ("skirt_back", "waist"))
    return Draft(
        Pattern(skirt_panels(form, flare), SKIRT_SEAMS, held),
        recipe.layer,
        CREPE,
        trims=(
            Band("trim", held, band_rows(recipe.band)),
            Band("hem", (("skirt_front", "hem"), ("skirt_back", "hem"))),
        ),
        measures=(
            Measure(
                "length",
                (("skirt_front", (0.0, top), (0.0, top - flare.length_m)),),
                flare.length_m,
            ),
        ),
    )


def band_rows(width: float, lift: float = 0.0032) -> tuple[tuple[float, float], ...]:
    """Rows of a flat band along an upper edge."""
    return (
        (width, -0.0004),
        (width - 0.0008, lift),
        (0.7 * width, lift),
        (0.35 * width, lift),
        (0.0008, lift),
        (-0.0006, lift - 0.001),
        (0.001, -0.0016),
        (0.012, -0.0016),
    )


def _row(
    half: float, y: float, slant: float
) -> tuple[tuple[str, tuple[float, float], tuple[float, float]], ...]:
    lines = []
    for panel in PANELS:
        front = panel.startswith("front")
        sign = 1.0 if front == panel.endswith("_l") else -1.0
        start = 0.0 if front else slant
        lines.append((panel, (sign * start, y), (sign * (start + half), y)))
    return tuple(lines)


def loops(legs: Legs, band: float) -> tuple[Patch, ...]:
    """Belt loops over the waistband: two in front and two behind."""
    out = []
    for panel, share in (("front_l", 0.55), ("front_r", 0.55), ("back_l", 0.5), ("back_r", 0.5)):
        front = panel.startswith("front")
        sign = 1.0 if front == panel.endswith("_l") else -1.0
        x = sign * share * legs.waist / 4 + (0.0 if front else sign * legs.back_slant)
        y = legs.waist_y + (0.0 if front else 0.45 * legs.back_rise)
        outline = box(x - 0.0045, x + 0.0045, y - band - 0.006, y - 0.001)
        out.append(Patch("trim", panel, outline, raised(0.0052)))
    return tuple(out)


def _pockets(legs: Legs) -> tuple[Patch, ...]:
    """The welt of a slanted pocket on each front."""
    out = []
    quarter = legs.waist / 4
    for panel, sign in (("front_l", 1.0), ("front_r", -1.0)):
        top = np.array([quarter - 0.045, legs.waist_y - 0.038])
        low = np.array([legs.hip / 4 - 0.016, legs.hip_y + 0.045])
        side = np.array([0.006, 0.003])
        box = np.array([low, low + side, top + side, top])
        if sign < 0:
            box = box[::-1] * np.array([-1.0, 1.0])
        out.append(Patch("cloth", panel, box, raised(0.0014)))
    return tuple(out)


def box(left: float, right: float, low: float, high: float) -> Floats:
    return np.array([[left, low], [right, low], [right, high], [left, high]])
