"""`tryon photo`: people in pictures wear items."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tryon.cli.options import camera_options, faces_option, print_option, wear_options
from tryon.cli.under import under_option
from tryon.core.errors import InputError, OutputError

if TYPE_CHECKING:
    from tryon.core.result import TryonResult
    from tryon.engine.session import Under
    from tryon.wardrobe.fabrics.prints import Print


@click.command()
@click.argument("inputs", metavar="IN…", nargs=-1, required=True, type=click.Path(path_type=Path))
@wear_options
@print_option
@click.option("--out", type=click.Path(path_type=Path), help="Result file for a single picture.")
@click.option(
    "--out-dir",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder for results: a/0004.jpg becomes DIR/0004.png.  [default: tryon-out]",
)
@click.option("--layers", is_flag=True, help="Also write each item's visible coverage.")
@click.option("--json", "with_json", is_flag=True, help="Also write poses, boxes and the camera.")
@under_option("erase")
@camera_options
@faces_option
def photo(
    inputs: tuple[Path, ...],
    *,
    wear: tuple[str, ...],
    variants: Mapping[str, str],
    prints: Mapping[str, Print],
    out: Path | None,
    out_dir: Path | None,
    layers: bool,
    with_json: bool,
    under: Under,
    fov_deg: float | None,
    calibration: str | None,
    max_faces: int,
) -> None:
    """Dress the people in pictures.

    IN are picture files or folders of them. Without --out or --out-dir the results go to
    ./tryon-out. A picture with nobody in it passes through unchanged.

    \b
    Examples:
      tryon photo me.jpg --wear aurelle-aviator --out me-dressed.png
      tryon photo *.jpg --wear aurelle-fedora,aurelle-hoops --out-dir dressed --json
      tryon photo me.jpg --wear aurelle-fedora --variant aurelle-fedora=camel
      tryon photo me.jpg --wear aurelle-tee --print aurelle-tee=roses.png@25
    """
    if out is not None and out_dir is not None:
        raise click.UsageError("Give --out or --out-dir, not both.")
    targets = _targets(_pictures(inputs), out, out_dir or Path("tryon-out"))

    from rich.console import Console
    from rich.progress import track

    from tryon.engine import Engine
    from tryon.stages.source import open_source
    from tryon.wardrobe.catalogue import Catalogue
    from tryon.wardrobe.printing import with_prints

    console = Console(stderr=True)
    catalogue = with_prints(Catalogue.load(), prints)
    unseen, failures = 0, 0
    with Engine(catalogue=catalogue, max_faces=max_faces) as engine:
        engine.outfit(wear, variants=variants)
        progress = track(
            targets.items(),
            description="Dressing",
            console=console,
            disable=len(targets) == 1 or not console.is_terminal,
        )
        for source_path, target in progress:
            try:
                with open_source(source_path, fov_deg=fov_deg, calibration=calibration) as source:
                    frame = next(iter(source))
            except InputError as error:
                if len(targets) == 1:
                    raise
                failures += 1
                console.print(f"[red]Skipped.[/red] {error}", highlight=False)
                continue
            result = engine.photo(frame, wear, variants=variants, layers=layers, under=under)
            _write(result, target, with_json=with_json)
            if not result.people:
                unseen += 1
                console.print(
                    f"{source_path}: nobody found, passed through unchanged.", highlight=False
                )
    console.print(_summary(targets, unseen, failures), highlight=False)
    if failures:
        raise click.exceptions.Exit(1)


def _pictures(inputs: Sequence[Path]) -> list[Path]:
    """The files meant by files and folders, in order."""
    return [path for given in inputs for path in _files(given)]


def _files(given: Path) -> Iterator[Path]:
    from tryon.media.pictures import PICTURE_SUFFIXES

    if not given.is_dir():
        yield given
        return
    inside = sorted(p for p in given.iterdir() if p.suffix.lower() in PICTURE_SUFFIXES)
    if not inside:
        raise InputError(
            f"The folder {given} holds no pictures.",
            remedy=f"Known kinds: {', '.join(PICTURE_SUFFIXES)}.",
        )
    yield from inside


def _targets(pictures: Sequence[Path], out: Path | None, out_dir: Path) -> dict[Path, Path]:
    """Picture → result file. Raises OutputError when two would land in one file."""
    if out is not None:
        if len(pictures) != 1:
            raise OutputError(
                f"--out names one file, but {len(pictures)} pictures were given.",
                remedy="Use --out-dir.",
            )
        return {pictures[0]: out}
    targets: dict[Path, Path] = {}
    sources: dict[Path, Path] = {}
    for picture in pictures:
        target = out_dir / f"{picture.stem}.png"
        other = sources.setdefault(target, picture)
        if other != picture:
            raise OutputError(
                f"{other} and {picture} would both be written to {target}.",
                remedy="Dress them in two runs with different --out-dir.",
            )
        targets[picture] = target
    return targets


def _write(result: TryonResult, target: Path, *, with_json: bool) -> None:
    """Result, layers and numbers, side by side."""
    from tryon.engine import result_document
    from tryon.stages.sink import write_picture, write_text

    write_picture(target, result.image)
    for item, coverage in result.layers.items():
        write_picture(target.with_name(f"{target.stem}.{item}.png"), coverage)
    if with_json:
        text = json.dumps(result_document(result), indent=1, ensure_ascii=False)
        write_text(target.with_suffix(".json"), text + "\n")


def _summary(targets: Mapping[Path, Path], unseen: int, failures: int) -> str:
    if len(targets) == 1:
        return f"Wrote {next(iter(targets.values()))}"
    folder = next(iter(targets.values())).parent
    nobody = f", {unseen} of them with nobody in it" if unseen else ""
    skipped = f"; {failures} could not be read" if failures else ""
    return f"Wrote {len(targets) - failures} pictures to {folder}{nobody}{skipped}"
