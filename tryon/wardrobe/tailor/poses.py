"""The poses that a garment is tried in before it is sold."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from tryon.core.spaces import Floats
from tryon.core.transforms import exp_so3
from tryon.wardrobe.body import Body

Turn = tuple[float, float, float]
_ARMS_DOWN: Mapping[str, Turn] = {"upperarm": (0, 0, -33), "lowerarm": (15, -20, 0)}
TEST_POSES: Mapping[str, Mapping[str, Turn]] = {
    "arms down": _ARMS_DOWN,
    "arms up": {"clavicle": (0, 0, 22), "upperarm": (-10, 0, 75)},
    "arms out": {"clavicle": (0, 0, 8), "upperarm": (0, 0, 42)},
    "reaching": {"clavicle": (0, -8, 0), "upperarm": (-20, -70, 0)},
    "akimbo": {"upperarm": (20, 0, -8), "lowerarm": (0, -90, -50)},
    "striding": {
        **_ARMS_DOWN,
        "thigh_l": (-28, 0, 0),
        "calf_l": (14, 0, 0),
        "thigh_r": (18, 0, 0),
    },
    "striding back": {"thigh_r": (-28, 0, 0), "calf_r": (14, 0, 0), "thigh_l": (18, 0, 0)},
    "seated": {"thigh": (-80, 0, 0), "calf": (80, 0, 0), "upperarm": (-18, 0, -28)},
    "one knee up": {**_ARMS_DOWN, "thigh_l": (-65, 0, 0), "calf_l": (70, 0, 0)},
    "straddling": {**_ARMS_DOWN, "thigh": (0, 0, 18)},
    "bowing": {**_ARMS_DOWN, "spine_01": (14, 0, 0), "spine_02": (14, 0, 0), "thigh": (-16, 0, 0)},
    "turning": {
        **_ARMS_DOWN,
        "spine_01": (0, 12, 0),
        "spine_02": (0, 12, 0),
        "spine_03": (0, 10, 6),
    },
}
"""Turns of bones in degrees about x, y, z of the body; without a side they are mirrored to the right."""


def posed(body: Body, turns: Mapping[str, Turn]) -> Floats:
    """(J, 4, 4) motions of the joints of the neutral figure."""
    out = np.tile(np.eye(4), (len(body.names), 1, 1))
    for joint, name in enumerate(body.names):
        x, y, z = turns.get(name) or turns.get(name[:-2], (0, 0, 0))
        mirror = -1 if name.endswith("_r") and name not in turns else 1
        turn = exp_so3(np.radians([x, mirror * y, mirror * z]))
        head, parent = body.figure.heads[joint], body.parents[joint]
        local = np.eye(4)
        local[:3, :3], local[:3, 3] = turn, head - turn @ head
        out[joint] = local if parent < 0 else out[parent] @ local
    return out
