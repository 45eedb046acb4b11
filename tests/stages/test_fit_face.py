"""Faces whose truth is known by construction: a head, read as the network reads one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tryon.core.camera import PinholeCamera
from tryon.core.errors import SuppliesError
from tryon.core.filters import DROPOUT_FADE_S, DROPOUT_HOLD_S
from tryon.core.fits import FaceFit
from tryon.core.landmarks import FACE_LANDMARKS, FaceLandmarks, FaceMark
from tryon.core.spaces import Floats
from tryon.core.transforms import apply, log_so3, rigid, rotation_from_angles
from tryon.stages.fit_face import FaceFitter
from tryon.stages.fit_face.gauge import Gauge
from tryon.stages.fit_face.reading import LIPS, Reading
from tryon.stages.fit_face.size import IRIS_DIAMETER_M, IrisTally
from tryon.wardrobe.head import HeadModel

CAMERA = PinholeCamera.from_vertical_fov(42.0, (640, 480))
AHEAD = np.array([0.0, 0.0, -0.6])


@pytest.fixture(scope="module")
def head_model() -> HeadModel:
    try:
        return HeadModel.load()
    except SuppliesError as missing:
        pytest.skip(str(missing))


@pytest.fixture(scope="module")
def reading() -> Reading:
    return Reading.load()


@pytest.fixture
def fitter(head_model: HeadModel) -> FaceFitter:
    return FaceFitter(head_model)


def pose(yaw: float = 0.0, pitch: float = 0.0, roll: float = 0.0, at: Floats = AHEAD) -> Floats:
    """(4, 4) cam_from_head from degrees."""
    return rigid(rotation_from_angles(*np.radians([yaw, pitch, roll])), at)


def marks(
    reading: Reading,
    cam_from_head: Floats,
    camera: PinholeCamera = CAMERA,
    *,
    size: float = 1.0,
    iris: float = 1.0,
    own: Floats | float = 0.0,
) -> Floats:
    """(478, 3) landmarks of a head `size` times the base head's; `iris`: its irises' true diameter in
    units of the ordinary one; own: (478, 3) the person's deviation, metres."""
    seen = reading.seen + own
    for mark in (FaceMark.RIGHT_IRIS, FaceMark.LEFT_IRIS):
        ring = seen[mark + 1 : mark + 5] - seen[mark]
        across = np.linalg.norm(ring[0] - ring[2])
        seen[mark + 1 : mark + 5] = seen[mark] + ring * (IRIS_DIAMETER_M * iris / size / across)
    px = camera.project(apply(cam_from_head, size * seen))
    line = cam_from_head[:3, 3] / np.linalg.norm(cam_from_head[:3, 3])
    depth = apply(cam_from_head, size * (reading.lifted + own)) @ line
    z = (depth / depth.mean() - 1.0) * camera.focal_px[0] / (-line[2]) ** 1.5
    return np.concatenate([px, z[:, None]], axis=1)


def fit_one(fitter: FaceFitter, px: Floats, camera: PinholeCamera = CAMERA) -> FaceFit:
    (fit,) = fitter.fit([FaceLandmarks(0, px)], camera)
    return fit


def off_by_deg(fit: FaceFit, truth: Floats) -> float:
    return float(np.degrees(np.linalg.norm(log_so3(truth[:3, :3].T @ fit.cam_from_head[:3, :3]))))


@settings(max_examples=30, deadline=None)
@given(
    yaw=st.floats(-50, 50),
    pitch=st.floats(-25, 25),
    roll=st.floats(-40, 40),
    x=st.floats(-0.2, 0.2),
    distance=st.floats(0.4, 3.0),
)
def test_a_known_head_is_found_wherever_it_is_and_however_it_is_turned(
    *,
    head_model: HeadModel,
    reading: Reading,
    yaw: float,
    pitch: float,
    roll: float,
    x: float,
    distance: float,
) -> None:
    truth = pose(yaw, pitch, roll, np.array([x * distance, 0.05 * distance, -distance]))
    fit = fit_one(FaceFitter(head_model), marks(reading, truth))
    assert off_by_deg(fit, truth) < 2.0
    there, found = truth[:3, 3], fit.cam_from_head[:3, 3]
    np.testing.assert_allclose(found / -found[2], there / -there[2], atol=0.004)
    assert np.isclose(found[2], there[2], rtol=0.06)
    rotation = fit.cam_from_head[:3, :3]
    np.testing.assert_allclose(rotation @ rotation.T, np.eye(3), atol=1e-9)
    assert np.linalg.det(rotation) > 0


