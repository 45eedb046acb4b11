"""Assets are made once, shaded by themselves, and models load as the catalogue corrects them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tryon.core.errors import CatalogueError, ImportError3D, UnknownItemError
from tryon.core.mesh import Material, Mesh, smooth_normals
from tryon.wardrobe.atelier import solids
from tryon.wardrobe.catalogue import Catalogue, bundled_folder
from tryon.wardrobe.glb_writer import glb_bytes
from tryon.wardrobe.gltf_surfaces import read_gltf
from tryon.wardrobe.item import Item
from tryon.wardrobe.load import load_asset
from tryon.wardrobe.occlusion import REACH_M, bake_openness, with_occlusion


@pytest.fixture(scope="module")
def fedora() -> Item:
    return Catalogue.load([bundled_folder()]).item("aurelle-fedora")


def box(name: str, material: Material | None = None, *, at: float = 0.0) -> Mesh:
    solid = solids.rounded_box(np.array([0.04, 0.02, 0.03]), 0.002)
    mesh = solid.mesh(name, material or Material("paint", (0.5, 0.2, 0.1, 1.0)))
    return replace(mesh, vertices=(mesh.vertices + np.float32([at, 0, 0])).astype(np.float32))


def model_item(folder: Path, meshes: list[Mesh], extra: str = "", variants: str = "") -> Item:
    (folder / "thing.glb").write_bytes(glb_bytes(meshes))
    (folder / "thing.yaml").write_text(
        "schema: item.1\nid: thing\ntitle: {en: Thing, zh: 物}\nbrand: B\ncategory: eyeglasses\n"
        f"model:\n  file: thing.glb\n{extra}{variants}licence: CC0-1.0\nattribution: nobody\n",
        "utf-8",
    )
    return Catalogue.load([folder]).item("thing")


def test_an_asset_is_made_once_and_is_the_same_object_after(fedora: Item) -> None:
    first = load_asset(fedora, "camel")
    assert load_asset(fedora, "camel") is first
    assert load_asset(fedora, "black") is not first


def test_an_item_of_the_same_id_but_other_contents_is_made_anew(fedora: Item) -> None:
    assert fedora.recipe is not None
    narrow = fedora.recipe.model_copy(update={"parameters": {"head_size_cm": 54.0}})
    other = load_asset(fedora.model_copy(update={"recipe": narrow}), "black")
    usual = load_asset(fedora, "black")
    assert other.band is not None
    assert usual.band is not None
    assert other.band.half_width_m < usual.band.half_width_m


def test_an_unknown_variant_lists_those_there_are(fedora: Item) -> None:
    with pytest.raises(UnknownItemError, match="black, camel"):
        load_asset(fedora, "pink")


def test_every_part_of_a_loaded_asset_carries_its_occlusion(fedora: Item) -> None:
    asset = load_asset(fedora, "black")
    for mesh in asset.parts:
        assert mesh.occlusion is not None
        assert mesh.occlusion.dtype == np.float32
        assert 0 <= mesh.occlusion.min() <= mesh.occlusion.max() <= 1
    felt, lining = asset.part("felt"), asset.part("lining")
    assert felt is not None
    assert felt.occlusion is not None
    assert lining is not None
    assert lining.occlusion is not None
    away = np.hypot(felt.vertices[:, 0], felt.vertices[:, 2])
    edge = felt.occlusion[away > 0.98 * away.max()]
    under_the_ribbon = felt.occlusion[(np.abs(felt.vertices[:, 1] - 0.02) < 0.01) & (away < 0.11)]
    deep_inside = lining.occlusion[lining.vertices[:, 1] > 0.6 * lining.vertices[:, 1].max()]
    assert edge.mean() > 0.9
    assert deep_inside.mean() < edge.mean() - 0.2
    assert under_the_ribbon.mean() < 0.5


def test_openness_of_a_plane_under_a_close_ceiling_follows_the_distance() -> None:
    side = 4.0
    corners = np.float32([[-side, 0, -side], [side, 0, -side], [side, 0, side], [-side, 0, side]])
    up, down = np.int32([[0, 2, 1], [0, 3, 2]]), np.int32([[0, 1, 2], [0, 2, 3]])
    height = 0.25 * REACH_M
    raised = (corners + np.float32([0, height, 0])).astype(np.float32)
    floor = Mesh("floor", corners, up, smooth_normals(corners, up))
    ceiling = Mesh("ceiling", raised, down, smooth_normals(raised, down))
    centre, normal = np.float32([[0, 0, 0]]), np.float32([[0, 1, 0]])
    open_sky = bake_openness(centre, normal, [floor])
    covered = bake_openness(centre, normal, [floor, ceiling])
    # Cosine-weighted mean of min(h / (reach cos), 1), in closed form.
    share = height / REACH_M
    expected = share**2 + 2 * share * (1 - share)
    assert open_sky[0] == 1.0
    assert covered[0] == pytest.approx(expected, abs=0.02)


def test_occlusion_is_deterministic_and_lenses_cast_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRYON_CACHE", str(tmp_path / "a"))
    glass = Material("glass", (1, 1, 1, 0.2), alpha_mode="BLEND")
    alone = with_occlusion([box("front")])[0].occlusion
    beside_glass = with_occlusion([box("front"), box("lens", glass, at=0.03)])[0].occlusion
    beside_paint = with_occlusion([box("front"), box("other", at=0.045)])[0].occlusion
    monkeypatch.setenv("TRYON_CACHE", str(tmp_path / "b"))
    again = with_occlusion([box("front")])[0].occlusion
    np.testing.assert_array_equal(alone, beside_glass)
    np.testing.assert_allclose(alone, again, atol=1 / 255)
    assert beside_paint is not None
    assert alone is not None
    assert beside_paint.min() < alone.min() - 0.2


def test_occlusion_is_kept_in_the_cache_and_a_damaged_file_is_baked_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRYON_CACHE", str(tmp_path))
    baked = with_occlusion([box("front"), box("other", at=0.045)])
    (kept,) = (tmp_path / "baked" / "occlusion").glob("*.npy")
    kept.write_bytes(kept.read_bytes()[:-40])
    again = with_occlusion([box("front"), box("other", at=0.045)])
    for one, other in zip(baked, again, strict=True):
        np.testing.assert_allclose(one.occlusion, other.occlusion, atol=1 / 255)
    read = with_occlusion([box("front"), box("other", at=0.045)])
    np.testing.assert_allclose(read[0].occlusion, baked[0].occlusion, atol=1 / 255)


def test_a_cache_that_cannot_be_written_costs_only_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    monkeypatch.setenv("TRYON_CACHE", str(blocked / "cache"))
    assert with_occlusion([box("front")])[0].occlusion is not None


def test_a_model_comes_back_as_it_was_written(tmp_path: Path) -> None:
    texture = np.random.default_rng(1).integers(0, 255, (8, 4, 4), np.uint8)
    rich = Material(
        "velvet", (0.2, 0.4, 0.6, 0.5), metallic=0.3, roughness=0.7, reflectance=0.09,
        sheen=(0.1, 0.2, 0.3), base_color_texture=texture, alpha_mode="BLEND", double_sided=True,
    )  # fmt: skip
    source = replace(
        box("left_temple", rich), color=np.full((len(box("x").vertices), 4), 0.25, np.float32)
    )
    path = tmp_path / "x.glb"
    path.write_bytes(glb_bytes([source], credit="me"))
    raw = read_gltf(path)
    (mesh,) = raw.meshes
    assert raw.lost == ()
    assert raw.credit == {"author": "me"}
    assert mesh.name == "left_temple/0"
    np.testing.assert_allclose(mesh.vertices, source.vertices, atol=1e-7)
    np.testing.assert_array_equal(mesh.faces, source.faces)
    np.testing.assert_allclose(mesh.normals, source.normals, atol=1e-6)
    assert mesh.uv is not None
    assert source.uv is not None
    np.testing.assert_allclose(mesh.uv, source.uv, atol=1e-5)
    np.testing.assert_allclose(mesh.color, source.color)
    material = mesh.material
    np.testing.assert_array_equal(material.base_color_texture, texture)
    assert material.base_color == pytest.approx(rich.base_color)
    assert material.reflectance == pytest.approx(0.09)
    assert material.sheen == pytest.approx(rich.sheen)
    assert (material.alpha_mode, material.double_sided) == ("BLEND", True)
    assert (material.metallic, material.roughness) == (0.3, 0.7)


def test_hinges_band_and_corrections_of_a_model_are_applied(tmp_path: Path) -> None:
    extra = (
        "  scale: 2\n  turn_deg: [0, 90, 0]\n  offset_mm: [0, 5, 0]\n"
        "  hinges: {left_mm: [10, 0, 0], right_mm: [-10, 0, 0], length_mm: 50}\n"
        "  band: {half_width_mm: 70, half_depth_mm: 90}\n"
    )
    asset = load_asset(model_item(tmp_path, [box("left_temple"), box("front")], extra), "standard")
    assert [mesh.name for mesh in asset.parts] == ["left_temple", "front"]
    assert asset.temples is not None
    np.testing.assert_allclose(asset.temples.left_hinge, [0, 0.005, -0.02], atol=1e-9)
    assert asset.temples.length_m == pytest.approx(0.1)
    assert asset.band is not None
    assert asset.band.half_width_m == pytest.approx(0.14)
    low, high = asset.parts[0].bounds
    np.testing.assert_allclose(high - low, [0.06, 0.04, 0.08], atol=1e-6)
    np.testing.assert_allclose(np.linalg.norm(asset.parts[0].normals, axis=1), 1, atol=1e-5)


def test_a_variant_finishes_a_models_material(tmp_path: Path) -> None:
    variants = (
        "variants:\n"
        "  - name: clear\n    title: {en: Clear, zh: 透明}\n"
        "    finishes: {paint: {color: '#ffffff', opacity: 0.5, roughness: 0.1}}\n"
    )
    asset = load_asset(model_item(tmp_path, [box("front")], variants=variants), "clear")
    material = asset.parts[0].material
    assert material.base_color == (1.0, 1.0, 1.0, 0.5)
    assert (material.alpha_mode, material.roughness) == ("BLEND", 0.1)


def test_a_finish_of_a_material_that_is_not_there_names_those_that_are(tmp_path: Path) -> None:
    variants = (
        "variants:\n  - name: odd\n    title: {en: Odd, zh: 奇}\n"
        "    finishes: {chrome: {metallic: 1}}\n"
    )
    item = model_item(tmp_path, [box("front")], variants=variants)
    with pytest.raises(CatalogueError, match=r"chrome, which thing\.glb does not have.*paint"):
        load_asset(item, "odd")


def test_a_model_that_was_damaged_after_the_catalogue_was_read_is_named(tmp_path: Path) -> None:
    item = model_item(tmp_path, [box("front")])
    whole = (tmp_path / "thing.glb").read_bytes()
    (tmp_path / "thing.glb").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ImportError3D, match="damaged GLB"):
        load_asset(item, "standard")
