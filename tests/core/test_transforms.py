from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from tryon.core import transforms as tf
from tryon.core.spaces import CAM_FROM_OPENCV, Floats, flip_opencv

vectors = arrays(np.float64, 3, elements=st.floats(-10, 10))
turns = arrays(np.float64, 3, elements=st.floats(-1.7, 1.7))
angles = st.floats(-1.5, 1.5)


@given(turns, vectors)
def test_a_rigid_transform_times_its_inverse_is_identity(turn: Floats, move: Floats) -> None:
    target_from_source = tf.rigid(tf.exp_so3(turn), move)
    np.testing.assert_allclose(
        tf.inverse(target_from_source) @ target_from_source, np.eye(4), atol=1e-9
    )


@given(turns)
def test_rotations_are_proper_and_the_logarithm_undoes_the_exponential(turn: Floats) -> None:
    rotation = tf.exp_so3(turn)
    assert np.linalg.det(rotation) == pytest.approx(1)
    np.testing.assert_allclose(rotation @ rotation.T, np.eye(3), atol=1e-12)
    np.testing.assert_allclose(tf.exp_so3(tf.log_so3(rotation)), rotation, atol=1e-7)


@given(arrays(np.float64, 3, elements=st.floats(-1, 1)).filter(lambda v: np.linalg.norm(v) > 0.1))
def test_the_logarithm_survives_a_half_turn(axis: Floats) -> None:
    half_turn = tf.exp_so3(np.pi * axis / np.linalg.norm(axis))
    np.testing.assert_allclose(tf.exp_so3(tf.log_so3(half_turn)), half_turn, atol=1e-6)


@given(angles, angles, angles)
def test_head_angles_survive_the_round_trip(yaw: float, pitch: float, roll: float) -> None:
    back = tf.angles_from_rotation(tf.rotation_from_angles(yaw, pitch, roll))
    np.testing.assert_allclose(back, (yaw, pitch, roll), atol=1e-7)


def test_positive_angles_turn_left_look_down_and_tip_to_the_right_shoulder() -> None:
    out_of_the_face, up = np.array([0.0, 0, 1]), np.array([0.0, 1, 0])
    assert (tf.rotation_from_angles(0.3, 0, 0) @ out_of_the_face)[0] > 0
    assert (tf.rotation_from_angles(0, 0.3, 0) @ out_of_the_face)[1] < 0
    assert (tf.rotation_from_angles(0, 0, 0.3) @ up)[0] < 0


def test_angles_at_gimbal_lock_still_describe_the_rotation() -> None:
    rotation = tf.rotation_from_angles(0.4, np.pi / 2, 0.3)
    np.testing.assert_allclose(
        tf.rotation_from_angles(*tf.angles_from_rotation(rotation)), rotation, atol=1e-6
    )


@given(turns, turns, st.floats(0, 1))
def test_slerp_starts_ends_and_stays_between(start: Floats, end: Floats, share: float) -> None:
    a, b = tf.exp_so3(start), tf.exp_so3(end)
    np.testing.assert_allclose(tf.slerp(a, b, 0.0), a, atol=1e-9)
    np.testing.assert_allclose(tf.slerp(a, b, 1.0), b, atol=1e-6)
    whole = np.linalg.norm(tf.log_so3(a.T @ b))
    part = np.linalg.norm(tf.log_so3(a.T @ tf.slerp(a, b, share)))
    assert part == pytest.approx(share * whole, abs=1e-6)


@given(turns, vectors, st.floats(0.2, 5))
def test_align_recovers_a_similarity_and_never_mirrors(
    turn: Floats, move: Floats, scale: float
) -> None:
    source = np.random.default_rng(1).normal(size=(12, 3))
    true = tf.rigid(tf.exp_so3(turn), move) @ tf.scaling(scale)
    found = tf.align(source, tf.apply(true, source), np.ones(12), scaled=True)
    np.testing.assert_allclose(found, true, atol=1e-7)
    mirrored = tf.align(source, source * [-1, 1, 1], np.ones(12), scaled=True)
    assert np.linalg.det(mirrored[:3, :3]) > 0


def is_regular(matrix: Floats) -> bool:
    with np.errstate(divide="ignore", invalid="ignore"):  # of a matrix of denormal numbers
        return bool(abs(np.linalg.det(matrix)) > 0.05)


@given(arrays(np.float64, (3, 3), elements=st.floats(-2, 2)).filter(is_regular))
def test_nearest_rotation_is_never_a_reflection(matrix: Floats) -> None:
    rotation = tf.nearest_rotation(matrix)
    assert np.linalg.det(rotation) == pytest.approx(1)


def test_the_axes_of_opencv_are_a_half_turn_away_not_a_mirror() -> None:
    """Trap 1: a fix with determinant −1 swaps the person's left and right."""
    assert np.linalg.det(CAM_FROM_OPENCV) == pytest.approx(1)
    point = np.array([0.1, 0.2, 3.0])
    np.testing.assert_allclose(flip_opencv(point), CAM_FROM_OPENCV @ point)
    np.testing.assert_allclose(flip_opencv(flip_opencv(point)), point)
