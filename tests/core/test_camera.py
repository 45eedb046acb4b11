from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from tryon.core.camera import PinholeCamera
from tryon.core.spaces import Floats

CAMERA = PinholeCamera((610.0, 605.0), (331.0, 236.0), (640, 480))
in_front = arrays(np.float64, 3, elements=st.floats(0.1, 5)).map(lambda p: p * [1, 1, -1])


@given(in_front)
def test_a_ray_through_a_projected_point_passes_the_point(point: Floats) -> None:
    ray = CAMERA.rays(CAMERA.project(point))
    np.testing.assert_allclose(ray * -point[2], point, rtol=1e-9, atol=1e-9)


def test_up_in_the_world_is_up_in_the_picture_and_right_is_right() -> None:
    centre = CAMERA.project(np.array([0.0, 0, -1]))
    assert CAMERA.project(np.array([0.0, 0.1, -1]))[1] < centre[1]
    assert CAMERA.project(np.array([0.1, 0.0, -1]))[0] > centre[0]


@given(in_front, st.floats(0.2, 3))
def test_resizing_the_picture_scales_the_projection(point: Floats, factor: float) -> None:
    size = (round(640 * factor), round(480 * factor))
    expected = CAMERA.project(point) * np.array(size) / (640, 480)
    np.testing.assert_allclose(CAMERA.resized(size).project(point), expected, rtol=1e-9)


@given(in_front)
def test_cropping_the_picture_shifts_the_projection(point: Floats) -> None:
    crop = CAMERA.cropped((40, 30), (100, 90))
    np.testing.assert_allclose(crop.project(point), CAMERA.project(point) - (40, 30), rtol=1e-9)


@given(st.floats(10, 120))
def test_the_vertical_field_of_view_survives_the_round_trip(fov_deg: float) -> None:
    camera = PinholeCamera.from_vertical_fov(fov_deg, (640, 480))
    assert np.degrees(camera.vertical_fov_rad) == pytest.approx(fov_deg)


def test_the_stated_default_depends_on_the_longer_side_and_on_the_kind_of_camera() -> None:
    assert PinholeCamera.default((400, 600)).focal_px == PinholeCamera.default((600, 400)).focal_px
    webcam = PinholeCamera.default((640, 480), webcam=True)
    assert webcam.focal_px < PinholeCamera.default((640, 480)).focal_px


def test_a_camera_without_size_or_focal_length_is_refused() -> None:
    with pytest.raises(ValueError, match="positive"):
        PinholeCamera((0.0, 1.0), (0, 0), (640, 480))
    with pytest.raises(ValueError, match="positive"):
        PinholeCamera((1.0, 1.0), (0, 0), (0, 480))
