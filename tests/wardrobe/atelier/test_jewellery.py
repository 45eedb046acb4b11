"""Jewellery by recipe: its sizes are those that were ordered, and its surfaces are whole."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from pydantic import ValidationError
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial.distance import pdist

from tests.wardrobe.atelier.surfaces import open_edges, volumes_m3
from tryon.core.mesh import Mesh
from tryon.core.spaces import Floats
from tryon.core.transforms import rigid
from tryon.wardrobe.asset import Asset
from tryon.wardrobe.atelier import drape, gems
from tryon.wardrobe.atelier.jewellery import (
    HoopParameters,
    PearlParameters,
    TiaraParameters,
    make_hoops,
    make_pearls,
    make_tiara,
)
from tryon.wardrobe.catalogue import Catalogue
from tryon.wardrobe.recipes import make_asset

MOST_TRIANGLES = 12_000
ITEMS = ("aurelle-hoops", "aurelle-pearls", "aurelle-tiara")


@pytest.fixture(scope="module")
def variants() -> dict[tuple[str, str], Asset]:
    """Every variant of every piece of jewellery in the catalogue."""
    catalogue = Catalogue.load()
    return {
        (name, variant.name): make_asset(catalogue.item(name), variant.name)
        for name in ITEMS
        for variant in catalogue.item(name).variants
    }


def hoops(**sizes: object) -> Asset:
    return make_hoops(HoopParameters.model_validate(sizes), item_id="hoops", variant="one")


def pearls(**sizes: object) -> Asset:
    return make_pearls(PearlParameters.model_validate(sizes), item_id="pearls", variant="one")


def tiara(**sizes: object) -> Asset:
    return make_tiara(TiaraParameters.model_validate(sizes), item_id="tiara", variant="one")


def points_of(asset: Asset, name: str) -> Floats:
    mesh = asset.part(name)
    assert mesh is not None
    return mesh.vertices.astype(np.float64)


def pieces(mesh: Mesh) -> list[Floats]:
    """The (n, 3) points of each loose piece, in the order of the mesh."""
    count = len(mesh.vertices)
    one, other = mesh.faces[:, [0, 1]].ravel(), mesh.faces[:, [1, 2]].ravel()
    graph = csr_matrix((np.ones(len(one), bool), (one, other)), (count, count))
    number, piece = connected_components(graph, directed=False)
    return [mesh.vertices[piece == k].astype(np.float64) for k in range(number)]


def test_every_variant_stays_within_the_triangle_budget(
    variants: dict[tuple[str, str], Asset],
) -> None:
    assert len(variants) >= 2 * len(ITEMS)
    triangles = {key: sum(len(m.faces) for m in asset.parts) for key, asset in variants.items()}
    assert {key: n for key, n in triangles.items() if not 500 < n <= MOST_TRIANGLES} == {}


def test_every_surface_is_closed_and_looks_outward(
    variants: dict[tuple[str, str], Asset],
) -> None:
    for key, asset in variants.items():
        for mesh in asset.parts:
            assert open_edges(mesh) == 0, (key, mesh.name)
            assert volumes_m3(mesh).min() > 0, (key, mesh.name)


def test_shading_normals_are_unit_and_lean_outward(
    variants: dict[tuple[str, str], Asset],
) -> None:
    for key, asset in variants.items():
        for mesh in asset.parts:
            np.testing.assert_allclose(np.linalg.norm(mesh.normals, axis=1), 1, atol=1e-4)
            a, b, c = (mesh.vertices[mesh.faces[:, k]] for k in range(3))
            flat = np.cross(b - a, c - a)
            facing = (flat * mesh.normals[mesh.faces].mean(1)).sum(1)
            assert (facing > 0).mean() > 0.97, (key, mesh.name)


def test_the_same_order_gives_the_same_piece_to_the_bit(
    variants: dict[tuple[str, str], Asset],
) -> None:
    catalogue = Catalogue.load()
    for name, variant in (("aurelle-pearls", "blush"), ("aurelle-tiara", "gold-pearl")):
        again = make_asset(catalogue.item(name), variant)
        for first, second in zip(variants[name, variant].parts, again.parts, strict=True):
            assert np.array_equal(first.vertices, second.vertices)
            assert np.array_equal(first.normals, second.normals)


def test_another_seed_gives_another_string_of_pearls() -> None:
    one, other = (points_of(pearls(seed=seed), "pearls") for seed in (1, 2))
    assert 1e-5 < np.abs(one - other).max() < 5e-4


@pytest.mark.parametrize("profile", ["round", "knife"])
@pytest.mark.parametrize("diameter_mm", [18.0, 32.0, 50.0])
def test_a_hoop_is_as_wide_and_as_thick_as_ordered(profile: str, diameter_mm: float) -> None:
    points = 1000 * points_of(hoops(diameter_mm=diameter_mm, profile=profile), "hoop")
    front = np.array([np.sin(np.radians(38)), 0, np.cos(np.radians(38))])
    assert np.ptp(points @ front) == pytest.approx(diameter_mm, abs=0.1)
    bottom = points[np.abs(points @ front) < 1.0]
    bottom = bottom[bottom[:, 1] < points[:, 1].min() + 6]
    assert np.ptp(bottom[:, 1]) == pytest.approx(3.4, rel=0.08)


def test_a_hoop_hangs_below_its_post() -> None:
    points = points_of(hoops(), "hoop")
    assert points[:, 1].max() < 0.0025
    assert points[:, 1].min() == pytest.approx(-0.0306, abs=0.001)
    assert np.linalg.norm(points, axis=1).min() < 0.0005


def test_the_stones_of_a_hoop_lie_on_its_front() -> None:
    asset = hoops(stones=21)
    metal = points_of(asset, "hoop")
    stones = points_of(asset, "stones") - 0.5 * (metal.min(0) + metal.max(0))
    front = np.array([np.sin(np.radians(38)), 0, np.cos(np.radians(38))])
    assert (stones @ front).min() > 0.005
    assert np.linalg.norm(stones, axis=1).min() > 0.0145
    mesh = asset.part("stones")
    assert mesh is not None
    assert len(mesh.faces) == 21 * len(gems.cut("single"))


@pytest.mark.parametrize("kind", ["brilliant", "single", "melee"])
def test_a_stone_is_flat_on_every_facet_and_no_two_stones_shine_alike(kind: gems.Cut) -> None:
    places = np.array([rigid(None, np.array([x, 0.0, 0.0])) for x in (0.0, 2.0)])
    mesh = gems.stones("stones", kind, places, rng=np.random.default_rng(7))
    by_facet = mesh.normals[mesh.faces]
    assert np.ptp(by_facet, axis=1).max() == 0
    one, other = np.split(by_facet[:, 0], 2)
    crown = one[:, 1] > 0.2
    assert np.abs(one - other)[crown].max() > 0.3
    assert np.ptp(mesh.vertices[:, 0]) == pytest.approx(3.0, rel=0.01)


@pytest.mark.parametrize("strand_mm", [400.0, 450.0, 500.0])
def test_a_strand_is_as_long_as_ordered(strand_mm: float) -> None:
    asset = pearls(strand_mm=strand_mm)
    strung = middles_round(asset)
    links = [np.linalg.norm(b - a) for a, b in pairwise([*strung, strung[0]])]
    assert 1000 * sum(links) == pytest.approx(strand_mm, rel=0.012)


def middles_round(asset: Asset) -> list[Floats]:
    """Middles of the clasp's barrel and then each pearl, once round."""
    beads, clasp = asset.part("pearls"), asset.part("clasp")
    assert beads is not None
    assert clasp is not None
    barrel = max(pieces(clasp), key=len)
    return [barrel.mean(0), *(bead.mean(0) for bead in pieces(beads))]


