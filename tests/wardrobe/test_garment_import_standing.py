"""A garment without joints is placed on our body by its shape, however its arms are held."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.spatial import cKDTree

from tryon.core.errors import ImportError3D
from tryon.core.mesh import Mesh
from tryon.core.transforms import rigid, scaling
from tryon.wardrobe.alterations.fitted import dress_form
from tryon.wardrobe.alterations.importer import GarmentWishes, ImportedGarment, import_garment
from tryon.wardrobe.alterations.repose import carried
from tryon.wardrobe.alterations.stances import stances
from tryon.wardrobe.alterations.standing import FRONTS
from tryon.wardrobe.body_girth import dense_of
from tryon.wardrobe.catalogue import Catalogue, bundled_folder
from tryon.wardrobe.garment import Garment
from tryon.wardrobe.glb_writer import glb_bytes
from tryon.wardrobe.importer_axes import Direction
from tryon.wardrobe.importer_cut import moved
from tryon.wardrobe.item import Category
from tryon.wardrobe.load_garment import load_garment


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return Catalogue.load([bundled_folder()])


def worn(catalogue: Catalogue, name: str) -> Garment:
    item = catalogue.item(name)
    return load_garment(item, item.variants[0].name)


def as_model(
    garment: Garment,
    path: Path,
    *,
    stance: str = "",
    unit_per_m: float = 1.0,
    front: Direction = "+z",
) -> Path:
    """The garment without joints, its arms held as in a stance."""
    chosen = next(each for each in stances() if each.name == stance)
    from_rest = np.linalg.inv(chosen.to_rest)
    file_from_body = rigid(FRONTS[front].T) @ scaling(unit_per_m)
    meshes: list[Mesh] = []
    for part in garment.parts:
        dense = dense_of(part.bones, part.weights, len(from_rest)).astype(np.float64)
        posed = carried(replace(part.mesh, occlusion=None), dense, from_rest)
        meshes.append(moved(posed, file_from_body))
    path.write_bytes(glb_bytes(meshes))
    return path


def away_mm(imported: ImportedGarment, garment: Garment) -> np.ndarray:
    """(V,) how far each vertex came back from where the garment is worn."""
    worn_at = np.concatenate([part.mesh.vertices for part in garment.parts])
    came = np.concatenate([part.mesh.vertices for part in imported.fitted.parts])
    return 1000 * cKDTree(worn_at).query(came)[0]


def told(garment: ImportedGarment) -> str:
    report = garment.imported.report
    return "\n".join([*report.found, *report.assumed, *report.lost])


@pytest.mark.parametrize(
    ("name", "category", "stance", "unit_per_m", "front"),
    [
        ("aurelle-tee", "tshirt", "arms held out", 100.0, "+z"),
        ("aurelle-marin", "top", "arms held out", 1.0, "-z"),
        ("aurelle-marin", "top", "", 1000.0, "+x"),
        ("aurelle-trousers", "trousers", "", 39.37, "-x"),
        ("aurelle-dress", "dress", "arms half down", 1.0, "+z"),
        ("aurelle-loafers", "shoes", "", 1.0, "-z"),
    ],
)
def test_our_own_garments_come_back_to_where_they_are_worn(  # noqa: PLR0917  # a case's columns
    catalogue: Catalogue, tmp_path: Path, name: str, category: Category, stance: str,
    unit_per_m: float, front: Direction,
) -> None:  # fmt: skip
    garment = worn(catalogue, name)
    path = as_model(garment, tmp_path / "g.glb", stance=stance, unit_per_m=unit_per_m, front=front)
    imported = import_garment(path, category, item_id="g")
    away = away_mm(imported, garment)
    assert np.median(away) < 16
    assert np.percentile(away, 95) < 40
    assert f"{front} is its front" in told(imported)


def test_nothing_lies_in_the_skin(catalogue: Catalogue, tmp_path: Path) -> None:
    path = as_model(worn(catalogue, "aurelle-trousers"), tmp_path / "g.glb", unit_per_m=0.9)
    imported = import_garment(path, "trousers", item_id="g", wishes=GarmentWishes(height_mm=930.0))
    points = np.concatenate([part.mesh.vertices for part in imported.fitted.parts])
    assert dress_form().field.at(points.astype(np.float64)).min() > 0.0


def test_a_leg_moves_with_its_own_thigh_only(catalogue: Catalogue, tmp_path: Path) -> None:
    path = as_model(worn(catalogue, "aurelle-trousers"), tmp_path / "g.glb")
    imported = import_garment(path, "trousers", item_id="g")
    body = dress_form().body
    for part in imported.fitted.parts:
        dense = dense_of(part.bones, part.weights, len(body.names))
        low = part.mesh.vertices[:, 1] < dress_form().crotch_y - 0.1
        left = low & (part.mesh.vertices[:, 0] > 0)
        assert dense[left][:, [body.bone("thigh_r"), body.bone("calf_r")]].max(initial=0) < 0.02


def test_a_skirt_passes_from_thigh_to_thigh(catalogue: Catalogue, tmp_path: Path) -> None:
    path = as_model(worn(catalogue, "aurelle-skirt"), tmp_path / "g.glb")
    imported = import_garment(path, "skirt", item_id="g")
    body = dress_form().body
    for part in imported.fitted.parts:
        dense = dense_of(part.bones, part.weights, len(body.names))
        middle = (np.abs(part.mesh.vertices[:, 0]) < 0.01) & (
            part.mesh.vertices[:, 1] < dress_form().crotch_y - 0.1
        )
        both = dense[middle][:, [body.bone("thigh_l"), body.bone("thigh_r")]]
        assert (both.min(1) > 0.2).all()


def test_flags_override_what_the_shape_suggests(catalogue: Catalogue, tmp_path: Path) -> None:
    garment = worn(catalogue, "aurelle-tee")
    path = as_model(garment, tmp_path / "g.glb")
    wishes = GarmentWishes(height_mm=700.0, front="-z", layer=5)
    imported = import_garment(path, "tshirt", item_id="g", wishes=wishes)
    assert imported.layer == 5
    assert "(--front)" not in told(imported)
    assert imported.imported.sizes["length_mm"] == pytest.approx(700, abs=45)


def test_a_file_that_lies_on_its_back_is_stood_up(catalogue: Catalogue, tmp_path: Path) -> None:
    garment = worn(catalogue, "aurelle-trousers")
    standing = as_model(garment, tmp_path / "g.glb")
    z_up = np.array([[1.0, 0, 0], [0, 0, -1.0], [0, 1.0, 0]])
    text = []
    count = 0
    for part in garment.parts:
        text += ["v {:.5f} {:.5f} {:.5f}".format(*(z_up @ v)) for v in part.mesh.vertices]
        text += ["f {} {} {}".format(*(f + 1 + count)) for f in part.mesh.faces]
        count += len(part.mesh.vertices)
    lying = tmp_path / "lying.obj"
    lying.write_text("\n".join(text) + "\n", "utf-8")
    imported = import_garment(lying, "trousers", item_id="g")
    assert "+z is up" in told(imported)
    assert np.median(away_mm(imported, garment)) < 16
    assert standing.is_file()


def test_a_unit_nobody_uses_gets_the_usual_height(catalogue: Catalogue, tmp_path: Path) -> None:
    path = as_model(worn(catalogue, "aurelle-tee"), tmp_path / "g.glb", unit_per_m=7.3)
    assert "fits no unit (--height-mm)" in told(import_garment(path, "tshirt", item_id="g"))


@pytest.mark.parametrize(
    ("category", "name", "words"),
    [
        ("hat", "g.glb", "hat is not worn on the body"),
        ("tshirt", "missing.glb", "There is no file"),
        ("tshirt", "g.fbx", "not a kind of garment"),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_remedy(
    catalogue: Catalogue, tmp_path: Path, category: Category, name: str, words: str
) -> None:
    as_model(worn(catalogue, "aurelle-tee"), tmp_path / "g.glb")
    (tmp_path / "g.fbx").write_bytes(b"Kaydara FBX Binary")
    with pytest.raises(ImportError3D, match=words) as caught:
        import_garment(tmp_path / name, category, item_id="g")
    assert caught.value.remedy


def test_a_flat_model_is_refused(tmp_path: Path) -> None:
    flat = tmp_path / "flat.obj"
    flat.write_text("v 0 0 0\nv 1 0 0\nv 2 0 0.0\nv 0 0 0\nf 1 2 3\n", "utf-8")
    with pytest.raises(ImportError3D):
        import_garment(flat, "dress", item_id="g")


def test_front_and_up_on_one_line_are_refused(catalogue: Catalogue, tmp_path: Path) -> None:
    path = as_model(worn(catalogue, "aurelle-tee"), tmp_path / "g.glb")
    with pytest.raises(ImportError3D, match="one line"):
        import_garment(path, "tshirt", item_id="g", wishes=GarmentWishes(front="+y", up="-y"))
