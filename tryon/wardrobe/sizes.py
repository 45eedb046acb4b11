"""Clothing sizes: the body that a size is made for, by EN 13402-3's letter codes for women.

The standard gives ranges of the bust girth for each letter, and the waist and hip girths that go with a
bust; a size's body has the middle of the range and what goes with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from tryon.core.errors import InputError
from tryon.core.spaces import Floats
from tryon.wardrobe.body import Body, Figure
from tryon.wardrobe.body_girth import (
    ARMS,
    GIRTHS,
    LEGS,
    TRUNK,
    TRUNK_AT,
    dense_of,
    girth_directions,
    grown,
)

BUST_AT, WAIST_AT, HIP_AT = 0.3, 0.68, 1.0
"""Where a trunk's bust, waist and hip are, 0 at the shoulder joints and 1 at the hip joints."""
ARM_SHARE, LEG_SHARES = 0.4, (0.9, 0.75, 0.5, 0.45, 0.3)
"""Arms grow by this share of what the bust does; legs, from thigh to ankle, of what the hip does."""
SHOULDER_SHARE = 0.35
"""Shoulders grow by this share of what the bust does."""
ROUNDS, CLOSE_M = 8, 0.0005


@dataclass(frozen=True)
class BodySize:
    """Girths of the body that a size is made for, metres."""

    bust: float
    waist: float
    hip: float


WOMEN: Mapping[str, BodySize] = {
    "XS": BodySize(0.78, 0.62, 0.86),
    "S": BodySize(0.86, 0.70, 0.94),
    "M": BodySize(0.94, 0.78, 1.02),
    "L": BodySize(1.025, 0.865, 1.105),
    "XL": BodySize(1.13, 0.978, 1.195),
    "XXL": BodySize(1.25, 1.107, 1.295),
}
"""Letter → body, smallest first."""


def body_size(letter: str) -> BodySize:
    """The body of a size. Raises InputError for a letter that there is not."""
    if letter not in WOMEN:
        raise InputError(f"There is no size {letter!r}.", remedy=f"Sizes are {', '.join(WOMEN)}.")
    return WOMEN[letter]


@lru_cache(maxsize=len(WOMEN))
def figure_of(body: Body, letter: str) -> Figure:
    """The neutral figure, let out or taken in to a size's girths. Raises InputError as `body_size`.

    Its joints stay, so that what is cut for it hangs on the same rig.
    """
    size = body_size(letter)
    wanted = np.array([size.bust, size.waist, size.hip])
    dense = dense_of(body.bones, body.weights, len(body.names))
    directions = girth_directions(body, body.figure, body.figure.vertices, dense)
    growth, figure = np.zeros(3), body.figure
    for _ in range(ROUNDS):
        measured = body.measure(figure)
        off = wanted / np.array([measured.bust, measured.waist, measured.hip])
        if np.abs((off - 1) * wanted).max() < CLOSE_M:
            break
        growth = (1 + growth) * off - 1
        vertices = grown(body.figure.vertices, directions, _girth(growth))
        figure = replace(body.figure, vertices=vertices)
    return figure


def _girth(growth: Floats) -> Floats:
    """(G,) from the growth of bust, waist and hip."""
    bust, _, hip = growth
    at = (0.0, BUST_AT, WAIST_AT, HIP_AT)
    trunk = np.interp(TRUNK_AT, at, (SHOULDER_SHARE * bust, *growth))
    legs = hip * np.array(LEG_SHARES)
    out = np.zeros(len(GIRTHS))
    out[TRUNK] = np.tile(trunk, 2)
    out[LEGS] = np.tile(legs, 2)
    out[ARMS] = ARM_SHARE * bust
    return out
