"""Landmarks are calm at rest, prompt in motion, and filtered by time."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.stages.fit_body.people import seen, standing
from tryon.core.landmarks import PoseLandmarks
from tryon.stages.fit_body.steady import Steadier
from tryon.wardrobe.body import Body

FRAME_NS = 33_333_333


def noisy(pose: PoseLandmarks, rng: np.random.Generator, px: float) -> PoseLandmarks:
    return replace(
        pose,
        px=pose.px + rng.normal(0, px, pose.px.shape),
        world=pose.world + rng.normal(0, 0.01, pose.world.shape),
    )


def test_a_still_person_stands_still(body: Body) -> None:
    pose, rng, steadier = seen(standing(body)), np.random.default_rng(0), Steadier()
    raw, out = [], []
    for k in range(90):
        sample = noisy(pose, rng, 1.2)
        raw.append(sample.px)
        out.append(steadier.steady(sample, k * FRAME_NS).px)
    spread = np.std(np.diff(out[30:], axis=0)) / np.std(np.diff(raw[30:], axis=0))
    assert spread < 0.35
    assert np.abs(np.mean(out[30:], axis=0) - pose.px).max() < 1.5


def test_a_moving_arm_is_followed_within_a_frame_and_a_half(body: Body) -> None:
    pose, steadier = seen(standing(body)), Steadier()
    speed_px = 14.0
    for k in range(30):
        px = pose.px.copy()
        px[15] += [speed_px * max(k - 10, 0), 0]
        out = steadier.steady(replace(pose, px=px), k * FRAME_NS)
    assert (px[15] - out.px[15])[0] < 1.5 * speed_px


def test_smoothing_goes_by_time_not_by_frames(body: Body) -> None:
    pose = seen(standing(body))

    def after_a_third_of_a_second(frame_ns: int) -> float:
        steadier = Steadier()
        steadier.steady(pose, 0)
        t_ns = 0
        while t_ns < 333_000_000:
            t_ns += frame_ns
            out = steadier.steady(replace(pose, px=pose.px + 6.0), t_ns)
        return float((out.px - pose.px)[11, 0])

    assert after_a_third_of_a_second(FRAME_NS) == pytest.approx(
        after_a_third_of_a_second(FRAME_NS // 2), abs=0.6
    )


def test_zero_is_a_time_like_any_other(body: Body) -> None:
    pose = seen(standing(body))
    moved = replace(pose, px=pose.px + 6.0)
    results = []
    for start_ns in (0, 10**12):
        steadier = Steadier()
        steadier.steady(pose, start_ns)
        results.append(steadier.steady(moved, start_ns + FRAME_NS).px)
    np.testing.assert_allclose(results[0], results[1])


def test_a_looped_clip_a_leap_and_a_reset_start_anew(body: Body) -> None:
    pose = seen(standing(body))
    moved = replace(pose, px=pose.px + 20.0)
    steadier = Steadier()
    steadier.steady(pose, FRAME_NS * 50)
    np.testing.assert_array_equal(steadier.steady(moved, 0).px, moved.px)
    far = replace(pose, px=pose.px + 400.0)
    np.testing.assert_array_equal(steadier.steady(far, FRAME_NS).px, far.px)
    steadier.reset()
    np.testing.assert_array_equal(steadier.steady(pose, 2 * FRAME_NS).px, pose.px)
