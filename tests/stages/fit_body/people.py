"""Pose landmarks of bodies whose joints are known, as a faultless detector would give them."""

from __future__ import annotations

import numpy as np

from tryon.core.camera import PinholeCamera
from tryon.core.landmarks import PersonMask, PoseLandmarks
from tryon.core.spaces import Floats, flip_opencv
from tryon.core.transforms import rigid, rotation_from_angles
from tryon.stages.fit_body.lift import LANDMARKS, landmark_offsets
from tryon.stages.fit_body.rig import Rig
from tryon.wardrobe.body import Body

CAMERA = PinholeCamera.default((640, 960))


def standing(body: Body, *, yaw_rad: float = 0.0, distance_m: float = 3.5) -> Floats:
    """(14, 3) the rest pose's joints in `cam`, turned to the left, the hips before the camera."""
    rest = Rig(body.names, body.figure.heads, body.figure.tails).joints
    turn = rotation_from_angles(yaw_rad, 0.0, 0.0)
    matrix = rigid(turn, np.array([0.0, -0.95, -distance_m]))
    return np.asarray(rest @ matrix[:3, :3].T + matrix[:3, 3])


def seen(
    joints: Floats,
    *,
    camera: PinholeCamera = CAMERA,
    visibility: float = 0.99,
    mask: PersonMask | None = None,
    track: int = 0,
    age_s: float = 0.0,
) -> PoseLandmarks:
    """The landmarks of (14, 3) joints in `cam`; head and hands follow the trunk roughly."""
    points = joints + landmark_offsets(joints)
    all_points = np.tile(points[:2].mean(0), (33, 1))
    all_points[LANDMARKS] = points
    up = (points[:2].mean(0) - points[6:8].mean(0)) / 2.2
    left = 0.25 * (points[0] - points[1])
    ahead = np.cross(left, up) / np.linalg.norm(left)
    head = points[:2].mean(0) + up
    all_points[0], all_points[7], all_points[8] = head + 0.4 * ahead, head + left, head - left
    for wrist, elbow, hand in ((15, 13, (17, 19, 21)), (16, 14, (18, 20, 22))):
        reach = all_points[wrist] - all_points[elbow]
        all_points[list(hand)] = all_points[wrist] + 0.3 * reach
    all_points[[29, 30]] = all_points[[27, 28]]
    world = flip_opencv(all_points - points[6:8].mean(0))
    return PoseLandmarks(
        track, camera.project(all_points), world, np.full(33, visibility), mask, age_s
    )
