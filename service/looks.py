"""Items that go together, as a stylist puts them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import yaml

import tryon


@dataclass(frozen=True)
class Look:
    """title: by language; wear: item id → variant ("" for its first), in wearing order."""

    id: str
    title: dict[str, str]
    wear: dict[str, str]


@cache
def _written() -> tuple[Look, ...]:
    document = yaml.safe_load(files("service").joinpath("looks.yaml").read_text("utf-8"))
    return tuple(
        Look(
            name,
            dict(each["title"]),
            {item: variant or "" for item, variant in each["wear"].items()},
        )
        for name, each in document.items()
    )


def looks_of(catalogue: tryon.Catalogue) -> tuple[Look, ...]:
    """Those looks all of whose items and variants the catalogue has."""
    return tuple(look for look in _written() if all(_has(catalogue, *p) for p in look.wear.items()))


def _has(catalogue: tryon.Catalogue, item_id: str, variant: str) -> bool:
    item = catalogue.items.get(item_id)
    return item is not None and (not variant or item.variant(variant) is not None)


def look_document(look: Look) -> dict[str, object]:
    """For the API and for pages."""
    return {
        "id": look.id,
        "title": look.title,
        "wear": list(look.wear),
        "variants": {item: variant for item, variant in look.wear.items() if variant},
    }
