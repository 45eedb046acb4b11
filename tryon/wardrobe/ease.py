"""How far clothes stand off the body, at the places where its girth is measured."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from tryon.core.spaces import Floats
from tryon.wardrobe.body import Body, Figure
from tryon.wardrobe.body_girth import (
    FOOT_BONES,
    GIRTHS,
    LEG_AT,
    SIDES,
    TRUNK_AT,
    TRUNK_BONES,
    Axes,
    along_and_around,
    dense_of,
)
from tryon.wardrobe.garment import Garment

BAND = 0.06
"""Half the height of the slice that is looked at, in trunk or bone lengths."""
WIDEST = 90.0
"""Percentile of the distances from the middle line that counts as the outline: folds stick out."""
FEWEST = 4


def ease_m(body: Body, garments: Iterable[Garment]) -> Floats:
    """(G,) metres from the skin to the outermost cloth at each of `GIRTHS`, 0 where it is bare.

    Measured at rest on the neutral figure, sideways, as a picture from the front shows it.
    """
    skin = skin_reaches_m(body, body.figure)
    cloth = np.full(len(GIRTHS), np.nan)
    for garment in garments:
        for part in garment.parts:
            dense = dense_of(part.bones, part.weights, len(body.names))
            cloth = np.fmax(cloth, _reaches(body, body.figure, part.mesh.vertices, dense))
    return np.asarray(np.maximum(np.nan_to_num(cloth - skin), 0.0))


def skin_reaches_m(body: Body, figure: Figure) -> Floats:
    """(G,) metres from the middle line to the skin at each of `GIRTHS`, of a figure at rest."""
    return _reaches(
        body, figure, figure.vertices, dense_of(body.bones, body.weights, len(body.names))
    )


def _reaches(
    body: Body, figure: Figure, vertices: NDArray[np.floating], dense: NDArray[np.float32]
) -> Floats:
    """(G,) how far from its middle line a mesh reaches at each girth, NaN where it is not."""
    axes = Axes.of(body, figure)
    points = vertices.astype(np.float64)

    def bound(*names: str) -> NDArray[np.bool_]:
        return np.asarray(dense[:, [body.bone(name) for name in names]].sum(1) > 0.5)

    share = axes.trunk_share(points[:, 1])
    trunk = bound(*TRUNK_BONES)
    out = []
    for sign in (1.0, -1.0):
        out += [_reach(sign * points[:, 0], trunk & (np.abs(share - at) < BAND)) for at in TRUNK_AT]
    arms = []
    for number, side in enumerate(SIDES):
        sign = 1.0 if side == "l" else -1.0
        along, around = along_and_around(points, axes.legs[number])
        leg = bound(f"thigh_{side}", f"calf_{side}")
        out += [_reach(sign * around[:, 0], leg & (np.abs(along - at) < BAND)) for at in LEG_AT]
        along, around = along_and_around(points, axes.arms[number])
        radius = np.linalg.norm(around, axis=1)
        for bone, at in (("upperarm", 0.5), ("lowerarm", 1.5)):
            arms.append(_reach(radius, bound(f"{bone}_{side}") & (np.abs(along - at) < BAND)))
    feet = []
    for number, side in enumerate(SIDES):
        ankle, toe = axes.feet[number]
        along = (points - ankle) @ (toe - ankle) / ((toe - ankle) @ (toe - ankle))
        foot = bound(*(f"{bone}_{side}" for bone in FOOT_BONES))
        away = np.linalg.norm(points - ankle - along[:, None] * (toe - ankle), axis=1)
        length = float(np.linalg.norm(toe - ankle))
        feet += [_reach(away, foot & (along > 0.3)), _reach(length * along, foot)]
    return np.array([*out, *arms, *feet])


def _reach(away: Floats, here: NDArray[np.bool_]) -> float:
    return float(np.percentile(away[here], WIDEST)) if here.sum() >= FEWEST else np.nan
