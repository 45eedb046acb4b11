"""`tryon import`: a stranger's 3D model becomes an item."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

if TYPE_CHECKING:
    from tryon.wardrobe.importer import Imported
    from tryon.wardrobe.importer_axes import Direction
    from tryon.wardrobe.item import Category, Item

# Written out, so that --help needs no heavy library; a test holds them to the importer's own.
ACCESSORIES = ("eyeglasses", "sunglasses", "hat", "headwear", "earrings", "necklace", "mask")
GARMENTS = (
    "tshirt", "top", "shirt", "knitwear", "jacket", "coat", "trousers", "jeans", "shorts", "skirt",
    "dress", "gown", "suit", "shoes",
)  # fmt: skip
CATEGORIES = ACCESSORIES + GARMENTS
DIRECTIONS = ("+x", "-x", "+y", "-y", "+z", "-z")


@click.command("import")
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@click.option(
    "--as", "category", required=True, type=click.Choice(CATEGORIES), help="What the model is."
)
@click.option(
    "--width-mm",
    type=click.FloatRange(1, 2000),
    help="True width of an accessory; else by its unit, or the usual size.",
)
@click.option(
    "--height-mm",
    type=click.FloatRange(1, 3000),
    help="True height of a garment without joints, from its lowest to its highest point.",
)
@click.option(
    "--layer",
    type=click.IntRange(0, 9),
    help="Order of a garment over others, 0 next to the skin; else by its kind.",
)
@click.option("--front", type=click.Choice(DIRECTIONS), help="Where its front looks in the file.")
@click.option("--up", type=click.Choice(DIRECTIONS), help="What is up in the file.")
@click.option("--id", "item_id", metavar="ID", help="Id in the catalogue; else from the title.")
@click.option("--title", metavar="TEXT", help="English title.")
@click.option("--title-zh", metavar="TEXT", help="Chinese title.")
@click.option("--brand", metavar="TEXT", help="Brand.")
@click.option("--licence", metavar="TEXT", help="Licence of the model, for example CC-BY-4.0.")
@click.option("--attribution", metavar="TEXT", help="Whom to credit, and how.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Folder to write to; else your own catalogue.",
)
@click.option("--force", is_flag=True, help="Replace an item of the same id.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def import_(
    file: Path,
    *,
    category: str,
    width_mm: float | None,
    height_mm: float | None,
    layer: int | None,
    front: str | None,
    up: str | None,
    item_id: str | None,
    title: str | None,
    title_zh: str | None,
    brand: str | None,
    licence: str | None,
    attribution: str | None,
    out: Path | None,
    force: bool,
    as_json: bool,
) -> None:
    """Bring in a 3D model of somebody else's.

    FILE is a .glb, .gltf or .obj file, or clothes of MakeHuman (.mhclo). An accessory's size, its
    front and the place where it touches the wearer are proposed from its shape. A garment is bound
    to the body: by its own joints if it has some with names that are known (Mixamo, VRM, Unreal,
    SMPL, Blender …), else by its shape. The report says what was found, what was assumed and what
    was lost. ID.yaml and ID.glb are written; correct them by hand where you like.

    \b
    Examples:
      tryon import glasses.glb --as sunglasses --width-mm 142
      tryon import hat.gltf --as hat --front -z --id my-hat
      tryon import ring.obj --as earrings --up +z --out ./catalogue
      tryon import dress.glb --as dress
      tryon import coat.obj --as coat --height-mm 1050 --layer 3
    """
    from tryon.wardrobe.catalogue import own_folder
    from tryon.wardrobe.imported_item import Label, proposed_id

    kind = cast("Category", category)
    chosen_id = item_id or proposed_id(file, title)
    folder = own_folder() if out is None else out
    _check_id(chosen_id, folder)
    label = Label(title, title_zh, brand, licence, attribution)
    ahead, above = cast("Direction | None", front), cast("Direction | None", up)
    if category in GARMENTS:
        _refuse(width_mm, "--width-mm", category, remedy="Give --height-mm.")
        from tryon.wardrobe.alterations.garment_item import write_garment
        from tryon.wardrobe.alterations.importer import GarmentWishes, import_garment

        told = GarmentWishes(height_mm, ahead, above, layer)
        garment = import_garment(file, kind, item_id=chosen_id, wishes=told)
        imported = garment.imported
        item, path = write_garment(garment, kind, folder, label=label, force=force)
    else:
        _refuse(height_mm, "--height-mm", category, remedy="Give --width-mm.")
        _refuse(layer, "--layer", category, remedy="Leave it out.")
        from tryon.wardrobe.imported_item import write_item
        from tryon.wardrobe.importer import Wishes, import_model

        wishes = Wishes(width_mm, ahead, above)
        imported = import_model(file, kind, item_id=chosen_id, wishes=wishes)
        item, path = write_item(imported, kind, folder, label=label, force=force)
    if as_json:
        click.echo(json.dumps(_document(imported, item, path), indent=1, ensure_ascii=False))
    else:
        _print_report(imported, item, path, in_catalogue=out is None)


def _refuse(value: object, option: str, category: str, *, remedy: str) -> None:
    """Raises UsageError for an option that does not go with the category."""
    if value is not None:
        raise click.UsageError(f"{option} does not go with --as {category}. {remedy}")


def _check_id(item_id: str, folder: Path) -> None:
    """Raises CatalogueError for an id that is none, or that another folder's item has."""
    import re

    from tryon.core.errors import CatalogueError
    from tryon.wardrobe.catalogue import Catalogue, bundled_folder

    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", item_id) or len(item_id) > 64:
        raise CatalogueError(
            f"{item_id!r} cannot be an id.",
            remedy="Use lower-case words joined by hyphens, for example my-hat.",
        )
    bundled = bundled_folder()
    if folder.resolve() != bundled.resolve() and item_id in Catalogue.load([bundled]).items:
        raise CatalogueError(
            f"The bundled catalogue has an item {item_id} already.", remedy="Choose another --id."
        )


def _document(imported: Imported, item: Item, path: Path) -> dict[str, object]:
    report = imported.report
    return {
        "schema": "import.1",
        "id": item.id,
        "category": item.category,
        "files": [str(path), str(item.model_path)],
        "sizes_mm": {name.removesuffix("_mm"): size for name, size in item.sizes.items()},
        "found": report.found,
        "assumed": report.assumed,
        "lost": report.lost,
    }


def _print_report(imported: Imported, item: Item, path: Path, *, in_catalogue: bool) -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table
    from rich.text import Text

    console = Console()
    report = imported.report
    console.print(f"[bold]{escape(item.title.en)}[/bold] ({item.category})", highlight=False)
    lines = Table.grid(padding=(0, 2))
    lines.add_column(justify="right", no_wrap=True)
    lines.add_column()
    for heading, style, sentences in (
        ("found", "green", report.found),
        ("assumed", "yellow", report.assumed),
        ("lost or changed", "red", report.lost),
    ):
        for number, sentence in enumerate(sentences):
            lines.add_row(Text(heading if number == 0 else "", style), Text(f"{sentence}."))
    console.print(lines)
    console.print(f"Wrote {path} and {item.id}.glb beside it.", highlight=False, soft_wrap=True)
    if in_catalogue:
        console.print(f"Wear it: tryon photo me.jpg --wear {item.id}", highlight=False)
