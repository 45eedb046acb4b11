"""The baked body: what was cut down still fits, and measures like a person."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial import cKDTree

from tryon.core.errors import SuppliesError
from tryon.wardrobe.basebody import BaseBody
from tryon.wardrobe.body import LEVELS, Body
from tryon.wardrobe.body_bake import LEVEL_TRIANGLES
from tryon.wardrobe.body_parts import Part, part_of_bones


@pytest.fixture(scope="module")
def body() -> Body:
    try:
        return Body.load()
    except SuppliesError as missing:
        pytest.skip(str(missing))


def test_a_rig_of_53_joints_hangs_together(body: Body) -> None:
    assert len(body.names) == len(body.parents) == 53
    assert all(parent < child for child, parent in enumerate(body.parents)), "parents come first"
    assert body.names[0] == "Root"
    assert body.figure.heads[body.bone("hand_l"), 0] > 0, "left is +x"


def test_weights_of_every_vertex_sum_to_one(body: Body) -> None:
    np.testing.assert_allclose(body.weights.sum(1), 1.0, atol=1e-5)
    assert body.weights.min() >= 0
    assert body.bones.max() < len(body.names)


@pytest.mark.parametrize("level", range(LEVELS))
def test_every_level_keeps_the_uv_seams(body: Body, level: int) -> None:
    """The trap: welding vertices by position merges the two sides of a texture seam."""
    chosen = body.levels[level]
    base = BaseBody.load()
    uv = base.uv.astype(np.float32)
    allowed = {
        (int(v), *uv[t].tolist())
        for v, t in zip(base.faces.ravel(), base.uv_faces.ravel(), strict=True)
    }
    own = {(int(v), *t.tolist()) for v, t in zip(chosen.source, chosen.uv, strict=True)}
    assert own <= allowed
    assert len(chosen.source) > len(np.unique(chosen.source)), "seams are split"
    if level:
        assert len(chosen.faces) <= LEVEL_TRIANGLES[level - 1]


@pytest.mark.parametrize(("level", "most_mm"), [(1, 9.0), (2, 16.0)])
def test_coarser_levels_stay_near_the_skin(body: Body, level: int, most_mm: float) -> None:
    coarse = body.mesh(level)
    centres = coarse.vertices[coarse.faces].mean(1)
    fine = body.mesh(0)
    dense = np.concatenate([fine.vertices, fine.vertices[fine.faces].mean(1)])
    far, _ = cKDTree(dense).query(centres)
    trunk = np.isin(body.face_parts(level), (Part.TORSO, Part.LEFT_THIGH, Part.RIGHT_CALF))
    assert 1000 * np.percentile(far[trunk], 99) < most_mm


def test_a_mean_adult_measures_like_one(body: Body) -> None:
    mean = body.measure()
    assert 1.55 < mean.stature < 1.8
    assert mean.neck < mean.head < mean.waist < mean.bust < mean.hip * 1.15
    assert mean.calf < mean.thigh < mean.waist
    assert 0.42 < mean.inside_leg / mean.stature < 0.52
    assert mean.scaled(2.0).hip == pytest.approx(2 * mean.hip)


@pytest.mark.parametrize(
    ("direction", "measure"),
    [
        ("height", "stature"), ("weight", "waist"), ("bust", "bust"), ("waist", "waist"),
        ("hip", "hip"), ("neck", "neck"), ("thigh", "thigh"), ("calf", "calf"),
        ("shoulder_width", "shoulder_width"), ("upper_arm", "upper_arm"),
        ("back_length", "back_length"),
    ],
)  # fmt: skip
def test_a_shape_direction_moves_its_measure(body: Body, direction: str, measure: str) -> None:
    less, mean, more = (
        getattr(body.measure(body.shaped({direction: amount})), measure) for amount in (-1, 0, 1)
    )
    assert less < mean < more


def test_every_shape_stands_on_the_floor_with_its_joints_inside(body: Body) -> None:
    figure = body.shaped({"male": 1.0, "height": 0.8, "weight": -0.5})
    assert figure.vertices[:, 1].min() == pytest.approx(0.0, abs=1e-5)
    knee = figure.heads[body.bone("calf_l")]
    near = figure.vertices[np.abs(figure.vertices[:, 1] - knee[1]) < 0.03]
    near = near[near[:, 0] > 0]
    assert near[:, 0].min() < knee[0] < near[:, 0].max()
    assert near[:, 2].min() < knee[2] < near[:, 2].max()
    assert figure.heads[body.bone("head"), 1] < figure.vertices[:, 1].max()


def test_an_unknown_direction_is_refused(body: Body) -> None:
    with pytest.raises(KeyError):
        body.shaped({"wings": 1.0})


def test_parts_follow_their_bones(body: Body) -> None:
    parts = part_of_bones(("head", "neck_01", "spine_02", "thigh_l", "ball_r", "pinky_03_r"))
    assert list(parts) == [
        Part.HEAD, Part.NECK, Part.TORSO, Part.LEFT_THIGH, Part.RIGHT_FOOT, Part.RIGHT_HAND,
    ]  # fmt: skip
    left = body.parts == Part.LEFT_HAND
    assert (body.figure.vertices[left, 0] > 0.3).all()
