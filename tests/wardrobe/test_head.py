"""The fitted head: it is the person's, it is symmetric, and it has no holes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from tryon.core.errors import SuppliesError
from tryon.core.fits import HeadAnchor
from tryon.core.landmarks import FaceMark
from tryon.core.spaces import Floats
from tryon.core.transforms import apply, exp_so3, rigid
from tryon.qa.surface import closest_on_triangles
from tryon.wardrobe.head import FittedHead, HeadModel
from tryon.wardrobe.head_bake import FACE_MESH, SHRINK_M, bake_head, boundary_loops

MIRROR = np.array([-1.0, 1.0, 1.0])
SIDES: tuple[tuple[HeadAnchor, HeadAnchor], ...] = (
    ("left_ear", "right_ear"),
    ("left_lobe", "right_lobe"),
)
MIDDLE: tuple[HeadAnchor, ...] = ("bridge", "crown", "forehead", "chin", "neck")


@pytest.fixture(scope="module")
def model() -> HeadModel:
    try:
        return HeadModel.load()
    except SuppliesError as missing:
        pytest.skip(str(missing))


def skin_of(head: FittedHead) -> Floats:
    return np.asarray(head.vertices + np.float32(SHRINK_M) * head.normals, np.float64)


def smooth_change(landmarks: Floats, seed: int, size_m: float) -> Floats:
    """Another plausible face: every landmark moved by a smooth field of about this size."""
    rng = np.random.default_rng(seed)
    centre = landmarks.mean(0)
    bend = rng.normal(0, size_m / 0.05, (3, 3))
    return np.asarray(landmarks + 0.3 * (landmarks - centre) @ bend.T)


def test_own_landmarks_give_back_the_base_head(model: HeadModel) -> None:
    np.testing.assert_allclose(
        skin_of(model.fitted(model.landmarks)), model.mesh.vertices, atol=1e-6
    )


def test_own_origin_lies_midway_between_the_inner_eye_corners(model: HeadModel) -> None:
    corners = model.landmarks[[FaceMark.LEFT_EYE_INNER, FaceMark.RIGHT_EYE_INNER]]
    np.testing.assert_allclose(corners.mean(0), 0, atol=1e-6)
    assert corners[0, 0] > 0 > corners[1, 0]


@settings(max_examples=15, deadline=None)
@given(
    scale=st.floats(0.85, 1.2),
    turn=st.tuples(*[st.floats(-0.2, 0.2)] * 3),
    move=st.tuples(*[st.floats(-0.02, 0.02)] * 3),
)
def test_a_face_of_another_size_and_pose_carries_the_whole_head_along(
    model: HeadModel, scale: float, turn: tuple[float, ...], move: tuple[float, ...]
) -> None:
    there = rigid(scale * exp_so3(np.array(turn)), np.array(move))
    head = model.fitted(apply(there, model.landmarks))
    expected = apply(there, model.mesh.vertices.astype(np.float64))
    np.testing.assert_allclose(skin_of(head), expected, atol=1e-5)


@pytest.mark.parametrize("seed", range(6))
def test_the_skin_passes_within_two_millimetres_of_a_persons_landmarks(
    model: HeadModel, seed: int
) -> None:
    landmarks = smooth_change(model.landmarks, seed, 0.006)
    assert np.linalg.norm(landmarks - model.landmarks, axis=1).mean() > 0.001
    at = nearest_on_skin(model, skin_of(model.fitted(landmarks)), landmarks[:FACE_MESH])
    off = np.linalg.norm(at - landmarks[:FACE_MESH], axis=1)
    assert np.median(off) < 0.0003
    assert off.max() < 0.002


def nearest_on_skin(model: HeadModel, skin: Floats, points: Floats) -> Floats:
    at, _, _ = closest_on_triangles(points, skin, model.mesh.faces.astype(np.int64))
    return at


def test_a_symmetric_face_gives_a_symmetric_head(model: HeadModel) -> None:
    landmarks = model.landmarks * np.array([1.08, 0.97, 1.04])
    head = model.fitted(landmarks)
    skin = skin_of(head)
    off, _ = cKDTree(skin).query(skin * MIRROR)
    assert off.max() < 5e-4
    for left, right in SIDES:
        np.testing.assert_allclose(head.anchors[left] * MIRROR, head.anchors[right], atol=5e-4)
    for middle in MIDDLE:
        assert abs(head.anchors[middle][0]) < 5e-4


def test_left_and_right_are_the_wearers(model: HeadModel) -> None:
    anchors = model.fitted(model.landmarks).anchors
    assert anchors["left_ear"][0] > 0.05
    assert anchors["left_lobe"][0] > 0.05
    assert anchors["right_ear"][0] < -0.05
    assert anchors["right_lobe"][0] < -0.05


def test_anchors_stand_in_anatomical_order(model: HeadModel) -> None:
    anchors = model.fitted(model.landmarks).anchors
    heights = [
        anchors[name][1]
        for name in ("crown", "forehead", "left_ear", "bridge", "left_lobe", "chin", "neck")
    ]
    assert heights == sorted(heights, reverse=True)
    assert anchors["bridge"][2] > anchors["left_ear"][2] + 0.08
    assert anchors["left_lobe"][1] < anchors["left_ear"][1] - 0.03


def test_bridge_lies_on_the_skin_a_little_below_the_pupils(model: HeadModel) -> None:
    bridge = model.fitted(model.landmarks).anchors["bridge"]
    pupils = model.landmarks[[FaceMark.LEFT_IRIS, FaceMark.RIGHT_IRIS], 1].mean()
    assert -0.006 < bridge[1] - pupils < 0
    skin = np.asarray(model.mesh.vertices, np.float64)
    assert np.linalg.norm(nearest_on_skin(model, skin, bridge[None]) - bridge) < 0.0015


def test_a_wider_face_sets_the_ears_and_the_hat_wider(model: HeadModel) -> None:
    narrow = model.fitted(model.landmarks)
    wide = model.fitted(model.landmarks * np.array([1.1, 1.0, 1.0]))
    assert wide.anchors["left_ear"][0] > 1.06 * narrow.anchors["left_ear"][0]
    assert wide.hat_ellipse.half_width_m > 1.02 * narrow.hat_ellipse.half_width_m
    assert wide.neck_ellipse.half_width_m > narrow.neck_ellipse.half_width_m


def test_the_only_opening_is_below_the_neck(model: HeadModel) -> None:
    loops = boundary_loops(model.mesh.faces.astype(np.int64))
    assert len(loops) == 1
    assert model.mesh.vertices[loops[0], 1].max() < -0.15


def test_faces_look_outwards(model: HeadModel) -> None:
    corners = model.mesh.vertices[model.mesh.faces].astype(np.float64)
    a, b, c = corners[:, 0], corners[:, 1], corners[:, 2]
    skull = corners.mean(1)[:, 1] > 0.04
    outward = corners.mean(1)[skull] - np.array([0.0, 0.0, -0.09])
    assert (np.cross(b - a, c - a)[skull] * outward).sum(1).min() > 0


def test_ellipses_are_of_human_size(model: HeadModel) -> None:
    head = model.fitted(model.landmarks * (0.063 / pupil_distance(model.landmarks)))
    hat, neck = head.hat_ellipse, head.neck_ellipse
    assert 0.53 < girth(hat.half_width_m, hat.half_depth_m) < 0.66
    assert 0.31 < girth(neck.half_width_m, neck.half_depth_m) < 0.44
    for ellipse in (hat, neck):
        turn = ellipse.head_from_ellipse[:3, :3]
        np.testing.assert_allclose(turn @ turn.T, np.eye(3), atol=1e-9)
        assert np.linalg.det(turn) > 0
        assert turn[0, 0] > 0.99


def pupil_distance(landmarks: Floats) -> float:
    return float(np.linalg.norm(landmarks[FaceMark.LEFT_IRIS] - landmarks[FaceMark.RIGHT_IRIS]))


def girth(a: float, b: float) -> float:
    """Circumference of an ellipse (Ramanujan 1914)."""
    return float(np.pi * (3 * (a + b) - np.sqrt((3 * a + b) * (a + 3 * b))))


def test_shoulders_stay_where_they_are_when_the_head_turns(model: HeadModel) -> None:
    head = model.fitted(model.landmarks)
    back = rigid(exp_so3(np.array([0.0, 0.7, 0.0])))
    turned = model.vertices_over_shoulders(head, back)
    skull: NDArray[np.bool_] = model.mesh.vertices[:, 1] > -0.08
    shoulders = model.mesh.vertices[:, 1] < -0.19
    np.testing.assert_array_equal(turned[skull], head.vertices[skull])
    expected = apply(back, head.vertices[shoulders].astype(np.float64))
    np.testing.assert_allclose(turned[shoulders], expected, atol=1e-5)


def test_wrong_number_of_landmarks_is_refused(model: HeadModel) -> None:
    with pytest.raises(ValueError, match="478"):
        model.fitted(np.zeros((468, 3)))


def test_baking_twice_gives_the_same_bytes(model: HeadModel) -> None:
    with np.load(bake_head()) as first:
        before = dict(first)
    with np.load(bake_head()) as second:
        assert before.keys() == set(second.files)
        for name, value in before.items():
            np.testing.assert_array_equal(value, second[name])