@pytest.mark.parametrize("sizes", [{}, {"pearl_mm": 10.5, "end_pearl_mm": 8.5}])
def test_pearls_neither_overlap_nor_leave_gaps(sizes: dict[str, float]) -> None:
    mesh = pearls(**sizes).part("pearls")
    assert mesh is not None
    beads = pieces(mesh)
    middles = np.array([bead.mean(0) for bead in beads])
    radii = np.array(
        [np.linalg.norm(b - m, axis=1).max() for b, m in zip(beads, middles, strict=True)]
    )
    one, other = np.triu_indices(len(beads), 1)
    assert (pdist(middles) - radii[one] - radii[other]).min() > 0
    gaps = np.linalg.norm(np.diff(middles, axis=0), axis=1) - radii[1:] - radii[:-1]
    assert gaps.max() < 0.0016


def test_pearls_grow_towards_the_front() -> None:
    mesh = pearls(pearl_mm=10.0, end_pearl_mm=7.0).part("pearls")
    assert mesh is not None
    sizes = np.array([1000 * np.ptp(bead, axis=0).max() for bead in pieces(mesh)])
    middle = len(sizes) // 2
    assert sizes.max() == pytest.approx(10.0, abs=0.4)
    assert sizes[[0, -1]] == pytest.approx(7.0, abs=0.4)
    assert (sizes[: middle - 3].mean(), sizes[middle + 4 :].mean()) < (sizes[middle],) * 2


