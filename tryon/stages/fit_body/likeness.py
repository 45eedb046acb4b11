"""Which shape of the body a person is like: the shape directions under which it would measure so.

Lengths of bones and half-widths of trunk and limbs, in logarithms, change nearly linearly with the
shape. What one camera tells of them is uncertain, and people are near the mean: a ridge regression
weighs both (Hoerl and Kennard 1970), and says how sure it is of each direction.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from tryon.core.spaces import Floats
from tryon.stages.fit_body.lift import HIPS, SHOULDERS, Skeleton
from tryon.stages.fit_body.rig import Rig
from tryon.wardrobe.body import Body
from tryon.wardrobe.body_girth import GIRTHS
from tryon.wardrobe.ease import skin_reaches_m

STEP = 0.5
"""Coefficient at which a direction's effect is read off."""
LENGTH_BIAS = (0.009, -0.041, -0.091, -0.045, 0.009, -0.02)
LENGTH_SD = (0.06, 0.11, 0.11, 0.16, 0.13, 0.07)
"""Errors of the logarithms of trunk, shoulders, upper arm, forearm, thigh and calf, and of half-widths;
estimated on renders of the body in several shapes and poses, as they come out of the fit."""
GIRTH_BIAS = {"trunk": -0.01, "leg": 0.07}
GIRTH_SD = {"trunk": 0.14, "leg": 0.15}
"""Sleeves and shoes say nothing of arms and feet."""
PRIOR_SD = {"male": 1.0, "height": 0.5, "weight": 0.6, "muscle": 0.5}
OTHER_PRIOR_SD = 0.3
"""How far people are from the mean."""
SHAPES = (
    "male", "height", "weight", "muscle", "shoulder_width", "bust", "waist", "hip", "thigh", "calf",
    "upper_arm_length", "forearm_length", "thigh_length", "calf_length",
)  # fmt: skip
"""The directions that are estimated; the others cannot be told from these by one camera."""
SPANS, LIMBS_USED = 2, 4
"""Lengths: trunk and shoulders, then of `lift.LIMBS` all but the foot."""


@dataclass(frozen=True)
class Likeness:
    """shape: coefficient by direction, −1 to 1; sd: its standard deviation."""

    shape: dict[str, float]
    sd: dict[str, float]


class LikenessGauge:
    """Reads the likeness of people."""

    @classmethod
    @lru_cache(maxsize=2)
    def of(cls, body: Body) -> LikenessGauge:
        """The gauge of a body, which takes a moment to make and is kept."""
        return cls(body)

    def __init__(self, body: Body) -> None:
        self._neutral = _log_measures(body, {})
        effects = [_log_measures(body, {name: STEP}) - self._neutral for name in SHAPES]
        self._jacobian = np.stack(effects, axis=1) / STEP
        prior = np.array([PRIOR_SD.get(name, OTHER_PRIOR_SD) for name in SHAPES])
        self._prior = np.diag(1 / prior**2)
        kinds = [name.partition("_")[0] for name in GIRTHS]
        self._bias = np.array([*LENGTH_BIAS, *(GIRTH_BIAS.get(kind, 0.0) for kind in kinds)])
        self._sd = np.array([*LENGTH_SD, *(GIRTH_SD.get(kind, np.inf) for kind in kinds)])

    def read(
        self,
        joints: Floats,
        lengths: Floats,
        girth: Floats,
        *,
        scale: float,
        sure: Floats,
        seen: Floats,
    ) -> Likeness:
        """The likeness of one person.

        joints: (14, 3) metres in `cam`; lengths: (5,) of `LIMBS` as measured, metres; girth: (G,) growth
        over the neutral figure, scale: of the person over it; sure: (14,) of joints and seen: (G,) of
        girths, 0 guessed to 1 measured.
        """
        limbs = lengths[:LIMBS_USED]
        off = np.log(np.concatenate([_spans(joints), limbs, scale * (1 + girth)])) - self._neutral
        off -= self._bias
        pairs = sure.reshape(-1, 2).min(1)
        spans, bones = [pairs[[0, 3]].min(), pairs[0]], [pairs[1], pairs[2], pairs[4], pairs[5]]
        weight = np.concatenate([spans, bones, seen])
        weight = np.clip(weight, 0, 1) / self._sd**2
        normal = self._jacobian.T @ (weight[:, None] * self._jacobian) + self._prior
        solved = np.linalg.solve(normal, self._jacobian.T @ (weight * off))
        deviation = np.sqrt(np.diag(np.linalg.inv(normal)))
        return Likeness(
            dict(zip(SHAPES, np.clip(solved, -1, 1).tolist(), strict=True)),
            dict(zip(SHAPES, deviation.tolist(), strict=True)),
        )


def _log_measures(body: Body, shape: dict[str, float]) -> Floats:
    """(6 + G,) logarithms of trunk, shoulders, four limbs, and half-widths over the neutral ones."""
    figure = body.shaped(shape)
    skeleton = Skeleton(Rig(body.names, figure.heads, figure.tails).joints)
    reaches = np.log(skin_reaches_m(body, figure) / skin_reaches_m(body, body.figure))
    return np.concatenate(
        [np.log(_spans(skeleton.joints)), np.log(skeleton.bones[:LIMBS_USED]), reaches]
    )


def _spans(joints: Floats) -> Floats:
    """(2,) lengths of trunk and shoulders."""
    trunk = joints[SHOULDERS].mean(0) - joints[HIPS].mean(0)
    return np.array([np.linalg.norm(trunk), np.linalg.norm(joints[0] - joints[1])])
