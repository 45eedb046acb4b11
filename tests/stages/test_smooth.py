from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tryon.core.filters import NS_PER_S
from tryon.core.fits import HEAD_ANCHORS, FaceFit
from tryon.core.landmarks import FACE_LANDMARKS
from tryon.core.spaces import Floats
from tryon.core.transforms import log_so3, rigid, rotation_from_angles
from tryon.stages.smooth import TUNING, PoseSmoother

STILL = rigid(rotation_from_angles(0.2, 0.1, -0.1), np.array([0.05, 0.02, -0.7]))


def head(cam_from_head: Floats, track: int = 0) -> FaceFit:
    anchors = {name: np.zeros(3) for name in HEAD_ANCHORS}
    return FaceFit(track, cam_from_head, np.zeros((FACE_LANDMARKS, 3)), anchors, 0.063, 0.0025, 0.9)


def noisy(rng: np.random.Generator) -> Floats:
    turn = rotation_from_angles(*rng.normal(0, 0.004, 3))
    return rigid(STILL[:3, :3] @ turn, STILL[:3, 3] + rng.normal(0, [2e-4, 2e-4, 3e-3]))


def stream(smoother: PoseSmoother, poses: list[Floats], t_ns: list[int]) -> list[Floats]:
    return [
        smoother.smooth((head(pose),), t)[0].cam_from_head
        for pose, t in zip(poses, t_ns, strict=True)
    ]


def at_fps(count: int, fps: float, start_ns: int = 0) -> list[int]:
    return [start_ns + round(k * NS_PER_S / fps) for k in range(count)]


def test_a_still_face_trembles_less_in_turn_direction_and_distance() -> None:
    rng = np.random.default_rng(0)
    raw = [noisy(rng) for _ in range(120)]
    calm = stream(PoseSmoother(), raw, at_fps(120, 30))

    def tremble(poses: list[Floats]) -> Floats:
        tail = poses[30:]
        turn = [np.linalg.norm(log_so3(STILL[:3, :3].T @ p[:3, :3])) for p in tail]
        x, z = [p[0, 3] / -p[2, 3] for p in tail], [p[2, 3] for p in tail]
        return np.array([np.sqrt(np.mean(np.square(turn))), np.std(x), np.std(z)])

    assert (tremble(calm) < [0.75, 0.9, 0.6] * tremble(raw)).all()


def test_a_moving_face_is_followed_without_trailing() -> None:
    t_ns = at_fps(90, 30)
    x = [0.15 * t / NS_PER_S for t in t_ns]
    poses = [rigid(STILL[:3, :3], np.array([dx, 0.0, -0.7])) for dx in x]
    last = stream(PoseSmoother(), poses, t_ns)[-1]
    lag_s = (x[-1] - last[0, 3]) / 0.15
    assert 0 <= lag_s < 0.012


def test_zero_is_a_valid_time() -> None:
    """A filter that takes a first timestamp of 0 for "none yet" lets the second pose pass whole."""
    a, b = STILL, noisy(np.random.default_rng(1))
    from_zero = stream(PoseSmoother(), [a, b], [0, 33_000_000])
    later = stream(PoseSmoother(), [a, b], [10**15, 10**15 + 33_000_000])
    np.testing.assert_allclose(from_zero[1], later[1], atol=1e-12)
    assert not np.allclose(from_zero[1], b)


def test_reset_forgets_everything() -> None:
    smoother = PoseSmoother()
    rng = np.random.default_rng(2)
    stream(smoother, [noisy(rng) for _ in range(20)], at_fps(20, 30))
    smoother.reset()
    far = rigid(rotation_from_angles(-0.5, 0.2, 0.3), np.array([-0.3, 0.1, -1.5]))
    (fit,) = smoother.smooth((head(far),), 5 * NS_PER_S)
    np.testing.assert_allclose(fit.cam_from_head, far, atol=1e-12)


def test_smoothing_goes_by_time_not_by_frames() -> None:
    """A filter that counts frames trails four times as long at a quarter of the frame rate."""
    trailing_s = []
    for fps in (30, 120):
        t_ns = at_fps(round(2 * fps), fps)
        x = [0.02 * t / NS_PER_S for t in t_ns]
        poses = [rigid(np.eye(3), np.array([dx, 0.0, -0.7])) for dx in x]
        trailing_s.append((x[-1] - stream(PoseSmoother(), poses, t_ns)[-1][0, 3]) / 0.02)
    assert 0.7 < trailing_s[0] / trailing_s[1] < 1.4


def test_a_longer_gap_is_smoothed_less() -> None:
    step = rigid(STILL[:3, :3], STILL[:3, 3] + [0.0, 0.0, -0.01])

    def share(gap_ns: int) -> float:
        last = stream(PoseSmoother(), [STILL, step], [0, gap_ns])[-1]
        return float((last[2, 3] - STILL[2, 3]) / -0.01)

    assert share(33_000_000) < share(300_000_000) < share(3_000_000_000)


def test_a_loop_that_jumps_back_starts_anew() -> None:
    far = rigid(rotation_from_angles(-0.5, 0.2, 0.3), np.array([-0.3, 0.1, -1.5]))
    out = stream(PoseSmoother(), [STILL, STILL, far], [0, NS_PER_S, 0])
    np.testing.assert_allclose(out[2], far, atol=1e-12)


def test_each_track_has_its_own_filter_and_is_forgotten_when_it_leaves() -> None:
    smoother = PoseSmoother()
    other = rigid(np.eye(3), np.array([0.3, 0.0, -1.2]))
    smoother.smooth((head(STILL, 0), head(other, 1)), 0)
    both = smoother.smooth((head(other, 1), head(STILL, 0)), 33_000_000)
    assert [fit.track for fit in both] == [1, 0]
    np.testing.assert_allclose(both[0].cam_from_head, other, atol=1e-12)
    np.testing.assert_allclose(both[1].cam_from_head, STILL, atol=1e-12)
    smoother.smooth((head(STILL, 0),), 66_000_000)
    back = smoother.smooth((head(STILL, 1),), 99_000_000)
    np.testing.assert_allclose(back[0].cam_from_head, STILL, atol=1e-12)


@pytest.mark.parametrize("angle", [np.pi - 0.01, np.pi, np.pi + 0.01])
def test_a_head_upside_down_is_turned_the_short_way(angle: float) -> None:
    a = rigid(rotation_from_angles(0, 0, angle), STILL[:3, 3])
    b = rigid(rotation_from_angles(0, 0, angle + 0.05), STILL[:3, 3])
    out = stream(PoseSmoother(), [a, b], [0, 33_000_000])[-1]
    assert np.linalg.det(out[:3, :3]) > 0
    between = [np.linalg.norm(log_so3(p[:3, :3].T @ out[:3, :3])) for p in (a, b)]
    assert between[0] + between[1] < 0.0501


def test_everything_but_the_pose_is_kept() -> None:
    fit = replace(head(STILL), opacity=0.4)
    (out,) = PoseSmoother().smooth((fit,), 0)
    assert out.opacity == 0.4
    assert out.landmarks_in_head is fit.landmarks_in_head


def test_a_prompter_tuning_trails_less() -> None:
    t_ns = at_fps(60, 30)
    poses = [rigid(np.eye(3), np.array([0.1 * t / NS_PER_S, 0, -0.7])) for t in t_ns]
    calm, prompt = (
        stream(PoseSmoother(TUNING.scaled(k)), poses, t_ns)[-1][0, 3] for k in (0.25, 4.0)
    )
    assert calm < prompt < poses[-1][0, 3] + 1e-12
