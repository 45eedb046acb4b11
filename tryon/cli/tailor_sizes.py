"""`tryon tailor sizes` and `check`: garments in every size."""

from __future__ import annotations

import click

SIZES = ("XS", "S", "M", "L", "XL", "XXL")
"""Letters of `wardrobe.sizes`, which takes long to load."""
SAMPLE = "sample"
"""What is shipped: the size of the neutral figure."""


def known_cuts(cuts: tuple[str, ...]) -> tuple[str, ...]:
    """These cuts, or all of them. Raises UsageError for one that there is not."""
    from tryon.wardrobe.tailor.wardrobe import CUTS

    unknown = [name for name in cuts if name not in CUTS]
    if unknown:
        raise click.UsageError(
            f"There is no cut {', '.join(unknown)}; there are {', '.join(CUTS)}."
        )
    return cuts or tuple(CUTS)


@click.command()
@click.argument("cuts", nargs=-1, metavar="[CUT]…")
@click.option("--write", is_flag=True, help="Take them into the table that the catalogue shows.")
def sizes(cuts: tuple[str, ...], *, write: bool) -> None:
    """Grade cuts from XS to XXL (EN 13402-3, women) and print their finished measures in mm.

    Each size is drafted and draped anew on its own body, some seconds the first time.

    \b
    Examples:
      tryon tailor sizes coat
      tryon tailor sizes tee trousers
      tryon tailor sizes --write
    """
    from rich.console import Console
    from rich.progress import track
    from rich.table import Table

    from tryon.wardrobe.body import Body
    from tryon.wardrobe.tailor.size_chart import measured_sizes, write_chart
    from tryon.wardrobe.tailor.wardrobe import form_of

    names = known_cuts(cuts)
    found = {
        cut: measured_sizes(cut)
        for cut in track(names, description="Draping", console=Console(stderr=True))
    }
    if write:
        click.echo(f"Wrote {write_chart(found)}")
    body = Body.load()
    forms = {size: form_of(body, size).measures for size in SIZES}
    table = Table("", "", *SIZES)
    for girth in ("bust", "waist", "hip"):
        values = (f"{getattr(forms[size], girth) * 1000:.0f}" for size in SIZES)
        table.add_row("body", girth, *values)
    for cut, chart in found.items():
        for name in chart[SIZES[0]]:
            table.add_row(cut, name, *(f"{chart[size][name]:.0f}" for size in SIZES))
    Console().print(table)


@click.command()
@click.argument("cuts", nargs=-1, metavar="[CUT]…")
@click.option(
    "--size",
    "letters",
    type=click.Choice((SAMPLE, *SIZES)),
    multiple=True,
    help="Only these; repeat for several.  [default: all, a quarter of an hour the first time]",
)
def check(cuts: tuple[str, ...], *, letters: tuple[str, ...]) -> None:
    """Inspect what is sewn in every size: measures, seams, weights, and the skin in twelve poses.

    Ends with 1 when a garment is more than 5 mm off its recipe, dips more than 2 mm into the skin that
    is seen, is open at a seam, or bound wrongly.

    \b
    Examples:
      tryon tailor check
      tryon tailor check coat --size XS --size XXL
    """
    from rich.console import Console
    from rich.progress import track

    from tryon.wardrobe.body import Body
    from tryon.wardrobe.tailor.inspection import inspected
    from tryon.wardrobe.tailor.make import Draft
    from tryon.wardrobe.tailor.wardrobe import CUTS, baked_garment, form_of

    body = Body.load()
    names = known_cuts(cuts)
    work = [(letter, cut) for letter in letters or (SAMPLE, *SIZES) for cut in names]
    faulty, sewn = 0, 0
    for letter, cut in track(work, description="Inspecting", console=Console(stderr=True)):
        size = None if letter == SAMPLE else letter
        form = form_of(body, size)
        draft = CUTS[cut].draft(form, CUTS[cut].recipe)
        if not isinstance(draft, Draft):
            continue
        sewn += 1
        faults = inspected(baked_garment(cut, size=size), draft, form).faults
        faulty += bool(faults)
        for fault in faults:
            click.echo(f"{cut:<14} {letter:<6} {fault}")
    click.echo(f"{sewn - faulty} of {sewn} garments are as they should be.")
    if faulty:
        raise click.exceptions.Exit(1)
