"""What a look file says: the schema `look.1`, items that are worn together and in which colours."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from tryon.core.errors import CatalogueError
from tryon.wardrobe.item import PLACES, Category, Item, Slug, Title
from tryon.wardrobe.item_file import told_problems
from tryon.wardrobe.yaml_document import Problem, YamlDocument

BODY_PLACES: dict[Category, frozenset[str]] = {
    **dict.fromkeys(("tshirt", "top", "shirt", "knitwear"), frozenset({"on the chest"})),
    **dict.fromkeys(("trousers", "jeans", "shorts", "skirt"), frozenset({"on the legs"})),
    **dict.fromkeys(("dress", "gown"), frozenset({"on the chest", "on the legs"})),
    "suit": frozenset({"on the chest", "on the legs", "over the chest"}),
    "jacket": frozenset({"over the chest"}),
    "coat": frozenset({"over all"}),
}
"""What a garment is worn as in a look. An item named beside a look takes these places in it."""

Prose = Annotated[str, StringConstraints(strict=True, min_length=1, max_length=600)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Notes(_Part):
    """A sentence or two in English and in Chinese, for a page or a programme."""

    en: Prose
    zh: Prose


class LookItem(_Part):
    """One item of a look. variant: its colour or material; the first when left out."""

    item: Slug
    variant: Slug | None = None


class Look(_Part):
    """Items worn together. Its file is called `<id>.yaml`.

    collection: name of what it is shown with; notes: for whoever looks at it.
    """

    schema_: Literal["look.1"] = Field(alias="schema")
    id: Slug
    title: Title
    collection: Title | None = None
    notes: Notes | None = None
    items: tuple[LookItem, ...] = Field(min_length=1, max_length=16)


def places_of(item: Item) -> frozenset[str]:
    """The places of the body that an item takes up."""
    place = PLACES.get(item.category)
    return frozenset({place}) if place else BODY_PLACES.get(item.category, frozenset())


def read_look(path: Path, items: Mapping[str, Item]) -> Look:
    """The look that a file describes, of items that there are.

    Raises CatalogueError with file, line, field, what was expected, what was found and the remedy.
    """
    document = YamlDocument.read(path)
    try:
        look = Look.model_validate(document.content)
    except ValidationError as error:
        raise document.error(told_problems(error)) from error
    problems = [*_file_problems(look, path), *_item_problems(look, items)]
    if problems:
        raise document.error(problems)
    return look


def look_schema_text() -> str:
    """JSON Schema (2020-12) of the schema `look.1`."""
    schema = Look.model_json_schema(by_alias=True)
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    return json.dumps(schema, indent=1, ensure_ascii=False) + "\n"


def expanded(
    wear: Sequence[str], looks: Mapping[str, Look], items: Mapping[str, Item]
) -> tuple[tuple[str, ...], dict[str, str]]:
    """The ids of items behind what is worn, looks taken apart, and the variants that the look chose.

    An item named beside a look wins over the look: it takes the place of whatever the look wears there.
    Ids that are neither stay as they are. Raises CatalogueError for more than one look.
    """
    chosen = [looks[name] for name in wear if name in looks]
    if len(chosen) > 1:
        raise CatalogueError(
            f"{chosen[0].id} and {chosen[1].id} are both looks.",
            remedy="Choose one look, and add single items to it.",
        )
    named = [name for name in wear if name not in looks]
    taken: set[str] = set()
    for name in named:
        if name in items:
            taken |= places_of(items[name])
    out: list[str] = []
    variants: dict[str, str] = {}
    for name in wear:
        if name not in looks:
            out.append(name)
            continue
        for entry in looks[name].items:
            if entry.item in named or places_of(items[entry.item]) & taken:
                continue
            out.append(entry.item)
            if entry.variant is not None:
                variants[entry.item] = entry.variant
    return tuple(out), variants


def _file_problems(look: Look, path: Path) -> Iterator[Problem]:
    if look.id != path.stem:
        yield Problem(
            ("id",),
            f"the file's name, {path.stem}",
            look.id,
            f"Rename the file to {look.id}.yaml or correct the id.",
        )


def _item_problems(look: Look, items: Mapping[str, Item]) -> Iterator[Problem]:
    if look.id in items:
        yield Problem(("id",), "an id that no item has", look.id, "Give the look another id.")
    taken: dict[str, str] = {}
    seen: set[str] = set()
    for index, entry in enumerate(look.items):
        item = items.get(entry.item)
        if item is None:
            yield Problem(
                ("items", index, "item"),
                "an item of the catalogue",
                entry.item,
                "Correct the id; `tryon catalogue` lists what there is.",
            )
            continue
        if entry.item in seen:
            yield Problem(
                ("items", index, "item"), "each item once", entry.item, "Name each item once."
            )
        seen.add(entry.item)
        if entry.variant is not None and item.variant(entry.variant) is None:
            yield Problem(
                ("items", index, "variant"),
                f"one of {', '.join(v.name for v in item.variants)}",
                entry.variant,
                "Correct the variant or leave it out.",
            )
        place = PLACES.get(item.category)
        if place is not None and taken.setdefault(place, entry.item) != entry.item:
            yield Problem(
                ("items", index, "item"),
                f"one item {place}",
                f"{taken[place]} and {entry.item}",
                "Choose one of the two.",
            )
