"""Blazers and coats: wool, padded shoulders, set-in sleeves, notched lapels and flap pockets."""

from __future__ import annotations

from dataclasses import dataclass, replace

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
from tryon.wardrobe.tailor.collar import Collar
from tryon.wardrobe.tailor.drape import Fabric, Schedule
from tryon.wardrobe.tailor.form import Form
from tryon.wardrobe.tailor.garments.fronts import (
    belt,
    epaulettes,
    flap,
    lapels,
    overlap,
    overlap_lift,
)
from tryon.wardrobe.tailor.make import Draft, Measure
from tryon.wardrobe.tailor.pattern import Pattern
from tryon.wardrobe.tailor.stitches import Stitch
from tryon.wardrobe.tailor.trims import Band, Button, Patch, Trim, raised

HEAVY_WOOL = Fabric(stretch=5e-8, bend=1.2e-5, tape=1e-6, friction=0.4)
BELT_ABOVE_WAIST_M = 0.01
CHEST_BELOW_M = 0.085
"""Where the chest is measured, under the armhole."""


@dataclass(frozen=True)
class TailoredRecipe:
    """Metres. ease: at bust, waist and hip; break_above_waist: where the fronts close over the natural
    waist; hem_above_knee: None for a hem below_hip under the seat; flare: hem over the hip's girth;
    sleeve_below_wrist; gap: room for what is worn under it; pad: of the shoulders; lapel: width;
    buttons: how many, button_step: apart; breasted: how far from the middle the buttons of a
    double-breasted front stand; peaked: lapels; lapel_part: their material; belt: width, 0 for none;
    zipped: metal teeth at the edge and slanted zip pockets instead of buttons and flaps."""

    bust_ease: float
    waist_ease: float
    hip_ease: float
    break_above_waist: float
    below_hip: float | None
    hem_above_knee: float
    flare: float
    sleeve_below_wrist: float
    upper_ease: float
    cuff: float
    gap: float
    pad: float
    lapel: float
    notch_below_neck: float
    buttons: int
    button_step: float
    button_radius: float
    pocket_above_hip: float
    pocket_width: float
    neck_width: float = 0.078
    neck_back: float = 0.018
    shoulder: float = 1.04
    underarm_drop: float = 0.055
    breasted: float = 0.0
    peaked: bool = False
    lapel_part: str = "cloth"
    belt: float = 0.0
    epaulettes: bool = False
    zipped: bool = False
    layer: int = 2


BLAZER = TailoredRecipe(
    bust_ease=0.148,
    waist_ease=0.112,
    hip_ease=0.065,
    break_above_waist=0.015,
    below_hip=0.045,
    hem_above_knee=0.0,
    flare=0.0,
    sleeve_below_wrist=0.0,
    upper_ease=0.078,
    cuff=0.238,
    gap=0.007,
    pad=0.007,
    lapel=0.082,
    notch_below_neck=0.052,
    buttons=2,
    button_step=0.105,
    button_radius=0.0105,
    pocket_above_hip=0.085,
    pocket_width=0.135,
)
COAT = TailoredRecipe(
    bust_ease=0.115,
    waist_ease=0.125,
    hip_ease=0.09,
    break_above_waist=0.125,
    below_hip=None,
    hem_above_knee=0.13,
    flare=0.06,
    sleeve_below_wrist=0.008,
    upper_ease=0.085,
    cuff=0.255,
    gap=0.009,
    pad=0.007,
    lapel=0.092,
    notch_below_neck=0.050,
    buttons=4,
    button_step=0.105,
    button_radius=0.0135,
    pocket_above_hip=0.055,
    pocket_width=0.155,
    neck_width=0.082,
    underarm_drop=0.058,
    layer=3,
)
TUXEDO = replace(
    BLAZER,
    bust_ease=0.165,
    peaked=True,
    lapel_part="trim",
    buttons=1,
    lapel=0.090,
    break_above_waist=0.0,
    below_hip=0.055,
)
OVERCOAT = replace(
    COAT,
    break_above_waist=0.075,
    hem_above_knee=-0.20,
    flare=0.19,
    breasted=0.058,
    peaked=True,
    lapel=0.108,
    buttons=3,
    button_step=0.118,
)
TRENCH = replace(
    COAT,
    waist_ease=0.055,
    break_above_waist=0.15,
    hem_above_knee=-0.10,
    flare=0.24,
    breasted=0.062,
    lapel=0.085,
    buttons=4,
    button_step=0.125,
    button_radius=0.0115,
    belt=0.046,
    epaulettes=True,
)
BIKER = replace(
    BLAZER,
    bust_ease=0.115,
    waist_ease=0.085,
    hip_ease=-0.050,
    below_hip=-0.105,
    break_above_waist=0.06,
    breasted=0.035,
    lapel=0.100,
    buttons=0,
    zipped=True,
    epaulettes=True,
    upper_ease=0.070,
    cuff=0.232,
)


