"""Blazers and coats: wool, padded shoulders, set-in sleeves, notched lapels and flap pockets."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from tryon.core.spaces import Floats
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
from tryon.wardrobe.tailor.make import Draft, Measure
from tryon.wardrobe.tailor.pattern import Pattern
from tryon.wardrobe.tailor.trims import Band, Button, Lift, Patch, Trim, raised

HEAVY_WOOL = Fabric(stretch=5e-8, bend=1.2e-5, tape=1e-6, friction=0.4)
CHEST_BELOW_M = 0.085
"""Where the chest is measured, under the armhole."""


@dataclass(frozen=True)
class TailoredRecipe:
    """Metres. ease: at bust, waist and hip; break_above_waist: where the fronts close over the natural
    waist; hem_above_knee: None for a hem below_hip under the seat; flare: hem over the hip's girth;
    sleeve_below_wrist; gap: room for what is worn under it; pad: of the shoulders; lapel: width;
    buttons: how many, button_step: apart."""

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
    layer: int = 2


BLAZER = TailoredRecipe(
    bust_ease=0.142,
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
    hem_above_knee=-0.03,
    flare=0.09,
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


def tailored(form: Form, recipe: TailoredRecipe) -> Draft:
    """A single-breasted front, sewn shut under a placket, with notched lapels and a folded collar."""
    torso = _torso(form, recipe)
    sleeve = _sleeve(form, recipe)
    sleeves, set_in = sleeve_panels(form, torso, sleeve)
    pattern = Pattern(torso_panels(form, torso) + sleeves, TORSO_SEAMS + set_in)
    neck_y = shoulder_points(form, torso)[0][1]
    hem = torso.profile[-1][1] / 4
    chest_low = float(pattern.half_width("front", torso.underarm_y - CHEST_BELOW_M))
    underarm, hem_y = torso.underarm_y, torso.profile[-1][0] + 0.012
    break_y = neck_y - torso.neckline.front_m
    return Draft(
        pattern,
        recipe.layer,
        HEAVY_WOOL,
        Schedule(sew=70, settle=120),
        level_triangles=(3900, 1080),
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
                "chest",
                tuple(
                    (
                        p,
                        (-chest_low, underarm - CHEST_BELOW_M),
                        (chest_low, underarm - CHEST_BELOW_M),
                    )
                    for p in ("front", "back")
                ),
                4 * chest_low,
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
        Patch("cloth", "front", _overlap(break_y, hem_y), _overlap_lift),
        *_lapels(roll, neck_y, recipe),
        Collar(
            "cloth",
            (("front", "neck_l"), ("back", "neck_l"), ("back", "neck_r"), ("front", "neck_r")),
            0.026,
            0.046,
            recipe.notch_below_neck + 0.012,
        ),
    ]
    first = break_y - 0.012
    for number in range(recipe.buttons):
        out.append(
            Button(
                "button",
                "front",
                (0.004, first - number * recipe.button_step),
                recipe.button_radius,
                base_m=0.0028,
            )
        )
    pocket_y = form.hip_y + recipe.pocket_above_hip
    half = pattern.half_width("front", pocket_y)
    for sign in (1.0, -1.0):
        middle = sign * 0.60 * half
        flap = _flap(middle, pocket_y, recipe.pocket_width, sign)
        out.append(Patch("cloth", "front", flap, raised(0.0030)))
    breast_y = 0.45 * torso.underarm_y + 0.55 * (torso.underarm_y + 0.05) - 0.01
    welt = np.array(
        [
            [0.095, breast_y],
            [0.160, breast_y + 0.010],
            [0.160, breast_y + 0.030],
            [0.095, breast_y + 0.020],
        ]
    )
    if recipe.layer == 2:
        out.append(Patch("cloth", "front", welt, raised(0.0022)))
    return tuple(out)


def _lapels(roll: Floats, neck_y: float, recipe: TailoredRecipe) -> tuple[Patch, Patch]:
    """Both lapels, outlined beyond the roll line, which is the edge of the neckline."""
    t = np.linspace(0, 1, 24)[:, None]
    # From the neck down to where the fronts close.
    line = (1 - t) ** 2 * roll[0] + 2 * t * (1 - t) * roll[1] + t**2 * roll[2]
    start = int(np.argmin(np.abs(line[:, 1] - (neck_y - recipe.notch_below_neck))))
    line = line[start:] + np.array([0.0015, 0.0])
    top, bottom = line[0], line[-1]
    peak = top + np.array([recipe.lapel, -0.028])
    notch = top + np.array([0.52 * recipe.lapel, -0.010])
    s = np.linspace(0, 1, 20)[:, None]
    # The outer edge bellies a little outwards on its way up.
    belly = 0.5 * (bottom + peak) + np.array([0.016, -0.020])
    outer = (1 - s) ** 2 * bottom + 2 * s * (1 - s) * belly + s**2 * peak
    outline = np.concatenate([outer, [notch], line[:-1]])
    mirror = outline[::-1] * np.array([-1.0, 1.0])
    tree = cKDTree(line)
    right = cKDTree(line * np.array([-1.0, 1.0]))
    return (
        Patch("cloth", "front", outline, _rolled(tree)),
        Patch("cloth", "front", mirror, _rolled(right)),
    )


def _rolled(roll: cKDTree) -> Lift:
    """Lies close at the roll line, swells beside it, floats flat towards the outer edge."""

    def lift(points: Floats, away: Floats) -> Floats:
        far = roll.query(points)[0]
        rise = np.clip(far / 0.010, 0, 1)
        return np.asarray(0.0008 + 0.0045 * rise + 0.0035 * np.exp(-(((far - 0.014) / 0.009) ** 2)))

    return lift


def _overlap(break_y: float, hem_y: float) -> Floats:
    """The left front lies over the right: its edge runs down beside the middle."""
    edge, inner = -0.017, 0.020
    return np.array(
        [
            [edge + 0.012, hem_y + 0.001],
            [inner, hem_y + 0.001],
            [inner, break_y - 0.03],
            [0.0, break_y - 0.002],
            [edge, break_y - 0.030],
            [edge, hem_y + 0.030],
        ]
    )


def _overlap_lift(points: Floats, away: Floats) -> Floats:
    return np.asarray(np.interp(points[:, 0], [-0.02, -0.012, 0.02], [0.0024, 0.0024, 0.0002]))


def _flap(middle: float, y: float, width: float, sign: float) -> Floats:
    """A pocket flap with rounded lower corners, slightly slanted down towards the back."""
    half, depth, radius, slant = width / 2, 0.052, 0.014, 0.006
    corner = np.linspace(0, np.pi / 2, 5)
    right = np.stack(
        [half - radius + radius * np.sin(corner), -depth + radius - radius * np.cos(corner)], 1
    )
    left = right[::-1] * np.array([-1.0, 1.0])
    outline = np.concatenate([left, right, [[half, 0.0], [-half, 0.0]]])
    outline[:, 1] -= sign * slant * outline[:, 0] / half
    return np.asarray(outline + np.array([middle, y]))