@pytest.mark.parametrize("yaw", [-45.0, 0.0, 45.0])
def test_left_and_right_are_the_wearers_and_never_swap(
    fitter: FaceFitter, reading: Reading, yaw: float
) -> None:
    fit = fit_one(fitter, marks(reading, pose(yaw)))
    assert fit.anchors_in_head["left_ear"][0] > 0.05
    assert fit.anchors_in_head["right_ear"][0] < -0.05
    left, right = fit.anchor_in_cam("left_ear"), fit.anchor_in_cam("right_ear")
    assert left[0] > right[0]
    assert (left[2] - right[2]) * yaw <= 0.0


def test_the_same_head_through_two_lenses_has_the_same_size(
    head_model: HeadModel, reading: Reading
) -> None:
    """MediaPipe's own matrix assumes 63° across the height: at 45° things come out 1.48 times too big."""
    wide, narrow = (PinholeCamera.from_vertical_fov(f, (640, 480)) for f in (63.0, 45.0))
    through = {}
    for camera in (wide, narrow):
        at = np.array([0.0, 0.0, -0.0012 * camera.focal_px[0]])
        fit = fit_one(FaceFitter(head_model), marks(reading, pose(20.0, at=at), camera), camera)
        through[camera] = fit
        assert np.isclose(fit.cam_from_head[2, 3], at[2], rtol=0.05)
    assert np.isclose(through[wide].pd_m, through[narrow].pd_m, rtol=0.01)
    np.testing.assert_allclose(
        through[wide].landmarks_in_head, through[narrow].landmarks_in_head, atol=0.0015
    )


def test_a_head_beside_the_axis_is_not_turned_for_that(
    fitter: FaceFitter, reading: Reading
) -> None:
    """The network reads z along its line of sight: 20° off the axis, not along the camera's axis."""
    truth = pose(at=np.array([0.6 * np.tan(np.radians(20.0)), 0.0, -0.6]))
    assert off_by_deg(fit_one(fitter, marks(reading, truth)), truth) < 1.0


def test_landmarks_that_are_not_numbers_are_left_out(
    head_model: HeadModel, reading: Reading
) -> None:
    truth = pose(15.0, 5.0)
    px = marks(reading, truth)
    px[::7] = np.nan
    px[3, 2] = np.inf
    fit = fit_one(FaceFitter(head_model), px)
    assert off_by_deg(fit, truth) < 1.0
    for array in (fit.cam_from_head, fit.landmarks_in_head, *fit.anchors_in_head.values()):
        assert np.isfinite(array).all()
    assert np.isfinite([fit.pd_m, fit.pd_sd_m]).all()


def test_an_unreadable_face_keeps_its_last_head_and_is_no_face_at_first(
    fitter: FaceFitter, reading: Reading
) -> None:
    nothing = FaceLandmarks(0, np.full((FACE_LANDMARKS, 3), np.nan))
    point = FaceLandmarks(1, np.full((FACE_LANDMARKS, 3), 7.0))
    assert fitter.fit([nothing, point], CAMERA) == ()
    seen = fit_one(fitter, marks(reading, pose(10.0)))
    (held,) = fitter.fit([nothing], CAMERA)
    np.testing.assert_array_equal(held.cam_from_head, seen.cam_from_head)


def test_a_held_face_stays_where_it_was_and_fades(fitter: FaceFitter, reading: Reading) -> None:
    face = FaceLandmarks(0, marks(reading, pose(10.0)))
    (seen,) = fitter.fit([face], CAMERA)
    assert seen.opacity == 1.0
    moved = marks(reading, pose(30.0))
    (held,) = fitter.fit([replace(face, px=moved, age_s=0.5 * DROPOUT_HOLD_S)], CAMERA)
    np.testing.assert_array_equal(held.cam_from_head, seen.cam_from_head)
    assert held.opacity == 1.0
    (fading,) = fitter.fit([replace(face, age_s=DROPOUT_HOLD_S + 0.5 * DROPOUT_FADE_S)], CAMERA)
    assert np.isclose(fading.opacity, 0.5)


