"""Where a person's head is, in metres, and where things are worn on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from tryon.core.landmarks import FACE_LANDMARKS
from tryon.core.spaces import Floats
from tryon.core.transforms import angles_from_rotation

HeadAnchor = Literal[
    "bridge", "left_ear", "right_ear", "left_lobe", "right_lobe",
    "crown", "forehead", "chin", "neck",
]  # fmt: skip
HEAD_ANCHORS: tuple[HeadAnchor, ...] = get_args(HeadAnchor)
"""Left and right are the wearer's. `bridge`: skin of the nose between the eyes, where a frame's bridge
rests; `*_ear`: top of the ear's root, where a temple turns down; `*_lobe`: lower tip of the lobe;
`crown`: top of the skull; `forehead`: skin at the hairline's middle; `chin`: lowest point of the
face; `neck`: centre of the neck's base, inside the neck, level with the collar."""


@dataclass(frozen=True)
class FaceFit:
    """A head under the frame's real camera.

    track: the face's stable id; cam_from_head: (4, 4) rigid, metres; landmarks_in_head: (478, 3) the
    person's own face geometry in `head`, metres; anchors_in_head: each anchor's (3,) position in
    `head`; pd_m, pd_sd_m: interpupillary distance and its standard deviation; confidence: 0 to 1;
    opacity: 1 while the face is seen, falls to 0 while a dropout fades.
    """

    track: int
    cam_from_head: Floats
    landmarks_in_head: Floats
    anchors_in_head: Mapping[HeadAnchor, Floats]
    pd_m: float
    pd_sd_m: float
    confidence: float
    opacity: float = 1.0

    def __post_init__(self) -> None:
        if self.cam_from_head.shape != (4, 4) or self.landmarks_in_head.shape != (
            FACE_LANDMARKS,
            3,
        ):
            raise ValueError(
                f"a face fit needs a (4, 4) transform and ({FACE_LANDMARKS}, 3) landmarks, got "
                f"{self.cam_from_head.shape} and {self.landmarks_in_head.shape}"
            )

    @property
    def angles_rad(self) -> tuple[float, float, float]:
        """(yaw, pitch, roll) as in `rotation_from_angles`."""
        return angles_from_rotation(self.cam_from_head[:3, :3])

    def anchor_in_cam(self, anchor: HeadAnchor) -> Floats:
        """(3,) position of an anchor in `cam`, metres."""
        return (
            self.cam_from_head[:3, :3] @ np.asarray(self.anchors_in_head[anchor])
            + self.cam_from_head[:3, 3]
        )
