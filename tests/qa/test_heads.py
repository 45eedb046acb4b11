"""Exact truth: known heads through the real detector and the real fit."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from tryon.core.errors import SuppliesError
from tryon.core.transforms import rotation_from_angles
from tryon.qa.head_report import summarise
from tryon.qa.heads import HeadPose, HeadTruth, Trial, pose_grid, run
from tryon.qa.portrait import SITTERS

POSES = (
    HeadPose(),
    HeadPose(yaw_deg=30),
    HeadPose(yaw_deg=-30),
    HeadPose(yaw_deg=55),
    HeadPose(yaw_deg=-55),
    HeadPose(pitch_deg=20, roll_deg=20),
    HeadPose(15, 5, -10, distance_m=1.5),
)


@pytest.fixture(scope="module")
def truth() -> Iterator[HeadTruth]:
    try:
        opened = HeadTruth()
    except SuppliesError as missing:
        pytest.skip(str(missing))
    with opened:
        yield opened


@pytest.fixture(scope="module")
def trials(truth: HeadTruth) -> list[Trial]:
    return list(run(truth, SITTERS[:3], POSES))


def test_every_head_is_found(trials: list[Trial]) -> None:
    assert [(t.sitter, t.pose) for t in trials if not t.found] == []


def test_left_and_right_are_never_swapped(trials: list[Trial]) -> None:
    assert [(t.sitter, t.pose) for t in trials if t.swapped] == []


def test_grid_reaches_the_poses_that_are_promised() -> None:
    poses = pose_grid()
    assert {-60, 60} <= {p.yaw_deg for p in poses}
    assert {-30, 30} <= {p.pitch_deg for p in poses}
    assert {-30, 30} <= {p.roll_deg for p in poses}
    assert len({p.distance_m for p in poses}) >= 3
    assert len({p.fov_deg for p in poses}) >= 3


def test_a_pose_stands_where_it_says() -> None:
    pose = HeadPose(20, -10, 5, distance_m=0.9)
    there = pose.cam_from_head()
    np.testing.assert_allclose(there[:3, :3], rotation_from_angles(*np.radians([20.0, -10.0, 5.0])))
    assert there[2, 3] == -0.9


def test_truth_is_the_same_every_time(truth: HeadTruth) -> None:
    pose = HeadPose(yaw_deg=20)
    portrait = truth.portrait(SITTERS[1])
    np.testing.assert_array_equal(
        truth.photograph(portrait, pose), truth.photograph(portrait, pose)
    )


def test_nobody_found_counts_as_missed_not_as_perfect() -> None:
    report = summarise([Trial("nobody", HeadPose())])[0]
    assert report.found == 0
    assert np.isnan(report.rotation_deg[0])
