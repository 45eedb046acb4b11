"""Frames rest on the nose and the ears, clear of the face; hats go over the crown."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
import pytest
from scipy.spatial import cKDTree

from tryon.core.errors import SuppliesError
from tryon.core.spaces import Floats
from tryon.core.transforms import apply, inverse
from tryon.stages.place import Placement, contact_shadow, place_on_head
from tryon.wardrobe.asset import Asset
from tryon.wardrobe.catalogue import Catalogue
from tryon.wardrobe.head import FittedHead, HeadModel
from tryon.wardrobe.recipes import make_asset

FRAMES = ("aurelle-windsor", "aurelle-lumen", "aurelle-aviator", "aurelle-soleil")
HEADS = ("mean", "small", "large", "broad", "long nose")
MIRROR = np.diag([-1.0, 1.0, 1.0, 1.0])
RIGHT_IRIS, LEFT_IRIS = 468, 473


@pytest.fixture(scope="module")
def model() -> HeadModel:
    try:
        return HeadModel.load()
    except SuppliesError as missing:
        pytest.skip(str(missing))


def landmarks_of(model: HeadModel, kind: str) -> Floats:
    """Landmarks of a person unlike the mean."""
    marks = model.landmarks.copy()
    if kind == "small":
        return marks * 0.92
    if kind == "large":
        return marks * 1.08
    if kind == "broad":
        return marks * [1.07, 1.0, 1.0]
    if kind == "long nose":
        nose = np.exp(-((marks[:, 0] / 0.014) ** 2) - ((marks[:, 1] + 0.02) / 0.022) ** 2)
        marks[:, 2] += 0.005 * nose
    return marks


def head_of(model: HeadModel, kind: str) -> FittedHead:
    return model.fitted(landmarks_of(model, kind))


@cache
def asset_of(item_id: str) -> Asset:
    item = Catalogue.load().item(item_id)
    return make_asset(item, item.variants[0].name)


def placed(item_id: str, head: FittedHead) -> dict[str, Placement]:
    category = Catalogue.load().item(item_id).category
    return {p.mesh.name: p for p in place_on_head(asset_of(item_id), category, head)}


def in_head(placements: Sequence[Placement]) -> Floats:
    return np.concatenate(
        [apply(p.head_from_mesh, p.mesh.vertices.astype(np.float64)) for p in placements]
    )


def before_skin(points: Floats, head: FittedHead, model: HeadModel) -> Floats:
    """(n,) metres in front of the foremost skin straight behind each point; inf beside the head."""
    a, b, c = (head.vertices[model.mesh.faces[:, k]].astype(np.float64) for k in range(3))
    u, v = (b - a)[:, :2], (c - a)[:, :2]
    area = u[:, 0] * v[:, 1] - u[:, 1] * v[:, 0]
    facing = (area > 1e-12) & (a[:, 2] > -0.08)
    a, b, c, u, v, area = (array[facing] for array in (a, b, c, u, v, area))
    out = np.full(len(points), np.inf)
    for k, point in enumerate(points):
        w = point[:2] - a[:, :2]
        s = (w[:, 0] * v[:, 1] - w[:, 1] * v[:, 0]) / area
        t = (u[:, 0] * w[:, 1] - u[:, 1] * w[:, 0]) / area
        hit = (s >= 0) & (t >= 0) & (s + t <= 1)
        if hit.any():
            z = a[hit, 2] + s[hit] * (b - a)[hit, 2] + t[hit] * (c - a)[hit, 2]
            out[k] = point[2] - z.max()
    return out


@pytest.mark.parametrize("kind", HEADS)
@pytest.mark.parametrize("item_id", FRAMES)
def test_temples_turn_down_at_the_ears(model: HeadModel, item_id: str, kind: str) -> None:
    head, asset = head_of(model, kind), asset_of(item_id)
    assert asset.temples is not None
    parts = placed(item_id, head)
    back = np.array([0.0, 0.0, asset.temples.length_m])
    for side, hinge in (("left", asset.temples.left_hinge), ("right", asset.temples.right_hinge)):
        bend = apply(parts[f"{side}_temple"].head_from_mesh, hinge - back)
        ear = head.anchors["left_ear" if side == "left" else "right_ear"]
        assert np.linalg.norm(bend - ear) < 0.003


@pytest.mark.parametrize("item_id", FRAMES)
def test_all_parts_of_a_temple_swing_together(model: HeadModel, item_id: str) -> None:
    parts = placed(item_id, head_of(model, "broad"))
    for side in ("left", "right"):
        swung = [p for name, p in parts.items() if name.startswith(f"{side}_temple")]
        for p in swung:
            np.testing.assert_array_equal(p.head_from_mesh, swung[0].head_from_mesh)
    tip_and_temple = [n for n in parts if n.startswith("left_temple")]
    assert len(tip_and_temple) == 2


@pytest.mark.parametrize("kind", HEADS)
@pytest.mark.parametrize("item_id", FRAMES)
def test_lenses_stand_before_the_eyes_without_touching(
    model: HeadModel, item_id: str, kind: str
) -> None:
    head = head_of(model, kind)
    parts = placed(item_id, head)
    irises = landmarks_of(model, kind)
    for side, iris in (("left", LEFT_IRIS), ("right", RIGHT_IRIS)):
        lens = in_head([parts[f"{side}_lens"]])
        centre = 0.5 * (lens.min(0) + lens.max(0))
        assert abs(centre[0] - irises[iris, 0]) < 0.012
        assert -0.009 < centre[1] - irises[iris, 1] < 0.001
        assert 0.006 < centre[2] - irises[iris, 2] < 0.022
        assert before_skin(lens[::3], head, model).min() > -0.001


@pytest.mark.parametrize("kind", HEADS)
@pytest.mark.parametrize("item_id", FRAMES)
def test_the_front_is_clear_of_brow_and_cheeks(model: HeadModel, item_id: str, kind: str) -> None:
    head = head_of(model, kind)
    front = in_head([placed(item_id, head)["front"]])
    beside = (np.abs(front[:, 0]) > 0.018) & (np.abs(front[:, 0]) < 0.055)
    assert before_skin(front[beside][::4], head, model).min() > 0.001


@pytest.mark.parametrize("item_id", FRAMES)
def test_pads_touch_the_nose(model: HeadModel, item_id: str) -> None:
    head = head_of(model, "mean")
    pads = in_head([placed(item_id, head)["pads"]])
    gap, _ = cKDTree(head.vertices).query(pads)
    assert gap.min() < 0.0035


@pytest.mark.parametrize("item_id", FRAMES)
def test_a_symmetric_head_wears_a_frame_symmetrically(model: HeadModel, item_id: str) -> None:
    parts = placed(item_id, head_of(model, "mean"))
    left, right = parts["left_temple"].head_from_mesh, parts["right_temple"].head_from_mesh
    np.testing.assert_allclose(MIRROR @ left @ MIRROR, right, atol=1e-3)


@pytest.mark.parametrize("kind", HEADS)
def test_the_hat_band_goes_round_the_head(model: HeadModel, kind: str) -> None:
    head, asset = head_of(model, kind), asset_of("aurelle-fedora")
    assert asset.band is not None
    asset_from_head = inverse(placed("aurelle-fedora", head)["felt"].head_from_mesh)
    skin = apply(asset_from_head, head.vertices.astype(np.float64))
    ring = skin[np.abs(skin[:, 1]) < 0.008]
    share = np.hypot(ring[:, 0] / asset.band.half_width_m, ring[:, 2] / asset.band.half_depth_m)
    assert share.max() < 1.0
    front_and_sides = [np.abs(ring[:, 0]).max() / asset.band.half_width_m, ring[:, 2].max()]
    assert front_and_sides[0] > 0.8
    assert front_and_sides[1] > 0.8 * asset.band.half_depth_m


@pytest.mark.parametrize("kind", HEADS)
def test_the_crown_of_the_head_is_inside_the_hat(model: HeadModel, kind: str) -> None:
    head = head_of(model, kind)
    felt = placed("aurelle-fedora", head)["felt"]
    asset_from_head = inverse(felt.head_from_mesh)
    skin = apply(asset_from_head, head.vertices.astype(np.float64))
    skin = skin[skin[:, 1] > 0.012]
    crown = felt.mesh.vertices[:, 1] > 0.004
    distance, near = cKDTree(felt.mesh.vertices[crown]).query(skin)
    normal = felt.mesh.normals[crown][near]
    outside = np.einsum("ij,ij->i", skin - felt.mesh.vertices[crown][near], normal)
    assert len(skin) > 100
    assert outside.max() < 1e-6
    assert distance.max() < 0.12


@pytest.mark.parametrize("kind", HEADS)
def test_the_brim_stays_above_the_brows(model: HeadModel, kind: str) -> None:
    head = head_of(model, kind)
    felt = in_head([placed("aurelle-fedora", head)["felt"]])
    in_front = felt[(felt[:, 2] > 0.0) & (np.abs(felt[:, 0]) < 0.06)]
    brows = landmarks_of(model, kind)[[105, 334, 107, 336], 1]
    assert in_front[:, 1].min() > brows.max()


def test_bare_skin_is_open_and_a_frame_shades_the_nose_but_not_the_chin(model: HeadModel) -> None:
    head = head_of(model, "mean")
    assert contact_shadow(head, ()).min() == 1.0
    openness = contact_shadow(head, tuple(placed("aurelle-windsor", head).values()))
    assert openness.shape == (len(head.vertices),)
    assert 0.0 <= openness.min() < 0.8
    tree = cKDTree(head.vertices)
    assert openness[tree.query(head.anchors["chin"])[1]] > 0.99
    assert openness[tree.query(head.anchors["bridge"])[1]] < 0.95


def test_a_brim_shades_the_forehead_more_than_the_mouth(model: HeadModel) -> None:
    head = head_of(model, "mean")
    openness = contact_shadow(head, tuple(placed("aurelle-fedora", head).values()))
    tree = cKDTree(head.vertices)
    marks = landmarks_of(model, "mean")
    between_brows, chin = (openness[tree.query(marks[k])[1]] for k in (151, 152))
    assert between_brows < 0.9
    assert chin > 0.97
