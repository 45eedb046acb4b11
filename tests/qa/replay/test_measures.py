"""Measures on readings that are made by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tryon.core.camera import PinholeCamera
from tryon.core.transforms import rigid, rotation_from_angles
from tryon.qa.replay.accuracy import accuracy
from tryon.qa.replay.cutouts import cutout
from tryon.qa.replay.measures import dropouts, identity_switches, measure
from tryon.qa.replay.readings import FrameReading, Head, Replay
from tryon.qa.synth.truth import TruePerson, Truth

CAMERA = PinholeCamera.default((320, 240))
PLACES = {
    "bridge": (0.0, 0.0, 0.03), "left_ear": (0.07, 0.0, -0.09), "right_ear": (-0.07, 0.0, -0.09),
    "left_lobe": (0.07, -0.05, -0.09), "right_lobe": (-0.07, -0.05, -0.09),
    "forehead": (0.0, 0.06, 0.02), "crown": (0.0, 0.12, -0.07), "chin": (0.0, -0.1, 0.02),
}  # fmt: skip


def _head(track: int, x: float, *, yaw: float = 0.0, age_s: float = 0.0) -> Head:
    pose = rigid(rotation_from_angles(yaw, 0.0, 0.0), np.array([x, 0.0, -1.0]))
    anchors = {n: pose[:3, :3] @ np.array(p) + pose[:3, 3] for n, p in PLACES.items()}
    return Head(track, CAMERA.project(anchors["bridge"]), age_s, pose, pose, anchors, 1.0)


def _frame(index: int, *heads: Head) -> FrameReading:
    return FrameReading(index, index * 33_333_333, {}, heads, (), {}, {}, np.zeros((4, 3)), 0, None)


def test_people_who_swap_numbers_where_they_stand_are_counted() -> None:
    calm = Replay(tuple(_frame(k, _head(0, -0.2), _head(1, 0.2)) for k in range(4)))
    swapped = Replay(tuple(_frame(k, _head(k > 1, -0.2), _head(k <= 1, 0.2)) for k in range(4)))
    assert (identity_switches(calm), identity_switches(swapped)) == (0, 2)


def test_a_new_number_elsewhere_is_a_new_person() -> None:
    assert identity_switches(Replay((_frame(0, _head(0, -0.4)), _frame(1, _head(1, 0.4))))) == 0


def test_held_and_missing_frames_are_dropouts() -> None:
    held = Replay(
        (_frame(0, _head(0, 0)), _frame(1, _head(0, 0, age_s=0.03)), _frame(2, _head(0, 0)))
    )
    gap = Replay((_frame(0, _head(0, 0)), _frame(1), _frame(2), _frame(3, _head(0, 0))))
    assert (dropouts(held), dropouts(gap)) == (1, 2)


def test_distance_and_turn_against_a_golden_are_in_millimetres_and_degrees() -> None:
    before = Replay((_frame(0, _head(0, 0.0)),))
    after = Replay((_frame(0, _head(0, 0.003, yaw=np.radians(2))),))
    values = measure(after, camera=CAMERA, golden=before, frames=()).values
    assert values["smooth_mm.max"] == pytest.approx(3.0)
    assert values["smooth_deg.max"] == pytest.approx(2.0)


def _truth(*people: TruePerson) -> Truth:
    return Truth((tuple(people),), {})


def _person(name: str, x: float) -> TruePerson:
    head = _head(0, x)
    full = np.full((240, 320), 255, np.uint8)
    return TruePerson(name, head.smoothed, head.anchors, {}, cutout(full, full > 0))


def test_the_truth_itself_has_no_error() -> None:
    values = accuracy(
        Replay((_frame(0, _head(7, 0.1)),)), _truth(_person("ada", 0.1)), camera=CAMERA
    )
    assert values["true_found"] == 1
    assert values["true_anchor_mm.p50"] == pytest.approx(0, abs=1e-9)
    assert values["true_turn_deg.p95"] == pytest.approx(0, abs=1e-5)


def test_errors_against_the_truth_are_across_the_line_of_sight() -> None:
    now = Replay((_frame(0, _head(7, 0.104, yaw=np.radians(3))),))
    values = accuracy(now, _truth(_person("ada", 0.1)), camera=CAMERA)
    assert values["true_turn_deg.p50"] == pytest.approx(3.0)
    assert 3 < values["true_bridge_mm.p50"] < 6.5


def test_everybody_is_compared_with_their_own_truth_and_the_lost_are_missed() -> None:
    both = _truth(_person("ada", -0.15), _person("bob", 0.15))
    one = accuracy(Replay((_frame(0, _head(1, 0.15)),)), both, camera=CAMERA)
    assert one["true_found"] == 0.5
    assert one["true_anchor_mm.p95"] == pytest.approx(0, abs=1e-9)


def test_who_is_hidden_is_not_missed() -> None:
    hidden = replace(_person("bob", 0.15), mask=None)
    truth = _truth(_person("ada", -0.15), hidden)
    values = accuracy(Replay((_frame(0, _head(1, -0.15)),)), truth, camera=CAMERA)
    assert values["true_found"] == 1