def tailored(form: Form, recipe: TailoredRecipe) -> Draft:
    """A single-breasted front, sewn shut under a placket, with notched lapels and a folded collar."""
    torso = _torso(form, recipe)
    sleeve = _sleeve(form, recipe)
    sleeves, set_in = sleeve_panels(form, torso, sleeve)
    pattern = Pattern(torso_panels(form, torso) + sleeves, TORSO_SEAMS + set_in)
    neck_y = shoulder_points(form, torso)[0][1]
    hem = torso.profile[-1][1] / 4
    hem_y, break_y = torso.profile[-1][0] + 0.012, neck_y - torso.neckline.front_m
    chest_y = torso.underarm_y - CHEST_BELOW_M
    # Where the fronts close lower than the chest, girth is measured under the lapels.
    girth_y = min(chest_y, break_y - 0.012)
    half = float(pattern.half_width("front", girth_y))
    return Draft(
        pattern,
        recipe.layer,
        HEAVY_WOOL,
        Schedule(sew=70, settle=120),
        level_triangles=(3050, 610) if recipe.breasted else (3900, 1080),
        trims=(
            Band(
                "hem",
                (("front", "hem"), ("back", "hem"), ("sleeve_l", "hem"), ("sleeve_r", "hem")),
                ((0.0, 0.0), (0.0, -0.003), (0.018, -0.003)),
            ),
            Band(
                "hem",
                NECK_EDGES,
                ((0.0, 0.0), (0.0, -0.003), (0.018, -0.003)),
            ),
            *_front(form, torso, pattern, recipe),
        ),
        measures=(
            Measure(
                "chest" if girth_y == chest_y else "waist",
                tuple((p, (-half, girth_y), (half, girth_y)) for p in ("front", "back")),
                4 * half,
            ),
            Measure(
                "hem", tuple((p, (-hem, hem_y), (hem, hem_y)) for p in ("front", "back")), 4 * hem
            ),
            Measure(
                "closure",
                (("front", (0.0, hem_y), (0.0, break_y)),),
                float(break_y - hem_y),
            ),
        ),
    )


def _torso(form: Form, recipe: TailoredRecipe) -> Torso:
    m = form.measures
    underarm = form.armpit_y - recipe.underarm_drop
    neck, tip = form.ridge(recipe.neck_width), form.landmark("acromion_l")
    shoulder = recipe.shoulder * float(np.linalg.norm(tip[:2] - neck[:2]))
    chest = m.bust + recipe.bust_ease
    hip = m.hip + recipe.hip_ease
    lift = recipe.gap + 0.004
    bust_y = float(form.landmark("bust_point_l")[1]) - 0.045
    profile = [(underarm, chest), (bust_y, chest), (form.waist_y, m.waist + recipe.waist_ease)]
    if recipe.below_hip is None:
        hem_y = form.knee_y + recipe.hem_above_knee
        profile += [(form.hip_y + 0.02, hip), (hem_y, hip + recipe.flare)]
    else:
        profile += [(form.hip_y - recipe.below_hip, hip)]
    break_y = form.waist_y + recipe.break_above_waist
    return Torso(
        Neckline(recipe.neck_width, float(neck[1]) + lift - break_y, recipe.neck_back, vee=True),
        shoulder,
        lift,
        underarm,
        (0.90 * float(tip[0]), 0.95 * float(tip[0])),
        tuple(profile),
        (
            (form.hip_y, recipe.gap + 0.003),
            (underarm + 0.05, recipe.gap),
            (float(tip[1]) - 0.03, recipe.gap),
            (float(tip[1]), recipe.gap + recipe.pad),
        ),
        region="coat",
    )


