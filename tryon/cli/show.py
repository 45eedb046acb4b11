"""`tryon show …`: scripted fashion shows."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from shows.script import ScriptFile
    from shows.script.schema import Bilingual
    from shows.sequencer import Show
    from tryon.wardrobe.catalogue import Catalogue

FURTHER = ("preview", "render", "board", "run")
"""Commands that live in `tryon.cli.show_<name>`, under their name."""
FORMATS = ("otio", "edl", "vtt", "srt", "csv")


class _Commands(click.Group):
    """Finds further commands in modules of their own, when they are named."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*super().list_commands(ctx), *(name for name in FURTHER if _module(name))]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        own = super().get_command(ctx, cmd_name)
        if own is not None or cmd_name not in FURTHER or not _module(cmd_name):
            return own
        command: click.Command = getattr(import_module(f"tryon.cli.show_{cmd_name}"), cmd_name)
        return command


def _module(name: str) -> bool:
    return find_spec(f"tryon.cli.show_{name}") is not None


@click.group(cls=_Commands)
def show() -> None:
    """Fashion shows by script. SCRIPT is a file, or the name of a bundled show: maison, table-top.

    \b
    Examples:
      tryon show check maison
      tryon show sheet maison --out maison.html
      tryon show export otio maison --out maison.otio
    """


def _titles(catalogue: Catalogue) -> dict[str, Bilingual]:
    from shows.script.schema import Bilingual

    return {
        name: Bilingual(en=look.title.en, zh=look.title.zh)
        for name, look in catalogue.looks.items()
    }


def _compiled(script: str) -> tuple[ScriptFile, Show, Catalogue]:
    from shows.script import read_script
    from shows.sequencer import compile_show
    from tryon.wardrobe.catalogue import Catalogue

    file, catalogue = read_script(script), Catalogue.load()
    return file, compile_show(file, titles=_titles(catalogue)), catalogue


@show.command()
@click.argument("script")
@click.pass_context
def check(ctx: click.Context, script: str) -> None:
    """Find what would go wrong on the night, before anything is rendered.

    Looks for collisions, models off the stage, looks that are not in the wardrobe, impossible quick
    changes, cameras inside models, cues after the end, and music that is too short. Exits with 1 when
    there is any.

    \b
    Examples:
      tryon show check maison
      tryon show check autumn.yaml
    """
    from shows.check import House, check_script
    from shows.script import read_script
    from shows.sequencer import compile_show
    from tryon.wardrobe.catalogue import Catalogue

    file = read_script(script)
    problems = check_script(file, House(looks=Catalogue.load().looks))
    for problem in problems:
        click.echo(f"{file.path}:{file.line_of(problem.cue)}: {problem.cue}: {problem.message}")
        click.echo(f"  {problem.remedy}")
    if problems:
        click.echo(f"{len(problems)} to mend.", err=True)
        ctx.exit(1)
    made = compile_show(file)
    click.echo(
        f"{file.script.title.en} can go on: {len(made.entrances)} entrances, {len(made.cues)} cues, "
        f"{made.duration_s:.1f} s."
    )


@show.command()
def schema() -> None:
    """Print the JSON Schema of scripts, for editors that check while one writes.

    \b
    Examples:
      tryon show schema > show.schema.json
    """
    from shows.script import schema_text

    click.echo(schema_text(), nl=False)


@show.command()
@click.argument("script")
@click.option("--out", required=True, type=click.Path(path_type=Path, dir_okay=False))
@click.option("--pictures/--no-pictures", default=True, help="Lay out each look's pieces.")
def sheet(script: str, out: Path, pictures: bool) -> None:
    """Write the run-of-show sheet that hangs backstage: one HTML page that prints.

    \b
    Examples:
      tryon show sheet maison --out maison.html
      tryon show sheet maison --out maison.html --no-pictures
    """
    from shows.interchange.flat_lay import flat_lay
    from shows.interchange.sheet import sheet_of
    from tryon.engine.showroom import Showroom
    from tryon.stages.sink import write_text

    _, made, catalogue = _compiled(script)
    titles = _titles(catalogue)
    if pictures:
        with Showroom() as room:
            page = sheet_of(
                made,
                titles=titles,
                picture=lambda look: (
                    flat_lay(catalogue.looks[look], catalogue, room)
                    if look in catalogue.looks
                    else None
                ),
            )
    else:
        page = sheet_of(made, titles=titles)
    write_text(out, page)
    click.echo(str(out))


@show.command()
@click.argument("format_", metavar="FORMAT", type=click.Choice(FORMATS))
@click.argument("script")
@click.option("--out", required=True, type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--rate", type=click.IntRange(1, 120), default=25, show_default=True, help="Frames a second."
)
@click.option("--language", type=click.Choice(["en", "zh"]), default="en", show_default=True)
def export(format_: str, script: str, out: Path, rate: int, language: str) -> None:
    """Write a show for another program.

    otio: a timeline (OpenTimelineIO); edl: the camera cuts (CMX 3600); vtt, srt: captions of a language;
    csv: the run of show for a spreadsheet.

    \b
    Examples:
      tryon show export otio maison --out maison.otio
      tryon show export edl maison --out maison.edl --rate 24
      tryon show export vtt maison --language zh --out maison.zh.vtt
      tryon show export csv maison --out run.csv
    """
    from shows.interchange.captions import captions_of, write_srt, write_vtt
    from shows.interchange.edl import cuts_of, write_edl
    from shows.interchange.otio import write_otio
    from shows.interchange.table import write_table
    from tryon.stages.sink import write_text

    file, made, _ = _compiled(script)
    if format_ == "otio":
        write_otio(made, out, rate=rate)
        click.echo(str(out))
        return
    if format_ == "csv":
        text = write_table(file.script)
    elif format_ == "edl":
        text = write_edl(file.script.title.en, cuts_of(made, rate=rate), rate=rate)
    else:
        told = captions_of(made, "zh" if language == "zh" else "en")
        text = write_vtt(told) if format_ == "vtt" else write_srt(told)
    write_text(out, text)
    click.echo(str(out))


@show.command("import")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--script", help="The script it belongs to; an .otio file brings its own.")
@click.option(
    "--zh",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="Captions in Chinese.",
)
@click.option(
    "--rate", type=click.IntRange(1, 120), default=25, show_default=True, help="Frames a second."
)
@click.option("--out", required=True, type=click.Path(path_type=Path, dir_okay=False))
def import_(file: Path, script: str | None, zh: Path | None, rate: int, out: Path) -> None:
    """Bring home what another program changed, as a new script.

    FILE ends in .otio or .otioz (times), .edl (camera cuts), .vtt or .srt (captions) or .csv (the run of
    show).

    \b
    Examples:
      tryon show import maison.otio --out maison.yaml
      tryon show import maison.edl --script maison --out maison.yaml
      tryon show import en.vtt --zh zh.vtt --script maison --out maison.yaml
      tryon show import run.csv --script maison --out maison.yaml
    """
    from shows.interchange.arrivals import arrived
    from shows.script.write import script_text
    from tryon.stages.sink import write_text

    changed = arrived(file, script=script, chinese=zh, rate=rate)
    # A script is called as its file is.
    write_text(out, script_text(changed.model_copy(update={"id": out.stem})))
    click.echo(str(out))