def test_a_face_that_is_gone_is_forgotten(fitter: FaceFitter, reading: Reading) -> None:
    px = marks(reading, pose())
    fit_one(fitter, px)
    assert fitter.fit([], CAMERA) == ()
    assert fitter.fit([FaceLandmarks(0, px, age_s=0.1)], CAMERA) == ()


def test_reset_forgets_everybody(head_model: HeadModel, reading: Reading) -> None:
    fitter, fresh = FaceFitter(head_model), FaceFitter(head_model)
    for yaw in (0.0, 10.0, 20.0):
        fit_one(fitter, marks(reading, pose(yaw), size=1.1, iris=1.2))
    fitter.reset()
    px = marks(reading, pose(-5.0))
    again, first = fit_one(fitter, px), fit_one(fresh, px)
    np.testing.assert_array_equal(again.cam_from_head, first.cam_from_head)
    np.testing.assert_array_equal(again.landmarks_in_head, first.landmarks_in_head)
    assert again.pd_m == first.pd_m


def test_people_keep_their_own_shapes(fitter: FaceFitter, reading: Reading) -> None:
    large = FaceLandmarks(4, marks(reading, pose(at=np.array([-0.2, 0, -0.8])), iris=0.9))
    small = FaceLandmarks(2, marks(reading, pose(at=np.array([0.2, 0, -0.8])), iris=1.1))
    for _ in range(3):
        fits = fitter.fit([large, small], CAMERA)
    assert [fit.track for fit in fits] == [4, 2]
    assert fits[0].pd_m > 1.05 * fits[1].pd_m


def test_anchors_are_those_of_the_fitted_head(
    fitter: FaceFitter, head_model: HeadModel, reading: Reading
) -> None:
    fit = fit_one(fitter, marks(reading, pose(10.0, 5.0)))
    anchors = head_model.fitted(fit.landmarks_in_head).anchors
    assert set(fit.anchors_in_head) == set(anchors)
    for name, point in anchors.items():
        np.testing.assert_array_equal(fit.anchors_in_head[name], point)


def test_the_origin_lies_midway_between_the_inner_eye_corners(
    fitter: FaceFitter, reading: Reading
) -> None:
    rng = np.random.default_rng(3)
    px = marks(reading, pose(10.0), own=rng.normal(0, 0.002, (FACE_LANDMARKS, 3)))
    inner = [FaceMark.LEFT_EYE_INNER, FaceMark.RIGHT_EYE_INNER]
    np.testing.assert_allclose(fit_one(fitter, px).landmarks_in_head[inner].mean(0), 0.0, atol=1e-9)


def test_an_open_mouth_does_not_shake_the_head(head_model: HeadModel, reading: Reading) -> None:
    drop = np.zeros((FACE_LANDMARKS, 3))
    jaw = reading.seen[:, 1] < -0.062
    drop[jaw, 1] = -0.015
    drop[list(LIPS[10:20]), 1] = 0.0
    fitter = FaceFitter(head_model)
    for _ in range(30):
        shut = fit_one(fitter, marks(reading, pose(10.0)))
    mouth = fit_one(fitter, marks(reading, pose(10.0), own=drop))
    assert off_by_deg(mouth, shut.cam_from_head) < 1.5
    off = CAMERA.project(mouth.anchor_in_cam("bridge")) - CAMERA.project(
        shut.anchor_in_cam("bridge")
    )
    assert np.linalg.norm(off) < 1.0


def test_a_shape_settles_so_that_the_head_is_not_fitted_anew_each_frame(
    fitter: FaceFitter, reading: Reading
) -> None:
    rng = np.random.default_rng(0)
    own = rng.normal(0, 0.002, (FACE_LANDMARKS, 3))
    shapes = []
    for k in range(90):
        px = marks(reading, pose(15 * np.sin(k / 8), 5 * np.sin(k / 11)), own=own)
        noisy = px + rng.normal(0, 0.4, px.shape)
        shapes.append(id(fit_one(fitter, noisy).landmarks_in_head))
    assert len(set(shapes[60:])) <= 2


