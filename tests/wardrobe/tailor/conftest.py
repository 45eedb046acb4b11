"""The form, and the garments as they are shipped."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest

from tryon.core.spaces import Floats
from tryon.core.transforms import exp_so3
from tryon.wardrobe.body import Body
from tryon.wardrobe.tailor.form import Form
from tryon.wardrobe.tailor.make import BakedGarment
from tryon.wardrobe.tailor.wardrobe import CUTS, baked_garment

POSES: Mapping[str, Mapping[str, tuple[float, float, float]]] = {
    "arms down": {"upperarm": (0, 0, -33), "lowerarm": (15, -20, 0)},
    "arms up": {"clavicle": (0, 0, 22), "upperarm": (-10, 0, 75)},
    "striding": {"thigh_l": (-28, 0, 0), "calf_l": (14, 0, 0), "thigh_r": (18, 0, 0)},
    "seated": {"thigh": (-80, 0, 0), "calf": (80, 0, 0), "upperarm": (-18, 0, -28)},
}
"""Turns of bones in degrees about x, y, z of the body; without a side they are mirrored to the right."""


@pytest.fixture(scope="session")
def form() -> Form:
    return Form.of(Body.load())


@pytest.fixture(scope="session")
def shipped() -> dict[str, BakedGarment]:
    return {name: baked_garment(name) for name in CUTS}


def posed(body: Body, turns: Mapping[str, tuple[float, float, float]]) -> Floats:
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
