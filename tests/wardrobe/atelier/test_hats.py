"""The fedora goes round the head it is sold for, and nothing shows through it."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial import cKDTree

from tests.wardrobe.atelier.surfaces import open_edges
from tryon.core.mesh import Mesh
from tryon.wardrobe.asset import Asset
from tryon.wardrobe.atelier.hats import FedoraParameters, band_half_axes, make_fedora
from tryon.wardrobe.catalogue import Catalogue
from tryon.wardrobe.recipes import make_asset

CATALOGUE = Catalogue.load()
VARIANTS = [variant.name for variant in CATALOGUE.item("aurelle-fedora").variants]
MOST_TRIANGLES = 10_000


@cache
def made(variant: str) -> Asset:
    return make_asset(CATALOGUE.item("aurelle-fedora"), variant)


def part(asset: Asset, name: str) -> Mesh:
    mesh = asset.part(name)
    assert mesh is not None, name
    return mesh


@settings(max_examples=30, deadline=None)
@given(st.floats(0.5, 0.66), st.floats(1.0, 1.5))
def test_the_band_is_as_long_as_the_head_size(circumference_m: float, shape: float) -> None:
    half = band_half_axes(circumference_m, shape)
    angle = np.linspace(0, 2 * np.pi, 4001)
    loop = np.stack([half[0] * np.sin(angle), half[1] * np.cos(angle)], axis=1)
    length = np.linalg.norm(np.diff(loop, axis=0), axis=1).sum()
    assert length == pytest.approx(circumference_m, rel=1e-4)
    assert half[1] / half[0] == pytest.approx(shape)


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_felt_is_outside_of_the_band_all_round(variant: str) -> None:
    asset = made(variant)
    assert asset.band is not None
    felt = part(asset, "felt").vertices
    low = felt[np.abs(felt[:, 1]) < 0.004]
    share = np.hypot(low[:, 0] / asset.band.half_width_m, low[:, 2] / asset.band.half_depth_m)
    assert share.min() >= 1 - 1e-6


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_hat_is_light_enough_and_its_normals_are_sound(variant: str) -> None:
    asset = made(variant)
    assert sum(len(mesh.faces) for mesh in asset.parts) <= MOST_TRIANGLES
    for mesh in asset.parts:
        np.testing.assert_allclose(np.linalg.norm(mesh.normals, axis=1), 1, atol=1e-5)
        a, b, c = (mesh.vertices[mesh.faces[:, k]].astype(np.float64) for k in range(3))
        along = np.einsum("ij,ij->i", np.cross(b - a, c - a), mesh.normals[mesh.faces].mean(1))
        assert (along > 0).mean() > 0.98, mesh.name


def test_the_wall_looks_outward_and_the_lining_inward() -> None:
    asset = made("camel")
    for name, sign in (("felt", 1), ("lining", -1), ("sweatband", -1)):
        mesh = part(asset, name)
        centre = np.array([0.0, 0.03, 0.0])
        wall = (np.abs(mesh.vertices[:, 1] - 0.028) < 0.016) & (
            np.hypot(mesh.vertices[:, 0], mesh.vertices[:, 2]) < 0.115
        )
        assert wall.any(), name
        away = (mesh.vertices - centre)[wall] * [1, 0, 1]
        facing = sign * np.einsum("ij,ij->i", mesh.normals[wall], away)
        assert (facing > 0).mean() > 0.95, name


def test_no_gap_between_sweatband_and_lining_shows_the_room_behind() -> None:
    asset = made("black")
    band_top = part(asset, "sweatband").vertices[:, 1].max()
    assert part(asset, "lining").vertices[:, 1].min() < band_top - 0.004


def test_the_lining_lies_inside_of_the_felt() -> None:
    asset = made("black")
    felt, lining = part(asset, "felt").vertices, part(asset, "lining").vertices
    assert lining[:, 1].max() < felt[:, 1].max()
    assert np.ptp(lining[:, 0]) < np.ptp(felt[felt[:, 1] > 0.02][:, 0])


def test_the_bow_is_on_the_wearers_left() -> None:
    ribbon = part(made("black"), "ribbon").vertices
    assert ribbon[:, 0].max() > -ribbon[:, 0].min() + 0.002


def test_the_ribbon_lies_on_the_felt_and_not_in_it() -> None:
    asset = made("straw")
    felt, ribbon = part(asset, "felt"), part(asset, "ribbon").vertices
    on_wall = (ribbon[:, 1] > 0.006) & (ribbon[:, 1] < 0.034)
    distance, near = cKDTree(felt.vertices).query(ribbon[on_wall])
    outside = np.einsum("ij,ij->i", ribbon[on_wall] - felt.vertices[near], felt.normals[near])
    assert on_wall.sum() > 200
    assert outside.min() > -0.0002
    assert distance.max() < 0.02


def test_the_felt_is_the_same_on_both_sides() -> None:
    felt = part(made("black"), "felt").vertices
    mirror = felt * np.array([-1, 1, 1], np.float32)
    a, b = (v[np.lexsort(np.round(v.T, 6))] for v in (felt, mirror))
    np.testing.assert_allclose(a.min(0), b.min(0), atol=1e-6)
    np.testing.assert_allclose(np.abs(a).mean(0), np.abs(b).mean(0), atol=1e-6)


def test_the_brim_snaps_down_in_front_and_up_behind() -> None:
    felt = part(made("black"), "felt").vertices
    front = felt[felt[:, 2].argmax()]
    back = felt[felt[:, 2].argmin()]
    assert front[1] < -0.005
    assert back[1] > 0.015


def test_a_taller_crown_is_taller_and_a_broader_brim_broader() -> None:
    usual = make_fedora(FedoraParameters(), item_id="a", variant="v")
    other = make_fedora(
        FedoraParameters(crown_front_mm=136, brim_front_mm=80), item_id="a", variant="v"
    )
    rise = part(other, "felt").vertices.max(0) - part(usual, "felt").vertices.max(0)
    assert rise[1] == pytest.approx(0.020, abs=0.003)
    assert rise[2] > 0.012


def test_only_the_opening_below_is_open() -> None:
    felt = part(made("black"), "felt")
    # The crown's lower ring is the only loop without a neighbour besides the brim's inner one.
    assert 0 < open_edges(felt) <= 4 * 72
