"""Drafting of skirts: sectors of a ring, lofted around the hips, so that the flare has no corners."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tryon.core.spaces import Floats
from tryon.wardrobe.tailor.form import Form
from tryon.wardrobe.tailor.pattern import Edge, Panel, Place, Seam, curve


@dataclass(frozen=True)
class Flare:
    """waist_y: height of the upper edge; length_m: along the cloth; waist, hem: whole girths;
    gap_m: from the skin; train_m: how much longer the back's middle is; floor_m: cloth starts above it
    and, where it is longer, behind."""

    waist_y: float
    length_m: float
    waist: float
    hem: float
    gap_m: float = 0.004
    train_m: float = 0.0
    floor_m: float = -np.inf

    @property
    def angle(self) -> float:
        """Radians of the whole sector."""
        return (self.hem - self.waist) / self.length_m

    @property
    def radius(self) -> float:
        """Metres from the sector's centre to the waist."""
        return self.waist / self.angle


SKIRT_SEAMS = tuple(
    Seam(("skirt_front", f"side_{side}"), ("skirt_back", f"side_{side}")) for side in "lr"
)


def skirt_panels(form: Form, flare: Flare) -> tuple[Panel, Panel]:
    """A front and a back, each half of the sector; x = 0 is the middle, the centre lies above."""

    def room(flat: Floats) -> Floats:
        return np.full(len(flat), flare.gap_m)

    return (
        Panel(
            "skirt_front", _sector(flare, "l", "r", 0.0), _place(form, flare, 0.0), "skirt", room
        ),
        Panel(
            "skirt_back",
            _sector(flare, "r", "l", flare.train_m),
            _place(form, flare, 0.5),
            "skirt",
            room,
        ),
    )


def _sector(flare: Flare, right: str, left: str, train: float) -> tuple[Edge, ...]:
    half = flare.angle / 4
    inner, outer = flare.radius, flare.radius + flare.length_m
    up = flare.waist_y + inner

    def at(radius: float, angle: float) -> Floats:
        return np.array([radius * np.sin(angle), up - radius * np.cos(angle)])

    hem = _arc(outer, half, up)
    # A cubic reaches three quarters of the way to its two middle points.
    hem[1:3, 1] -= train / 0.75
    return (
        curve("hem", *hem),
        curve(f"side_{right}", at(outer, half), at(inner, half)),
        curve("waist", *_arc(inner, half, up)[::-1]),
        curve(f"side_{left}", at(inner, -half), at(outer, -half)),
    )


def _arc(radius: float, half: float, up: float) -> Floats:
    """(4, 2) control points of an arc below its centre, from −half to half radians."""
    # The cubic that touches the arc at its ends and its middle.
    pull = 4 / 3 * np.tan(half / 2) * radius
    start = np.array([-radius * np.sin(half), up - radius * np.cos(half)])
    along = np.array([np.cos(half), -np.sin(half)])
    end, back = start * (-1, 1) + (0, 0), along * (-1, 1)
    return np.stack([start, start + pull * along, end + pull * back, end])


def _place(form: Form, flare: Flare, middle: float) -> Place:
    up = flare.waist_y + flare.radius

    def place(flat: Floats) -> Floats:
        x, down = flat[:, 0], up - flat[:, 1]
        radius, angle = np.hypot(x, down), np.arctan2(x, down)
        y = flare.waist_y - (radius - flare.radius)
        girth = radius * flare.angle
        out = form.around(y, middle + angle / flare.angle, np.maximum(girth, form.girth_at(y)))
        below = np.maximum(flare.floor_m - y, 0.0)
        out[:, 1] += below
        out[:, 2] += below * np.sign(out[:, 2])
        return out

    return place
