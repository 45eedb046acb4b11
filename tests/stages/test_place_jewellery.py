"""Earrings, necklaces and tiaras: where they sit on a head, and what they follow when it moves."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial import cKDTree

from tryon.core.errors import SuppliesError
from tryon.core.fits import FaceFit
from tryon.core.spaces import Floats
from tryon.core.transforms import apply, rigid, rotation_from_angles
from tryon.stages.place import (
    Placement,
    contact_shadow,
    draw_head,
    draw_worn,
    mirrored,
    place_on_head,
)
from tryon.wardrobe.asset import Asset
from tryon.wardrobe.atelier.jewellery import (
    HoopParameters,
    PearlParameters,
    TiaraParameters,
    make_hoops,
    make_pearls,
    make_tiara,
)
from tryon.wardrobe.head import FittedHead, HeadModel

Pose = tuple[float, float, float]
WEARER_LEFT = 0
NODS = st.floats(-0.52, 0.52)
poses = st.tuples(st.floats(-1.05, 1.05), NODS, NODS)
"""Yaw to ±60°, pitch and roll to ±30°."""


@pytest.fixture(scope="module")
def model() -> HeadModel:
    try:
        return HeadModel.load()
    except SuppliesError as missing:
        pytest.skip(str(missing))


@pytest.fixture(scope="module")
def head(model: HeadModel) -> FittedHead:
    return model.fitted(model.landmarks)


@pytest.fixture(scope="module")
def hoops() -> Asset:
    return make_hoops(HoopParameters(), item_id="hoops", variant="one")


@pytest.fixture(scope="module")
def pearls() -> Asset:
    return make_pearls(PearlParameters(), item_id="pearls", variant="one")


@pytest.fixture(scope="module")
def tiara() -> Asset:
    return make_tiara(TiaraParameters(), item_id="tiara", variant="one")


def fit_of(model: HeadModel, yaw: float = 0, pitch: float = 0, roll: float = 0) -> FaceFit:
    """A head half a metre in front of the camera, turned by angles in radians."""
    turn = rotation_from_angles(yaw, pitch, roll)
    pose = rigid(turn, np.array([0.02, 0.01, -0.5]))
    return FaceFit(1, pose, model.landmarks, {}, 0.063, 0.002, 1.0)


def shown(placement: Placement, fit: FaceFit) -> Floats:
    """(V, 3) vertices of a placement in `cam`."""
    return draw_worn(placement, fit, person=1).vertices_in_cam()


def lobe_in_cam(head: FittedHead, fit: FaceFit, side: int) -> Floats:
    name = "left_lobe" if side == WEARER_LEFT else "right_lobe"
    return apply(fit.cam_from_head, head.anchors[name])


@settings(max_examples=25, deadline=None)
@given(pose=poses)
def test_each_earring_stays_on_its_own_ear_when_the_head_turns(
    model: HeadModel, head: FittedHead, hoops: Asset, pose: Pose
) -> None:
    fit = fit_of(model, *pose)
    pair = place_on_head(hoops, "earrings", head)
    assert [p.anchor for p in pair] == ["left_lobe", "right_lobe"]
    for side, placement in enumerate(pair):
        own = np.linalg.norm(shown(placement, fit) - lobe_in_cam(head, fit, side), axis=1)
        other = np.linalg.norm(shown(placement, fit) - lobe_in_cam(head, fit, 1 - side), axis=1)
        assert own.min() < 0.008
        assert own.max() < 0.04 < other.min()


@settings(max_examples=25, deadline=None)
@given(pose=poses)
def test_earrings_hang_straight_down_however_the_head_is_held(
    model: HeadModel, head: FittedHead, hoops: Asset, pose: Pose
) -> None:
    fit = fit_of(model, *pose)
    for placement in place_on_head(hoops, "earrings", head):
        pivot = apply(fit.cam_from_head, placement.pivot_in_head)
        hanging = shown(placement, fit)
        middle = 0.5 * (hanging.min(0) + hanging.max(0)) - pivot
        assert middle[1] < -0.012
        assert np.hypot(middle[0], middle[2]) < 0.002


def test_the_right_earring_is_the_left_ones_mirror_image(head: FittedHead, hoops: Asset) -> None:
    left, right = place_on_head(hoops, "earrings", head)
    one = apply(left.head_from_mesh, left.mesh.vertices.astype(np.float64))
    other = apply(right.head_from_mesh, right.mesh.vertices.astype(np.float64))
    assert one[:, 0].mean() > 0.06
    np.testing.assert_allclose(one * [-1, 1, 1], other, atol=2e-4)


def test_a_mirrored_mesh_still_looks_outward_and_is_the_same_object_each_time(
    hoops: Asset,
) -> None:
    other = mirrored(hoops)
    mesh = other.parts[0]
    a, b, c = (mesh.vertices[mesh.faces[:, k]].astype(np.float64) for k in range(3))
    assert np.einsum("ij,ij->", a, np.cross(b, c)) > 0
    assert ((np.cross(b - a, c - a) * mesh.normals[mesh.faces[:, 0]]).sum(1) > 0).mean() > 0.95
    assert mirrored(hoops) is other


@settings(max_examples=15, deadline=None)
@given(pose=poses)
def test_the_necklace_stays_with_the_shoulders(
    model: HeadModel, head: FittedHead, pearls: Asset, pose: Pose
) -> None:
    fit = fit_of(model, *pose)
    strand = place_on_head(pearls, "necklace", head)[0]
    assert strand.anchor == "neck"
    hider = draw_head(
        model,
        head,
        np.ones(len(head.vertices), np.float32),
        fit,
        person=1,
        px_per_m=900,
        with_shoulders=True,
    )
    chest = model.head_share == 0
    at_rest = cKDTree(head.vertices[chest]).query(
        apply(strand.head_from_mesh, worn_vertices(strand)[::50])
    )[0]
    moved = cKDTree(hider.vertices_in_cam()[chest]).query(shown(strand, fit)[::50])[0]
    np.testing.assert_allclose(moved, at_rest, atol=1e-4)


def worn_vertices(placement: Placement) -> Floats:
    chosen = placement.mesh.vertices if placement.vertices is None else placement.vertices
    return chosen.astype(np.float64)


def test_the_necklace_turns_less_than_the_head(
    model: HeadModel, head: FittedHead, pearls: Asset
) -> None:
    strand = place_on_head(pearls, "necklace", head)[0]
    fit = fit_of(model, yaw=np.radians(50))
    pivot = apply(fit.cam_from_head, strand.pivot_in_head)
    ahead = shown(strand, fit)[worn_vertices(strand)[:, 2].argmax()] - pivot
    assert np.radians(10) < np.arctan2(ahead[0], ahead[2]) < np.radians(30)


@settings(max_examples=10, deadline=None)
@given(size=st.floats(0.88, 1.15), broad=st.floats(0.94, 1.06))
def test_no_pearl_sinks_into_anybodys_neck_and_all_keep_their_shape(
    model: HeadModel, pearls: Asset, size: float, broad: float
) -> None:
    wearer = model.fitted(model.landmarks * [size * broad, size, size])
    strand = place_on_head(pearls, "necklace", wearer)[0]
    assert strand.mesh.name == "pearls"
    starts = bead_starts(strand)
    beads = np.split(apply(strand.head_from_mesh, worn_vertices(strand)), starts)
    middles = np.array([0.5 * (bead.min(0) + bead.max(0)) for bead in beads])
    _, near = cKDTree(wearer.vertices).query(middles)
    height = ((middles - wearer.vertices[near]) * wearer.normals[near]).sum(1)
    assert height.min() > 0.0015
    assert height.max() < 0.03
    shift = worn_vertices(strand) - strand.mesh.vertices
    assert max(np.ptp(part, axis=0).max() for part in np.split(shift, starts)) < 1e-6


def bead_starts(placement: Placement) -> list[int]:
    """The first vertex of every bead but the first; beads follow one another in the mesh."""
    faces = placement.mesh.faces
    reach = np.zeros(len(placement.mesh.vertices), np.int64)
    np.maximum.at(reach, faces.min(1), faces.max(1))
    furthest = np.maximum.accumulate(reach)
    return [k for k in range(1, len(furthest)) if k > furthest[k - 1]]


def test_a_necklace_brings_shadows_that_are_nobodys_and_lie_on_the_skin(
    head: FittedHead, pearls: Asset
) -> None:
    placed = place_on_head(pearls, "necklace", head)
    shadows = [p for p in placed if not p.owner]
    assert len(shadows) == len(pearls.parts)
    for shadow in shadows:
        color = shadow.mesh.color
        assert color is not None
        assert shadow.mesh.material.alpha_mode == "BLEND"
        assert color[:, :3].max() == 0
        assert 0 < color[:, 3].max() < 0.6
        points = apply(shadow.head_from_mesh, worn_vertices(shadow))
        _, near = cKDTree(head.vertices).query(points)
        height = ((points - head.vertices[near]) * head.normals[near]).sum(1)
        assert np.abs(height).max() < 0.006
    assert contact_shadow(head, placed).min() == 1


def test_jewellery_that_hangs_darkens_no_lobe(head: FittedHead, hoops: Asset) -> None:
    assert contact_shadow(head, place_on_head(hoops, "earrings", head)).min() == 1


@pytest.mark.parametrize("size", [0.9, 1.0, 1.12])
def test_a_tiara_rests_behind_the_foreheads_anchor_and_spans_the_head(
    model: HeadModel, tiara: Asset, size: float
) -> None:
    wearer = model.fitted(model.landmarks * size)
    placed = place_on_head(tiara, "headwear", wearer)
    points = np.concatenate([apply(p.head_from_mesh, worn_vertices(p)) for p in placed])
    assert {p.anchor for p in placed} == {"forehead"}
    front = points[np.abs(points[:, 0]) < 0.006 * size]
    lowest = front[front[:, 1].argmin()]
    above, behind = lowest[1:] - wearer.anchors["forehead"][1:]
    assert 0.015 * size < above < 0.032 * size
    assert -0.025 * size < behind < 0
    assert np.ptp(points[:, 0]) == pytest.approx(2 * wearer.hat_ellipse.half_width_m, rel=0.02)
    assert abs(points[:, 0].mean()) < 0.001
    ends = points[np.abs(points[:, 0]) > 0.97 * np.abs(points[:, 0]).max()]
    ear = wearer.anchors["left_ear"]
    assert ear[1] + 0.015 * size < ends[:, 1].mean() < lowest[1] - 0.02 * size


def test_a_tiaras_stones_stand_clear_of_the_skull_and_its_ends_reach_into_the_hair(
    head: FittedHead, tiara: Asset
) -> None:
    placed = {p.mesh.name: p for p in place_on_head(tiara, "headwear", head)}

    def height(name: str) -> Floats:
        points = apply(placed[name].head_from_mesh, worn_vertices(placed[name]))
        _, near = cKDTree(head.vertices).query(points)
        return np.asarray(((points - head.vertices[near]) * head.normals[near]).sum(1))

    assert height("melee").min() > 0.002
    assert height("stones").min() > 0.004
    assert height("setting").min() < 0.001


def test_a_tiara_follows_every_motion_of_the_head(
    model: HeadModel, head: FittedHead, tiara: Asset
) -> None:
    fit = fit_of(model, yaw=0.5, pitch=-0.2, roll=0.3)
    placement = place_on_head(tiara, "headwear", head)[0]
    expected = apply(fit.cam_from_head @ placement.head_from_mesh, worn_vertices(placement))
    np.testing.assert_allclose(shown(placement, fit), expected, atol=1e-9)


def test_a_tilted_head_leans_its_neck_and_leaves_the_shoulders_nearly_level(
    model: HeadModel, head: FittedHead, pearls: Asset
) -> None:
    roll = 0.45
    fit = fit_of(model, roll=roll)
    strand = place_on_head(pearls, "necklace", head)[0]
    assert strand.base_in_head is not None
    points = shown(strand, fit)
    left, right = points[points[:, 0].argmax()], points[points[:, 0].argmin()]
    level = np.arctan2(left[1] - right[1], left[0] - right[0])
    assert 0 < level < 0.35 * roll
    joint = apply(fit.cam_from_head, strand.pivot_in_head)
    base = apply(draw_worn(strand, fit, person=1).cam_from_mesh, np.zeros(3))
    lean = np.arctan2(base[0] - joint[0], joint[1] - base[1])
    assert 0.65 * roll < lean < roll
