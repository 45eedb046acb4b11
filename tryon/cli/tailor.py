"""`tryon tailor`: cut, sew and drape the project's own garments."""

from __future__ import annotations

from pathlib import Path

import click

SIZES = ("XS", "S", "M", "L", "XL", "XXL")
"""Letters of `wardrobe.sizes`, which takes long to load."""


@click.group()
def tailor() -> None:
    """Garments by recipe: flat pattern pieces, sewn and draped on the body.

    \b
    Examples:
      tryon tailor bake tee
      tryon tailor fabrics --sheet fabrics.png
    """


@tailor.command()
@click.argument("cuts", nargs=-1, metavar="[CUT]…")
def bake(cuts: tuple[str, ...]) -> None:
    """Bake garments anew after a recipe was changed; all of them when none is named.

    The results lie in assets/garments and are committed, so that nobody else waits for them.

    \b
    Examples:
      tryon tailor bake
      tryon tailor bake tee coat
    """
    from rich.console import Console
    from rich.progress import Progress

    from tryon.wardrobe.body import Body
    from tryon.wardrobe.tailor.form import Form
    from tryon.wardrobe.tailor.store import shipped_path
    from tryon.wardrobe.tailor.wardrobe import CUTS, refresh

    unknown = [name for name in cuts if name not in CUTS]
    if unknown:
        raise click.UsageError(
            f"There is no cut {', '.join(unknown)}; there are {', '.join(CUTS)}."
        )
    form = Form.of(Body.load())
    with Progress(console=Console(stderr=True)) as bars:
        for name in cuts or CUTS:
            task = bars.add_task(name, total=1.0)
            refresh(name, form, progress=lambda done, t=task: bars.update(t, completed=done))  # type: ignore[misc]  # bound now
            bars.update(task, completed=1.0)
            click.echo(str(shipped_path(name)))


@tailor.command()
@click.argument("cut", metavar="CUT")
@click.option(
    "--turntable",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write a picture of it from four sides.",
)
@click.option("--cloth", metavar="NAME", default="crepe", help="What it is cut from.")
@click.option("--color", metavar="#RRGGBB", default="#8a5a44", help="The colour of its cloth.")
@click.option(
    "--size", type=click.Choice(SIZES), help="Cut for this size; else for the neutral figure."
)
def show(cut: str, turntable: Path | None, cloth: str, color: str, size: str | None) -> None:
    """Report what a garment measures, how near to the skin it lies, its stretch and its triangles.

    \b
    Examples:
      tryon tailor show jeans
      tryon tailor show gown --cloth satin --color "#0f4a38" --turntable gown.png
      tryon tailor show coat --size XL --turntable coat-xl.png
    """
    from tryon.wardrobe.body import Body
    from tryon.wardrobe.tailor.report import report_of
    from tryon.wardrobe.tailor.wardrobe import CUTS, form_of

    if cut not in CUTS:
        raise click.UsageError(f"There is no cut {cut!r}; there are {', '.join(CUTS)}.")
    form = form_of(Body.load(), size)
    report = report_of(cut, form, size=size)
    body = form.measures
    click.echo(
        f"{'for a body of':<14}bust {body.bust * 1000:.0f}, waist {body.waist * 1000:.0f}, "
        f"hip {body.hip * 1000:.0f} mm"
    )
    for name, (found_m, wanted_m) in report.measures.items():
        wanted = "" if wanted_m is None else f"   recipe {wanted_m * 1000:6.0f} mm"
        click.echo(f"{name:<14}{found_m * 1000:6.0f} mm{wanted}")
    click.echo(f"{'nearest skin':<14}{report.nearest_skin_m * 1000:6.1f} mm")
    middle, most = report.stretch
    click.echo(f"{'stretch':<14}{middle:6.1%}, 95 % of it below {most:.1%}")
    click.echo(f"{'triangles':<14}{' / '.join(str(n) for n in report.triangles)}")
    if turntable is None:
        return

    from pydantic import ValidationError

    from tryon.engine.turntable import turntable_of
    from tryon.stages.sink import write_picture
    from tryon.wardrobe.tailor.dress import GarmentParameters, make_garment_asset

    try:
        parameters = GarmentParameters.model_validate(
            {"cut": cut, "cloth": cloth, "color": color, "size": size}
        )
    except ValidationError as error:
        raise click.UsageError("; ".join(e["msg"] for e in error.errors()) + ".") from error
    asset = make_garment_asset(parameters, item_id=cut, variant=cloth)
    write_picture(turntable, turntable_of(asset))
    click.echo(f"Wrote {turntable}")


