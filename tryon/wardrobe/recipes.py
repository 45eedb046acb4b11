"""The recipes that catalogue files may name: parameters in, geometry out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Protocol

from pydantic import BaseModel

from tryon.core.errors import CatalogueError
from tryon.wardrobe.asset import Asset
from tryon.wardrobe.item import Item, Parameter


class Maker(Protocol):
    """Makes the geometry of one item and variant from checked parameters."""

    def __call__(self, parameters: BaseModel, /, *, item_id: str, variant: str) -> Asset: ...


@dataclass(frozen=True)
class Craft:
    """One recipe: its parameters' schema and its maker."""

    parameters: type[BaseModel]
    make: Maker


RECIPES = {
    "eyewear": ("tryon.wardrobe.atelier.eyewear", "EyewearParameters", "make_eyewear"),
    "fedora": ("tryon.wardrobe.atelier.hats", "FedoraParameters", "make_fedora"),
    "garment": ("tryon.wardrobe.tailor.dress", "GarmentParameters", "make_garment_asset"),
    "hoops": ("tryon.wardrobe.atelier.jewellery", "HoopParameters", "make_hoops"),
    "pearls": ("tryon.wardrobe.atelier.jewellery", "PearlParameters", "make_pearls"),
    "tiara": ("tryon.wardrobe.atelier.jewellery", "TiaraParameters", "make_tiara"),
}
"""Recipe name → module, parameters, maker. A recipe is loaded when an item asks for it."""


@cache
def craft(name: str) -> Craft:
    """The recipe of that name. Raises KeyError when there is none."""
    module, parameters, maker = RECIPES[name]
    loaded = import_module(module)
    return Craft(getattr(loaded, parameters), getattr(loaded, maker))


def written_parameters(item: Item, variant: str) -> Mapping[str, Parameter]:
    """What the catalogue says of a variant, unchecked: sizes, then the item's, then the variant's.

    Only sizes whose names the recipe knows are handed on; the picture of a print lies beside the
    catalogue file.
    """
    assert item.recipe is not None
    chosen = item.variant(variant)
    known = craft(item.recipe.name).parameters.model_fields
    sizes = {name: size for name, size in item.sizes.items() if name in known}
    written = {**sizes, **item.recipe.parameters, **(chosen.parameters if chosen else {})}
    if isinstance(written.get("print"), str):
        written["print"] = str(item.beside(str(written["print"])))
    return written


def make_asset(item: Item, variant: str) -> Asset:
    """Follow the recipe of an item. Raises CatalogueError for parameters that the recipe refuses."""
    assert item.recipe is not None
    recipe = craft(item.recipe.name)
    try:
        parameters = recipe.parameters.model_validate(written_parameters(item, variant))
        return recipe.make(parameters, item_id=item.id, variant=variant)
    except ValueError as error:
        raise CatalogueError(
            f"The recipe {item.recipe.name} cannot make {item.id} in {variant}: {error}.",
            remedy="Change its parameters in the catalogue file.",
        ) from error
