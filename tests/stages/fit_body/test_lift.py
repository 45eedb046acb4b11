"""Landmarks become joints in metres: on their rays, upright, left on the left, never flung."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.stages.fit_body.people import CAMERA, seen, standing
from tryon.core.landmarks import PoseLandmarks
from tryon.core.spaces import CAM_FROM_OPENCV
from tryon.stages.fit_body.lift import (
    ANKLES,
    HIPS,
    KNEES,
    LIMBS,
    SHOULDERS,
    STRETCH_LIMITS,
    Build,
    Skeleton,
    frames,
    landmark_offsets,
    lift,
    measure_build,
    sureness,
)
from tryon.stages.fit_body.rig import Rig
from tryon.wardrobe.body import Body


def skeleton(body: Body) -> Skeleton:
    return Skeleton(Rig(body.names, body.figure.heads, body.figure.tails).joints)


@pytest.mark.parametrize("yaw_deg", [0, -50, 90, 180])
def test_joints_are_seen_where_they_were_seen(body: Body, yaw_deg: float) -> None:
    joints = standing(body, yaw_rad=np.radians(yaw_deg))
    rest = skeleton(body)
    build = Build(1.0, rest.bones)
    lifted = lift(seen(joints), CAMERA, rest, build)
    torso = np.linalg.norm(np.diff(CAMERA.project(joints)[[0, 6]], axis=0))
    error = np.linalg.norm(CAMERA.project(lifted.joints) - CAMERA.project(joints), axis=1)
    assert error.max() < 0.03 * torso
    assert lifted.joints[:, 2].mean() == pytest.approx(-3.5, rel=0.12)


def test_axes_turn_and_do_not_mirror(body: Body) -> None:
    assert np.linalg.det(CAM_FROM_OPENCV) == pytest.approx(1.0)
    rest = skeleton(body)
    lifted = lift(seen(standing(body)), CAMERA, rest, Build(1.0, rest.bones))
    assert (lifted.joints[0::2, 0] > lifted.joints[1::2, 0]).all(), "left is on the right side"
    behind = lift(seen(standing(body, yaw_rad=np.pi)), CAMERA, rest, Build(1.0, rest.bones))
    assert (behind.joints[0::2, 0] < behind.joints[1::2, 0]).all()


@pytest.mark.parametrize("yaw_deg", [60, -90])
def test_hip_landmark_in_front_of_the_joint_does_not_move_a_turned_pelvis(
    body: Body, yaw_deg: float
) -> None:
    joints = standing(body, yaw_rad=np.radians(yaw_deg))
    rest = skeleton(body)
    landmarks = joints + landmark_offsets(joints)
    apart = np.abs(landmarks[HIPS].mean(0)[0] - joints[HIPS].mean(0)[0])
    assert apart > 0.02, "the trap: from the side the landmark lies centimetres beside the joint"
    lifted = lift(seen(joints), CAMERA, rest, Build(1.0, rest.bones))
    middle = CAMERA.project(lifted.joints[HIPS]).mean(0) - CAMERA.project(joints[HIPS]).mean(0)
    px_per_m = CAMERA.focal_px[0] / 3.5
    assert np.abs(middle).max() < 0.010 * px_per_m


def test_frames_are_right_handed_for_left_joints_and_mirrored_for_right_ones(body: Body) -> None:
    axes = frames(standing(body, yaw_rad=0.4))
    np.testing.assert_allclose(np.linalg.det(axes[0::2]), 1.0, atol=1e-9)
    np.testing.assert_allclose(np.linalg.det(axes[1::2]), -1.0, atol=1e-9)
    assert (axes[:, :, 2] @ axes[0, :, 2] > -0.8).all(), "forward is forward on both sides"


def test_a_person_of_twice_the_size_is_measured_twice_as_large(body: Body) -> None:
    rest = skeleton(body)
    pose = seen(standing(body))
    once, twice = (measure_build(size * pose.world, rest, np.ones(14)) for size in (1, 2))
    assert once.scale == pytest.approx(1.0, abs=0.12)
    assert twice.scale / once.scale == pytest.approx(2.0, abs=0.15)


def test_imagined_legs_do_not_tell_the_size_of_a_person(body: Body) -> None:
    rest = skeleton(body)
    pose = seen(standing(body))
    sure = np.ones(14)
    whole = measure_build(pose.world, rest, sure).scale
    world = pose.world.copy()
    world[25:33] = world[23:24] + 0.2 * (world[25:33] - world[23:24])
    sure[8:] = 0.0
    assert measure_build(world, rest, sure).scale == pytest.approx(whole, rel=0.06)


def test_legs_out_of_the_picture_hang_down(body: Body) -> None:
    joints = standing(body)
    pose = seen(joints)
    px, world, visibility = pose.px.copy(), pose.world.copy(), pose.visibility.copy()
    legs = np.arange(25, 33)
    visibility[legs] = 0.05
    # The detector's worst guess: legs thrown up beside the head.
    world[legs, 1] = -0.9
    px[legs] = (300, -200)
    rest = skeleton(body)
    lifted = lift(PoseLandmarks(0, px, world, visibility), CAMERA, rest, Build(1.0, rest.bones))
    assert (lifted.joints[KNEES][:, 1] < lifted.joints[HIPS][:, 1] - 0.25).all()
    assert (lifted.joints[ANKLES][:, 1] < lifted.joints[KNEES][:, 1] - 0.25).all()
    assert lifted.sure[KNEES].max() == 0


def test_what_lies_beyond_the_picture_is_a_guess() -> None:
    px = np.array([[320.0, 100], [320, 970], [320, 1200], [-300, 100]])
    sure = sureness(px, np.ones(4), (640, 960))
    assert sure[0] == 1
    assert 0 < sure[1] <= 1
    assert sure[2] == sure[3] == 0


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000))
def test_no_landmarks_however_absurd_fling_a_limb(seed: int) -> None:
    rng = np.random.default_rng(seed)
    body = Body.load()
    rest = skeleton(body)
    pose = PoseLandmarks(
        0, rng.uniform(-900, 1900, (33, 2)), rng.normal(0, 0.6, (33, 3)), rng.uniform(0, 1, 33)
    )
    build = Build(1.0, rest.bones)
    joints = lift(pose, CAMERA, rest, build).joints
    assert np.isfinite(joints).all()
    for (upper, lower), length in zip(LIMBS, rest.bones, strict=True):
        stretch = np.linalg.norm(joints[lower] - joints[upper], axis=1) / length
        assert (stretch < STRETCH_LIMITS[1] + 1e-6).all()
    assert joints[SHOULDERS].shape == (2, 3)
