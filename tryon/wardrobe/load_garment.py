"""An item's garment, made or read once and kept while it is worn."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock

from tryon.core.errors import CatalogueError, UnknownItemError
from tryon.wardrobe.garment import Garment
from tryon.wardrobe.item import Category, Item
from tryon.wardrobe.recipes import written_parameters

GARMENTS: tuple[Category, ...] = (
    "tshirt", "top", "shirt", "knitwear", "jacket", "coat", "trousers", "jeans", "shorts", "skirt",
    "dress", "gown", "suit", "shoes",
)  # fmt: skip
"""Categories that are bound to the body; everything else is worn on the head or neck."""
MOST_KEPT = 32

_kept: OrderedDict[tuple[str, str, str], Garment] = OrderedDict()
_lock = Lock()


def is_garment(item: Item) -> bool:
    """Whether an item is worn on the body and moves with it."""
    return item.category in GARMENTS


def load_garment(item: Item, variant: str) -> Garment:
    """The garment of an item in one variant; the same object on every call.

    Raises UnknownItemError for a variant that the item does not have, CatalogueError for parameters
    that its recipe refuses, ImportError3D for an imported one whose files are broken, SuppliesError
    when it must be baked and the base body is missing.
    """
    if item.variant(variant) is None:
        raise UnknownItemError(
            f"{item.id} has no variant {variant!r}.",
            remedy=f"It comes in {', '.join(v.name for v in item.variants)}.",
        )
    key = (item.model_dump_json(), str(item.beside("")), variant)
    with _lock:
        made = _kept.get(key)
        if made is None:
            made = _kept[key] = _made(item, variant)
        _kept.move_to_end(key)
        while len(_kept) > MOST_KEPT:
            _kept.popitem(last=False)
        return made


def _made(item: Item, variant: str) -> Garment:
    if item.recipe is None:
        # Reads strangers' files: wanted only by who brought some in.
        from tryon.wardrobe.alterations.garment_item import imported_garment  # noqa: PLC0415

        return imported_garment(item, variant)
    # The tailor takes long to load, and glasses need none.
    from tryon.wardrobe.tailor.dress import GarmentParameters, garment  # noqa: PLC0415

    try:
        parameters = GarmentParameters.model_validate(written_parameters(item, variant))
    except ValueError as error:
        raise CatalogueError(
            f"The tailor cannot make {item.id} in {variant}: {error}.",
            remedy="Change its parameters in the catalogue file.",
        ) from error
    return garment(parameters, item_id=item.id, variant=variant)
