"""Jeans: five pockets, a yoke, a fly and topstitching."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from tryon.core.spaces import Floats
from tryon.wardrobe.atelier.curves import bezier
from tryon.wardrobe.tailor.drape import Fabric
from tryon.wardrobe.tailor.form import Form
from tryon.wardrobe.tailor.garments.bottoms import TrouserRecipe, legs_of, loops, trousers
from tryon.wardrobe.tailor.make import Draft
from tryon.wardrobe.tailor.stitches import Stitch
from tryon.wardrobe.tailor.trims import Band, Button, Patch, Trim, raised
from tryon.wardrobe.tailor.trouser_block import Legs

DENIM = Fabric(stretch=5e-8, bend=1.2e-5, friction=0.3)
JEANS = TrouserRecipe(
    below_waist=0.050, hip_ease=0.035, knee_ease=0.030, hem=0.325, above_floor=0.065, band=0.038
)
FROM_EDGE_M = 0.006


def jeans(form: Form, recipe: TrouserRecipe) -> Draft:
    """Slim straight jeans with a waistband, patch pockets behind and contrasting thread."""
    plain, legs = trousers(form, recipe), legs_of(form, recipe)
    bands = tuple(trim for trim in plain.trims if isinstance(trim, Band))
    return replace(
        plain,
        fabric=DENIM,
        level_triangles=(3600, 1200),
        trims=(*bands, *loops(legs, recipe.band), *_front(legs, recipe), *_back(legs)),
    )


def _front(legs: Legs, recipe: TrouserRecipe) -> list[Trim]:
    """Scooped pockets, the fly's stitching and a button on the band."""
    waist, hip, top = legs.waist / 4, legs.hip / 4, legs.waist_y - recipe.band
    # From the waistband down to the side seam, hollow towards the middle.
    scoop = bezier(
        np.array(
            [(waist - 0.095, top), (waist - 0.088, top - 0.055), (hip - 0.03, legs.hip_y + 0.035)]
        ),
        14,
    )
    fly = np.array(
        [(0.032, top), (0.032, legs.hip_y + 0.02), (0.028, legs.hip_y - 0.012), (0.006, legs.hip_y - 0.03)]
    )  # fmt: skip
    out: list[Trim] = [Stitch("thread", "front_l", bezier(fly, 10))]
    for panel, sign in (("front_l", 1.0), ("front_r", -1.0)):
        flip = np.array([sign, 1.0])
        out += [
            Stitch("thread", panel, scoop * flip),
            Stitch("thread", panel, (scoop + np.array([FROM_EDGE_M, 0.003])) * flip),
            *_hem(panel, legs, sign),
        ]
    middle = legs.waist_y - 0.5 * recipe.band
    return [*out, Button("button", "front_l", (0.006, middle), 0.0095, base_m=0.0042)]


def _back(legs: Legs) -> list[Trim]:
    """A yoke that falls to the middle, and patch pockets with pointed ends."""
    out: list[Trim] = []
    waist, slant = legs.waist / 4, legs.back_slant
    for panel, sign in (("back_l", -1.0), ("back_r", 1.0)):
        flip = np.array([sign, 1.0])
        yoke = np.array(
            [(0.5 * slant, legs.waist_y - 0.062), (waist + slant + 0.008, legs.waist_y - 0.055)]
        )
        pocket = _pocket(0.5 * (waist + slant) + 0.008, legs.waist_y - 0.083)
        patch = pocket if sign > 0 else pocket[::-1] * flip
        inner = pocket.mean(0) + 0.91 * (pocket - pocket.mean(0))
        gull = inner[3:5][::-1] - (0.0, 0.030)
        arcs = np.array([gull[0], gull.mean(0) - (0.0, 0.016), gull[1]])
        out += [
            Stitch("thread", panel, yoke * flip),
            Stitch("thread", panel, (yoke - (0.0, FROM_EDGE_M)) * flip),
            Patch("cloth", panel, patch, raised(0.0016)),
            Stitch("thread", panel, np.concatenate([inner, inner[:1]]) * flip, lift_m=0.0030),
            Stitch("thread", panel, arcs * flip, lift_m=0.0030),
            *_hem(panel, legs, sign),
        ]
    return out


def _pocket(x: float, top: float) -> Floats:
    """(5, 2) corners, counter-clockwise from the lower left."""
    wide, narrow, deep = 0.068, 0.060, 0.125
    return np.array(
        [
            (x - narrow, top - deep),
            (x, top - deep - 0.022),
            (x + narrow, top - deep),
            (x + wide, top),
            (x - wide, top),
        ]
    )


def _hem(panel: str, legs: Legs, sign: float) -> list[Trim]:
    """The seam of the turned-up hem."""
    fork = legs.fork_front if panel.startswith("front") else legs.fork_back
    share = 0.97 if panel.startswith("front") else 1.03
    middle = 0.5 * (legs.hip / 4 - fork) + legs.hem_out
    half, y = 0.245 * legs.hem * share, legs.hem_y + 0.020
    return [
        Stitch("thread", panel, np.array([(middle - half, y), (middle + half, y)]) * (sign, 1.0))
    ]
