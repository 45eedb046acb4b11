"""`tryon lookbook`: a bilingual page of looks on the six models of the house."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tryon.engine.mannequin import Mannequins
    from tryon.wardrobe.catalogue import Catalogue
    from tryon.wardrobe.look import Look

CAST = {
    "noor": "ivory",
    "mei": "black",
    "ingrid": "gold",
    "amara": "black",
    "kofi": "ivory",
    "luca": "gold",
}
"""Model → what its mannequin is made of."""
PICTURE_WH = (480, 820)


@dataclass(frozen=True)
class Photograph:
    """One model in one look: its file beside the page."""

    model: str
    file: str


@dataclass(frozen=True)
class Spread:
    """One look of the page: number as printed, the lines that it is worn of, its pictures."""

    number: int
    look: Look
    lines: tuple[tuple[str, str], ...]
    photographs: tuple[Photograph, ...]


@click.command()
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("lookbook"),
    show_default=True,
    help="Folder for the page and its pictures.",
)
@click.option(
    "--only", metavar="ID[,ID…]", default="", help="Looks to show; else all with clothes."
)
def lookbook(out: Path, only: str) -> None:
    """Photograph every look on the six models and write a page in English and Chinese.

    \b
    Examples:
      tryon lookbook
      tryon lookbook --only aurora,black-tie --out /tmp/evening
    """
    from rich.console import Console
    from rich.progress import track

    from tryon.core.errors import UnknownItemError
    from tryon.engine.mannequin import Mannequins
    from tryon.wardrobe.catalogue import Catalogue
    from tryon.wardrobe.load_garment import is_garment

    catalogue = Catalogue.load()
    names = [word.strip() for word in only.split(",") if word.strip()] or [
        look.id
        for look in catalogue.looks.values()
        if any(is_garment(catalogue.item(entry.item)) for entry in look.items)
    ]
    unknown = [name for name in names if name not in catalogue.looks]
    if unknown:
        raise UnknownItemError(
            f"There is no look {unknown[0]!r}.", remedy=f"There are {', '.join(catalogue.looks)}."
        )
    console = Console(stderr=True)
    looks = _in_collections([catalogue.looks[name] for name in names])
    with Mannequins() as mannequins:
        spreads = [
            _spread(mannequins, catalogue, look, out, number=number)
            for number, look in enumerate(
                track(looks, "Photographing", console=console, disable=not console.is_terminal), 1
            )
        ]
    page = _write_page(out, spreads)
    console.print(f"Open {page.resolve()}", highlight=False, soft_wrap=True)


def _in_collections(looks: Sequence[Look]) -> list[Look]:
    """Those of one collection together, collections in the order of their first looks."""
    order = list(dict.fromkeys(_collection(look) for look in looks))
    return sorted(looks, key=lambda look: order.index(_collection(look)))


def _collection(look: Look) -> str:
    return "" if look.collection is None else look.collection.en


def _spread(
    mannequins: Mannequins, catalogue: Catalogue, look: Look, out: Path, *, number: int
) -> Spread:
    from tryon.stages.sink import write_picture
    from tryon.wardrobe.catalogue import parse_wear

    worn = parse_wear(catalogue, [look.id], {})
    photographs = []
    for model, rgb in mannequins.pictures(worn, PICTURE_WH, models=CAST).items():
        file = f"{look.id}-{model}.webp"
        write_picture(out / file, rgb)
        photographs.append(Photograph(model, file))
    # The model who leads walks on from look to look, so that everybody leads some.
    lead = (number - 1) % len(photographs)
    lines = []
    for piece in worn:
        variant = piece.item.variant(piece.variant)
        assert variant is not None
        title = piece.item.title
        lines.append((f"{title.en}, {variant.title.en}", f"{title.zh} · {variant.title.zh}"))
    return Spread(number, look, tuple(lines), tuple(photographs[lead:] + photographs[:lead]))


def _write_page(out: Path, spreads: Sequence[Spread]) -> Path:
    from itertools import groupby

    from jinja2 import Environment, PackageLoader, StrictUndefined

    from tryon.stages.sink import write_text

    pages = Environment(
        loader=PackageLoader("tryon.cli"), autoescape=True, undefined=StrictUndefined
    )
    chapters = [
        (parts[0].look.collection, parts)
        for _, group in groupby(spreads, key=lambda spread: _collection(spread.look))
        for parts in [list(group)]
    ]
    page = out / "index.html"
    write_text(
        page,
        pages.get_template("lookbook.html.j2").render(chapters=chapters, size_wh=PICTURE_WH),
    )
    return page
