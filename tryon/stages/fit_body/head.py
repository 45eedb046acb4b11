"""Where the head of the body is: as the face fit says, else as ears and nose say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tryon.core.camera import PinholeCamera
from tryon.core.fits import FaceFit
from tryon.core.landmarks import FaceMark, PoseLandmarks
from tryon.core.spaces import Floats, flip_opencv
from tryon.core.transforms import exp_so3, log_so3, rotation_from_angles
from tryon.stages.fit_body.vectors import cross, unit
from tryon.wardrobe.head_anatomy import Points, landmark_points

NOSE, LEFT_EAR, RIGHT_EAR = 0, 7, 8
MOST_TURN_RAD = 1.3
"""A head turns this far from the chest at most."""
SIZE_LIMITS = (0.8, 1.25)
EYES = (FaceMark.LEFT_EYE_OUTER, FaceMark.RIGHT_EYE_OUTER, FaceMark.LEFT_EYE_INNER,
        FaceMark.RIGHT_EYE_INNER, FaceMark.CHIN, FaceMark.NOSE_TIP)  # fmt: skip


@dataclass(frozen=True)
class RestHead:
    """The figure's own head: marks: (6, 3) points of `EYES`; ears: (3,) middle of the ears; joint:
    (3,) where the head turns; all metres in `body`."""

    marks: Floats
    ears: Floats
    joint: Floats

    @classmethod
    def of(cls, vertices: Floats, joint: Floats) -> RestHead:
        """The head of a body of (V, 3) rest vertices that turns about a (3,) joint."""
        points = landmark_points()

        def read(marks: Sequence[int]) -> Floats:
            return Points(points.vertices[list(marks)], points.weights[list(marks)]).on(vertices)

        ears = read((FaceMark.LEFT_TRAGUS, FaceMark.RIGHT_TRAGUS)).mean(0)
        return cls(read(EYES), ears, joint)

    @property
    def nose_dip_rad(self) -> float:
        """How far the line from the ears to the nose's tip points down when the head is level."""
        line = self.marks[EYES.index(FaceMark.NOSE_TIP)] - self.ears
        return float(np.arctan2(-line[1], line[2]))

    @property
    def origin(self) -> Floats:
        """(3,) midway between the inner eye corners: the origin of `head`."""
        return np.asarray(self.marks[2:4].mean(0))


def head_of_face(fit: FaceFit, rest: RestHead) -> Floats:
    """(4, 4) affine that lays the figure's head where a face fit has the person's."""
    own = fit.landmarks_in_head[list(EYES)]
    size = float(_spread(own) / _spread(rest.marks))
    out = np.array(fit.cam_from_head)
    out[:3, :3] = out[:3, :3] * np.clip(size, *SIZE_LIMITS)
    out[:3, 3] = out[:3, 3] - out[:3, :3] @ rest.origin
    return out


def head_of_pose(
    pose: PoseLandmarks,
    camera: PinholeCamera,
    rest: RestHead,
    *,
    chest_turn: Floats,
    neck_base: Floats,
    rest_neck_base: Floats,
    scale: float,
) -> Floats:
    """(4, 4) affine of the head by ears and nose, never turned impossibly far from the chest."""
    world = flip_opencv(pose.world[[NOSE, LEFT_EAR, RIGHT_EAR]])
    across = unit(world[1] - world[2])
    ahead = world[0] - 0.5 * (world[1] + world[2])
    ahead = unit(ahead - (ahead @ across) * across)
    axes = np.stack([across, cross(ahead, across), ahead], axis=1)
    turn = axes @ rotation_from_angles(0.0, -rest.nose_dip_rad, 0.0)
    away = log_so3(chest_turn.T @ turn)
    angle = float(np.linalg.norm(away))
    turn = chest_turn @ exp_so3(away * min(1.0, MOST_TURN_RAD / max(angle, 1e-6)))
    out = np.eye(4)
    out[:3, :3] = scale * turn
    half = chest_turn @ exp_so3(0.5 * log_so3(chest_turn.T @ turn))
    joint = neck_base + scale * half @ (rest.joint - rest_neck_base)
    ears = joint + out[:3, :3] @ (rest.ears - rest.joint)
    seen = np.clip((pose.visibility[[LEFT_EAR, RIGHT_EAR]].mean() - 0.3) / 0.3, 0, 1)
    ray = camera.rays(pose.px[[LEFT_EAR, RIGHT_EAR]].mean(0))
    shift = seen * (ray * -ears[2] - ears)
    shift[2] = 0.0
    out[:3, 3] = joint + shift - out[:3, :3] @ rest.joint
    return out


def _spread(points: Floats) -> float:
    return float(np.sqrt(((points - points.mean(0)) ** 2).sum(1).mean()))
