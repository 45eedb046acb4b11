from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tryon.core.camera import PinholeCamera
from tryon.core.errors import SuppliesError, TryonError
from tryon.core.fits import HEAD_ANCHORS, FaceFit
from tryon.core.frame import Frame
from tryon.core.landmarks import FaceLandmarks, PersonMask, PoseLandmarks
from tryon.core.mesh import Mesh, smooth_normals
from tryon.core.scene import Draw
from tryon.core.transforms import rigid, rotation_from_angles

CUBE = np.array([[x, y, z] for x in (0, 1) for y in (0, 1) for z in (0, 1)], np.float32)
CUBE_FACES = np.array(
    [
        [0, 1, 3], [0, 3, 2], [4, 6, 7], [4, 7, 5], [0, 4, 5], [0, 5, 1],
        [2, 3, 7], [2, 7, 6], [0, 2, 6], [0, 6, 4], [1, 5, 7], [1, 7, 3],
    ],
    np.int32,
)  # fmt: skip


def cube(**changes: object) -> Mesh:
    return Mesh(
        **{
            "name": "cube",
            "vertices": CUBE,
            "faces": CUBE_FACES,
            "normals": smooth_normals(CUBE, CUBE_FACES),
            **changes,
        }
    )  # type: ignore[arg-type]  # deliberate misuse


def face_fit(cam_from_head: np.ndarray) -> FaceFit:
    anchors = {name: np.array([0.0, 0.01, 0.02]) for name in HEAD_ANCHORS}
    return FaceFit(0, cam_from_head, np.zeros((478, 3)), anchors, 0.063, 0.002, 1.0)


def test_a_frame_knows_its_size_as_width_then_height() -> None:
    frame = Frame(np.zeros((48, 64, 3), np.uint8), 0, 0, PinholeCamera.default((64, 48)))
    assert frame.size_wh == (64, 48)


@pytest.mark.parametrize(
    "bad", [np.zeros((4, 4), np.uint8), np.zeros((4, 4, 4), np.uint8), np.zeros((4, 4, 3))]
)
def test_a_frame_refuses_what_is_not_a_colour_picture(bad: np.ndarray) -> None:
    with pytest.raises(ValueError, match="uint8"):
        Frame(bad, 0, 0, PinholeCamera.default((4, 4)))


def test_a_frame_refuses_another_pictures_camera() -> None:
    with pytest.raises(ValueError, match="camera is for"):
        Frame(np.zeros((48, 64, 3), np.uint8), 0, 0, PinholeCamera.default((48, 64)))


def test_landmarks_and_fits_check_their_shapes_once() -> None:
    with pytest.raises(ValueError, match="face landmarks"):
        FaceLandmarks(0, np.zeros((468, 3)))
    with pytest.raises(ValueError, match="pose landmarks"):
        PoseLandmarks(0, np.zeros((33, 3)), np.zeros((33, 3)), np.ones(33))
    with pytest.raises(ValueError, match="face fit"):
        FaceFit(0, np.eye(3), np.zeros((478, 3)), {}, 0.063, 0.002, 1.0)


@given(st.floats(-1, 1), st.floats(-1, 1), st.floats(-1, 1))
def test_a_fit_gives_back_its_angles_and_carries_its_anchors(
    yaw: float, pitch: float, roll: float
) -> None:
    cam_from_head = rigid(rotation_from_angles(yaw, pitch, roll), np.array([0.1, 0.2, -0.6]))
    fit = face_fit(cam_from_head)
    np.testing.assert_allclose(fit.angles_rad, (yaw, pitch, roll), atol=1e-9)
    np.testing.assert_allclose(
        fit.anchor_in_cam("bridge"), (cam_from_head @ [0, 0.01, 0.02, 1])[:3]
    )


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"normals": np.zeros((3, 3), np.float32)}, "normals must be"),
        ({"uv": np.zeros((8, 3), np.float32)}, "uv must be"),
        ({"color": np.zeros((8, 3), np.float32)}, "color must be"),
        ({"occlusion": np.zeros((8, 1), np.float32)}, "occlusion must be"),
        ({"faces": np.zeros((2, 4), np.int32)}, "faces must be"),
        ({"faces": np.array([[0, 1, 8]], np.int32)}, "beyond"),
    ],
)
def test_a_mesh_refuses_arrays_that_do_not_fit_each_other(
    changes: dict[str, object], complaint: str
) -> None:
    with pytest.raises(ValueError, match=complaint):
        cube(**changes)


def test_smooth_normals_of_a_cube_point_out_of_its_corners() -> None:
    outward = (CUBE - 0.5) / np.linalg.norm(CUBE - 0.5, axis=1, keepdims=True)
    assert ((smooth_normals(CUBE, CUBE_FACES) * outward).sum(1) > 0.8).all()


def test_a_vertex_of_no_face_gets_a_finite_normal() -> None:
    loose = np.vstack([CUBE, [[9, 9, 9]]]).astype(np.float32)
    assert np.isfinite(smooth_normals(loose, CUBE_FACES)).all()


def test_a_draw_carries_the_vertices_of_this_frame_when_it_has_any() -> None:
    moved = (CUBE + 1).astype(np.float32)
    cam_from_mesh = rigid(None, np.array([0.0, 0, -2]))
    away = np.array([0.0, 0, -2])
    np.testing.assert_allclose(Draw(cube(), cam_from_mesh).vertices_in_cam(), CUBE + away)
    np.testing.assert_allclose(
        Draw(cube(), cam_from_mesh, vertices=moved).vertices_in_cam(), moved + away
    )


def test_an_error_says_what_happened_and_then_the_remedy() -> None:
    error = SuppliesError("face_landmarker.task is missing.", remedy="Run `tryon setup`.")
    assert isinstance(error, TryonError)
    assert str(error) == "face_landmarker.task is missing. Run `tryon setup`."


def test_a_person_mask_answers_in_pixels_of_the_picture() -> None:
    share = np.array([[0.1, 0.9], [0.4, 0.6]], np.float32)
    mask = PersonMask(share, (10, 20), 4)
    assert mask.at(np.array([10.0, 20.0])) == pytest.approx(0.1)
    assert mask.at(np.array([15.9, 23.9])) == pytest.approx(0.9)
    np.testing.assert_array_equal(mask.at(np.array([[9.9, 21], [18.0, 21], [12, 28.0]])), 0)
    whole = mask.whole((16, 26))
    assert whole.shape == (26, 16)
    np.testing.assert_array_equal(whole[20:24, 10:14], np.float32(0.1))
    np.testing.assert_array_equal(whole[24:, 14:], np.float32(0.6))
    assert whole[:20].max() == whole[:, :10].max() == 0


def test_a_person_mask_that_begins_outside_the_picture_is_cut() -> None:
    mask = PersonMask(np.ones((4, 4), np.float32), (-2, -1))
    np.testing.assert_array_equal(np.argwhere(mask.whole((5, 5))).max(0), [2, 1])
    assert PersonMask(np.zeros((0, 0), np.float32), (0, 0)).at(np.zeros((3, 2))).max() == 0


def test_a_person_mask_refuses_what_is_no_share() -> None:
    with pytest.raises(ValueError, match="float32"):
        PersonMask(np.zeros((2, 2)), (0, 0))  # type: ignore[arg-type]  # deliberate misuse
    with pytest.raises(ValueError, match="step"):
        PersonMask(np.zeros((2, 2), np.float32), (0, 0), 0)
