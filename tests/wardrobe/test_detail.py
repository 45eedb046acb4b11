"""Small pictures take fewer triangles, and nobody sees which."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tryon.core.camera import PinholeCamera
from tryon.core.mesh import Material, Mesh
from tryon.core.scene import Draw, Lighting
from tryon.core.transforms import rigid
from tryon.stages.render import Renderer
from tryon.wardrobe.asset import Asset
from tryon.wardrobe.atelier import solids
from tryon.wardrobe.catalogue import Catalogue, bundled_folder
from tryon.wardrobe.detail import FEWEST_TRIANGLES, KEPT_SHARE, with_fewer_triangles
from tryon.wardrobe.load import load_asset

FRAMES = ("aurelle-aviator", "aurelle-lumen", "aurelle-soleil", "aurelle-windsor")
PX_PER_M = 1300.0


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return Catalogue.load([bundled_folder()])


def worn(catalogue: Catalogue, item_id: str) -> Asset:
    item = catalogue.item(item_id)
    return load_asset(item, item.variants[0].name)


def ball() -> Mesh:
    mesh = solids.sphere(0.02, segments=32, rings=16).mesh("ball", Material(), crease_deg=180)
    return replace(mesh, occlusion=np.ones(len(mesh.vertices), np.float32))


def rim(mesh: Mesh) -> set[tuple[float, ...]]:
    """Places on the open border of a mesh."""
    _, place = np.unique(mesh.vertices, axis=0, return_inverse=True)
    corners = place.ravel()[mesh.faces]
    ends = np.sort(np.concatenate([corners[:, [k, (k + 1) % 3]] for k in range(3)]), axis=1)
    sides, times = np.unique(ends, axis=0, return_counts=True)
    places = np.unique(mesh.vertices, axis=0)[np.unique(sides[times == 1])]
    return set(map(tuple, places.tolist()))


@pytest.mark.parametrize("item_id", FRAMES)
def test_eyewear_in_half_its_triangles_keeps_its_vertices_and_the_outline_of_its_lenses(
    catalogue: Catalogue, item_id: str
) -> None:
    asset = worn(catalogue, item_id)
    assert [m.name for m in asset.coarse] == [m.name for m in asset.parts]
    for mesh, few in zip(asset.parts, asset.coarse, strict=True):
        assert few.vertices is mesh.vertices
        assert few.normals is mesh.normals
        if mesh.name.endswith("lens"):
            assert rim(few) == rim(mesh)
            assert len(rim(few)) >= 48
    triangles = [sum(len(m.faces) for m in parts) for parts in (asset.parts, asset.coarse)]
    assert triangles[1] <= (KEPT_SHARE + 0.05) * triangles[0]


@pytest.mark.parametrize("item_id", FRAMES)
def test_fewer_triangles_change_a_small_picture_less_than_its_own_edges_err(
    catalogue: Catalogue, item_id: str
) -> None:
    """Against a picture drawn four times as large, where nothing is jagged."""
    asset = worn(catalogue, item_id)
    camera = PinholeCamera.default((320, 160))
    at_m = rigid(None, np.array([0.0, 0.0, -camera.focal_px[0] / PX_PER_M]))
    paper = np.full((160, 320, 3), 190, np.float64)

    def shown(parts: tuple[Mesh, ...], supersample: float) -> np.ndarray:
        draws = [Draw(mesh, at_m, owner=item_id) for mesh in parts]
        layer = renderer.draw(camera, draws, Lighting.studio(), supersample=supersample)
        assert layer is not None
        (x, y), (h, w) = layer.corner_xy, layer.rgba.shape[:2]
        out = paper.copy()
        share = 1 - layer.rgba[..., 3:] / 255
        out[y : y + h, x : x + w] = out[y : y + h, x : x + w] * share + layer.rgba[..., :3]
        return out

    with Renderer() as renderer:
        truth, fine, coarse = shown(asset.parts, 4), shown(asset.parts, 2), shown(asset.coarse, 2)
        single = shown(asset.parts, 1)
    item = (truth != paper).any(2)
    error = {
        name: float(np.sqrt(((picture - truth)[item] ** 2).mean()))
        for name, picture in (("fine", fine), ("coarse", coarse), ("single", single))
    }
    assert error["coarse"] < error["fine"] + 0.5 * (error["single"] - error["fine"]), error


def test_small_parts_stay_as_they_are() -> None:
    mesh = solids.sphere(0.02, segments=8, rings=6).mesh("bead", Material(), crease_deg=180)
    assert len(mesh.faces) < FEWEST_TRIANGLES
    np.testing.assert_array_equal(with_fewer_triangles([mesh])[0].faces, mesh.faces)


def test_where_the_shade_changes_triangles_stay() -> None:
    plain = ball()
    x, height, z = plain.vertices.T
    stripes = np.floor(8 * np.arctan2(z, x) / np.pi) % 2
    shaded = replace(plain, occlusion=np.where(height > 0.012, stripes, 1).astype(np.float32))
    (few_plain,), (few_shaded,) = with_fewer_triangles([plain]), with_fewer_triangles([shaded])

    def about_the_stripes(mesh: Mesh) -> int:
        return len(np.unique(mesh.faces[(height[mesh.faces] > 0.012).all(1)]))

    assert about_the_stripes(few_shaded) > 1.2 * about_the_stripes(few_plain)


def test_triangles_are_kept_in_the_cache_and_a_damaged_file_is_baked_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRYON_CACHE", str(tmp_path))
    baked = with_fewer_triangles([ball()])[0].faces
    (kept,) = (tmp_path / "baked" / "detail").glob("*.npy")
    np.testing.assert_array_equal(with_fewer_triangles([ball()])[0].faces, baked)
    kept.write_bytes(kept.read_bytes()[:-40])
    np.testing.assert_array_equal(with_fewer_triangles([ball()])[0].faces, baked)
    np.testing.assert_array_equal(with_fewer_triangles([ball()])[0].faces, baked)


def test_a_cache_that_cannot_be_written_costs_only_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    monkeypatch.setenv("TRYON_CACHE", str(blocked / "cache"))
    mesh = ball()
    assert len(with_fewer_triangles([mesh])[0].faces) < len(mesh.faces)
