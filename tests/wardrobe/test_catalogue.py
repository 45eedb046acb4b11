"""A catalogue file is checked at the door, and what is wrong is said with file, line, field and remedy."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tryon.core.errors import CatalogueError, UnknownItemError
from tryon.supplies import assets_dir
from tryon.wardrobe.catalogue import Catalogue, bundled_folder, parse_wear
from tryon.wardrobe.catalogue_schema import schema_text
from tryon.wardrobe.item_file import read_item

FEDORA = """\
schema: item.1
id: test-fedora
title: {en: Fedora, zh: 软呢帽}
brand: Aurelle
category: hat
sizes:
  brim_mm: 62
recipe:
  name: fedora
  parameters:
    brim_front_mm: 62
variants:
  - name: black
    title: {en: Black, zh: 黑色}
  - name: camel
    title: {en: Camel, zh: 驼色}
    colors: ["#a8764a"]
    parameters:
      color: "#a8764a"
price: {amount: 340.50, currency: EUR}
licence: Apache-2.0
attribution: Made by a recipe of this project
"""


def written(folder: Path, text: str, *, name: str = "test-fedora") -> Path:
    path = folder / f"{name}.yaml"
    path.write_text(text, "utf-8")
    return path


def test_bundled_catalogue_holds_the_items_of_the_demonstration() -> None:
    catalogue = Catalogue.load([bundled_folder()])
    categories = {item.id: item.category for item in catalogue.items.values()}
    assert (
        categories.items()
        >= {
            "aurelle-windsor": "eyeglasses",
            "aurelle-lumen": "eyeglasses",
            "aurelle-aviator": "sunglasses",
            "aurelle-soleil": "sunglasses",
            "aurelle-fedora": "hat",
            "aurelle-hoops": "earrings",
            "aurelle-pearls": "necklace",
            "aurelle-tiara": "headwear",
        }.items()
    )
    assert list(catalogue.items) == sorted(catalogue.items)
    assert all(item.title.zh and item.price and item.variants for item in catalogue.items.values())


def test_an_item_reads_with_its_usual_anchor_and_exact_price(tmp_path: Path) -> None:
    written(tmp_path, FEDORA)
    item = Catalogue.load([tmp_path]).item("test-fedora")
    assert item.anchor == "crown"
    assert item.title.zh == "软呢帽"
    assert str(item.price) == "340.50 EUR"
    assert [variant.name for variant in item.variants] == ["black", "camel"]


@pytest.mark.parametrize(
    ("old", "new", "line", "expected"),
    [
        ("brand: Aurelle\n", "", 1, ["brand", "a field brand", "found none"]),
        ("brand: Aurelle", "brand: Aurelle\ncolour: red", 5, ["colour", "unknown field colour"]),
        ("category: hat", "category: cap", 5, ["category", "'hat'", "'cap'"]),
        ("category: hat", "category: hat\nanchor: bridge", 6, ["anchor", "crown", "bridge"]),
        ("brim_mm: 62", "brim: 62", 7, ["sizes", "_mm", "'brim'"]),
        ("brim_mm: 62", "brim_mm: -3", 7, ["sizes.brim_mm", "greater than 0", "-3"]),
        ("  name: fedora", "  name: bowler", 9, ["recipe.name", "fedora", "bowler"]),
        ("brim_front_mm: 62", "brim_front_mm: 620", 11, ["recipe.parameters.brim_front_mm", "620"]),
        ("brim_front_mm: 62", "brimfront: 62", 11, ["recipe.parameters.brimfront", "unknown"]),
        ("en: Black, zh: 黑色", "en: Black", 14, ["variants[0].title.zh", "found none"]),
        ("name: camel", "name: black", 15, ["variants[1].name", "a name of its own", "black"]),
        ('["#a8764a"]', '["camel"]', 17, ["variants[1].colors[0]", "#1a2b3c", "'camel'"]),
        ('color: "#a8764a"', "color: #a8764a", 19, ["parameters.color", "nothing", "quotes"]),
        ('color: "#a8764a"', 'color: "#a876"', 19, ["variants[1].parameters.color", "#1a2b3c"]),
        ("currency: EUR", "currency: euro", 20, ["price.currency", "ISO 4217", "'euro'"]),
        ("340.50", "-1", 20, ["price.amount", "greater than or equal to 0", "-1"]),
        ("licence: Apache-2.0", "licence: no", 21, ["licence", "False", "truth values"]),
        ("schema: item.1", "schema: item.9", 1, ["schema", "'item.1'", "'item.9'"]),
        ("id: test-fedora", "id: other", 2, ["id", "test-fedora", "other", "Rename the file"]),
        ("id: test-fedora", "id: Test_Fedora", 2, ["id", "lower-case", "'Test_Fedora'"]),
        (
            "licence:",
            "link: ftp://example.org\nlicence:",
            21,
            ["link", "https://", "'ftp://example.org'"],
        ),
    ],
)
def test_a_mistake_is_named_with_file_line_field_and_remedy(
    tmp_path: Path, old: str, new: str, line: int, expected: list[str]
) -> None:
    assert old in FEDORA
    path = written(tmp_path, FEDORA.replace(old, new, 1))
    with pytest.raises(CatalogueError) as caught:
        Catalogue.load([tmp_path])
    assert f"{path}:{line}: " in caught.value.message
    assert caught.value.remedy
    for words in expected:
        assert words in str(caught.value)


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("schema: item.1\n  id: broken\n", 2, "mapping values are not allowed"),
        ("schema: [item.1\n", 2, "expected ',' or ']'"),
        (FEDORA + "brand: Twice\n", 23, "the field brand is written twice"),
        (FEDORA.replace("brand: Aurelle", "brand: *name"), 4, "aliases are not used"),
        ("", 1, "expected fields with names, found nothing"),
        ("- a\n- b\n", 1, "expected fields with names"),
        ("a: " + "[" * 2000, 1, "expected YAML"),
    ],
)
def test_broken_yaml_is_named_with_its_line(
    tmp_path: Path, text: str, line: int, words: str
) -> None:
    path = written(tmp_path, text)
    with pytest.raises(CatalogueError) as caught:
        Catalogue.load([tmp_path])
    assert f"{path}:{line}: " in caught.value.message
    assert words in caught.value.message
    assert caught.value.remedy


def test_several_mistakes_are_told_at_once(tmp_path: Path) -> None:
    written(tmp_path, FEDORA.replace("category: hat", "category: cap").replace("EUR", "euro"))
    with pytest.raises(CatalogueError) as caught:
        Catalogue.load([tmp_path])
    assert ":5: category" in caught.value.message
    assert ":20: price.currency" in caught.value.message


def test_bytes_that_are_no_text_are_named_with_their_line(tmp_path: Path) -> None:
    path = tmp_path / "latin.yaml"
    path.write_bytes("schema: item.1\ntitle: Café".encode("latin-1"))
    with pytest.raises(CatalogueError, match=r"latin\.yaml:2: expected UTF-8, found the byte 0xe9"):
        Catalogue.load([tmp_path])


def test_a_file_as_long_as_a_picture_is_refused_unread(tmp_path: Path) -> None:
    written(tmp_path, "x" * 300_000)
    with pytest.raises(CatalogueError, match="at most 256"):
        Catalogue.load([tmp_path])


def test_eyewear_states_its_frame_marking(tmp_path: Path) -> None:
    source = (bundled_folder() / "aurelle-windsor.yaml").read_text("utf-8")
    lines = [line for line in source.splitlines() if "dbl_mm" not in line]
    written(tmp_path, "\n".join(lines), name="aurelle-windsor")
    with pytest.raises(
        CatalogueError, match=r"sizes: expected the frame marking of ISO 8624.*dbl_mm"
    ):
        Catalogue.load([tmp_path])


def test_an_item_needs_one_source_of_geometry(tmp_path: Path) -> None:
    start, end = FEDORA.index("recipe:"), FEDORA.index("variants:")
    written(tmp_path, FEDORA[:start] + FEDORA[end : FEDORA.index("    parameters:\n      color")]
            + FEDORA[FEDORA.index("price:") :])  # fmt: skip
    with pytest.raises(CatalogueError, match="expected either recipe or model, found neither"):
        Catalogue.load([tmp_path])


@pytest.mark.parametrize(
    "file", ["../secret.glb", "/etc/passwd.glb", "a/b.glb", "..\\\\x.glb", ".hidden.glb", "x.exe"]
)
def test_a_model_outside_its_own_folder_is_refused(tmp_path: Path, file: str) -> None:
    (tmp_path.parent / "secret.glb").write_bytes(b"glTF")
    start, end = FEDORA.index("recipe:"), FEDORA.index("variants:")
    text = FEDORA[:start] + f'model:\n  file: "{file}"\n' + FEDORA[FEDORA.index("price:") :]
    assert end > start
    path = written(tmp_path, text)
    with pytest.raises(CatalogueError) as caught:
        Catalogue.load([tmp_path])
    assert f"{path}:9: model.file: expected the name of a .glb file" in caught.value.message


def test_a_model_that_is_missing_is_named(tmp_path: Path) -> None:
    start = FEDORA.index("recipe:")
    written(
        tmp_path, FEDORA[:start] + "model: {file: gone.glb}\n" + FEDORA[FEDORA.index("price:") :]
    )
    with pytest.raises(CatalogueError, match=r"model\.file: expected a file in .* no gone\.glb"):
        Catalogue.load([tmp_path])


def test_the_users_own_items_follow_the_bundled_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(tmp_path, FEDORA)
    monkeypatch.setenv("TRYON_CATALOGUE", str(tmp_path))
    assert list(Catalogue.load().items)[-1] == "test-fedora"
    monkeypatch.setenv("TRYON_CATALOGUE", str(tmp_path / "absent"))
    assert "test-fedora" not in Catalogue.load().items


def test_an_id_of_two_files_is_an_error_that_names_both(tmp_path: Path) -> None:
    first, second = tmp_path / "a", tmp_path / "b"
    for folder in (first, second):
        folder.mkdir()
        written(folder, FEDORA)
    with pytest.raises(CatalogueError) as caught:
        Catalogue.load([first, second])
    assert str(first / "test-fedora.yaml") in caught.value.message
    assert str(second / "test-fedora.yaml") in caught.value.message


def test_a_folder_that_is_asked_for_must_exist(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match="no catalogue folder"):
        Catalogue.load([tmp_path / "absent"])


@pytest.fixture(scope="module")
def bundled() -> Catalogue:
    return Catalogue.load([bundled_folder()])


def test_an_unknown_item_is_answered_with_close_ones(bundled: Catalogue) -> None:
    with pytest.raises(UnknownItemError) as caught:
        bundled.item("aurele-fedra")
    assert "aurelle-fedora" in caught.value.remedy
    with pytest.raises(UnknownItemError, match="tryon catalogue"):
        bundled.item("zzz")


def test_wear_keeps_the_order_and_takes_first_variants(bundled: Catalogue) -> None:
    worn = parse_wear(bundled, ["aurelle-fedora", "aurelle-soleil"], {"aurelle-fedora": "camel"})
    assert [(w.item.id, w.variant) for w in worn] == [
        ("aurelle-fedora", "camel"),
        ("aurelle-soleil", bundled.item("aurelle-soleil").variants[0].name),
    ]


@pytest.mark.parametrize(
    ("wear", "variants", "words"),
    [
        (["aurelle-fedora"], {"aurelle-fedora": "pink"}, "It comes in black, camel, claret, straw"),
        (["aurelle-fedora", "aurelle-fedora"], {}, "named twice"),
        (["aurelle-windsor", "aurelle-soleil"], {}, "both worn before the eyes"),
        (["aurelle-tiara", "aurelle-fedora"], {}, "both worn on the head"),
        (["aurelle-fedora"], {"aurelle-hoops": "gold"}, "aurelle-hoops, which is not worn"),
        (["aurelle-fedora"], {"aurelle-hops": "gold"}, "Did you mean aurelle-hoops"),
        (["nothing"], {}, "There is no item 'nothing'"),
    ],
)
def test_what_cannot_be_worn_together_is_refused(
    bundled: Catalogue, wear: list[str], variants: dict[str, str], words: str
) -> None:
    with pytest.raises(CatalogueError) as caught:
        parse_wear(bundled, wear, variants)
    assert words in str(caught.value)
    assert caught.value.remedy


def test_the_committed_schema_is_current() -> None:
    committed = (assets_dir() / "catalogue" / "item.schema.json").read_text("utf-8")
    assert committed == schema_text(), (
        "run: tryon catalogue --schema > assets/catalogue/item.schema.json"
    )


def test_the_schema_lists_every_recipe_with_its_parameters() -> None:
    schema = json.loads(schema_text())
    names = schema["$defs"]["Recipe"]["properties"]["name"]["enum"]
    assert {"eyewear", "fedora", "hoops", "pearls", "tiara"} <= set(names)
    assert "brim_front_mm" in schema["$defs"]["fedora-parameters"]["properties"]
    assert "anchor" not in schema["required"]


@pytest.mark.parametrize(
    "path", sorted(bundled_folder().glob("*.yaml")), ids=lambda path: path.stem
)
def test_parameters_of_bundled_items_suit_their_recipes(path: Path) -> None:
    """Loading the catalogue leaves this out, as recipes take long to load."""
    assert read_item(path, thorough=True).id == path.stem