@tailor.command()
@click.argument("cuts", nargs=-1, required=True, metavar="CUT…")
def sizes(cuts: tuple[str, ...]) -> None:
    """Grade cuts from XS to XXL (EN 13402-3, women) and print their finished measures in mm.

    Each size is drafted and draped anew on its own body, a few seconds the first time.

    \b
    Examples:
      tryon tailor sizes coat
      tryon tailor sizes tee trousers
    """
    from rich.console import Console
    from rich.progress import track
    from rich.table import Table

    from tryon.wardrobe.body import Body
    from tryon.wardrobe.tailor.report import report_of
    from tryon.wardrobe.tailor.wardrobe import CUTS, form_of

    unknown = [name for name in cuts if name not in CUTS]
    if unknown:
        raise click.UsageError(
            f"There is no cut {', '.join(unknown)}; there are {', '.join(CUTS)}."
        )
    body = Body.load()
    work = [(cut, size) for cut in cuts for size in SIZES]
    reports = {
        (cut, size): report_of(cut, form_of(body, size), size=size)
        for cut, size in track(work, description="Draping", console=Console(stderr=True))
    }
    forms = {size: form_of(body, size).measures for size in SIZES}
    table = Table("", "", *SIZES)
    for girth in ("bust", "waist", "hip"):
        values = (f"{getattr(forms[size], girth) * 1000:.0f}" for size in SIZES)
        table.add_row("body", girth, *values)
    for cut in cuts:
        for name in reports[cut, SIZES[0]].measures:
            found = (reports[cut, size].measures[name][0] for size in SIZES)
            table.add_row(cut, name, *(f"{metres * 1000:.0f}" for metres in found))
    Console().print(table)


@tailor.command()
@click.option(
    "--sheet",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write a page of swatches: each hung in folds, and flat at life-size for 254 dpi.",
)
@click.option("--only", metavar="NAME[,NAME…]", default="", help="Fabrics to show; else all.")
def fabrics(sheet: Path | None, only: str) -> None:
    """List the fabrics that garments can be cut from, with their colours and scale.

    \b
    Examples:
      tryon tailor fabrics
      tryon tailor fabrics --sheet fabrics.png
      tryon tailor fabrics --only denim,tweed --sheet winter.png
    """
    from tryon.wardrobe.fabrics import FABRICS, bolt

    names = [word.strip() for word in only.split(",") if word.strip()] or list(FABRICS)
    unknown = [name for name in names if name not in FABRICS]
    if unknown:
        raise click.UsageError(
            f"There is no fabric {', '.join(unknown)}; there are {', '.join(FABRICS)}."
        )
    bolts = {name: bolt(name) for name in names}
    if sheet is None:
        for name, cloth in bolts.items():
            wide, high = cloth.tile_cm
            colors = " ".join((FABRICS[name].color, *FABRICS[name].accents))
            click.echo(f"{name:<12} repeat {wide:5.2f} × {high:5.2f} cm   {colors}")
        return

    from rich.console import Console

    from tryon.engine.swatch_sheet import swatch_sheet
    from tryon.stages.render import Renderer
    from tryon.stages.sink import write_picture

    console = Console(stderr=True)
    with Renderer() as renderer, console.status("Hanging…") as status:
        page = swatch_sheet(
            bolts, renderer, progress=lambda name: status.update(f"Hanging {name}…")
        )
    write_picture(sheet, page)
    console.print(f"Wrote {sheet}", highlight=False, soft_wrap=True)