def test_a_strand_that_would_shrink_towards_the_front_is_refused() -> None:
    with pytest.raises(ValidationError, match="end_pearl_mm"):
        PearlParameters(pearl_mm=8, end_pearl_mm=9)


def test_the_strand_lies_on_the_neck_and_hangs_in_front() -> None:
    strung = np.array(middles_round(pearls()))
    height = drape.height_over_skin(strung)
    assert height.min() > 0.003
    assert np.median(height) < 0.0055
    falls = strung @ drape.DOWN
    assert falls.argmax() == pytest.approx(len(strung) / 2, abs=2)
    np.testing.assert_allclose(strung[1:] * [-1, 1, 1], strung[:0:-1], atol=2e-4)


def test_a_longer_strand_hangs_lower() -> None:
    falls = [
        (np.array(middles_round(pearls(strand_mm=size))) @ drape.DOWN).max()
        for size in (400, 450, 500)
    ]
    assert falls[0] + 0.01 < falls[1]
    assert falls[1] + 0.01 < falls[2]


def test_tahitian_pearls_are_dark_and_white_ones_bright() -> None:
    tones = []
    for nacre in ("white", "tahitian"):
        mesh = pearls(nacre=nacre).part("pearls")
        assert mesh is not None
        assert mesh.color is not None
        tones.append(float(mesh.color[:, :3].mean()))
    assert tones[0] > 0.7
    assert tones[1] < 0.12


def test_a_tiara_rises_to_its_peak_and_spans_its_oval() -> None:
    asset = tiara(lean_deg=0, peak_mm=36, band_mm=4.2)
    metal = 1000 * points_of(asset, "setting")
    assert metal[:, 1].max() == pytest.approx(40.2, abs=1.0)
    assert abs(metal[metal[:, 1].argmax(), 0]) < 1.5
    assert np.abs(metal[:, 0]).max() == pytest.approx(77, abs=1.5)
    assert metal[np.abs(metal[:, 0]) > 70, 1].max() < 25


def test_a_tiara_is_the_same_left_and_right() -> None:
    metal = points_of(tiara(), "setting")
    assert np.percentile(metal[:, 0], [1, 25]) == pytest.approx(
        -np.percentile(metal[:, 0], [99, 75]), abs=5e-4
    )


def test_pearls_crown_a_tiara_when_ordered() -> None:
    plain, crowned = tiara(), tiara(tips="pearl")
    assert plain.part("pearls") is None
    top = points_of(crowned, "pearls")[:, 1].max()
    assert top > points_of(crowned, "setting")[:, 1].max()


def test_unknown_parameters_are_refused() -> None:
    with pytest.raises(ValidationError):
        HoopParameters.model_validate({"colour": "gold"})
