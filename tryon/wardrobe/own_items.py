"""Items that a brand or a user brings in: imported, adjusted by hand, kept as a file and a model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

import yaml

from tryon.core.errors import CatalogueError
from tryon.media.drafts import write_whole
from tryon.wardrobe.item_file import read_item

if TYPE_CHECKING:
    from tryon.wardrobe.importer_axes import Direction
    from tryon.wardrobe.item import Category, Item

ADJUSTABLE = ("scale", "turn_deg", "offset_mm")
"""Fields of `model` that correct its fit by hand."""
DESCRIPTIVE = ("title", "brand", "price", "link", "licence", "attribution")


@dataclass(frozen=True)
class OwnItem:
    """An item of a folder of one's own.

    item: as it reads from there; path: its file; found, assumed, lost: what the import tells of it, as
    in the report of `tryon import`.
    """

    item: Item
    path: Path
    found: tuple[str, ...] = ()
    assumed: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()


def import_item(
    model: Path,
    category: str,
    folder: Path,
    *,
    item_id: str,
    width_mm: float | None = None,
    front: str | None = None,
    up: str | None = None,
    title: str | None = None,
    title_zh: str | None = None,
    brand: str | None = None,
    licence: str | None = None,
    attribution: str | None = None,
) -> OwnItem:
    """Make a stranger's GLB, glTF or OBJ file an item: `<id>.yaml` and `<id>.glb` in a folder.

    What is None is read off the model or guessed, and reported. Raises ImportError3D for a model that
    cannot be read or worn, CatalogueError when the item is there already.
    """
    # These load the mesh library, which everything else here does without.
    from tryon.wardrobe.imported_item import Label, write_item  # noqa: PLC0415
    from tryon.wardrobe.importer import Wishes, import_model  # noqa: PLC0415

    kind = cast("Category", category)
    wishes = Wishes(width_mm, cast("Direction | None", front), cast("Direction | None", up))
    imported = import_model(model, kind, item_id=item_id, wishes=wishes)
    label = Label(title, title_zh, brand, licence, attribution)
    item, path = write_item(imported, kind, folder, label=label)
    report = imported.report
    return OwnItem(item, path, tuple(report.found), tuple(report.assumed), tuple(report.lost))


def adjust_item(path: Path, changes: Mapping[str, object]) -> Item:
    """Change fields of an item's file and read it again.

    changes: `scale`, `turn_deg` and `offset_mm` of its model; title, brand, price, link, licence and
    attribution of the item; None takes a field away. Raises CatalogueError, and leaves the file as it
    was, when the result does not follow the schema.
    """
    before = path.read_bytes()
    document = yaml.safe_load(before)
    for name, value in changes.items():
        if name in ADJUSTABLE:
            home = document["model"]
        elif name in DESCRIPTIVE:
            home = document
        else:
            raise CatalogueError(
                f"{name[:40]!r} cannot be adjusted.",
                remedy=f"What can be: {', '.join((*ADJUSTABLE, *DESCRIPTIVE))}.",
            )
        if value is None:
            home.pop(name, None)
        else:
            home[name] = value
    text = yaml.safe_dump(document, allow_unicode=True, sort_keys=False)
    write_whole(path, text.encode())
    try:
        return read_item(path)
    except CatalogueError:
        write_whole(path, before)
        raise
