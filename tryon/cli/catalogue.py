"""`tryon catalogue`: what can be worn."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from tryon.wardrobe.catalogue import Catalogue
    from tryon.wardrobe.item import Item

THUMBNAIL_WH = (512, 512)
PIPED_WIDTH = 160
"""Columns of the table when it goes to a file or a pipe."""


@click.command()
@click.option("--looks", is_flag=True, help="List the looks instead: items worn together.")
@click.option("--json", "as_json", is_flag=True, help="Print the items (or looks) as JSON.")
@click.option("--schema", is_flag=True, help="Print the JSON Schema of catalogue (or look) files.")
@click.option(
    "--sheet",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write a page with a picture of every item.",
)
@click.option(
    "--thumbnails",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Write a transparent picture of every item and variant: ID.VARIANT.webp, 512×512.",
)
def catalogue(
    looks: bool, as_json: bool, schema: bool, sheet: Path | None, thumbnails: Path | None
) -> None:
    """List what can be worn: the bundled items and your own.

    Your own items are read from the folder TRYON_CATALOGUE, else from your data folder;
    `tryon import` writes them there.

    \b
    Examples:
      tryon catalogue
      tryon catalogue --json
      tryon catalogue --looks
      tryon catalogue --sheet catalogue.png
      tryon catalogue --schema > item.schema.json
    """
    if schema:
        from tryon.wardrobe.catalogue_schema import schema_text
        from tryon.wardrobe.look import look_schema_text

        click.echo(look_schema_text() if looks else schema_text(), nl=False)
        return

    from tryon.wardrobe.catalogue import Catalogue

    found = Catalogue.load()
    if sheet is not None or thumbnails is not None:
        _draw(found, sheet, thumbnails)
    if looks:
        _print_looks(found, as_json=as_json)
    elif as_json:
        document = {"items": [_document(item) for item in found.items.values()]}
        click.echo(json.dumps(document, indent=1, ensure_ascii=False))
    elif sheet is None and thumbnails is None:
        _print_table(found)


def _document(item: Item) -> dict[str, object]:
    return {
        "id": item.id,
        "title": item.title.model_dump(),
        "brand": item.brand,
        "category": item.category,
        "anchor": item.anchor,
        "sizes_mm": {name.removesuffix("_mm"): size for name, size in item.sizes.items()},
        "variants": [
            {"name": v.name, "title": v.title.model_dump(), "colors": list(v.colors)}
            for v in item.variants
        ],
        "price": item.price
        and {"amount": float(item.price.amount), "currency": item.price.currency},
        "link": item.link,
        "licence": item.licence,
        "attribution": item.attribution,
        "source": "recipe" if item.recipe is not None else "model",
    }


def _print_looks(found: Catalogue, *, as_json: bool) -> None:
    if as_json:
        document = {"looks": [look.model_dump(by_alias=True) for look in found.looks.values()]}
        click.echo(json.dumps(document, indent=1, ensure_ascii=False))
        return
    from rich.console import Console
    from rich.table import Column, Table

    table = Table(Column("id", no_wrap=True), "title", "items", "notes")
    for look in found.looks.values():
        items = [f"{e.item}={e.variant}" if e.variant else e.item for e in look.items]
        notes = f"{look.notes.en}\n{look.notes.zh}" if look.notes else ""
        table.add_row(look.id, f"{look.title.en}\n{look.title.zh}", "\n".join(items), notes)
    console = Console()
    if not console.is_terminal:
        console = Console(width=PIPED_WIDTH)
    console.print(table)


def _print_table(found: Catalogue) -> None:
    from rich.console import Console
    from rich.table import Column, Table

    # Ids are what one copies: they stay whole in a narrow window.
    identifier = Column("id", no_wrap=True)
    table = Table(identifier, "title", "brand", "category", "variants", "price", "licence")
    for item in found.items.values():
        table.add_row(
            item.id,
            f"{item.title.en}\n{item.title.zh}",
            item.brand,
            item.category,
            ", ".join(variant.name for variant in item.variants),
            str(item.price) if item.price else "",
            item.licence,
        )
    console = Console()
    if not console.is_terminal:
        console = Console(width=PIPED_WIDTH)
    console.print(table)
    made = {item.attribution for item in found.items.values() if item.model is not None}
    for attribution in sorted(made):
        console.print(attribution, highlight=False, markup=False, soft_wrap=True)


def _draw(found: Catalogue, sheet: Path | None, thumbnails: Path | None) -> None:
    from rich.console import Console
    from rich.progress import track

    from tryon.engine.contact_sheet import contact_sheet, shown_asset
    from tryon.engine.showcase import cutout_of, view_of
    from tryon.stages.render import Renderer
    from tryon.stages.sink import write_picture

    console = Console(stderr=True)
    items = list(found.items.values())
    with Renderer() as renderer:
        if sheet is not None:
            with console.status("Photographing…") as status:
                page = contact_sheet(
                    items, renderer,
                    progress=lambda item: status.update(f"Photographing {item.title.en}…"),
                )  # fmt: skip
            write_picture(sheet, page)
            console.print(f"Wrote {sheet}", highlight=False, soft_wrap=True)
        if thumbnails is not None:
            pairs = [(item, variant.name) for item in items for variant in item.variants]
            for item, name in track(
                pairs, "Photographing", console=console, disable=not console.is_terminal
            ):
                picture = cutout_of(
                    shown_asset(item, name), renderer, THUMBNAIL_WH, view=view_of(item.category)
                )
                write_picture(thumbnails / f"{item.id}.{name}.webp", picture)
            console.print(
                f"Wrote {len(pairs)} pictures to {thumbnails}", highlight=False, soft_wrap=True
            )
