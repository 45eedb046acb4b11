"""A mask tells how wide somebody is, and what hides the outline is not taken for them."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import pytest

from tests.stages.fit_body.people import CAMERA, standing
from tryon.core.landmarks import PersonMask
from tryon.core.spaces import Floats
from tryon.stages.fit_body.gauge import Gauge
from tryon.stages.fit_body.girth import (
    MASK_MARGIN_M,
    MOST_UNDER_SKIRT,
    WEAK,
    GirthReading,
    completed,
)
from tryon.stages.fit_body.rig import Rig
from tryon.wardrobe.body import Body
from tryon.wardrobe.body_girth import GIRTHS, dense_of, girth_directions, grown
from tryon.wardrobe.skinning import Skinning

TRUNK, LEGS = slice(0, 10), slice(10, 20)
LEVEL = 1
FEET = slice(24, 28)


@dataclass(frozen=True)
class Posed:
    """A body in one pose, ready to be painted with any girth."""

    body: Body
    gauge: Gauge
    joints: Floats
    motion: Floats

    def mask(self, girth: Floats) -> PersonMask:
        source = self.body.levels[LEVEL].source
        points = self.body.figure.vertices[source]
        bones, weights = self.body.bones[source], self.body.weights[source]
        dense = dense_of(bones, weights, len(self.body.names))
        directions = girth_directions(self.body, self.body.figure, points, dense)
        vertices = Skinning(grown(points, directions, girth), bones, weights).posed(self.motion)
        px = CAMERA.project(vertices.astype(np.float64))
        share = np.zeros((CAMERA.size_wh[1], CAMERA.size_wh[0]), np.uint8)
        for face in np.round(px[self.body.levels[LEVEL].faces] * 16).astype(np.int32):
            cv2.fillConvexPoly(share, face, (1,), shift=4)
        return PersonMask(share.astype(np.float32), (0, 0))

    def read(self, mask: PersonMask, *, looks: int = 1, clothes_m: float = 0.0) -> GirthReading:
        px_per_m = CAMERA.focal_px[0] / -self.joints[:, 2]
        joints_px = CAMERA.project(self.joints)
        girth = np.zeros(len(GIRTHS))
        for _ in range(looks):
            reading = self.gauge.measure(
                mask,
                joints_px,
                px_per_m,
                self.motion,
                camera=CAMERA,
                girth=girth,
                clothes_m=np.full(len(GIRTHS), clothes_m),
            )
            girth = completed(reading, self.gauge.slices)
        return reading


def posed(body: Body, joints: Floats) -> Posed:
    rig = Rig(body.names, body.figure.heads, body.figure.tails)
    trunk = rig.trunk(joints, 1.0)
    reach = joints[4:6] - joints[2:4]
    motion = rig.posed(joints, trunk, trunk[3], scale=1.0, knuckles=joints[4:6] + 0.3 * reach)
    return Posed(body, Gauge(body, body.figure), joints, motion)


def mirrored(x: float, y: float, z: float) -> Floats:
    """(2, 3) the same step outwards on the left and on the right."""
    return np.array([[x, y, z], [-x, y, z]])


@pytest.fixture(scope="module")
def open_arms(body: Body) -> Posed:
    """Arms held far away from the trunk, legs apart."""
    joints = standing(body)
    joints[2:4] = joints[0:2] + mirrored(0.24, -0.05, 0.0)
    joints[4:6] = joints[2:4] + mirrored(0.22, -0.05, 0.0)
    joints[8:10] += mirrored(0.07, 0, 0)
    joints[10:12] += mirrored(0.14, 0, 0)
    joints[12:14] += mirrored(0.14, 0, 0)
    return posed(body, joints)


def test_the_bodys_own_outline_asks_for_no_girth(open_arms: Posed) -> None:
    reading = open_arms.read(open_arms.mask(np.zeros(len(GIRTHS))))
    measured = reading.growth[:20][reading.weight[:20] > WEAK]
    assert len(measured) > 16
    assert np.abs(measured).max() < 0.12
    # Arms are taken to be a mask's margin thinner than their outline.
    assert np.abs(reading.growth[20:24] + MASK_MARGIN_M / 0.036).max() < 0.15
    assert abs(float(measured.mean())) < 0.05


@pytest.mark.parametrize("growth", [-0.15, 0.25])
def test_a_thinner_or_thicker_trunk_is_measured_as_such(open_arms: Posed, growth: float) -> None:
    girth = np.zeros(len(GIRTHS))
    girth[TRUNK] = growth
    reading = open_arms.read(open_arms.mask(girth), looks=4)
    sure = reading.weight[TRUNK] > WEAK
    assert sure.sum() >= 6
    assert reading.growth[TRUNK][sure].mean() == pytest.approx(growth, abs=0.05)


def test_under_clothes_the_skin_lies_as_far_within_the_mask(open_arms: Posed) -> None:
    mask = open_arms.mask(np.zeros(len(GIRTHS)))
    bare, dressed = open_arms.read(mask), open_arms.read(mask, clothes_m=0.01)
    sure = (bare.weight > WEAK) & (dressed.weight > WEAK)
    # Arms end at the least that an arm may be.
    sure[20:] = False
    thinner = bare.growth[sure] - dressed.growth[sure]
    # A centimetre of a limb's or half a trunk's 4 to 18.
    assert thinner.min() > 0.03
    assert thinner.max() < 0.35


def test_shoes_make_feet_larger_and_nothing_else(body: Body) -> None:
    joints = standing(body)
    # Pointing out and down, as the feet of a person who stands above the camera.
    joints[12:14] = joints[10:12] + mirrored(0.09, -0.16, 0.03)
    person = posed(body, joints)
    girth = np.zeros(len(GIRTHS))
    plain = person.read(person.mask(girth), looks=2)
    girth[FEET] = 0.3
    shod = person.read(person.mask(girth), looks=2)
    assert np.abs(plain.growth[FEET]).max() < 0.12
    assert shod.growth[FEET].min() > 0.12
    assert np.abs(shod.growth[:20] - plain.growth[:20]).max() < 0.1


def test_a_foot_that_points_at_the_camera_tells_nothing(body: Body) -> None:
    joints = standing(body)
    away_m = np.linalg.norm(joints[10:12], axis=1, keepdims=True)
    joints[12:14] = joints[10:12] * (1 - 0.19 / away_m)
    person = posed(body, joints)
    reading = person.read(person.mask(np.zeros(len(GIRTHS))))
    assert not reading.weight[FEET].any()


def test_left_and_right_are_the_wearers(open_arms: Posed) -> None:
    girth = np.zeros(len(GIRTHS))
    girth[1:5] = 0.4
    reading = open_arms.read(open_arms.mask(girth))
    assert reading.growth[2:5].mean() > 0.25
    assert abs(float(reading.growth[7:10].mean())) < 0.12


def test_a_bag_that_never_ends_is_not_the_hip(open_arms: Posed) -> None:
    mask = open_arms.mask(np.zeros(len(GIRTHS)))
    share = mask.share.copy()
    hip = CAMERA.project(open_arms.joints[6])
    row = int(hip[1])
    share[row - 60 : row + 30, int(hip[0]) :] = 1.0
    reading = open_arms.read(PersonMask(share, (0, 0)))
    assert reading.weight[4] == 0, "the left hip is not measured"
    assert reading.weight[9] == 1, "the right one is"
    filled = completed(reading, open_arms.gauge.slices)
    assert abs(filled[4]) < 0.15, "its neighbours stand in"


def test_an_arm_beside_the_trunk_is_not_the_trunk(body: Body) -> None:
    joints = standing(body)
    joints[2:4] = joints[0:2] + mirrored(0.03, -0.25, 0.0)
    joints[4:6] = joints[2:4] + mirrored(0.0, -0.23, 0.0)
    person = posed(body, joints)
    mask = person.mask(np.zeros(len(GIRTHS)))
    merged = cv2.morphologyEx(mask.share, cv2.MORPH_CLOSE, np.ones((41, 41), np.uint8))
    reading = person.read(PersonMask(np.asarray(merged, np.float32), (0, 0)))
    assert (reading.weight[[1, 2, 6, 7]] <= WEAK).all()
    assert (reading.growth[TRUNK] < 0.5).all()


def test_a_skirt_between_the_legs_says_little_of_the_legs(open_arms: Posed) -> None:
    mask = open_arms.mask(np.zeros(len(GIRTHS)))
    share = mask.share.copy()
    px = CAMERA.project(open_arms.joints)
    outline = np.array(
        [px[6] + [30, 0], px[8] + [60, 40], px[9] + [-60, 40], px[7] + [-30, 0]], np.int32
    )
    cv2.fillConvexPoly(share, outline, (1.0,))
    reading = open_arms.read(PersonMask(share, (0, 0)))
    thighs = [10, 11, 15, 16]
    assert (reading.weight[thighs] <= WEAK).all()
    assert (reading.growth[thighs] <= MOST_UNDER_SKIRT + 1e-9).all()
    assert (reading.weight[[13, 18]] == 1).all(), "the calves below it are bare"


def test_nothing_seen_is_no_girth(open_arms: Posed) -> None:
    empty = PersonMask(np.zeros((4, 4), np.float32), (0, 0))
    reading = open_arms.read(empty)
    assert (reading.weight[TRUNK] <= WEAK).all()
    assert np.isfinite(completed(reading, open_arms.gauge.slices)).all()


def test_sizes_grow_with_the_girth(open_arms: Posed) -> None:
    girth = np.zeros(len(GIRTHS))
    slim = open_arms.gauge.sizes(girth)
    girth[TRUNK] = 0.2
    broad = open_arms.gauge.sizes(girth)
    assert broad["waist"] == pytest.approx(1.2 * slim["waist"], rel=0.06)
    assert broad["stature"] == pytest.approx(slim["stature"], abs=0.01)
