"""`tryon demo`: two portraits in four looks, on one page."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from tryon.engine import Engine


@dataclass(frozen=True)
class DemoLook:
    """What is worn together in one picture of the demonstration."""

    title: str
    wear: tuple[str, ...]


READING_ROOM = DemoLook("Reading room", ("aurelle-windsor", "aurelle-hoops"))
RIVIERA = DemoLook("Riviera", ("aurelle-soleil", "aurelle-fedora"))
GALA = DemoLook("Gala", ("aurelle-tiara", "aurelle-pearls", "aurelle-hoops"))
TERRACE = DemoLook("Terrace", ("aurelle-aviator", "aurelle-hoops"))
SOIREE = DemoLook("Soirée", ("aurelle-pearls", "aurelle-hoops"))
DEPARTURE = DemoLook("Departure", ("aurelle-coat", "aurelle-fedora"))


@dataclass(frozen=True)
class Portrait:
    """A public-domain portrait out of the supplies, and what suits it."""

    supply: str
    name: str
    credit: str
    looks: tuple[DemoLook, ...]


PORTRAITS = (
    Portrait(
        "astronaut.png",
        "Eileen Collins",
        "NASA, public domain",
        (READING_ROOM, RIVIERA, GALA, TERRACE),
    ),
    Portrait(
        "grace_hopper.jpg",
        "Grace Hopper",
        "US Navy, public domain",
        (TERRACE, RIVIERA, SOIREE, DEPARTURE),
    ),
)

STRIP_SIZE_WH = (300, 400)


@dataclass(frozen=True)
class Dressed:
    """One finished picture: its file beside the page, the look's title and the items' titles."""

    file: str
    title: str
    items: tuple[str, ...]


@dataclass(frozen=True)
class Sitter:
    """A portrait and the looks it was dressed in."""

    name: str
    credit: str
    before: str
    size_wh: tuple[int, int]
    dressed: tuple[Dressed, ...]


@click.command()
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("demo"),
    show_default=True,
    help="Folder for the page and its pictures.",
)
def demo(out: Path) -> None:
    """Dress two public-domain portraits in four looks and write a page of pictures.

    \b
    Examples:
      tryon demo
      tryon demo --out /tmp/first-fitting
    """
    from rich.console import Console

    from tryon.engine import Engine

    console = Console(stderr=True)
    with Engine() as engine, console.status("Dressing two portraits in four looks…"):
        sitters = tuple(_sit(engine, out, portrait) for portrait in PORTRAITS)
    page = _write_page(out, sitters)
    _write_strip(out, sitters)
    console.print(f"Open {page.resolve()}", highlight=False, soft_wrap=True)


def _sit(engine: Engine, out: Path, portrait: Portrait) -> Sitter:
    """Dress one portrait in every look."""
    from tryon.stages.sink import write_picture
    from tryon.stages.source import open_source
    from tryon.supplies import supply_path

    with open_source(supply_path(portrait.supply)) as source:
        frame = next(iter(source))
    stem = Path(portrait.supply).stem
    write_picture(out / f"{stem}.jpg", frame.rgb)
    dressed = []
    for number, look in enumerate(portrait.looks, start=1):
        file = f"{stem}-{number}.jpg"
        write_picture(out / file, engine.photo(frame, look.wear).image)
        titles = tuple(engine.catalogue.item(item).title.en for item in look.wear)
        dressed.append(Dressed(file, look.title, titles))
    return Sitter(portrait.name, portrait.credit, f"{stem}.jpg", frame.size_wh, tuple(dressed))


def _write_strip(out: Path, sitters: tuple[Sitter, ...]) -> None:
    """All portraits side by side as one picture, a row a sitter."""
    import cv2
    import numpy as np

    from tryon.stages.sink import write_picture
    from tryon.stages.source import open_source

    rows = []
    for sitter in sitters:
        pictures = []
        for file in (sitter.before, *(dressed.file for dressed in sitter.dressed)):
            with open_source(out / file) as source:
                rgb = next(iter(source)).rgb
            # A portrait's upper part, three wide by four high.
            height = min(rgb.shape[0], rgb.shape[1] * 4 // 3)
            width = height * 3 // 4
            left = (rgb.shape[1] - width) // 2
            part = rgb[:height, left : left + width]
            pictures.append(cv2.resize(part, STRIP_SIZE_WH, interpolation=cv2.INTER_AREA))
        rows.append(np.hstack(pictures))
    write_picture(out / "looks.jpg", np.vstack(rows))


def _write_page(out: Path, sitters: tuple[Sitter, ...]) -> Path:
    """The page beside its pictures."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    from tryon.stages.sink import write_text

    pages = Environment(
        loader=PackageLoader("tryon.cli"), autoescape=True, undefined=StrictUndefined
    )
    page = out / "index.html"
    write_text(
        page,
        pages.get_template("demo.html.j2").render(
            sitters=sitters, example=PORTRAITS[0].looks[0].wear
        ),
    )
    return page
