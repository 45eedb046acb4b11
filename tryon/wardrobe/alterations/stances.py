"""The stances that clothes are modelled for: our body with its arms held otherwise."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from tryon.core.body_fit import BODY_JOINTS
from tryon.core.mesh import smooth_normals
from tryon.core.spaces import Floats
from tryon.wardrobe.alterations.fitted import dress_form
from tryon.wardrobe.alterations.repose import NUMBER, SIDES, motions, smallest_turn
from tryon.wardrobe.skinning import Skinning

ARM_ANGLES = {"arms held out": 0.0, "arms half down": 42.0, "hanging arms": 75.0}
"""Degrees of straight arms below the horizontal, besides our own rest pose."""
BELOW_ARM = ("hand", "thumb", "index", "middle", "ring", "pinky")


@dataclass(frozen=True, eq=False)
class Stance:
    """Our body with its arms held in some way; "" is our rest pose.

    points, normals: (V, 3) skin; parts: (V,) `Part` of each vertex; to_rest: (53, 4, 4) motions of the
    joints from here to the rest pose.
    """

    name: str
    points: Floats
    normals: Floats
    parts: NDArray[np.uint8]
    to_rest: Floats


@cache
def stances() -> tuple[Stance, ...]:
    """Our rest pose first, then straight arms at several angles."""
    body = dress_form().body
    heads = np.asarray(body.figure.heads, np.float64)
    out = [_stance("", heads)]
    return (*out, *(_stance(name, _arms_at(heads, angle)) for name, angle in ARM_ANGLES.items()))


def _stance(name: str, heads: Floats) -> Stance:
    body = dress_form().body
    rest = np.asarray(body.figure.heads, np.float64)
    posed = Skinning(body.figure.vertices, body.bones, body.weights).posed(motions(rest, heads))
    normals = smooth_normals(posed, body.faces)
    return Stance(
        name,
        posed.astype(np.float64),
        normals.astype(np.float64),
        body.parts,
        motions(heads, rest),
    )


def _arms_at(heads: Floats, degrees: float) -> Floats:
    """(53, 3) joints with straight arms in the frontal plane, so many degrees below the horizontal."""
    out = heads.copy()
    angle = np.radians(degrees)
    for side, sign in zip(SIDES, (1.0, -1.0), strict=True):
        shoulder, elbow, wrist = (NUMBER[f"{b}{side}"] for b in ("upperarm", "lowerarm", "hand"))
        along = np.array([sign * np.cos(angle), -np.sin(angle), 0.0])
        upper = np.linalg.norm(heads[elbow] - heads[shoulder])
        fore = heads[wrist] - heads[elbow]
        out[elbow] = out[shoulder] + upper * along
        out[wrist] = out[elbow] + np.linalg.norm(fore) * along
        turn = smallest_turn(fore / np.linalg.norm(fore), along)
        for number, name in enumerate(BODY_JOINTS):
            if name.endswith(side) and name.split("_")[0] in BELOW_ARM and number != wrist:
                out[number] = out[wrist] + turn @ (heads[number] - heads[wrist])
    return out
