"""Every recipe that the catalogue may name is there, and what is wrong with its parameters is said."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest

from tryon.core.errors import CatalogueError
from tryon.wardrobe.catalogue import Catalogue, bundled_folder
from tryon.wardrobe.item import EYEWEAR, Item
from tryon.wardrobe.recipes import RECIPES, craft, make_asset, written_parameters

ITEMS = Catalogue.load([bundled_folder()]).items


@pytest.mark.parametrize("name", RECIPES)
def test_a_recipe_has_a_schema_that_forbids_unknown_parameters(name: str) -> None:
    schema = craft(name).parameters
    assert schema.model_config["extra"] == "forbid"
    assert schema.model_config["frozen"]
    assert callable(craft(name).make)


@pytest.mark.parametrize("item", ITEMS.values(), ids=lambda item: item.id)
def test_every_variant_of_every_bundled_item_is_made_with_what_its_place_needs(item: Item) -> None:
    assert item.recipe is not None
    for variant in item.variants:
        asset = make_asset(item, variant.name)
        assert (asset.item_id, asset.variant) == (item.id, variant.name)
        assert sum(len(mesh.faces) for mesh in asset.parts) > 500
        for mesh in asset.parts:
            assert np.isfinite(mesh.vertices).all()
            np.testing.assert_allclose(np.linalg.norm(mesh.normals, axis=1), 1, atol=1e-3)
        if item.category in EYEWEAR:
            assert asset.temples is not None
            assert asset.part("left_temple") is not None
            assert asset.part("right_temple") is not None
            assert asset.temples.left_hinge[0] > 0 > asset.temples.right_hinge[0]
        if item.category == "hat":
            assert asset.band is not None


def test_variants_differ_in_what_they_are_made_of() -> None:
    item = ITEMS["aurelle-fedora"]
    black, camel = (make_asset(item, name).parts[0].material for name in ("black", "camel"))
    differing = [
        f.name for f in fields(black) if getattr(black, f.name) is not getattr(camel, f.name)
    ]
    assert "base_color" in differing


def test_sizes_reach_the_recipe_and_a_variant_wins_over_the_item() -> None:
    item = ITEMS["aurelle-windsor"]
    written = written_parameters(item, item.variants[0].name)
    assert written["dbl_mm"] == item.sizes["dbl_mm"]
    fedora = ITEMS["aurelle-fedora"]
    assert written_parameters(fedora, "camel")["color"] == "#a8764a"
    assert "brim_mm" not in written_parameters(fedora, "camel"), (
        "a size that the recipe does not know"
    )


def test_parameters_that_the_recipe_refuses_are_an_error_with_the_item_named() -> None:
    item = ITEMS["aurelle-fedora"]
    assert item.recipe is not None
    wild = item.recipe.model_copy(update={"parameters": {"head_size_cm": 200}})
    with pytest.raises(CatalogueError, match="cannot make aurelle-fedora in black"):
        make_asset(item.model_copy(update={"recipe": wild}), "black")
