"""Every bone goes where its joints go: no gap, no mirror image, no stray twist."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.stages.fit_body.people import standing
from tryon.core.spaces import Floats
from tryon.core.transforms import rigid, rotation_from_angles
from tryon.stages.fit_body.lift import ELBOWS, HIPS, SHOULDERS, WRISTS
from tryon.stages.fit_body.rig import Rig
from tryon.stages.fit_body.vectors import about, cross, orthonormal, swung
from tryon.wardrobe.body import Body


def rig_of(body: Body) -> Rig:
    return Rig(body.names, body.figure.heads, body.figure.tails)


def pose(rig: Rig, joints: Floats, *, scale: float = 1.0) -> Floats:
    trunk = rig.trunk(joints, scale)
    chest = trunk[3]
    reach = joints[WRISTS] - joints[ELBOWS]
    return rig.posed(joints, trunk, chest, scale=scale, knuckles=joints[WRISTS] + 0.3 * reach)


def moved(matrix: Floats, point: Floats) -> Floats:
    return np.asarray(matrix[:3, :3] @ point + matrix[:3, 3])


def test_the_rest_pose_gives_rigid_bones(body: Body) -> None:
    rig = rig_of(body)
    out = pose(rig, standing(body))
    linear = out[:, :3, :3]
    product = linear @ linear.transpose(0, 2, 1)
    hands = [k for k, n in enumerate(body.names) if n.startswith("hand")]
    assert np.abs(product - np.eye(3))[hands].max() < 1e-6
    assert np.abs(product - np.eye(3)).max() < 0.02
    assert np.linalg.norm(linear - np.eye(3), axis=(1, 2)).max() < 0.5


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000))
def test_limbs_end_exactly_at_their_joints_and_nothing_is_mirrored(seed: int) -> None:
    body = Body.load()
    rig = rig_of(body)
    rng = np.random.default_rng(seed)
    joints = standing(body, yaw_rad=rng.uniform(-3, 3)) + rng.normal(0, 0.03, (14, 3))
    out = pose(rig, joints)
    heads = body.figure.heads
    for name, goal in (
        ("upperarm", joints[SHOULDERS]),
        ("lowerarm", joints[ELBOWS]),
        ("hand", joints[WRISTS]),
        ("thigh", joints[HIPS]),
    ):
        for side, place in zip("lr", goal, strict=True):
            bone = body.bone(f"{name}_{side}")
            np.testing.assert_allclose(moved(out[bone], heads[bone]), place, atol=1e-9)
            parent = body.parents[bone]
            if name in ("lowerarm", "hand"):
                np.testing.assert_allclose(moved(out[parent], heads[bone]), place, atol=1e-9)
    assert (np.linalg.det(out[:, :3, :3]) > 0).all(), "the trap: det −1 swaps left and right"


def test_clavicles_land_on_the_shoulders(body: Body) -> None:
    rig = rig_of(body)
    joints = standing(body)
    joints[SHOULDERS] += [[0.02, 0.05, 0.01], [-0.01, 0.03, 0.02]]
    out = pose(rig, joints)
    for side, place in zip("lr", joints[SHOULDERS], strict=True):
        end = body.figure.heads[body.bone(f"upperarm_{side}")]
        np.testing.assert_allclose(moved(out[body.bone(f"clavicle_{side}")], end), place, atol=1e-9)


def test_a_turn_of_the_whole_person_turns_every_bone(body: Body) -> None:
    rig = rig_of(body)
    still = pose(rig, standing(body))
    turn = rotation_from_angles(0.7, 0.1, -0.2)
    matrix = rigid(turn, np.array([0.1, 0.2, -1.0]))
    joints = standing(body) @ matrix[:3, :3].T + matrix[:3, 3]
    np.testing.assert_allclose(pose(rig, joints), matrix @ still, atol=1e-6)


def test_a_larger_person_has_thicker_bones(body: Body) -> None:
    rig = rig_of(body)
    joints = standing(body)
    out = pose(rig, 1.2 * joints, scale=1.2)
    np.testing.assert_allclose(
        out[body.bone("calf_l"), :3, :3], 1.2 * pose(rig, joints)[body.bone("calf_l"), :3, :3],
        atol=1e-6,
    )  # fmt: skip


def test_noisy_hip_width_does_not_widen_the_pelvis_without_limit(body: Body) -> None:
    rig = rig_of(body)
    joints = standing(body)
    middle = joints[HIPS].mean(0)
    joints[HIPS] = middle + 3 * (joints[HIPS] - middle)
    pelvis = rig.trunk(joints, 1.0)[0, :3, :3]
    assert np.linalg.norm(pelvis @ [1.0, 0, 0]) == pytest.approx(1.35, abs=0.02)


def test_bent_elbows_turn_the_upper_arm_and_straight_ones_do_not(body: Body) -> None:
    rig = rig_of(body)

    def upper(forearm: tuple[float, float, float]) -> Floats:
        joints = standing(body)
        joints[ELBOWS] = joints[SHOULDERS] + [[0.0, -0.24, 0.0]] * 2
        joints[WRISTS] = joints[ELBOWS] + np.array(forearm)
        return pose(rig, joints)[body.bone("upperarm_l"), :3, :3]

    forward, inward = upper((0.0, -0.02, 0.24)), upper((-0.24, -0.02, 0.0))
    turn = orthonormal(forward).T @ orthonormal(inward)
    assert np.degrees(np.arccos((np.trace(turn) - 1) / 2)) > 45
    straight, nearly = upper((0.0, -0.24, 0.012)), upper((-0.012, -0.24, 0.0))
    turn = orthonormal(straight).T @ orthonormal(nearly)
    assert np.degrees(np.arccos((np.trace(turn) - 1) / 2)) < 10


@given(st.integers(0, 10_000))
def test_small_stacks_agree_with_numpy(seed: int) -> None:
    rng = np.random.default_rng(seed)
    a, b = rng.normal(size=(2, 5, 3))
    np.testing.assert_allclose(cross(a, b), np.cross(a, b), atol=1e-12)
    turn = np.tile(np.eye(3), (5, 1, 1))
    out = swung(turn, a, b)
    np.testing.assert_allclose(np.linalg.det(out), 1.0, atol=1e-6)
    end = (out @ a[:, :, None])[..., 0]
    np.testing.assert_allclose(
        end / np.linalg.norm(end, axis=1, keepdims=True),
        b / np.linalg.norm(b, axis=1, keepdims=True),
        atol=1e-3,
    )
    axis = a / np.linalg.norm(a, axis=1, keepdims=True)
    back = about(axis, np.full(5, 0.7)) @ about(axis, np.full(5, -0.7))
    np.testing.assert_allclose(back, turn, atol=1e-9)