def test_a_long_stream_does_not_let_the_shape_take_over_the_pose(
    fitter: FaceFitter, reading: Reading
) -> None:
    rng = np.random.default_rng(1)
    own = rng.normal(0, 0.002, (FACE_LANDMARKS, 3))
    errors = []
    for k in range(900):
        truth = pose(25 * np.sin(k / 20), 10 * np.sin(k / 31), 5 * np.sin(k / 50))
        px = marks(reading, truth, own=own) + rng.normal(0, 0.4, (FACE_LANDMARKS, 3))
        fit = fit_one(fitter, px)
        errors.append(log_so3(truth[:3, :3].T @ fit.cam_from_head[:3, :3]))
    early, late = np.mean(errors[100:300], axis=0), np.mean(errors[700:], axis=0)
    assert np.degrees(np.linalg.norm(late - early)) < 0.5


def test_gauge_takes_turns_out_and_leaves_shapes_alone(reading: Reading) -> None:
    gauge = Gauge(reading.seen, reading.trust())
    turn = np.cross([0.01, 0.02, -0.01], reading.seen) + 0.002 + 0.01 * reading.seen
    np.testing.assert_allclose(gauge(turn), 0.0, atol=1e-12)
    shape = gauge(np.random.default_rng(0).normal(0, 0.002, (FACE_LANDMARKS, 3)))
    np.testing.assert_allclose(gauge(shape), shape, atol=1e-12)


def test_a_larger_iris_means_a_smaller_head(head_model: HeadModel, reading: Reading) -> None:
    small, large = (
        fit_one(FaceFitter(head_model), marks(reading, pose(), iris=iris)) for iris in (1.1, 0.9)
    )
    assert small.pd_m < large.pd_m
    assert small.cam_from_head[2, 3] > large.cam_from_head[2, 3]


def test_more_frames_never_promise_more_than_the_iris_can_tell(
    fitter: FaceFitter, reading: Reading
) -> None:
    px = marks(reading, pose(at=np.array([0.0, 0.0, -2.5])))
    first = fit_one(fitter, px)
    for _ in range(300):
        last = fit_one(fitter, px)
    assert last.pd_sd_m < first.pd_sd_m
    assert last.pd_sd_m / last.pd_m > 0.035


@pytest.mark.parametrize("table", ["{", "{}", '{"seen_m": [], "lifted_m": [], "spread_m": []}'])
def test_a_damaged_table_of_readings_names_its_file_and_the_remedy(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, table: str
) -> None:
    (tmp_path / "head").mkdir()
    (tmp_path / "head" / "readings.json").write_text(table)
    monkeypatch.setattr("tryon.stages.fit_face.reading.assets_dir", lambda: tmp_path)
    with pytest.raises(SuppliesError, match=r"readings\.json") as caught:
        Reading.load()
    assert "tryon qa readings" in caught.value.remedy


def test_iris_tally_weighs_by_certainty() -> None:
    unsure = IrisTally().seen(0.2, 0.5).size()
    sure = IrisTally().seen(0.2, 0.01).size()
    assert 1.0 < unsure.factor < sure.factor < np.exp(0.2)
    assert sure.sd < unsure.sd


def test_the_same_faces_give_the_same_heads(head_model: HeadModel, reading: Reading) -> None:
    rng = np.random.default_rng(5)
    clip = [marks(reading, pose(k)) + rng.normal(0, 0.5, (FACE_LANDMARKS, 3)) for k in range(5)]
    runs = []
    for _ in range(2):
        fitter = FaceFitter(head_model)
        runs.append([fit_one(fitter, px) for px in clip])
    for one, other in zip(*runs, strict=True):
        np.testing.assert_array_equal(one.cam_from_head, other.cam_from_head)
        np.testing.assert_array_equal(one.landmarks_in_head, other.landmarks_in_head)


def test_landmarks_are_not_written_into(fitter: FaceFitter, reading: Reading) -> None:
    px = marks(reading, pose(10.0))
    px.setflags(write=False)
    fit_one(fitter, px)
