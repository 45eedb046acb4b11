from __future__ import annotations

import numpy as np
import pytest

from tryon.core.errors import SuppliesError
from tryon.supplies import supply_path
from tryon.wardrobe.basebody import SUPPLY, BaseBody


@pytest.fixture(scope="module")
def body() -> BaseBody:
    try:
        supply_path(SUPPLY)
    except SuppliesError as missing:
        pytest.skip(str(missing))
    return BaseBody.load()


def test_mean_woman_and_man_have_the_statures_of_their_makers(body: BaseBody) -> None:
    skin = body.group("body")
    for male, stature in ((0.0, 1.605), (1.0, 1.748)):
        height = np.ptp(body.shape(male=male, ancestry={"caucasian": 1.0})[skin, 1])
        assert height == pytest.approx(stature, abs=0.005)


def test_body_stands_on_the_floor_and_faces_forward(body: BaseBody) -> None:
    shape = body.shape()
    heads = dict(zip(body.rig.names, body.rig.heads_on(shape), strict=True))
    tails = dict(zip(body.rig.names, body.rig.tails_on(shape), strict=True))
    assert shape[body.group("body"), 1].min() == pytest.approx(0.0)
    assert heads["upperarm_l"][0] > 0.1 > heads["upperarm_r"][0], "left is +x"
    assert tails["ball_l"][2] > heads["foot_l"][2] + 0.1, "toes point along +z"


def test_rig_has_parents_before_children(body: BaseBody) -> None:
    assert len(body.rig.names) == 53
    assert all(parent < child for child, parent in enumerate(body.rig.parents))


def test_every_body_vertex_is_moved_by_bones(body: BaseBody) -> None:
    weights = body.rig.dense_weights(len(body.vertices))[body.group("body")]
    assert weights.sum(1) == pytest.approx(1.0)


def test_triangles_turn_outwards(body: BaseBody) -> None:
    a, b, c = (body.vertices[body.faces[:, k]] for k in range(3))
    assert len(body.faces) == 26756
    assert np.einsum("ij,ij->", a, np.cross(b, c)) / 6 == pytest.approx(0.06, abs=0.02), "m³"


def test_unknown_target_is_named_in_the_error(body: BaseBody) -> None:
    with pytest.raises(SuppliesError, match="torso/no-such"):
        body.target("torso/no-such")
