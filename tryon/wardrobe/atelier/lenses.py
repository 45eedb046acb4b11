"""Spectacle lenses: thin sheets in the rim's groove with their coats and tints."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tryon.core.mesh import Material, Mesh, smooth_normals
from tryon.core.spaces import Floats
from tryon.wardrobe.atelier import curves
from tryon.wardrobe.atelier.palette import linear
from tryon.wardrobe.atelier.rims import FrontSurface

Coat = Literal["clear", "tint", "gradient", "mirror"]
RINGS = np.array([0.36, 0.68, 0.9, 0.972, 1.0])
"""Shares of the outline; the light that the lens's edge gathers shows outside the last but one."""
SIDES = 64
CLEAR_ALPHA = 0.045
FULL_TINT_FROM = 0.82
MIRROR_ALPHA = 0.985


@dataclass(frozen=True)
class Lens:
    """How a lens looks: clear with an anti-reflective coat, evenly tinted, tinted from the top down,
    or mirrored.

    color: "#rrggbb" of the tint or the mirror, low_color: what it turns to towards the bottom;
    top_alpha, bottom_alpha: how much a gradient holds back (an even tint takes top_alpha all over);
    reflex: colour in which the anti-reflective coat reflects.
    """

    coat: Coat = "clear"
    color: str = "#2a2420"
    low_color: str | None = None
    top_alpha: float = 0.86
    bottom_alpha: float = 0.26
    reflex: str = "#7fd8a8"


def lens_mesh(name: str, outline: Floats, surface: FrontSurface, lens: Lens) -> Mesh:
    """The left lens of an (N, 2) outline about its box's centre, in `asset`; its front faces +z."""
    rim = curves.resample(outline, SIDES, closed=True)
    rings = (RINGS[:, None, None] * rim).reshape(-1, 2)
    drawn = np.concatenate([np.zeros((1, 2)), rings])
    flat = np.concatenate([drawn + np.array(surface.centre_m), np.zeros((len(drawn), 1))], axis=1)
    vertices = surface.place(flat).astype(np.float32)
    faces = _fan_of_rings(len(RINGS), SIDES)
    height = (drawn[:, 1] - rim[:, 1].min()) / np.ptp(rim[:, 1])
    at_edge = np.concatenate([[0.0], np.repeat((RINGS == 1.0).astype(float), SIDES)])
    return Mesh(
        name,
        vertices,
        faces,
        smooth_normals(vertices, faces),
        color=_colors(lens, height, at_edge),
        material=_material(lens),
    )


def _fan_of_rings(rings: int, sides: int) -> NDArray[np.int32]:
    """Faces over a centre and (rings × sides) points around it, counter-clockwise."""
    here = np.arange(sides, dtype=np.int32)
    after = (here + 1) % sides
    faces = [np.stack([np.zeros_like(here), 1 + here, 1 + after], axis=1)]
    for ring in range(rings - 1):
        a, b = 1 + ring * sides + here, 1 + ring * sides + after
        faces += [np.stack([a, a + sides, b + sides], 1), np.stack([a, b + sides, b], 1)]
    return np.concatenate(faces).astype(np.int32)


def _colors(lens: Lens, height: Floats, at_edge: Floats) -> NDArray[np.float32]:
    """(V, 4) linear colour and alpha; `height` is 0 at the lowest point of the lens, 1 at the top."""
    # A dipped tint is full down to the lashes and runs out over the lower half.
    dipped = np.clip(height / FULL_TINT_FROM, 0, 1)
    share = dipped * dipped * (3 - 2 * dipped)
    if lens.coat == "clear":
        color = np.tile(linear(lens.reflex), (len(height), 1))
        alpha = CLEAR_ALPHA + 0.10 * at_edge
    else:
        low = np.array(linear(lens.low_color or lens.color))
        color = low + share[:, None] * (np.array(linear(lens.color)) - low)
        if lens.coat == "gradient":
            alpha = lens.bottom_alpha + share * (lens.top_alpha - lens.bottom_alpha)
        else:
            alpha = np.full_like(height, MIRROR_ALPHA if lens.coat == "mirror" else lens.top_alpha)
        alpha = alpha + 0.5 * at_edge * (1 - alpha)
    return np.concatenate([color, alpha[:, None]], axis=1).astype(np.float32)


def _material(lens: Lens) -> Material:
    """A coat's reflection: what is metallic in it has the vertex colour, the rest is glass."""
    if lens.coat == "clear":
        # An anti-reflective coat leaves 1 to 2 % of the light, in its own colour.
        return Material(
            "clear lens", (1, 1, 1, 1), metallic=0.035, roughness=0.04, reflectance=0.008,
            alpha_mode="BLEND", double_sided=True,
        )  # fmt: skip
    if lens.coat == "mirror":
        return Material(
            "mirror lens", (1, 1, 1, 1), metallic=0.78, roughness=0.05, reflectance=0.10,
            alpha_mode="BLEND", double_sided=True,
        )  # fmt: skip
    return Material(
        "tinted lens", (1, 1, 1, 1), roughness=0.04, reflectance=0.045,
        alpha_mode="BLEND", double_sided=True,
    )  # fmt: skip
