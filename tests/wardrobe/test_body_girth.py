"""Girths grow the parts they name, on body and garments alike."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from tryon.core.errors import SuppliesError
from tryon.wardrobe.body import Body
from tryon.wardrobe.body_girth import (
    GIRTHS,
    SLEEVE_HEAD,
    Axes,
    dense_of,
    girth_directions,
    grown,
)
from tryon.wardrobe.body_parts import HANDS, Part


@pytest.fixture(scope="module")
def body() -> Body:
    try:
        return Body.load()
    except SuppliesError as missing:
        pytest.skip(str(missing))


@pytest.fixture(scope="module")
def directions(body: Body) -> NDArray[np.float32]:
    dense = dense_of(body.bones, body.weights, len(body.names))
    return girth_directions(body, body.figure, body.figure.vertices, dense)


def girth(**growth: float) -> NDArray[np.float64]:
    out = np.zeros(len(GIRTHS))
    for name, amount in growth.items():
        out[GIRTHS.index(name)] = amount
    return out


def moved(body: Body, directions: NDArray[np.float32], **growth: float) -> NDArray[np.float64]:
    points = body.figure.vertices
    return np.asarray(np.linalg.norm(grown(points, directions, girth(**growth)) - points, axis=1))


def test_no_growth_changes_nothing(body: Body, directions: NDArray[np.float32]) -> None:
    assert moved(body, directions).max() == 0


def test_heads_and_hands_keep_their_size(body: Body, directions: NDArray[np.float32]) -> None:
    reach = np.abs(directions).sum((0, 2))
    for parts in ((Part.HEAD,), HANDS):
        inner = np.isin(body.parts, parts)
        assert np.percentile(reach[inner], 75) < 0.004


def test_shoes_widen_and_lengthen_feet_alone(body: Body, directions: NDArray[np.float32]) -> None:
    wider = moved(body, directions, foot_side_l=0.3)
    longer = moved(body, directions, foot_tip_l=0.2)
    left = body.parts == Part.LEFT_FOOT
    assert 0.008 < np.percentile(wider[left], 90) < 0.04
    assert longer[left].max() == pytest.approx(0.2 * 0.15, abs=0.02)
    for reach in (wider, longer):
        assert np.percentile(reach[~left], 99) < 0.004
        assert reach[body.parts == Part.RIGHT_FOOT].max() < 0.001


def test_the_left_side_grows_on_the_left(body: Body, directions: NDArray[np.float32]) -> None:
    change = moved(body, directions, trunk_l_2=0.3)
    x = body.figure.vertices[:, 0]
    assert change[x < -0.04].max() == 0
    assert change[(x > 0.06) & (body.parts == Part.TORSO)].max() > 0.02


def test_a_third_more_girth_is_a_third_more_waist(
    body: Body, directions: NDArray[np.float32]
) -> None:
    everywhere = {name: 0.3 for name in GIRTHS if name.startswith("trunk")}
    points = grown(body.figure.vertices, directions, girth(**everywhere))
    figure = type(body.figure)(points, body.figure.heads, body.figure.tails)
    assert body.measure(figure).waist == pytest.approx(1.3 * body.measure().waist, rel=0.05)
    assert body.measure(figure).neck == pytest.approx(body.measure().neck, rel=0.05)


def test_growth_is_continuous_across_the_middle(
    body: Body, directions: NDArray[np.float32]
) -> None:
    points = grown(body.figure.vertices, directions, girth(trunk_l_2=0.5, trunk_r_2=-0.2))
    edges = np.concatenate([body.faces[:, [0, 1]], body.faces[:, [1, 2]]])
    before = np.linalg.norm(np.diff(body.figure.vertices[edges], axis=1), axis=-1)
    after = np.linalg.norm(np.diff(points[edges], axis=1), axis=-1)
    trunk = (body.parts[edges] == Part.TORSO).all(1)
    assert (after[trunk] / before[trunk]).max() < 2.2, "nothing tears"


def test_a_wide_sleeve_leaves_the_shoulder_alone(
    body: Body, directions: NDArray[np.float32]
) -> None:
    change = moved(body, directions, upperarm_l=0.5)
    axes = Axes.of(body, body.figure)
    shoulder, elbow, _ = axes.arms[0]
    bone = elbow - shoulder
    along = (body.figure.vertices - shoulder) @ bone / (bone @ bone)
    arm = body.parts == Part.LEFT_UPPER_ARM
    at_top, at_middle = (change[arm & (np.abs(along - at) < 0.08)].max() for at in (0.0, 0.6))
    assert at_top < 2 * SLEEVE_HEAD * at_middle


def test_a_garment_grows_as_the_skin_below_it(body: Body, directions: NDArray[np.float32]) -> None:
    dense = dense_of(body.bones, body.weights, len(body.names))
    normals = body.mesh(0).normals
    source = body.levels[0].source
    trunk = body.parts[source] == Part.TORSO
    skin = body.figure.vertices[source][trunk]
    cloth = skin + np.float32(0.01) * normals[trunk]
    amount = girth(trunk_l_1=0.2, trunk_r_1=0.2, trunk_l_2=0.2, trunk_r_2=0.2)
    over = girth_directions(body, body.figure, cloth, dense[source][trunk])
    skin_step = grown(skin, directions[:, source][:, trunk], amount) - skin
    cloth_step = grown(cloth, over, amount) - cloth
    gap = np.linalg.norm(cloth_step - skin_step, axis=1)
    assert np.percentile(gap, 95) < 0.003


def test_cloth_keeps_its_ease_in_centimetres_on_a_grown_leg(body: Body) -> None:
    calf = np.array([body.bone("calf_l")])
    knee, foot = body.figure.heads[calf[0]], body.figure.heads[body.bone("foot_l")]
    middle = 0.5 * (knee + foot)
    # Points outwards of the calf, on the skin and 3 and 8 cm off it.
    skin = body.figure.vertices[(np.abs(body.figure.vertices[:, 1] - middle[1]) < 0.02)]
    out = float(skin[:, 0].max() - middle[0])
    points = (middle + np.outer(out + np.array([0.0, 0.03, 0.08]), [1, 0, 0])).astype(np.float32)
    dense = np.zeros((3, len(body.names)), np.float32)
    dense[:, calf] = 1
    directions = girth_directions(body, body.figure, points, dense)
    growth = girth(**{f"leg_l_{k}": 0.3 for k in range(5)})
    moved_m = np.linalg.norm(grown(points, directions, growth) - points, axis=1)
    np.testing.assert_allclose(moved_m, moved_m[0], atol=0.002)
    assert moved_m[0] > 0.008
