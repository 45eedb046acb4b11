"""`tryon import` writes an item and says what it found, assumed and lost."""

from __future__ import annotations

import json
from pathlib import Path
from typing import get_args

import pytest
from click.testing import CliRunner, Result

from tryon.cli import main
from tryon.cli.import_ import CATEGORIES, DIRECTIONS
from tryon.wardrobe import importer, importer_axes, load_garment
from tryon.wardrobe.catalogue import Catalogue, bundled_folder
from tryon.wardrobe.glb_writer import glb_bytes
from tryon.wardrobe.load import load_asset


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "own"
    monkeypatch.setenv("TRYON_CATALOGUE", str(folder))
    return folder


@pytest.fixture(scope="module")
def glasses(tmp_path_factory: pytest.TempPathFactory) -> Path:
    item = Catalogue.load([bundled_folder()]).item("aurelle-windsor")
    path = tmp_path_factory.mktemp("models") / "Round Frame.glb"
    path.write_bytes(glb_bytes(load_asset(item, "black").parts))
    return path


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["import", *map(str, arguments)])


def test_an_item_lands_in_the_users_catalogue_and_can_be_listed(own: Path, glasses: Path) -> None:
    result = run(glasses, "--as", "eyeglasses", "--width-mm", "142")
    assert result.exit_code == 0, result.output
    assert sorted(path.name for path in own.iterdir()) == ["round-frame.glb", "round-frame.yaml"]
    for words in ("found", "assumed", "round-frame.yaml", "--wear round-frame"):
        assert words in result.stdout
    item = Catalogue.load().item("round-frame")
    assert item.sizes["width_mm"] == pytest.approx(142)
    assert item.model is not None
    assert item.model.hinges is not None


def test_the_report_as_json(own: Path, glasses: Path, tmp_path: Path) -> None:
    result = run(
        glasses, "--as", "eyeglasses", "--id", "mine", "--out", tmp_path / "x", "--json",
        "--title", "Mine", "--title-zh", "我的", "--brand", "B", "--licence", "CC0-1.0",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    document = json.loads(result.stdout)
    assert document["id"] == "mine"
    assert document["sizes_mm"]["width"] > 100
    assert document["found"]
    assert all(Path(file).is_file() for file in document["files"])
    item = Catalogue.load([tmp_path / "x"]).item("mine")
    assert (item.title.zh, item.brand, item.licence) == ("我的", "B", "CC0-1.0")
    assert not own.exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--id", "Not An Id"], "cannot be an id"),
        (["--id", "aurelle-windsor"], "The bundled catalogue has an item aurelle-windsor already"),
        (["--front", "+x", "--up", "-x"], "lie on one line"),
    ],
)
def test_wishes_that_cannot_be_are_refused(
    own: Path, glasses: Path, arguments: list[str], words: str
) -> None:
    result = run(glasses, "--as", "eyeglasses", *arguments)
    assert result.exit_code == 1
    assert words in result.stderr
    assert not own.exists(), "nothing is left behind"


def test_an_item_is_replaced_only_by_force(own: Path, glasses: Path) -> None:
    assert run(glasses, "--as", "eyeglasses").exit_code == 0
    again = run(glasses, "--as", "eyeglasses")
    assert again.exit_code == 1
    assert "--force" in again.stderr
    assert run(glasses, "--as", "sunglasses", "--force").exit_code == 0
    assert Catalogue.load([own]).item("round-frame").category == "sunglasses"


@pytest.mark.usefixtures("own")
def test_a_file_that_is_no_model_is_one_line_and_its_remedy(tmp_path: Path) -> None:
    (tmp_path / "cat.glb").write_bytes(b"meow")
    result = run(tmp_path / "cat.glb", "--as", "hat")
    assert result.exit_code == 1
    assert "cat.glb is not a glTF or GLB file" in result.stderr
    assert "Give a .glb, .gltf or .obj file." in result.stderr
    assert "Traceback" not in result.output


def test_the_command_knows_what_the_importer_knows() -> None:
    assert CATEGORIES == importer.IMPORTED + load_garment.GARMENTS
    assert get_args(importer_axes.Direction) == DIRECTIONS


@pytest.mark.parametrize(
    ("name", "category"),
    [("glasses-03", "sunglasses"), ("glasses-04", "sunglasses"), ("hat", "hat")],
)
def test_models_of_strangers_come_in_and_load(
    shared_data: Path, own: Path, name: str, category: str
) -> None:
    result = run(shared_data / "models3d" / name / "scene.gltf", "--as", category)
    assert result.exit_code == 0, result.output
    item = Catalogue.load([own]).item(name)
    asset = load_asset(item, "standard")
    assert all(mesh.occlusion is not None for mesh in asset.parts)
    assert (asset.temples is not None) == (category == "sunglasses")
    assert (asset.band is not None) == (category == "hat")
