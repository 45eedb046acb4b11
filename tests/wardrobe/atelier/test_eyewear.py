"""Spectacles measure what they say, are closed, symmetric, and light enough to draw."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from tests.wardrobe.atelier.surfaces import open_edges, volumes_m3
from tryon.core.mesh import Mesh
from tryon.core.spaces import Floats
from tryon.core.transforms import exp_so3
from tryon.wardrobe.asset import Asset
from tryon.wardrobe.atelier import curves, eyewear_temples
from tryon.wardrobe.atelier.eyewear import EyewearParameters, make_eyewear
from tryon.wardrobe.atelier.rims import CONTROL, RimShape, rim_outline
from tryon.wardrobe.catalogue import Catalogue
from tryon.wardrobe.recipes import make_asset, written_parameters

MM = 0.001
MOST_TRIANGLES = 10_000
FRAMES = ("aurelle-windsor", "aurelle-lumen", "aurelle-aviator", "aurelle-soleil")
CATALOGUE = Catalogue.load()
OFFERED = [(name, v.name) for name in FRAMES for v in CATALOGUE.item(name).variants]
SHAPES: tuple[RimShape, ...] = tuple(CONTROL)


@cache
def made(item_id: str, variant: str) -> tuple[EyewearParameters, Asset]:
    item = CATALOGUE.item(item_id)
    parameters = EyewearParameters.model_validate(written_parameters(item, variant))
    return parameters, make_asset(item, variant)


def part(asset: Asset, name: str) -> Mesh:
    mesh = asset.part(name)
    assert mesh is not None, name
    return mesh


def upright(mesh: Mesh, tilt_deg: float) -> Floats:
    """(V, 3) vertices with the pantoscopic tilt taken out, as a boxing gauge measures them."""
    turn = exp_so3(np.array([-np.radians(tilt_deg), 0, 0]))
    return np.asarray(mesh.vertices @ turn.T, np.float64)


@pytest.mark.parametrize(("item_id", "variant"), OFFERED)
def test_boxed_sizes_are_those_of_the_catalogue_within_half_a_millimetre(
    item_id: str, variant: str
) -> None:
    p, asset = made(item_id, variant)
    lens = upright(part(asset, "left_lens"), p.tilt_deg)
    other = upright(part(asset, "right_lens"), p.tilt_deg)
    assert np.ptp(lens[:, 0]) == pytest.approx(p.a_mm * MM, abs=0.5 * MM)
    assert np.ptp(lens[:, 1]) == pytest.approx(p.b_mm * MM, abs=0.5 * MM)
    assert lens[:, 0].min() - other[:, 0].max() == pytest.approx(p.dbl_mm * MM, abs=0.5 * MM)
    front = part(asset, "front").vertices
    assert np.ptp(front[:, 0]) == pytest.approx(p.front_mm * MM, abs=0.5 * MM)


@pytest.mark.parametrize("item_id", FRAMES)
def test_a_temple_is_as_long_as_the_catalogue_says(item_id: str) -> None:
    p, asset = made(item_id, CATALOGUE.item(item_id).variants[0].name)
    assert asset.temples is not None
    line = eyewear_temples.TempleLine(asset.temples.left_hinge, p.temple_mm * MM)
    path = line.path(400)
    assert curves.lengths_along(path)[-1] == pytest.approx(p.temple_mm * MM, abs=0.5 * MM)
    temples = [m for m in asset.parts if m.name.startswith("left_temple")]
    behind = min(float(m.vertices[:, 2].min()) for m in temples)
    assert behind == pytest.approx(path[-1, 2], abs=4 * MM)


@pytest.mark.parametrize("item_id", FRAMES)
def test_the_temples_bend_lies_straight_behind_the_hinge(item_id: str) -> None:
    p, asset = made(item_id, CATALOGUE.item(item_id).variants[0].name)
    assert asset.temples is not None
    line = eyewear_temples.TempleLine(asset.temples.left_hinge, p.temple_mm * MM)
    ahead = asset.temples.left_hinge - [0, 0, asset.temples.length_m]
    assert np.linalg.norm(line.path(2000) - ahead, axis=1).min() < 2 * MM


@pytest.mark.parametrize(("item_id", "variant"), OFFERED)
def test_solid_parts_are_closed_and_look_outward(item_id: str, variant: str) -> None:
    _, asset = made(item_id, variant)
    for mesh in asset.parts:
        if not mesh.name.endswith("lens"):
            assert open_edges(mesh) == 0, mesh.name
            assert volumes_m3(mesh).min() > 0, mesh.name


@pytest.mark.parametrize(("item_id", "variant"), OFFERED)
def test_normals_agree_with_the_faces(item_id: str, variant: str) -> None:
    _, asset = made(item_id, variant)
    for mesh in asset.parts:
        np.testing.assert_allclose(np.linalg.norm(mesh.normals, axis=1), 1, atol=1e-5)
        a, b, c = (mesh.vertices[mesh.faces[:, k]].astype(np.float64) for k in range(3))
        face = np.cross(b - a, c - a)
        along = np.einsum("ij,ij->i", face, mesh.normals[mesh.faces].mean(1))
        assert (along > 0).mean() > 0.99, mesh.name


@pytest.mark.parametrize(("item_id", "variant"), OFFERED)
def test_left_and_right_mirror_each_other(item_id: str, variant: str) -> None:
    _, asset = made(item_id, variant)
    mirror = np.array([-1, 1, 1], np.float32)
    for mesh in asset.parts:
        name = mesh.name
        twin = (
            name.replace("left_", "right_") if "left_" in name else name.replace("right_", "left_")
        )
        there = part(asset, twin).vertices * mirror
        for points in (mesh.vertices, there):
            assert np.isfinite(points).all()
        a, b = (np.unique(np.round(v / 1e-5).astype(int), axis=0) for v in (mesh.vertices, there))
        np.testing.assert_allclose(a.min(0), b.min(0), atol=1)
        np.testing.assert_allclose(a.mean(0), b.mean(0), atol=1)
        np.testing.assert_allclose(a.max(0), b.max(0), atol=1)


@pytest.mark.parametrize(("item_id", "variant"), OFFERED)
def test_an_item_stays_within_its_triangles(item_id: str, variant: str) -> None:
    _, asset = made(item_id, variant)
    assert sum(len(mesh.faces) for mesh in asset.parts) <= MOST_TRIANGLES


@pytest.mark.parametrize("item_id", FRAMES)
def test_the_same_recipe_makes_the_same_bytes(item_id: str) -> None:
    variant = CATALOGUE.item(item_id).variants[0].name
    _, one = made(item_id, variant)
    other = make_asset(CATALOGUE.item(item_id), variant)
    for a, b in zip(one.parts, other.parts, strict=True):
        assert a.vertices.tobytes() == b.vertices.tobytes()
        assert a.faces.tobytes() == b.faces.tobytes()


@pytest.mark.parametrize("item_id", FRAMES)
def test_parts_have_the_names_that_placing_knows(item_id: str) -> None:
    _, asset = made(item_id, CATALOGUE.item(item_id).variants[0].name)
    names = [mesh.name for mesh in asset.parts]
    assert len(set(names)) == len(names)
    assert {"front", "pads", "left_lens", "right_lens", "left_temple", "right_temple"} <= set(names)


def test_a_gradient_is_dark_above_and_clear_below() -> None:
    p, asset = made("aurelle-soleil", "black")
    lens = part(asset, "left_lens")
    assert lens.color is not None
    inner = lens.color[: len(lens.vertices) - 64]  # without the rim, which gathers light
    height = upright(lens, p.tilt_deg)[: len(inner), 1]
    alpha = inner[np.argsort(height), 3]
    assert (np.diff(alpha) > -1e-3).all()
    assert alpha[-1] - alpha[0] > 0.4


def test_a_mirror_hides_the_eyes_and_a_clear_lens_shows_them() -> None:
    mirror = part(made("aurelle-aviator", "gold-azure")[1], "left_lens")
    clear = part(made("aurelle-windsor", "black")[1], "left_lens")
    assert mirror.color is not None
    assert clear.color is not None
    assert mirror.color[:, 3].min() > 0.9
    assert clear.color[0, 3] < 0.1
    for lens in (mirror, clear):
        assert lens.material.alpha_mode == "BLEND"
        assert lens.normals[:, 2].min() > 0.5


def test_clear_acetate_shows_its_wire_and_no_wall_in_the_middle() -> None:
    _, asset = made("aurelle-windsor", "crystal")
    assert part(asset, "left_temple_core").material.metallic == 1
    front = part(asset, "front")
    on_middle = np.abs(front.vertices[front.faces][..., 0]).max(1) < 1e-9
    assert not on_middle.any()


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(SHAPES), st.floats(35, 65), st.floats(25, 60))
def test_every_rim_fills_its_box_and_turns_one_way(
    shape: RimShape, a_mm: float, b_mm: float
) -> None:
    outline = rim_outline(shape, a_m=a_mm * MM, b_m=b_mm * MM)
    np.testing.assert_allclose(np.ptp(outline, axis=0), [a_mm * MM, b_mm * MM], rtol=1e-9)
    np.testing.assert_allclose(outline.max(0), -outline.min(0), atol=1e-12)
    following = np.roll(outline, -1, axis=0)
    area = np.sum(outline[:, 0] * following[:, 1] - outline[:, 1] * following[:, 0]) / 2
    assert area > 0.6 * a_mm * b_mm * MM**2


@settings(max_examples=12, deadline=None)
@given(
    shape=st.sampled_from(SHAPES),
    front=st.sampled_from(["acetate", "metal"]),
    a_mm=st.floats(42, 60),
    tall=st.floats(0.7, 0.95),
    dbl_mm=st.floats(14, 24),
    bridge_y_mm=st.floats(4, 10),
)
def test_any_plausible_frame_is_closed(
    *, shape: RimShape, front: str, a_mm: float, tall: float, dbl_mm: float, bridge_y_mm: float
) -> None:
    wire = front == "metal"
    parameters = EyewearParameters.model_validate(
        {
            "rim": shape,
            "front": front,
            "a_mm": a_mm,
            "b_mm": tall * a_mm,
            "dbl_mm": dbl_mm,
            "front_mm": 2 * a_mm + dbl_mm + 18,
            "bridge_y_mm": bridge_y_mm,
            "rim_mm": 0.9 if wire else 4.2,
            "depth_mm": 1.5 if wire else 4.4,
            "temple_high_mm": 2.8 if wire else 11,
        }
    )
    mesh = part(make_eyewear(parameters, item_id="any", variant="one"), "front")
    assert open_edges(mesh) == 0
    assert volumes_m3(mesh).min() > 0


def test_a_brand_may_draw_its_own_rim() -> None:
    square = (1.0, 0.0, 1.0, 1.0, -1.0, 1.0, -1.0, -1.0, 1.0, -1.0)
    asset = make_eyewear(EyewearParameters(rim_points=square), item_id="own", variant="one")
    assert np.ptp(part(asset, "left_lens").vertices[:, 0]) == pytest.approx(49 * MM, abs=0.5 * MM)


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"front_mm": 118}, "front_mm 118 is too narrow"),
        ({"rim_points": (1.0, 0.0, 1.0)}, "rim_points"),
    ],
)
def test_sizes_that_make_no_frame_are_refused(fields: dict[str, object], says: str) -> None:
    parameters = EyewearParameters.model_validate(fields)
    with pytest.raises(ValueError, match=says):
        make_eyewear(parameters, item_id="bad", variant="one")


def test_a_misspelt_size_is_refused() -> None:
    with pytest.raises(ValidationError):
        EyewearParameters.model_validate({"width_mm": 140})
