"""Parts of the body, told apart by the bone that moves each vertex most."""

from __future__ import annotations

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray


class Part(IntEnum):
    """Left and right are the wearer's."""

    HEAD = 0
    NECK = 1
    TORSO = 2
    LEFT_UPPER_ARM = 3
    RIGHT_UPPER_ARM = 4
    LEFT_FOREARM = 5
    RIGHT_FOREARM = 6
    LEFT_HAND = 7
    RIGHT_HAND = 8
    LEFT_THIGH = 9
    RIGHT_THIGH = 10
    LEFT_CALF = 11
    RIGHT_CALF = 12
    LEFT_FOOT = 13
    RIGHT_FOOT = 14


ARMS = (Part.LEFT_UPPER_ARM, Part.RIGHT_UPPER_ARM, Part.LEFT_FOREARM, Part.RIGHT_FOREARM)
HANDS = (Part.LEFT_HAND, Part.RIGHT_HAND)
LEGS = (Part.LEFT_THIGH, Part.RIGHT_THIGH, Part.LEFT_CALF, Part.RIGHT_CALF)
FEET = (Part.LEFT_FOOT, Part.RIGHT_FOOT)

_LIMBS = {
    "upperarm": Part.LEFT_UPPER_ARM,
    "lowerarm": Part.LEFT_FOREARM,
    "hand": Part.LEFT_HAND,
    "thumb": Part.LEFT_HAND,
    "index": Part.LEFT_HAND,
    "middle": Part.LEFT_HAND,
    "ring": Part.LEFT_HAND,
    "pinky": Part.LEFT_HAND,
    "thigh": Part.LEFT_THIGH,
    "calf": Part.LEFT_CALF,
    "foot": Part.LEFT_FOOT,
    "ball": Part.LEFT_FOOT,
}


def part_of_bones(names: tuple[str, ...]) -> NDArray[np.uint8]:
    """(J,) the part that each bone moves."""
    return np.array([_part(name) for name in names], np.uint8)


def _part(name: str) -> Part:
    if name in ("head", "neck_01"):
        return Part.HEAD if name == "head" else Part.NECK
    limb = _LIMBS.get(name.split("_", maxsplit=1)[0])
    if limb is None:
        return Part.TORSO
    return Part(limb + 1) if name.endswith("_r") else limb
