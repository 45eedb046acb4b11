"""A shopper's own pictures on the catalogue's garments."""

from __future__ import annotations

from collections.abc import Mapping

from tryon.core.errors import CatalogueError
from tryon.wardrobe.catalogue import Catalogue
from tryon.wardrobe.fabrics.prints import Print
from tryon.wardrobe.item import Item, Parameter, Recipe

PRINTABLE = "garment"
"""Name of the recipe whose pieces are flat patterns."""
_PRINT_FIELDS = ("print", "print_cm")


def with_prints(catalogue: Catalogue, prints: Mapping[str, Print]) -> Catalogue:
    """The catalogue with these pictures printed on these items, in every variant.

    prints: item id → picture. Raises UnknownItemError for an item that there is not, CatalogueError for
    one that is not sewn from a pattern. Pictures are read when the item is worn.
    """
    items = dict(catalogue.items)
    for item_id, print_ in prints.items():
        items[item_id] = _printed(catalogue.item(item_id), print_)
    return Catalogue(items.values(), catalogue.looks.values())


def _printed(item: Item, print_: Print) -> Item:
    if item.recipe is None or item.recipe.name != PRINTABLE:
        raise CatalogueError(
            f"Nothing can be printed on {item.id}, which is not sewn from flat pieces.",
            remedy="Choose a garment that is made by recipe.",
        )
    chosen: dict[str, Parameter] = {
        "print": str(print_.path.absolute()),
        "print_cm": print_.width_cm,
    }
    recipe = Recipe(name=item.recipe.name, parameters={**item.recipe.parameters, **chosen})
    variants = tuple(
        variant.model_copy(
            update={
                "parameters": {
                    name: value
                    for name, value in variant.parameters.items()
                    if name not in _PRINT_FIELDS
                }
            }
        )
        for variant in item.variants
    )
    return item.model_copy(update={"recipe": recipe, "variants": variants})
