"""From landmarks to a fitted body: steady, honest about what is guessed, and one with its face."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from tests.stages.fit_body.people import CAMERA, seen, standing
from tryon.core.body_fit import BodyFit, BodyView
from tryon.core.camera import PinholeCamera
from tryon.core.fits import HEAD_ANCHORS, FaceFit
from tryon.core.frame import Frame
from tryon.core.landmarks import PersonMask, PoseLandmarks
from tryon.core.transforms import rigid, rotation_from_angles
from tryon.stages.detect import BodyDetector, FaceDetector
from tryon.stages.fit_body import BodyFitter
from tryon.stages.fit_body.head import RestHead
from tryon.wardrobe.body import Body
from tryon.wardrobe.body_girth import GIRTHS
from tryon.wardrobe.head_anatomy import landmark_points
from tryon.wardrobe.head_bake import head_origin, mean_head

FRAME_NS = 33_333_333


@pytest.fixture
def fitter(body: Body) -> BodyFitter:
    return BodyFitter(body)


@pytest.fixture(scope="module")
def seen_astronaut() -> tuple[PoseLandmarks, PinholeCamera]:
    import cv2

    from tryon.supplies import supply_path

    bgr = cv2.imread(str(supply_path("astronaut.png")))
    assert bgr is not None
    frame = Frame(np.ascontiguousarray(bgr[..., ::-1]), 0, 0, PinholeCamera.default((512, 512)))
    with BodyDetector(mode="photo") as bodies, FaceDetector(mode="photo") as faces:
        (pose,) = bodies.detect(frame, faces.detect(frame))
    return pose, frame.camera


def only(fits: tuple[BodyFit, ...]) -> BodyFit:
    (fit,) = fits
    return fit


def silhouette(body: Body, fit: BodyFit) -> NDArray[np.float64]:
    return CAMERA.project(body.skinning(2).posed(fit.cam_from_rest).astype(np.float64))


def face_at(depth_m: float, *, yaw: float = 0.0, track: int = 0) -> FaceFit:
    from tryon.wardrobe.basebody import BaseBody

    base = BaseBody.load()
    mean = mean_head(base)
    landmarks = landmark_points().on(mean)
    cam_from_head = rigid(
        rotation_from_angles(yaw, 0.0, 0.0), np.array([0.0, 0.62 * depth_m / 3.5, -depth_m])
    )
    anchors = {name: np.zeros(3) for name in HEAD_ANCHORS}
    assert np.abs(head_origin(mean)).max() < 1e-9
    return FaceFit(track, cam_from_head, landmarks, anchors, 0.063, 0.002, 1.0)


def test_a_half_body_is_upper_and_its_legs_are_guessed(
    fitter: BodyFitter, body: Body, seen_astronaut: tuple[PoseLandmarks, PinholeCamera]
) -> None:
    pose, camera = seen_astronaut
    fit = only(fitter.fit([pose], [], camera, 0))
    assert fit.view is BodyView.UPPER
    assert fit.confidence[body.bone("upperarm_l")] > 0.8
    assert fit.confidence[[body.bone("calf_l"), body.bone("foot_r")]].max() < 0.3
    heads = fit.joints_cam_m
    assert heads[body.bone("calf_l"), 1] < heads[body.bone("thigh_l"), 1] - 0.2, "legs hang"
    assert fit.joints_px[body.bone("upperarm_l"), 0] > fit.joints_px[body.bone("upperarm_r"), 0]
    assert (np.linalg.det(fit.cam_from_rest[:, :3, :3]) > 0).all()
    shoulders = fit.joints_px[[body.bone("upperarm_l"), body.bone("upperarm_r")]]
    assert np.linalg.norm(shoulders - pose.px[[11, 12]], axis=1).max() < 25


def test_what_a_fit_holds_agrees_with_itself(fitter: BodyFitter, body: Body) -> None:
    fit = only(fitter.fit([seen(standing(body))], [], CAMERA, 0))
    assert fit.view is BodyView.WHOLE
    assert fit.girth.shape == (len(GIRTHS),)
    assert fit.cam_from_rest.shape == (len(body.names), 4, 4)
    posed = np.einsum("jab,jb->ja", fit.cam_from_rest[:, :3, :3], body.figure.heads)
    np.testing.assert_allclose(posed + fit.cam_from_rest[:, :3, 3], fit.joints_cam_m, atol=1e-9)
    np.testing.assert_allclose(CAMERA.project(fit.joints_cam_m), fit.joints_px, atol=1e-6)
    assert fit.overall_confidence > 0.9


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000))
def test_absurd_landmarks_neither_fling_nor_mirror_nor_break(seed: int) -> None:
    body = Body.load()
    fitter = BodyFitter(body)
    rng = np.random.default_rng(seed)
    for k in range(3):
        pose = PoseLandmarks(
            0,
            rng.uniform(-500, 1500, (33, 2)),
            rng.normal(0, 0.5, (33, 3)),
            rng.uniform(0, 1, 33),
            PersonMask(rng.uniform(0, 1, (30, 30)).astype(np.float32), (50, 80), 8),
        )
        fit = only(fitter.fit([pose], [], CAMERA, k * FRAME_NS))
        assert np.isfinite(fit.cam_from_rest).all()
        assert np.isfinite(fit.joints_px).all()
        assert np.isfinite(fit.girth).all()
        extent = np.ptp(fit.joints_cam_m[[body.bone(n) for n in ("pelvis", "hand_l", "hand_r")]], 0)
        assert np.linalg.norm(extent) < 8 * fit.scale


def test_the_head_is_where_the_face_fit_has_it(fitter: BodyFitter, body: Body) -> None:
    face = face_at(3.2, yaw=0.4)
    fit = only(fitter.fit([seen(standing(body))], [face], CAMERA, 0))
    head = fit.cam_from_rest[body.bone("head")]
    eyes = RestHead.of(body.figure.vertices.astype(np.float64), np.zeros(3)).origin
    np.testing.assert_allclose(
        head[:3, :3] @ eyes + head[:3, 3], face.cam_from_head[:3, 3], atol=2e-3
    )
    turn = head[:3, :3] / np.cbrt(np.linalg.det(head[:3, :3]))
    np.testing.assert_allclose(turn, face.cam_from_head[:3, :3], atol=1e-6)


def test_the_body_takes_its_depth_from_the_face_and_keeps_its_picture(body: Body) -> None:
    pose = seen(standing(body))
    alone = only(BodyFitter(body).fit([pose], [], CAMERA, 0))
    with_face = only(BodyFitter(body).fit([pose], [face_at(4.2)], CAMERA, 0))
    limbs = [body.bone(n) for n in ("upperarm_l", "hand_r", "calf_l", "foot_r", "pelvis")]
    assert with_face.joints_cam_m[limbs, 2].mean() < alone.joints_cam_m[limbs, 2].mean() - 0.4
    np.testing.assert_allclose(with_face.joints_px[limbs], alone.joints_px[limbs], atol=0.5)


def test_somebody_elses_face_is_not_worn(fitter: BodyFitter, body: Body) -> None:
    pose = seen(standing(body), track=3)
    alone = only(fitter.fit([pose], [], CAMERA, 0))
    fitter.reset()
    beside = only(fitter.fit([pose], [face_at(2.0, track=4)], CAMERA, 0))
    np.testing.assert_array_equal(alone.cam_from_rest, beside.cam_from_rest)


def test_a_still_noisy_person_does_not_tremble(fitter: BodyFitter, body: Body) -> None:
    pose, rng = seen(standing(body)), np.random.default_rng(1)
    shoulders = [body.bone("upperarm_l"), body.bone("upperarm_r")]
    raw, out = [], []
    for k in range(75):
        noisy = replace(
            pose,
            px=pose.px + rng.normal(0, 1.2, (33, 2)),
            world=pose.world + rng.normal(0, 0.008, (33, 3)),
        )
        raw.append(noisy.px[[11, 12]].mean(0))
        out.append(only(fitter.fit([noisy], [], CAMERA, k * FRAME_NS)).joints_px[shoulders].mean(0))
    tremble = np.diff(out[15:], axis=0).std() / np.diff(raw[15:], axis=0).std()
    assert tremble < 0.35


def test_a_dropout_holds_its_pose_and_fades(fitter: BodyFitter, body: Body) -> None:
    pose = seen(standing(body))
    before = only(fitter.fit([pose], [], CAMERA, 0))
    held = only(fitter.fit([replace(pose, age_s=0.2)], [], CAMERA, 200_000_000))
    fading = only(fitter.fit([replace(pose, age_s=0.4)], [], CAMERA, 400_000_000))
    assert (before.opacity, held.opacity) == (1.0, 1.0)
    assert 0.2 < fading.opacity < 0.8
    assert fading.overall_confidence < held.overall_confidence
    np.testing.assert_allclose(silhouette(body, held), silhouette(body, before), atol=1.0)


def test_a_renamed_person_keeps_the_filters(fitter: BodyFitter, body: Body) -> None:
    pose = seen(standing(body))
    for k in range(5):
        before = only(fitter.fit([pose], [], CAMERA, k * FRAME_NS))
    moved = replace(pose, px=pose.px + 3.0, track=1000)
    after = only(fitter.fit([moved], [], CAMERA, 5 * FRAME_NS))
    step = np.abs(after.joints_px - before.joints_px)[body.bone("upperarm_l")].max()
    assert after.track == 1000
    assert step < 2.5, "a stranger would have been taken at three pixels"


def test_two_people_do_not_share_a_memory(fitter: BodyFitter, body: Body) -> None:
    here, there = seen(standing(body), track=0), seen(standing(body), track=1)
    there = replace(there, px=there.px + 150.0)
    for k in range(4):
        fits = fitter.fit([here, there], [], CAMERA, k * FRAME_NS)
    swapped = fitter.fit([there, here], [], CAMERA, 4 * FRAME_NS)
    np.testing.assert_allclose(swapped[1].joints_px, fits[0].joints_px, atol=0.5)
    np.testing.assert_allclose(swapped[0].joints_px, fits[1].joints_px, atol=0.5)


def test_measured_girth_never_pops(fitter: BodyFitter, body: Body) -> None:
    pose = seen(standing(body))
    w, h = CAMERA.size_wh
    slim = PersonMask(np.zeros((h // 4, w // 4), np.float32), (0, 0), 4)
    wide = PersonMask(np.ones((h // 4, w // 4), np.float32), (0, 0), 4)
    x = float(pose.px[[23, 24], 0].mean()) / 4
    slim.share[:, round(x - 13) : round(x + 13)] = 1.0
    wide.share[:, : round(x - 20)] = 0.0
    wide.share[:, round(x + 20) :] = 0.0
    girths = [
        only(fitter.fit([replace(pose, mask=mask)], [], CAMERA, k * FRAME_NS)).girth
        for k, mask in enumerate([slim] * 20 + [wide] * 60)
    ]
    steps = np.abs(np.diff(girths, axis=0)).max()
    assert steps < 0.03
    assert girths[-1][:10].mean() > girths[0][:10].mean() + 0.05, "it follows slowly"
    measured = only(fitter.fit([replace(pose, mask=wide)], [], CAMERA, 81 * FRAME_NS)).measurements
    assert 1.2 < measured["stature"] < 2.3
    assert measured["hip"] > measured["neck"]


def test_reset_forgets_everybody(fitter: BodyFitter, body: Body) -> None:
    pose = seen(standing(body))
    first = only(fitter.fit([pose], [], CAMERA, 0))
    for k in range(1, 5):
        fitter.fit([replace(pose, px=pose.px + k)], [], CAMERA, k * FRAME_NS)
    fitter.reset()
    again = only(fitter.fit([pose], [], CAMERA, 0))
    np.testing.assert_array_equal(first.cam_from_rest, again.cam_from_rest)
