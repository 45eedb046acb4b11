"""A walk with known motion of every bone: stand, walk a few steps, turn on the spot, stand still again."""

from __future__ import annotations

from functools import cache

import numpy as np

from tryon.core.body_fit import BodyFit, BodyView
from tryon.core.spaces import Floats
from tryon.core.transforms import rigid, rotation_from_angles
from tryon.qa.body_poses import Stance, Way, rest_from_stance
from tryon.wardrobe.body import Body
from tryon.wardrobe.body_girth import GIRTHS

CYCLE_S = 1.07
"""Two steps: 112 a minute."""
STEP_M = 0.66
STANDS_S, WALKS_S, TURNS_S, RESTS_S = 0.6, 3.2, 0.8, 1.8
LENGTH_S = STANDS_S + WALKS_S + TURNS_S + RESTS_S
BLEND_S = 0.35
"""How long it takes to get into step and out of it."""
FAR_PX = 1000.0
"""Size of the trunk in the picture that the finest level of detail is worn at."""


def stage_from_rest(body: Body, at_s: float) -> Floats:
    """(J, 4, 4) the bones' motion from rest at a time, into a y-up space with the floor at 0, metres."""
    amount = _into_step(at_s)
    phase = max(at_s - STANDS_S, 0.0) / CYCLE_S
    motion = rest_from_stance(body, body.figure, Stance("walk", _ways(phase, amount)))
    swing = 2 * np.pi * phase
    yaw = np.radians(7) * amount * np.cos(swing) + np.pi * _turned(at_s)
    roll = np.radians(3) * amount * np.sin(swing)
    pelvis = body.figure.heads[body.bone("pelvis")]
    turned = rotation_from_angles(float(yaw), 0.0, float(roll))
    place = np.array([0.025 * amount * np.sin(swing), 0.0, _walked(at_s)])
    moved = rigid(turned, pelvis + place - turned @ pelvis) @ motion
    soles = [body.bone(f"{name}_{side}") for name in ("foot", "ball") for side in "lr"]
    ends = np.concatenate([body.figure.heads[soles], body.figure.tails[soles]])
    tiled = np.concatenate([moved[soles], moved[soles]])
    heights = np.einsum("na,na->n", tiled[:, 1, :3], ends) + tiled[:, 1, 3]
    lift = rigid(None, np.array([0.0, float(ends[:, 1].min()) - float(heights.min()), 0.0]))
    return np.asarray(lift @ moved)


def fit_of(body: Body, motion: Floats) -> BodyFit:
    """A walk's moment as if it had been fitted exactly; what would be pixels is only large."""
    heads = np.einsum("jab,jb->ja", motion[:, :3, :3], body.figure.heads) + motion[:, :3, 3]
    count = len(body.names)
    return BodyFit(
        0,
        motion,
        heads,
        FAR_PX * body.figure.heads[:, :2],
        np.ones(count),
        {},
        np.zeros(len(GIRTHS)),
        1.0,
        BodyView.WHOLE,
    )


def _into_step(at_s: float) -> float:
    """0 standing, 1 walking."""
    since, left = at_s - STANDS_S, STANDS_S + WALKS_S - at_s
    share = float(np.clip(min(since, left) / BLEND_S, 0, 1))
    return share * share * (3 - 2 * share)


@cache
def _way() -> tuple[Floats, Floats]:
    """Times and how far the walk has come by then, metres."""
    times = np.linspace(0.0, LENGTH_S, 2000)
    speed = 2 * STEP_M / CYCLE_S * np.array([_into_step(float(t)) for t in times])
    return times, np.cumsum(speed) * float(times[1])


def _walked(at_s: float) -> float:
    return float(np.interp(at_s, *_way()))


def _turned(at_s: float) -> float:
    share = float(np.clip((at_s - STANDS_S - WALKS_S) / TURNS_S, 0, 1))
    return share * share * (3 - 2 * share)


def _ways(phase: float, amount: float) -> dict[str, Way]:
    """Where each limb bone points. Hip and knee after normative curves (Perry and Burnfield 2010)."""
    ways: dict[str, Way] = {}
    for side, sign, shift in (("l", 1.0, 0.0), ("r", -1.0, 0.5)):
        p = (phase + shift) % 1.0
        hip = amount * np.radians(9 + 23 * np.cos(2 * np.pi * p))
        knee = np.radians(3) + amount * np.radians(
            4 + 54 * np.exp(-(((p - 0.72) / 0.115) ** 2)) + 13 * np.exp(-(((p - 0.14) / 0.08) ** 2))
        )
        arm = -amount * np.radians(22) * np.cos(2 * np.pi * p)
        ways[f"thigh_{side}"] = (sign * 0.02, -float(np.cos(hip)), float(np.sin(hip)))
        ways[f"calf_{side}"] = (sign * 0.02, -float(np.cos(hip - knee)), float(np.sin(hip - knee)))
        ways[f"upperarm_{side}"] = (sign * 0.3, -float(np.cos(arm)), float(np.sin(arm)))
        ways[f"lowerarm_{side}"] = (
            sign * 0.18,
            -float(np.cos(arm + 0.3)),
            float(np.sin(arm + 0.3)),
        )
    return ways
