"""`tryon show board`: the printed board that a show stands on."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.option("--out", required=True, type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--paper", type=click.Choice(["A4", "A3", "Letter"], case_sensitive=False), default="A4",
    show_default=True,
)  # fmt: skip
def board(out: Path, paper: str) -> None:
    """Write the marker board as a PDF at true scale.

    Print it at 100 % (“actual size”, not “fit to page”), hold a ruler to its line, and lay it flat where
    the show shall stand. Each size of paper has markers of its own: the camera knows which one it sees.

    \b
    Examples:
      tryon show board --out board.pdf
      tryon show board --paper A3 --out board.pdf
    """
    from shows.augmented.board import pdf, sheet_named
    from tryon.media.drafts import write_whole

    sheet = sheet_named(paper)
    write_whole(out, pdf(sheet))
    click.echo(
        f"Wrote {out}: {sheet.name} with squares of {sheet.square_mm:g} mm. Print it at 100 %."
    )