def _sleeve(form: Form, recipe: TailoredRecipe) -> Sleeve:
    shoulder, elbow, wrist = (form.joint(f"{b}_l") for b in ("upperarm", "lowerarm", "hand"))
    tip = form.landmark("acromion_l")
    length = float(np.linalg.norm(elbow - shoulder) + np.linalg.norm(wrist - elbow))
    length += 0.8 * float(np.linalg.norm(tip - shoulder)) + recipe.sleeve_below_wrist
    m = form.measures
    upper = m.upper_arm + recipe.upper_ease
    return Sleeve(
        length, upper, recipe.cuff, 0.52 * (upper + recipe.cuff), ease=1.03, room_m=recipe.gap
    )


def _front(form: Form, torso: Torso, pattern: Pattern, recipe: TailoredRecipe) -> tuple[Trim, ...]:
    """Lapels, collar, overlap, buttons and pockets."""
    neck_y = float(shoulder_points(form, torso)[0][1])
    width, low = torso.neckline.width_m, torso.neckline.front_m
    break_y = neck_y - low
    hem_y = torso.profile[-1][0]
    roll = np.array([(width, neck_y), (0.62 * width, break_y + 0.52 * low), (0.0, break_y)])
    out: list[Trim] = [
        Patch("cloth", "front", overlap(break_y, hem_y, recipe.breasted), overlap_lift),
        *lapels(
            roll,
            neck_y,
            width=recipe.lapel,
            notch_below_neck=recipe.notch_below_neck,
            peaked=recipe.peaked,
            part=recipe.lapel_part,
        ),
        Collar(
            "cloth",
            (("front", "neck_l"), ("back", "neck_l"), ("back", "neck_r"), ("front", "neck_r")),
            0.026,
            0.046,
            recipe.notch_below_neck + 0.012,
        ),
        *_closure(form, break_y, hem_y, recipe),
        *_pockets(form, pattern, recipe),
    ]
    if recipe.belt:
        out += belt(pattern, form.waist_y + BELT_ABOVE_WAIST_M, recipe.belt)
    if recipe.epaulettes:
        out += epaulettes(*shoulder_points(form, torso))
    breast_y = 0.45 * torso.underarm_y + 0.55 * (torso.underarm_y + 0.05) - 0.01
    welt = np.array(
        [
            [0.095, breast_y],
            [0.160, breast_y + 0.010],
            [0.160, breast_y + 0.030],
            [0.095, breast_y + 0.020],
        ]
    )
    if recipe.layer == 2 and not recipe.zipped:
        out.append(Patch("cloth", "front", welt, raised(0.0022)))
    return tuple(out)


def _closure(form: Form, break_y: float, hem_y: float, recipe: TailoredRecipe) -> list[Trim]:
    """Buttons in one or two columns, or a zip's teeth along the overlap's edge."""
    if recipe.zipped:
        edge = -0.015 - recipe.breasted
        line = np.array([(edge, hem_y + 0.012), (edge, break_y - 0.035 - 0.6 * recipe.breasted)])
        return [Stitch("button", "front", line, 0.007, 0.0040)]
    first = break_y - 0.012 - 0.5 * recipe.breasted
    columns = (-recipe.breasted, recipe.breasted) if recipe.breasted else (0.004,)
    rows = [first - number * recipe.button_step for number in range(recipe.buttons)]
    if recipe.belt:
        rows = [y for y in rows if abs(y - form.waist_y - BELT_ABOVE_WAIST_M) > recipe.belt]
    return [
        Button("button", "front", (x, y), recipe.button_radius, base_m=0.0028)
        for y in rows
        for x in columns
    ]


def _pockets(form: Form, pattern: Pattern, recipe: TailoredRecipe) -> list[Trim]:
    """A flap on each side, or a slanted zip."""
    pocket_y = form.hip_y + recipe.pocket_above_hip
    if recipe.zipped:
        pocket_y = form.waist_y - 0.01
    half = pattern.half_width("front", pocket_y)
    out: list[Trim] = []
    for sign in (1.0, -1.0):
        middle = sign * 0.60 * half
        if recipe.zipped:
            slope = np.array([(-0.022 * sign, 0.055), (0.022 * sign, -0.055)])
            out.append(
                Stitch("button", "front", slope + np.array([middle, pocket_y]), 0.006, 0.0016)
            )
        else:
            outline = flap(middle, pocket_y, recipe.pocket_width, sign)
            out.append(Patch("cloth", "front", outline, raised(0.0030)))
    return out
