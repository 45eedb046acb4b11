"""Garments in the size that somebody would try on, instead of the sample size."""

from __future__ import annotations

from collections.abc import Mapping

from tryon.core.errors import CatalogueError
from tryon.wardrobe.catalogue import Catalogue
from tryon.wardrobe.item import Item, Recipe
from tryon.wardrobe.sizes import WOMEN, body_size

GRADED = "garment"
"""Name of the recipe whose pieces are drafted from a body."""


def sizes_of(item: Item) -> tuple[str, ...]:
    """The letters that an item can be had in, smallest first; empty where it has none."""
    return tuple(WOMEN) if item.recipe is not None and item.recipe.name == GRADED else ()


def with_sizes(catalogue: Catalogue, sizes: Mapping[str, str]) -> Catalogue:
    """The catalogue with these items in these sizes, in every variant.

    sizes: item id → letter. A size is cut for its own body (EN 13402-3) and hung on the wearer as on
    somebody of the sample size: larger ones are looser. Raises UnknownItemError for an item that there is
    not, InputError for an unknown letter, CatalogueError for an item that has no sizes.
    """
    items = dict(catalogue.items)
    for item_id, letter in sizes.items():
        items[item_id] = _sized(catalogue.item(item_id), letter)
    return Catalogue(items.values(), catalogue.looks.values())


def _sized(item: Item, letter: str) -> Item:
    body_size(letter)
    if item.recipe is None or not sizes_of(item):
        raise CatalogueError(
            f"{item.id} comes in no sizes.", remedy="Choose a garment that is made by recipe."
        )
    parameters = {**item.recipe.parameters, "size": letter}
    recipe = Recipe(name=item.recipe.name, parameters=parameters)
    return item.model_copy(update={"recipe": recipe})
