"""Where a person's body is, in metres."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

import numpy as np

from tryon.core.spaces import Floats

BODY_JOINTS = (
    "Root", "pelvis", "spine_01", "thigh_l", "thigh_r", "calf_l", "calf_r", "spine_02",
    "foot_l", "foot_r", "spine_03", "ball_l", "ball_r", "clavicle_l", "clavicle_r", "neck_01",
    "head", "upperarm_l", "upperarm_r", "lowerarm_l", "lowerarm_r", "hand_l", "hand_r",
    "index_01_l", "index_01_r", "middle_01_l", "middle_01_r", "pinky_01_l", "pinky_01_r",
    "ring_01_l", "ring_01_r", "thumb_01_l", "thumb_01_r", "index_02_l", "index_02_r",
    "middle_02_l", "middle_02_r", "pinky_02_l", "pinky_02_r", "ring_02_l", "ring_02_r",
    "thumb_02_l", "thumb_02_r", "index_03_l", "index_03_r", "middle_03_l", "middle_03_r",
    "pinky_03_l", "pinky_03_r", "ring_03_l", "ring_03_r", "thumb_03_l", "thumb_03_r",
)  # fmt: skip
"""The joints of the body's rig, parents before children; left and right are the wearer's."""


class BodyView(Enum):
    """How much of a person is seen. WHOLE: down to the feet; UPPER: trunk and arms, legs guessed;
    PARTIAL: so little that only a rough figure could be fitted."""

    WHOLE = "whole"
    UPPER = "upper"
    PARTIAL = "partial"


@dataclass(frozen=True, eq=False)
class BodyFit:
    """A body under the frame's real camera; arrays of J = 53 joints in the order of `BODY_JOINTS`.

    track: the person's stable id; cam_from_rest: (J, 4, 4) affine, metres: each joint's motion of the
    body's rest pose (space `body`) into `cam`, its stretches included, ready for skinning;
    joints_cam_m: (J, 3) where each bone starts; joints_px: (J, 2) the same in the picture;
    confidence: (J,) 0 guessed to 1 seen; shape, shape_sd: the coefficients of the body's shape directions
    under which it would measure like the person, and how unsure each is; girth: (G,) radial growth of
    trunk, limbs and feet over the fitted figure (see `wardrobe.body_girth`), 0 for none; scale: size of
    the person over that of the figure; view: how much is seen; measurements: sizes in
    metres by ISO 8559-1 name, as far as one camera can tell; opacity: 1 while the person is seen,
    falls to 0 while a dropout fades.
    """

    track: int
    cam_from_rest: Floats
    joints_cam_m: Floats
    joints_px: Floats
    confidence: Floats
    shape: Mapping[str, float]
    girth: Floats
    scale: float
    view: BodyView
    measurements: Mapping[str, float] = field(default_factory=dict)
    opacity: float = 1.0
    shape_sd: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        shapes = (
            self.cam_from_rest.shape,
            self.joints_cam_m.shape,
            self.joints_px.shape,
            self.confidence.shape,
        )
        j = len(BODY_JOINTS)
        if shapes != ((j, 4, 4), (j, 3), (j, 2), (j,)):
            raise ValueError(
                f"a body fit needs ({j}, 4, 4), ({j}, 3), ({j}, 2) and ({j},), got {shapes}"
            )

    @property
    def overall_confidence(self) -> float:
        """0 to 1, the mean over all joints."""
        return float(np.mean(self.confidence))
