"""`tryon catalogue` lists, draws and describes what can be worn."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from click.testing import CliRunner, Result

from tryon.cli import main
from tryon.supplies import assets_dir

ONE = ("aurelle-fedora", "aurelle-hoops")


@pytest.fixture(autouse=True)
def no_own_items(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "own"
    folder.mkdir()
    monkeypatch.setenv("TRYON_CATALOGUE", str(folder))
    return folder


@pytest.fixture
def two_items(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bundled folder of two items, so that pictures are few."""
    from tryon.wardrobe import catalogue

    few = tmp_path / "few"
    few.mkdir()
    for name in ONE:
        source = assets_dir() / "catalogue" / f"{name}.yaml"
        (few / source.name).write_bytes(source.read_bytes())
    monkeypatch.setattr(catalogue, "bundled_folder", lambda: few)


def run(*arguments: str) -> Result:
    result = CliRunner().invoke(main, ["catalogue", *arguments])
    assert result.exit_code == 0, result.output + str(result.exception)
    return result


def test_the_table_shows_every_id_whole_with_variants_price_and_licence() -> None:
    shown = run().stdout
    for path in (assets_dir() / "catalogue").glob("*.yaml"):
        assert path.stem in shown
    for words in ("camel", "340 EUR", "Apache-2.0", "软呢帽"):
        assert words in shown


def test_json_follows_the_contract() -> None:
    document = json.loads(run("--json").stdout)
    items = {item["id"]: item for item in document["items"]}
    windsor = items["aurelle-windsor"]
    assert windsor["category"] == "eyeglasses"
    assert set(windsor["title"]) == {"en", "zh"}
    assert set(windsor["sizes_mm"]) >= {"a", "b", "dbl", "temple"}
    assert windsor["price"]["currency"] == "EUR"
    assert all(variant["name"] for variant in windsor["variants"])
    assert windsor["licence"]
    assert windsor["attribution"]


def test_the_schema_is_json() -> None:
    assert json.loads(run("--schema").stdout)["properties"]["schema"]["const"] == "item.1"


def test_a_broken_item_of_the_users_is_told_with_its_line(no_own_items: Path) -> None:
    (no_own_items / "bad.yaml").write_text("schema: item.1\nid: bad\ncategory: hat\n")
    result = CliRunner().invoke(main, ["catalogue"])
    assert result.exit_code == 1
    assert "bad.yaml:1: title: expected a field title, found none" in result.stderr


@pytest.mark.usefixtures("two_items")
def test_the_sheet_shows_every_item_before_a_dark_studio(tmp_path: Path) -> None:
    run("--sheet", str(tmp_path / "sheet.png"))
    page = cv2.imread(str(tmp_path / "sheet.png"))
    assert page is not None
    height, width = page.shape[:2]
    assert width > height > 500
    corner = page[:20, :20]
    assert corner.max() < 40
    left, right = page[60:460, 60:660], page[60:460, 680:1280]
    hat, hoops = np.ptp(left, axis=(0, 1)), np.ptp(right, axis=(0, 1))
    assert hat.max() > 60
    assert hoops.max() > 150, "gold shines"


@pytest.mark.usefixtures("two_items")
def test_thumbnails_are_transparent_and_fill_their_frame(tmp_path: Path) -> None:
    run("--thumbnails", str(tmp_path / "small"))
    files = sorted(path.name for path in (tmp_path / "small").iterdir())
    assert "aurelle-fedora.black.webp" in files
    assert "aurelle-hoops.gold.webp" in files
    for name in files:
        picture = cv2.imread(str(tmp_path / "small" / name), cv2.IMREAD_UNCHANGED)
        assert picture is not None
        assert picture.shape == (512, 512, 4)
        rows, columns = np.nonzero(picture[..., 3] > 128)
        spans = np.ptp(rows), np.ptp(columns)
        assert 0.7 * 512 < max(spans) < 0.9 * 512
        assert abs((rows.min() + rows.max()) / 2 - 256) < 16
        assert abs((columns.min() + columns.max()) / 2 - 256) < 16
        assert picture[0, 0, 3] == 0
