"""The board's pose in millimetres and degrees against rendered truth, with noise and hidden in part."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from shows.augmented.board import SHEETS
from shows.augmented.tracker import HOLD_S, BoardTracker
from tests.shows.augmented.rendered import CAMERA, looking, off, scene

STEP_NS = 40_000_000
COVER_ALL = np.array([[420, 200], [900, 190], [920, 560], [400, 580]], np.float64)


def corner_cover(noise: np.random.Generator) -> np.ndarray:
    """A square of 120 px somewhere over the board."""
    x, y = 640 + noise.uniform(-120, 120), 360 + noise.uniform(-80, 80)
    return np.array([[x, y], [x + 120, y], [x + 120, y + 120], [x, y + 120]])


@pytest.mark.parametrize(
    ("distance_m", "most_mm", "most_deg"), [(0.45, 0.2, 0.1), (0.7, 0.6, 0.2), (1.1, 3.0, 0.4)]
)
def test_the_pose_is_right_at_a_tables_distances(
    distance_m: float, most_mm: float, most_deg: float
) -> None:
    noise = np.random.default_rng(1)
    for k in range(4):
        truth = looking(distance_m, down_deg=35 + 10 * k, round_deg=40 * k - 70, roll_deg=4 * k - 6)
        hidden = corner_cover(noise) if k % 2 else None
        rgb = scene("A4").photographed(truth, noise=noise, hidden=hidden)
        anchor = BoardTracker().look(rgb, CAMERA, 0)
        assert anchor is not None
        assert anchor.seen == "board"
        off_mm, off_deg = off(anchor.cam_from_table, truth)
        assert off_mm < most_mm
        assert off_deg < most_deg


@pytest.mark.parametrize("name", sorted(SHEETS))
def test_paper_tells_its_size_so_that_models_stand_in_scale(name: str) -> None:
    truth = looking(0.8, down_deg=50)
    rgb = scene(name).photographed(truth, noise=np.random.default_rng(2))
    anchor = BoardTracker().look(rgb, CAMERA, 0)
    assert anchor is not None
    assert anchor.sheet.name == name
    assert off(anchor.cam_from_table, truth)[0] < 0.6


def test_y_is_up_out_of_the_paper_and_z_towards_the_reader() -> None:
    anchor = BoardTracker().look(
        scene("A4").photographed(looking(0.6, down_deg=40), noise=np.random.default_rng(0)),
        CAMERA,
        0,
    )
    assert anchor is not None
    up, towards = anchor.cam_from_table[:3, 1], anchor.cam_from_table[:3, 2]
    assert up[1] > 0.7, "up in the picture"
    assert towards[2] > 0.7, "towards the camera"
    assert np.linalg.det(anchor.cam_from_table[:3, :3]) == pytest.approx(1.0)


def test_it_stands_still_before_a_still_camera() -> None:
    noise = np.random.default_rng(3)
    truth = looking(0.9, down_deg=35, round_deg=20)
    tracker = BoardTracker()
    poses, raw = [], []
    for k in range(25):
        rgb = scene("A4").photographed(truth, noise=noise)
        anchor = tracker.look(rgb, CAMERA, k * STEP_NS)
        alone = BoardTracker().look(rgb, CAMERA, 0)
        assert anchor is not None
        assert alone is not None
        poses.append(anchor.cam_from_table)
        raw.append(alone.cam_from_table)
    trembles, unsmoothed = (
        np.median([off(a, b)[0] for a, b in pairwise(run[5:])]) for run in (poses, raw)
    )
    assert trembles < 0.05
    assert trembles < 0.35 * unsmoothed
    assert off(poses[-1], truth)[0] < 0.5


def test_it_follows_a_moving_camera_without_lag() -> None:
    noise = np.random.default_rng(4)
    tracker = BoardTracker()
    for k in range(15):
        truth = looking(0.8, down_deg=40, round_deg=-20 + 1.5 * k)
        anchor = tracker.look(scene("A4").photographed(truth, noise=noise), CAMERA, k * STEP_NS)
        assert anchor is not None
        # 1.5° a frame about the board: 21 mm of the camera's way.
        assert off(anchor.cam_from_table, truth)[1] < 0.45


def test_a_hand_over_the_board_does_not_move_the_show() -> None:
    """The whole board is hidden for a second while the camera goes on moving."""
    noise = np.random.default_rng(5)
    tracker = BoardTracker()
    seen = []
    for k in range(30):
        truth = looking(0.8, down_deg=42, round_deg=-6 + 0.4 * k)
        hidden = COVER_ALL if 4 <= k < 29 else None
        rgb = scene("A4").photographed(truth, noise=noise, hidden=hidden)
        anchor = tracker.look(rgb, CAMERA, k * STEP_NS)
        assert anchor is not None
        seen.append(anchor.seen)
        off_mm, off_deg = off(anchor.cam_from_table, truth)
        assert off_mm < 6.0
        assert off_deg < 0.6
    assert seen[3] == "board"
    assert seen[5:28] == ["followed"] * 23
    assert seen[29] == "board"


def test_with_nothing_to_see_it_holds_and_then_lets_go() -> None:
    tracker = BoardTracker()
    truth = looking(0.7, down_deg=45)
    first = tracker.look(scene("A4").photographed(truth, noise=np.random.default_rng(6)), CAMERA, 0)
    assert first is not None
    dark = np.zeros((720, 1280, 3), np.uint8)
    held = tracker.look(dark, CAMERA, round(0.9 * HOLD_S * 1e9))
    assert held is not None
    assert held.seen == "held"
    np.testing.assert_array_equal(held.cam_from_table, first.cam_from_table)
    assert tracker.look(dark, CAMERA, round(1.1 * HOLD_S * 1e9)) is None
    assert tracker.look(dark, CAMERA, round(1.2 * HOLD_S * 1e9)) is None


def test_no_board_is_no_anchor() -> None:
    noise = np.random.default_rng(7).integers(0, 255, (720, 1280, 3), dtype=np.uint8)
    assert BoardTracker().look(noise, CAMERA, 0) is None
