"""Known poses of the body: where each bone points, and the exact motion of every bone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from tryon.core.spaces import Floats
from tryon.core.transforms import exp_so3, rigid, rotation_from_angles
from tryon.wardrobe.body import Body, Figure

Way = tuple[float, float, float]


@dataclass(frozen=True)
class Stance:
    """name, and for each bone named the direction it points to in `body` (x to the wearer's left, y up,
    z forward); bones that are not named follow their parents."""

    name: str
    ways: Mapping[str, Way]


def _both(bone: str, way: Way) -> dict[str, Way]:
    x, y, z = way
    return {f"{bone}_l": (x, y, z), f"{bone}_r": (-x, y, z)}


_LEGS = {**_both("thigh", (0.06, -1, 0.03)), **_both("calf", (0.03, -1, -0.05))}
STANCES = (
    Stance("stand", {**_LEGS, **_both("upperarm", (0.3, -1, 0)), **_both("lowerarm", (0.2, -1, 0.2))}),
    Stance(
        "walk",
        {
            "thigh_l": (0.03, -1, 0.42), "calf_l": (0.02, -1, 0.1), "thigh_r": (-0.03, -1, -0.2),
            "calf_r": (-0.02, -1, -0.6), "upperarm_l": (0.15, -1, -0.35),
            "lowerarm_l": (0.1, -1, 0.1), "upperarm_r": (-0.15, -1, 0.35),
            "lowerarm_r": (-0.05, -0.8, 0.6),
        },
    ),
    Stance(
        "arms up",
        {**_LEGS, **_both("upperarm", (0.55, 1, 0.1)), **_both("lowerarm", (0.1, 1, 0.1))},
    ),
    Stance(
        "akimbo",
        {**_LEGS, **_both("upperarm", (0.75, -0.75, -0.2)), **_both("lowerarm", (-0.8, -0.5, 0.25))},
    ),
    Stance(
        "crossed",
        {
            **_LEGS, **_both("upperarm", (0.12, -1, 0.3)),
            "lowerarm_l": (-1, 0.15, 0.45), "lowerarm_r": (1, 0.05, 0.6),
        },
    ),
    Stance(
        "reach",
        {
            **_LEGS, "upperarm_l": (0.3, -0.1, 1), "lowerarm_l": (0, 0.3, 1),
            "upperarm_r": (-1, 0.05, 0.1), "lowerarm_r": (-1, 0.2, 0.3),
        },
    ),
)  # fmt: skip


def rest_from_stance(body: Body, figure: Figure, stance: Stance) -> Floats:
    """(J, 4, 4) rigid motion of every bone from the rest pose into the stance, in `body`."""
    out = np.tile(np.eye(4), (len(body.names), 1, 1))
    for bone, parent in enumerate(body.parents):
        head = figure.heads[bone]
        turn, start = np.eye(3), head
        if parent >= 0:
            turn = out[parent, :3, :3]
            start = turn @ head + out[parent, :3, 3]
        way = stance.ways.get(body.names[bone])
        if way is not None:
            turn = _shortest_turn(turn @ _bone_way(body, figure, bone), np.array(way)) @ turn
        out[bone] = rigid(turn, start - turn @ head)
    return out


def cam_from_stance(yaw_deg: float, *, height_m: float, distance_m: float) -> Floats:
    """(4, 4) a body on its feet, turned to its left by `yaw_deg`, its middle before the camera."""
    turn = rotation_from_angles(np.radians(yaw_deg), 0.0, 0.0)
    return rigid(turn, np.array([0.0, -0.52 * height_m, -distance_m]))


def _bone_way(body: Body, figure: Figure, bone: int) -> Floats:
    """(3,) from a limb bone's head to that of the next bone, unit."""
    follower = {"upperarm": "lowerarm", "lowerarm": "hand", "thigh": "calf", "calf": "foot"}
    base, _, side = body.names[bone].partition("_")
    end = figure.heads[body.bone(f"{follower[base]}_{side}")]
    way = end - figure.heads[bone]
    return np.asarray(way / np.linalg.norm(way))


def _shortest_turn(start: Floats, end: Floats) -> Floats:
    goal = end / np.linalg.norm(end)
    axis = np.cross(start, goal)
    size = float(np.linalg.norm(axis))
    if size < 1e-9:
        return np.eye(3)
    return exp_so3(axis / size * float(np.arctan2(size, start @ goal)))
