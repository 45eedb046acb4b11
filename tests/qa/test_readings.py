"""The recipe of the readings on landmarks that are exact: it must find the heads themselves."""

from __future__ import annotations

import numpy as np
import pytest

from tryon.core.canonical import CanonicalFace, read_canonical_face
from tryon.core.errors import SuppliesError
from tryon.core.spaces import Floats
from tryon.core.transforms import apply
from tryon.qa.heads import HeadPose
from tryon.qa.readings import Shot, readings
from tryon.stages.fit_face.reading import Reading
from tryon.supplies import supply_path

POSES = tuple(HeadPose(yaw, pitch) for yaw in (-30, -15, 0, 15, 30) for pitch in (-15, 0, 15))


@pytest.fixture(scope="module")
def average() -> CanonicalFace:
    try:
        return read_canonical_face(supply_path("face_landmarker.task"))
    except SuppliesError as missing:
        pytest.skip(str(missing))


def shot(pose: HeadPose, landmarks: Floats, shift_px: float = 0.0) -> Shot:
    """Exact landmarks of a head, the nose's tip read `shift_px` too far right."""
    there = apply(pose.cam_from_head(), landmarks)
    camera = pose.camera()
    depth = -there[:, 2]
    z = (depth / depth.mean() - 1) * camera.focal_px[0]
    px = np.concatenate([camera.project(there), z[:, None]], axis=1)
    px[1, 0] += shift_px
    return Shot(pose, px, landmarks)


def test_an_exact_network_reads_the_head_itself(average: CanonicalFace) -> None:
    base = 0.5 * (average.points + average.points[average.mirror] * [-1, 1, 1])
    reading = readings([shot(pose, base) for pose in POSES], base, average)
    np.testing.assert_allclose(reading.seen, base, atol=1e-5)
    np.testing.assert_allclose(reading.lifted[:468], base[:468], atol=2e-3)
    assert reading.spread.max() < 1e-5
    assert reading.person_share[:468].min() > 0.8


def test_what_is_read_differently_each_time_is_believed_less(average: CanonicalFace) -> None:
    base = 0.5 * (average.points + average.points[average.mirror] * [-1, 1, 1])
    shifts = np.random.default_rng(0).normal(0, 5, len(POSES))
    shots = [shot(pose, base, float(dx)) for pose, dx in zip(POSES, shifts, strict=True)]
    reading = readings(shots, base, average)
    assert reading.spread[1] > 10 * np.median(reading.spread)
    assert reading.person_share[1, 0] < 0.7 < reading.person_share[4, 0]


def test_the_table_in_use_pairs_left_with_right(average: CanonicalFace) -> None:
    np.testing.assert_array_equal(Reading.load().mirror, average.mirror)
