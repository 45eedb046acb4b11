"""An item's geometry, made or read once and kept while it is worn."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import replace
from threading import Lock

from tryon.core.errors import UnknownItemError
from tryon.wardrobe.asset import Asset
from tryon.wardrobe.detail import with_fewer_triangles
from tryon.wardrobe.item import Item
from tryon.wardrobe.occlusion import with_occlusion
from tryon.wardrobe.recipes import make_asset

MOST_KEPT = 64
"""So many assets stay in memory; the least recently worn goes first."""

COARSE_TOO = ("eyeglasses", "sunglasses")
"""Categories whose items also come in fewer triangles."""

_kept: OrderedDict[tuple[str, str, str], Asset] = OrderedDict()
_lock = Lock()


def load_asset(item: Item, variant: str) -> Asset:
    """The geometry of an item in one variant, in `asset` space; the same object on every call.

    Raises UnknownItemError for a variant that the item does not have, CatalogueError for parameters
    that its recipe refuses, ImportError3D for a model that cannot be read.
    """
    if item.variant(variant) is None:
        raise UnknownItemError(
            f"{item.id} has no variant {variant!r}.",
            remedy=f"It comes in {', '.join(v.name for v in item.variants)}.",
        )
    key = (item.model_dump_json(), str(item.beside("")), variant)
    with _lock:
        asset = _kept.get(key)
        if asset is None:
            asset = _kept[key] = _finished(_made(item, variant), item)
        _kept.move_to_end(key)
        while len(_kept) > MOST_KEPT:
            _kept.popitem(last=False)
        return asset


def _made(item: Item, variant: str) -> Asset:
    if item.recipe is not None:
        return make_asset(item, variant)
    # Reads strangers' files: wanted only by who brought some in.
    from tryon.wardrobe.model_asset import model_asset  # noqa: PLC0415

    return model_asset(item, variant)


def _finished(asset: Asset, item: Item) -> Asset:
    parts = with_occlusion(asset.parts)
    # A stranger's model may have so many triangles that leaving half of them out takes minutes.
    wanted = item.recipe is not None and item.category in COARSE_TOO
    return replace(asset, parts=parts, coarse=with_fewer_triangles(parts) if wanted else ())
