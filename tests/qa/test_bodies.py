"""The exact truth of bodies: its poses are what they say, and its errors are honest."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from tryon.core.body_fit import BodyFit, BodyView
from tryon.core.camera import PinholeCamera
from tryon.core.errors import SuppliesError
from tryon.core.spaces import Floats
from tryon.qa.bodies import BONES, JOINTS, MODELS, SIDES, SIZE_WH, BodyTruth, Trial, compare
from tryon.qa.body_poses import STANCES, cam_from_stance, rest_from_stance
from tryon.qa.body_report import BodySheet, as_json, summarise, table
from tryon.wardrobe.body import Body
from tryon.wardrobe.body_girth import GIRTHS

BLANK = Trial("woman", "stand", 0.0, found=1)


@pytest.fixture(scope="module")
def body() -> Body:
    try:
        return Body.load()
    except SuppliesError as missing:
        pytest.skip(str(missing))


@pytest.fixture(scope="module")
def truth(body: Body) -> Iterator[BodyTruth]:
    with BodyTruth() as opened:
        yield opened


def motion_of(body: Body, stance: int = 0, yaw_deg: float = 0.0) -> Floats:
    place = cam_from_stance(yaw_deg, height_m=1.66, distance_m=4.0)
    return np.asarray(place @ rest_from_stance(body, body.figure, STANCES[stance]))


def perfect(body: Body, motion: Floats, camera: PinholeCamera) -> BodyFit:
    heads = np.einsum("jab,jb->ja", motion[:, :3, :3], body.figure.heads) + motion[:, :3, 3]
    return BodyFit(
        0, motion, heads, camera.project(heads), np.ones(len(heads)), {}, np.zeros(len(GIRTHS)), 1.0,
        BodyView.WHOLE,
    )  # fmt: skip


@pytest.mark.parametrize("stance", range(len(STANCES)))
def test_stances_keep_every_bone_as_long_as_it_is(body: Body, stance: int) -> None:
    motion = rest_from_stance(body, body.figure, STANCES[stance])
    heads = np.einsum("jab,jb->ja", motion[:, :3, :3], body.figure.heads) + motion[:, :3, 3]
    parents = body.parents[1:]
    before = np.linalg.norm(body.figure.heads[1:] - body.figure.heads[parents], axis=1)
    after = np.linalg.norm(heads[1:] - heads[parents], axis=1)
    np.testing.assert_allclose(after, before, atol=1e-9)
    np.testing.assert_allclose(np.linalg.det(motion[:, :3, :3]), 1.0, atol=1e-9)


def test_arms_point_where_the_stance_says(body: Body) -> None:
    up = next(stance for stance in STANCES if stance.name == "arms up")
    motion = rest_from_stance(body, body.figure, up)
    hand, elbow = body.bone("hand_l"), body.bone("lowerarm_l")
    place = [motion[b, :3, :3] @ body.figure.heads[b] + motion[b, :3, 3] for b in (hand, elbow)]
    way = (place[0] - place[1]) / np.linalg.norm(place[0] - place[1])
    wanted = np.array(up.ways["lowerarm_l"]) / np.linalg.norm(up.ways["lowerarm_l"])
    np.testing.assert_allclose(way, wanted, atol=1e-6)


def test_turned_to_the_left_means_the_wearers_left(body: Body) -> None:
    pelvis = motion_of(body, yaw_deg=90.0)[body.bone("pelvis"), :3, :3]
    ahead = pelvis @ [0.0, 0.0, 1.0]
    assert ahead[0] > 0.99, "who turned to the left by 90° looks to the picture's right"


def test_a_perfect_fit_has_no_error_whatever_its_size(body: Body) -> None:
    camera = PinholeCamera.default(SIZE_WH)
    motion = motion_of(body)
    larger = motion.copy()
    larger[:, :3] *= 1.3
    for candidate in (motion, larger):
        trial = compare(
            body, body.figure, motion, perfect(body, candidate, camera), trial=BLANK, camera=camera
        )
        assert trial.joint_error is not None
        assert trial.bone_deg is not None
        assert trial.joint_error_m is not None
        assert max(trial.joint_error.values()) < 1e-9
        assert max(trial.joint_error_m.values()) < 1e-9
        assert max(trial.bone_deg.values()) < 1e-3
        assert not trial.swapped


def test_exchanged_sides_are_called_a_swap(body: Body) -> None:
    camera = PinholeCamera.default(SIZE_WH)
    motion = motion_of(body)
    fit = perfect(body, motion, camera)
    order = np.arange(len(body.names))
    for joint in JOINTS:
        left, right = body.bone(f"{joint}_l"), body.bone(f"{joint}_r")
        order[[left, right]] = right, left
    mirrored = replace(fit, joints_px=fit.joints_px[order], joints_cam_m=fit.joints_cam_m[order])
    assert compare(body, body.figure, motion, mirrored, trial=BLANK, camera=camera).swapped


def test_a_real_trial_is_found_near_and_not_swapped(truth: BodyTruth) -> None:
    seen = []
    sheet = BodySheet(truth.body)

    def watch(trial: Trial, picture: np.ndarray, fit: BodyFit | None) -> None:
        seen.append(picture.shape)
        sheet.add(trial, picture, fit)

    trials = [
        truth.trial(MODELS[1], STANCES[0], 0.0, watch=watch),
        truth.trial(MODELS[0], STANCES[3], -35.0, watch=watch),
        truth.trial(MODELS[2], STANCES[0], 180.0, watch=watch),
    ]
    (whole, *_) = summarise(trials)
    assert whole.found == 1.0
    assert whole.swaps == 0
    assert whole.joint_error[0] < 0.06
    assert whole.bone_deg[0] < 15.0
    assert seen == [(SIZE_WH[1], SIZE_WH[0], 3)] * 3
    assert sheet.picture().shape == (320, 240 * 8, 3)
    assert table(summarise(trials)).row_count == len(summarise(trials))
    document = as_json(trials)
    assert len(document["trials"]) == 3  # type: ignore[arg-type]  # a list of trials


def test_every_bone_and_joint_has_both_sides(body: Body) -> None:
    names = {f"{name}_{side}" for pair in BONES for name in pair for side in SIDES}
    assert names <= {f"{joint}_{side}" for joint in JOINTS for side in SIDES}
    assert names <= set(body.names)
