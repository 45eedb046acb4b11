"""The catalogue as pages and programs see it."""

from __future__ import annotations

from typing import TypedDict

from flask import url_for

import tryon
from service.text import price

GROUPS: dict[str, tuple[str, ...]] = {
    "eyewear": ("eyeglasses", "sunglasses"),
    "head": ("hat", "headwear", "mask"),
    "jewellery": ("earrings", "necklace", "watch", "bracelet", "ring"),
    "clothes": (
        "tshirt", "top", "shirt", "knitwear", "jacket", "coat", "dress", "gown", "suit", "trousers",
        "jeans", "shorts", "skirt", "scarf", "shoes",
    ),
}  # fmt: skip
"""Tab → categories."""


class VariantDocument(TypedDict):
    name: str
    title: dict[str, str]
    colors: list[str]


class ItemDocument(TypedDict):
    """sizes_mm: by name; places: what it takes up on the body, where the page lets one item be worn."""

    id: str
    title: dict[str, str]
    brand: str
    category: str
    group: str
    places: list[str]
    sizes_mm: dict[str, float]
    variants: list[VariantDocument]
    price: dict[str, object] | None
    price_text: str
    buy_link: str | None
    licence: str
    attribution: str
    page: str
    thumbnail: str
    turntable: str


def group_of(category: str) -> str:
    """The tab that a category is under."""
    return next((name for name, held in GROUPS.items() if category in held), "clothes")


def item_document(item: tryon.Item) -> ItemDocument:
    """One item."""
    return {
        "id": item.id,
        "title": item.title.model_dump(),
        "brand": item.brand,
        "category": item.category,
        "group": group_of(item.category),
        "places": sorted(tryon.places_of(item)),
        "sizes_mm": {name.removesuffix("_mm"): size for name, size in item.sizes.items()},
        "variants": [
            {"name": v.name, "title": v.title.model_dump(), "colors": list(v.colors)}
            for v in item.variants
        ],
        "price": None
        if item.price is None
        else {"amount": float(item.price.amount), "currency": item.price.currency},
        "price_text": price(item),
        "buy_link": item.link,
        "licence": item.licence,
        "attribution": item.attribution,
        "page": url_for("item_page", item_id=item.id),
        "thumbnail": url_for("catalogue.thumbnail", item_id=item.id),
        "turntable": url_for("catalogue.turntable", item_id=item.id),
    }


def size_marking(item: tryon.Item) -> str:
    """Eyewear as ISO 8624 marks it (A □ DBL – temple), else the sizes in millimetres."""
    sizes = {name.removesuffix("_mm"): size for name, size in item.sizes.items()}
    if {"a", "dbl"} <= sizes.keys():
        marking = f"{sizes['a']:g}□{sizes['dbl']:g}"
        return f"{marking}–{sizes['temple']:g}" if "temple" in sizes else marking
    return " · ".join(f"{name.replace('_', ' ')} {size:g} mm" for name, size in sizes.items())


def look_document(look: tryon.Look) -> dict[str, object]:
    """One look."""
    return {
        "id": look.id,
        "title": look.title.model_dump(),
        "notes": None if look.notes is None else look.notes.model_dump(),
        "wear": [entry.item for entry in look.items],
        "variants": {entry.item: entry.variant for entry in look.items if entry.variant},
    }
