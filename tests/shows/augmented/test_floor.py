"""The floor under a person: level with both soles, still while the fit trembles, kept when he leaves."""

from __future__ import annotations

import numpy as np
import pytest

from shows.augmented.floor import FEWEST_SIGHTINGS, SOLE_UNDER_BALL_M, FloorTracker, standing
from tryon import Person
from tryon.core.body_fit import BODY_JOINTS, BodyFit, BodyView

UP = np.array([0.0, np.cos(0.2), np.sin(0.2)])
FEET = np.array([0.4, -1.1, -3.5])


def person(noise: np.random.Generator, *, trembling_m: float = 0.0, feet: float = 1.0) -> Person:
    """Somebody upright by UP over FEET, one foot lifted by 10 cm."""
    joints = np.tile(FEET + UP, (53, 1))
    right = np.array([1.0, 0.0, 0.0])
    names = {name: k for k, name in enumerate(BODY_JOINTS)}
    for side, sign, lifted in (("l", 1, 0.0), ("r", -1, 0.1)):
        joints[names[f"foot_{side}"]] = FEET + sign * 0.1 * right + (0.08 + lifted) * UP
        joints[names[f"ball_{side}"]] = (
            FEET + sign * 0.1 * right + (SOLE_UNDER_BALL_M + lifted) * UP
        )
    joints[names["neck_01"]] = FEET + 1.45 * UP
    joints = joints + trembling_m * noise.standard_normal(joints.shape)
    confidence = np.ones(53)
    confidence[[names["foot_l"], names["foot_r"]]] = feet
    body = BodyFit(
        track=1, cam_from_rest=np.tile(np.eye(4), (53, 1, 1)), joints_cam_m=joints,
        joints_px=np.zeros((53, 2)), confidence=confidence, shape={}, girth=np.zeros(1), scale=1.0,
        view=BodyView.WHOLE,
    )  # fmt: skip
    return Person(1, None, body)


def test_the_floor_is_under_the_standing_foot_and_square_to_the_body() -> None:
    tracker = FloorTracker()
    noise = np.random.default_rng(0)
    pose = None
    for _ in range(FEWEST_SIGHTINGS):
        assert pose is None
        pose = tracker.look((person(noise),))
    assert pose is not None
    # Neck over the middle of the feet; one is lifted, so the body leans by a hair.
    assert pose[:3, 1] @ UP > 0.9995
    assert abs((pose[:3, 3] - FEET) @ UP) < 0.005
    assert np.linalg.norm(pose[:3, 3] - FEET) < 0.02
    assert np.linalg.det(pose[:3, :3]) == pytest.approx(1.0)
    assert pose[:3, 2] @ -FEET > 0, "z towards the camera"


def test_it_holds_still_while_the_fit_trembles() -> None:
    tracker = FloorTracker()
    noise = np.random.default_rng(1)
    places = [tracker.look((person(noise, trembling_m=0.02),)) for _ in range(60)]
    late = np.array([pose[:3, 3] for pose in places[30:]])
    assert np.linalg.norm(np.diff(late, axis=0), axis=1).max() < 0.004
    assert np.linalg.norm(late[-1] - FEET) < 0.03


def test_it_stays_when_the_person_leaves_and_waits_for_feet() -> None:
    tracker = FloorTracker()
    noise = np.random.default_rng(2)
    for _ in range(20):
        assert tracker.look((person(noise, feet=0.1),)) is None
    for _ in range(FEWEST_SIGHTINGS):
        pose = tracker.look((person(noise),))
    np.testing.assert_array_equal(tracker.look(()), pose)
    tracker.reset()
    assert tracker.look(()) is None


def test_a_floor_is_a_rigid_pose() -> None:
    pose = standing(FEET, 3.0 * UP)
    np.testing.assert_allclose(pose[:3, :3].T @ pose[:3, :3], np.eye(3), atol=1e-12)
