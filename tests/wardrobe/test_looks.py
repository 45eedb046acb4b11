"""A look stands for its items; what is named beside it wins."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
from click.testing import CliRunner

from tryon.cli import main
from tryon.core.errors import CatalogueError
from tryon.supplies import assets_dir
from tryon.wardrobe.catalogue import Catalogue, bundled_folder, parse_wear
from tryon.wardrobe.load_garment import is_garment
from tryon.wardrobe.look import look_schema_text, places_of, read_look

LOOK = """\
schema: look.1
id: test-look
title: {en: Test, zh: 试}
notes: {en: A note., zh: 注。}
items:
  - {item: aurelle-tee, variant: sage}
  - item: aurelle-trousers
"""


@pytest.fixture(scope="module")
def bundled() -> Catalogue:
    return Catalogue.load([bundled_folder()])


def written(folder: Path, text: str, *, name: str = "test-look") -> Path:
    path = folder / f"{name}.yaml"
    path.write_text(text, "utf-8")
    return path


def names(worn: tuple) -> list[tuple[str, str]]:
    return [(piece.item.id, piece.variant) for piece in worn]


def test_bundled_looks_are_of_items_that_go_together(bundled: Catalogue) -> None:
    assert {"left-bank", "gala", "riviera", "departure"} <= set(bundled.looks)
    for look in bundled.looks.values():
        assert len(parse_wear(bundled, [look.id], {})) == len(look.items), look.id
        assert look.title.zh
        assert look.notes is not None


def test_three_collections_hold_at_least_a_dozen_looks_and_one_eight_for_the_evening(
    bundled: Catalogue,
) -> None:
    shown = Counter(look.collection.en for look in bundled.looks.values() if look.collection)
    assert set(shown) == {"Nocturne", "Atelier", "Journeys"}
    dressed = [
        look
        for look in bundled.looks.values()
        if any(is_garment(bundled.item(entry.item)) for entry in look.items)
    ]
    assert all(look.collection for look in dressed)
    assert shown.total() == len(dressed) >= 12
    assert shown["Nocturne"] >= 8
    for name in shown:
        chinese = {k.collection.zh for k in dressed if k.collection and k.collection.en == name}
        assert len(chinese) == 1, name


def test_a_look_wears_one_thing_over_each_part_of_the_body(bundled: Catalogue) -> None:
    for look in bundled.looks.values():
        places = [place for entry in look.items for place in places_of(bundled.item(entry.item))]
        assert len(set(places)) == len(places), look.id


def test_a_look_is_worn_as_its_items_in_its_variants(bundled: Catalogue) -> None:
    assert names(parse_wear(bundled, ["gala"], {})) == [
        ("aurelle-dress", "emerald"), ("aurelle-tiara", "platinum"), ("aurelle-pearls", "white"),
    ]  # fmt: skip


def test_a_named_variant_wins_over_the_looks(bundled: Catalogue) -> None:
    worn = parse_wear(bundled, ["gala"], {"aurelle-dress": "black"})
    assert names(worn)[0] == ("aurelle-dress", "black")


def test_an_item_beside_a_look_is_added(bundled: Catalogue) -> None:
    worn = names(parse_wear(bundled, ["gala", "aurelle-hoops"], {}))
    assert [name for name, _ in worn][-1] == "aurelle-hoops"
    assert len(worn) == 4


@pytest.mark.parametrize("wear", [["gala", "aurelle-fedora"], ["aurelle-fedora", "gala"]])
def test_an_item_of_the_same_place_replaces_the_looks(bundled: Catalogue, wear: list[str]) -> None:
    worn = {name for name, _ in names(parse_wear(bundled, wear, {}))}
    assert worn == {"aurelle-dress", "aurelle-fedora", "aurelle-pearls"}


def test_a_dress_replaces_top_and_skirt(bundled: Catalogue) -> None:
    worn = {name for name, _ in names(parse_wear(bundled, ["riviera", "aurelle-dress"], {}))}
    assert worn == {"aurelle-dress", "aurelle-soleil", "aurelle-hoops"}


def test_naming_an_item_of_the_look_again_only_drops_its_variant(bundled: Catalogue) -> None:
    worn = names(parse_wear(bundled, ["gala", "aurelle-dress"], {"aurelle-dress": "rosewood"}))
    assert ("aurelle-dress", "rosewood") in worn
    assert len(worn) == 3


@pytest.mark.parametrize(
    ("wear", "variants", "words"),
    [
        (["gala", "riviera"], {}, "gala and riviera are both looks"),
        (["gala", "gala"], {}, "both looks"),
        (["galaa"], {}, "Did you mean gala"),
        (["gala"], {"aurelle-hoops": "gold"}, "aurelle-hoops, which is not worn"),
        (["gala", "aurelle-fedora"], {"aurelle-tiara": "rose"}, "aurelle-tiara, which is not worn"),
    ],
)
def test_what_cannot_be_worn_is_refused(
    bundled: Catalogue, wear: list[str], variants: dict[str, str], words: str
) -> None:
    with pytest.raises(CatalogueError) as caught:
        parse_wear(bundled, wear, variants)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("aurelle-tee", "aurelle-toe", 6, "items[0].item: expected an item of the catalogue"),
        ("sage", "puce", 6, "items[0].variant: expected one of"),
        ("look.1", "look.9", 1, "schema: expected 'look.1'"),
        ("id: test-look", "id: other", 2, "id: expected the file's name"),
        ("title: {en: Test, zh: 试}", "title: {en: Test}", 3, "title.zh: expected a field zh"),
        ("notes:", "note:", 4, "the unknown field note"),
        (
            "item: aurelle-trousers",
            "item: aurelle-tee",
            7,
            "items[1].item: expected each item once",
        ),
        ("id: test-look", "id: aurelle-tee", 2, "expected an id that no item has"),
    ],
)
def test_a_wrong_look_is_told_with_file_line_and_field(  # noqa: PLR0917  # a case's columns
    bundled: Catalogue, tmp_path: Path, old: str, new: str, line: int, words: str
) -> None:
    path = written(tmp_path, LOOK.replace(old, new, 1))
    with pytest.raises(CatalogueError) as caught:
        read_look(path, bundled.items)
    assert f"{path}:{line}: " in caught.value.message
    assert words in caught.value.message
    assert caught.value.remedy


def test_two_items_for_one_place_are_refused(bundled: Catalogue, tmp_path: Path) -> None:
    text = LOOK + "  - item: aurelle-soleil\n  - item: aurelle-windsor\n"
    with pytest.raises(CatalogueError, match="one item before the eyes"):
        read_look(written(tmp_path, text), bundled.items)


def test_ones_own_looks_lie_in_the_catalogue_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRYON_CATALOGUE", str(tmp_path))
    (tmp_path / "looks").mkdir()
    written(tmp_path / "looks", LOOK)
    catalogue = Catalogue.load()
    worn = names(parse_wear(catalogue, ["test-look"], {}))
    assert worn[0] == ("aurelle-tee", "sage")
    listed = CliRunner().invoke(main, ["catalogue", "--looks", "--json"])
    assert "test-look" in [look["id"] for look in json.loads(listed.output)["looks"]]
    assert "aurelle-tee=sage" in CliRunner().invoke(main, ["catalogue", "--looks"]).output


def test_the_committed_schema_is_current() -> None:
    committed = (assets_dir() / "looks" / "look.schema.json").read_text("utf-8")
    assert committed == look_schema_text(), (
        "run: tryon catalogue --looks --schema > assets/looks/look.schema.json"
    )
