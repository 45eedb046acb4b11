"""Everything that can be worn: the bundled items and the user's own, and what a person chose of it."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import platformdirs

from tryon.core.errors import CatalogueError, UnknownItemError
from tryon.supplies import assets_dir
from tryon.wardrobe.item import PLACES, Item
from tryon.wardrobe.item_file import read_item
from tryon.wardrobe.look import Look, expanded, read_look

LIST_REMEDY = "`tryon catalogue` lists what there is."


@dataclass(frozen=True)
class WornItem:
    """An item and the name of the chosen variant."""

    item: Item
    variant: str


def bundled_folder() -> Path:
    """The folder of the project's own catalogue files."""
    return assets_dir() / "catalogue"


def own_folder() -> Path:
    """The folder of the user's own items: `$TRYON_CATALOGUE`, else in the user's data folder."""
    chosen = os.environ.get("TRYON_CATALOGUE")
    if chosen:
        return Path(chosen).expanduser()
    return Path(platformdirs.user_data_dir("tryon")) / "catalogue"


def looks_folder(catalogue_folder: Path) -> Path:
    """Where the looks of a catalogue folder lie: `looks` beside the bundled one, inside any other."""
    if catalogue_folder == bundled_folder():
        return catalogue_folder.parent / "looks"
    return catalogue_folder / "looks"


class Catalogue:
    """Items and looks by id, in the order of folders and of file names."""

    def __init__(self, items: Iterable[Item], looks: Iterable[Look] = ()) -> None:
        self.items: Mapping[str, Item] = MappingProxyType({item.id: item for item in items})
        self.looks: Mapping[str, Look] = MappingProxyType({look.id: look for look in looks})

    @classmethod
    def load(cls, folders: Sequence[Path] | None = None) -> Catalogue:
        """Read the catalogue files of these folders (default: the bundled ones, then the user's own).

        A default folder that is not there is empty. Raises CatalogueError for a file that does not
        follow the schema, for an id that two files claim, and for a look of items that there are not.
        """
        chosen = (bundled_folder(), own_folder()) if folders is None else folders
        files: dict[str, Path] = {}
        items: list[Item] = []
        for folder in chosen:
            if folders is not None and not folder.is_dir():
                raise CatalogueError(
                    f"There is no catalogue folder {folder}.", remedy="Correct the path."
                )
            for path in sorted(folder.glob("*.yaml")):
                # Parameters of the bundled items are held to their recipes by the tests.
                items.append(read_item(path, thorough=folder != bundled_folder()))
                _claim(items[-1].id, path, files)
        by_id = {item.id: item for item in items}
        looks = []
        for folder in chosen:
            for path in sorted(looks_folder(folder).glob("*.yaml")):
                looks.append(read_look(path, by_id))
                _claim(looks[-1].id, path, files)
        return cls(items, looks)

    def item(self, item_id: str) -> Item:
        """The item of that id. Raises UnknownItemError with close matches."""
        if item_id not in self.items:
            raise UnknownItemError(
                f"There is no item {item_id!r}.",
                remedy=_suggestion(item_id, [*self.items, *self.looks]),
            )
        return self.items[item_id]


def _claim(name: str, path: Path, files: dict[str, Path]) -> None:
    other = files.setdefault(name, path)
    if other != path:
        raise CatalogueError(
            f"The id {name} is claimed by two files, {other} and {path}.",
            remedy="Give one of them another id and file name.",
        )


def parse_wear(
    catalogue: Catalogue, wear: Sequence[str], variants: Mapping[str, str]
) -> tuple[WornItem, ...]:
    """The items of these ids in wearing order, each in its chosen or first variant.

    A look's id stands for its items in the look's variants; `variants` win over those, and an item
    named beside the look takes the place of what the look wears there.

    Raises UnknownItemError for an unknown item or variant, and CatalogueError for an item named twice,
    a variant of something that is not worn, two items that compete for one place, or two looks.
    """
    wear, of_look = expanded(wear, catalogue.looks, catalogue.items)
    worn: list[WornItem] = []
    taken: dict[str, Item] = {}
    for item_id in wear:
        item = catalogue.item(item_id)
        if any(other.item.id == item.id for other in worn):
            raise CatalogueError(f"{item.id} is named twice.", remedy="Name each item once.")
        place = PLACES.get(item.category)
        if place is not None and place in taken:
            raise CatalogueError(
                f"{taken[place].id} and {item.id} are both worn {place}.",
                remedy="Choose one of the two.",
            )
        if place is not None:
            taken[place] = item
        name = variants.get(item.id, of_look.get(item.id))
        worn.append(WornItem(item, _chosen_variant(item, name)))
    for item_id in variants:
        if item_id not in wear:
            catalogue.item(item_id)
            raise CatalogueError(
                f"A variant is chosen for {item_id}, which is not worn.",
                remedy=f"Add {item_id} to what is worn, or leave its variant out.",
            )
    return tuple(worn)


def _chosen_variant(item: Item, name: str | None) -> str:
    if name is None:
        return item.variants[0].name
    if item.variant(name) is None:
        names = [variant.name for variant in item.variants]
        raise UnknownItemError(
            f"{item.id} has no variant {name!r}.", remedy=f"It comes in {', '.join(names)}."
        )
    return name


def _suggestion(item_id: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(item_id, list(known), n=3, cutoff=0.5)
    return f"Did you mean {' or '.join(close)}? {LIST_REMEDY}" if close else LIST_REMEDY
