"""Feet in high heels: the foot turned down about the ball, the toes flat, the body that much higher."""

from __future__ import annotations

import numpy as np

from tryon.core.spaces import Floats
from tryon.core.transforms import exp_so3, inverse, rigid
from tryon.wardrobe.body import Body, Figure
from tryon.wardrobe.body_parts import FEET

SEAT_M = 0.022
"""The middle of the heel's seat is so far before the heel's end."""


def heel_pitch_rad(body: Body, figure: Figure, heel_m: float) -> float:
    """How far a foot is turned down about its ball, toes flat, by a heel of this height."""
    feet = np.isin(body.parts, FEET)
    ball_z = float(figure.heads[body.bone("ball_l"), 2])
    arch_m = ball_z - float(figure.vertices[feet, 2].min()) - SEAT_M
    return float(np.arcsin(np.clip(heel_m / arch_m, 0.0, 0.9)))


def foot_in_heel(body: Body, figure: Figure, side: str, heel_m: float) -> Floats:
    """(4, 4) motion of the foot of a side, "l" or "r", in `body`: what is rigid with a heel moves so."""
    turn = exp_so3(np.array([heel_pitch_rad(body, figure, heel_m), 0.0, 0.0]))
    ball = figure.heads[body.bone(f"ball_{side}")]
    return rigid(turn, ball - turn @ ball)


def on_heels(body: Body, figure: Figure, heel_m: float) -> Floats:
    """(J, 4, 4) motion of every bone that stands the resting figure on heels, toes where they were."""
    rise = np.zeros(3)
    for side in "lr":
        ankle = figure.heads[body.bone(f"foot_{side}")]
        foot = foot_in_heel(body, figure, side, heel_m)
        rise += 0.5 * (foot[:3, :3] @ ankle + foot[:3, 3] - ankle)
    out = np.tile(rigid(None, rise), (len(body.names), 1, 1))
    for side in "lr":
        out[body.bone(f"foot_{side}")] = foot_in_heel(body, figure, side, heel_m)
        out[body.bone(f"ball_{side}")] = np.eye(4)
    return out


def raised(body: Body, figure: Figure, motion: Floats, heel_m: float) -> Floats:
    """(J, 4, 4) a pose of the flat-footed figure with its feet turned down and that much higher.

    motion: (J, 4, 4) of every bone from rest.
    """
    if heel_m == 0:
        return motion
    heels = on_heels(body, figure, heel_m)
    rise = heels[body.bone("pelvis")]
    return np.asarray(rise @ motion @ inverse(rise) @ heels)
