"""An imported garment is written as an item and comes back as it was."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.garments import RIGS, t_pose, write_skinned
from tryon.core.errors import CatalogueError, ImportError3D
from tryon.wardrobe.alterations.garment_item import write_garment
from tryon.wardrobe.alterations.importer import ImportedGarment, import_garment
from tryon.wardrobe.body import Body
from tryon.wardrobe.catalogue import Catalogue
from tryon.wardrobe.garment import look_layers
from tryon.wardrobe.imported_item import Label
from tryon.wardrobe.item_file import read_item
from tryon.wardrobe.load_garment import is_garment, load_garment


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> ImportedGarment:
    path = tmp_path_factory.mktemp("shirt") / "shirt.glb"
    write_skinned(path, RIGS["Mixamo"], heads=t_pose(Body.load()))
    return import_garment(path, "shirt", item_id="tube-shirt")


def test_what_is_written_is_worn_as_it_was_imported(
    imported: ImportedGarment, tmp_path: Path
) -> None:
    item, path = write_garment(imported, "shirt", tmp_path, label=Label(title="Tube shirt"))
    assert {p.name for p in tmp_path.iterdir()} == {
        "tube-shirt.yaml", "tube-shirt.glb", "tube-shirt.garment.npz",
    }  # fmt: skip
    assert path.name == "tube-shirt.yaml"
    assert is_garment(item)
    garment = load_garment(item, "standard")
    fitted = imported.fitted
    assert garment.layer == imported.layer == 1
    np.testing.assert_array_equal(garment.hides_body, fitted.hides_body)
    for part, made in zip(garment.parts, fitted.parts, strict=True):
        np.testing.assert_allclose(part.mesh.vertices, made.mesh.vertices, atol=1e-6)
        np.testing.assert_array_equal(part.bones, made.bones)
        np.testing.assert_allclose(part.weights, made.weights, atol=2e-3)
        assert part.mesh.material.base_color == pytest.approx(made.mesh.material.base_color)
    assert [len(level[0].mesh.faces) for level in garment.levels] == [
        len(faces) for faces in fitted.parts[0].faces
    ]


def test_it_hides_the_trunk_and_can_be_layered(imported: ImportedGarment, tmp_path: Path) -> None:
    item, _ = write_garment(imported, "shirt", tmp_path, label=Label())
    garment = load_garment(item, "standard")
    body = Body.load()
    navel = body.landmarks["navel"]
    assert garment.hides_body[navel]
    layers = look_layers(body, [garment])
    assert 0 < layers.body_faces[0].mean() < 1


def test_a_finish_recolours_it(imported: ImportedGarment, tmp_path: Path) -> None:
    _, path = write_garment(imported, "shirt", tmp_path, label=Label())
    text = path.read_text("utf-8") + (
        "variants:\n  - name: red\n    title: {en: Red, zh: 红}\n"
        '    finishes: {cotton: {color: "#ff0000"}}\n'
    )
    path.write_text(text, "utf-8")
    garment = load_garment(read_item(path), "red")
    assert garment.parts[0].mesh.material.base_color[:3] == (1.0, 0.0, 0.0)


def test_an_item_without_its_binding_says_how_to_mend_it(
    imported: ImportedGarment, tmp_path: Path
) -> None:
    item, _ = write_garment(imported, "shirt", tmp_path, label=Label())
    (tmp_path / "tube-shirt.garment.npz").unlink()
    with pytest.raises(CatalogueError, match=r"tube-shirt\.garment\.npz is not beside") as caught:
        load_garment(item, "standard")
    assert "--force" in caught.value.remedy


@pytest.mark.parametrize("content", [b"", b"PK nonsense", None])
def test_a_broken_binding_is_named(
    imported: ImportedGarment, tmp_path: Path, content: bytes | None
) -> None:
    item, _ = write_garment(imported, "shirt", tmp_path, label=Label())
    binding = tmp_path / "tube-shirt.garment.npz"
    binding.write_bytes(binding.read_bytes()[:300] if content is None else content)
    with pytest.raises(ImportError3D, match="does not bind this garment"):
        load_garment(item, "standard")


def test_a_taken_id_is_refused_and_nothing_is_changed(
    imported: ImportedGarment, tmp_path: Path
) -> None:
    write_garment(imported, "shirt", tmp_path, label=Label())
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    with pytest.raises(CatalogueError, match="is there already"):
        write_garment(imported, "shirt", tmp_path, label=Label(title="Other"))
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_the_catalogue_lists_it(imported: ImportedGarment, tmp_path: Path) -> None:
    write_garment(imported, "shirt", tmp_path, label=Label(title="Tube shirt"))
    item = Catalogue.load([tmp_path]).item("tube-shirt")
    assert item.title.en == "Tube shirt"
    assert item.title.zh == "衬衫"
    assert item.sizes["length_mm"] > 300
