"""Items on bodies of several shapes in several poses, on one page, to be looked at."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np

from tryon.core.frame import Picture
from tryon.core.spaces import Floats
from tryon.engine.mannequin import FINISHES, Mannequins, Pose
from tryon.qa.body_poses import STANCES, Stance, rest_from_stance
from tryon.wardrobe.body import Body, Figure
from tryon.wardrobe.catalogue import WornItem
from tryon.wardrobe.model_bodies import model_bodies

SHAPES = (
    model_bodies["noor"].shape,
    model_bodies["kofi"].shape,
    {"male": 0.5, "weight": 0.9, "height": -0.2},
)
"""Tall and slender, tall and broad-shouldered, short and heavy."""
POSES = ("stand", "walk", "akimbo")
CELL_WH = (300, 500)


def row(mannequins: Mannequins, body: Body, worn: Sequence[WornItem]) -> Picture:
    """(H, W, 3) what is worn on each of `SHAPES` in each of `POSES`, side by side."""
    stances = [stance for name in POSES for stance in STANCES if stance.name == name]
    poses: list[Pose] = [partial(_posed, stance) for stance in stances]
    pictures = [
        picture
        for shape, finish in zip(SHAPES, FINISHES, strict=True)
        for picture in mannequins.pictured(worn, CELL_WH, body.shaped(shape), poses, finish=finish)
    ]
    return np.concatenate(pictures, axis=1)


def _posed(stance: Stance, body: Body, figure: Figure) -> Floats:
    """The stance with its lower foot on the floor."""
    motion = rest_from_stance(body, figure, stance)
    soles = [body.bone(f"ball_{side}") for side in "lr"]
    heads = figure.heads[soles]
    lowest = np.einsum("na,na->n", motion[soles, 1, :3], heads) + motion[soles, 1, 3]
    motion[:, 1, 3] += float(heads[:, 1].min()) - float(lowest.min())
    return motion
