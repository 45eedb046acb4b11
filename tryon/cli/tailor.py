"""`tryon tailor`: cut, sew and drape the project's own garments."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from tryon.cli.tailor_sizes import SIZES, check, known_cuts, sizes

if TYPE_CHECKING:
    from tryon.wardrobe.tailor.dress import GarmentParameters
    from tryon.wardrobe.tailor.report import Report


class Cuts(click.Group):
    """A group in which `show` may be left out: `tailor coat` is `tailor show coat`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Puts `show` before the name of a cut."""
        if args and not args[0].startswith("-") and args[0] not in self.commands:
            args = ["show", *args]
        return super().parse_args(ctx, args)


@click.group(cls=Cuts)
def tailor() -> None:
    """Garments by recipe: flat pattern pieces, sewn and draped on the body.

    \b
    Examples:
      tryon tailor coat --size M --turntable coat.png
      tryon tailor bake tee
      tryon tailor sizes trousers
      tryon tailor check
      tryon tailor fabrics --sheet fabrics.png
    """


tailor.add_command(sizes)
tailor.add_command(check)


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
    from tryon.wardrobe.tailor.store import shipped_path
    from tryon.wardrobe.tailor.wardrobe import form_of, refresh

    form = form_of(Body.load())
    with Progress(console=Console(stderr=True)) as bars:
        for name in known_cuts(cuts):
            task = bars.add_task(name, total=1.0)
            refresh(name, form, progress=lambda done, t=task: bars.update(t, completed=done))  # type: ignore[misc]  # bound now
            bars.update(task, completed=1.0)
            click.echo(str(shipped_path(name)))


@tailor.command()
@click.argument("recipe", metavar="RECIPE")
@click.option("--size", type=click.Choice(SIZES), help="Cut for this size; else the sample size.")
@click.option("--front", type=click.Choice(("open", "closed")), help="Of jackets and coats.")
@click.option(
    "--turntable",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write a picture of it from four sides.",
)
@click.option(
    "--stretch",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write the same in the colours of its stretch: red is 10 % longer than in the pattern.",
)
@click.option("--report", is_flag=True, help="Also tell what it does in each of the test poses.")
@click.option(
    "--cloth", metavar="NAME", help="What it is cut from.  [default: crepe, or the item's]"
)
@click.option("--color", metavar="#RRGGBB", help="The colour of its cloth.")
def show(
    recipe: str,
    *,
    size: str | None,
    front: str | None,
    turntable: Path | None,
    stretch: Path | None,
    report: bool,
    cloth: str | None,
    color: str | None,
) -> None:
    """Report what a garment measures, how it lies on the skin, its stretch and its triangles.

    RECIPE is a cut or an item of the catalogue. `show` may be left out. A size that was never made is
    cut and draped now, which takes some seconds.

    \b
    Examples:
      tryon tailor jeans --report
      tryon tailor gown --cloth satin --color "#0f4a38" --turntable gown.png
      tryon tailor aurelle-coat --size XL --front closed --turntable coat-xl.png
      tryon tailor tee --size XS --stretch tee-stretch.png
    """
    chosen = {"size": size, "front": front, "cloth": cloth, "color": color}
    parameters = _parameters(recipe, {k: v for k, v in chosen.items() if v is not None})
    _bake_with_bar(parameters)

    from tryon.wardrobe.body import Body
    from tryon.wardrobe.tailor.report import report_of
    from tryon.wardrobe.tailor.wardrobe import form_of

    form = form_of(Body.load(), size)
    body = form.measures
    click.echo(
        f"{'for a body of':<14}bust {body.bust * 1000:.0f}, waist {body.waist * 1000:.0f}, "
        f"hip {body.hip * 1000:.0f} mm"
    )
    _tell(
        report_of(parameters.cut, form, size=size, front=parameters.front),
        poses=report,
    )
    _draw(parameters, recipe, turntable, stretch)


def _parameters(recipe: str, chosen: dict[str, str]) -> GarmentParameters:
    """Of a cut in crepe, or of an item's first variant, and what was chosen over them."""
    from pydantic import ValidationError

    from tryon.wardrobe.catalogue import Catalogue
    from tryon.wardrobe.recipes import written_parameters
    from tryon.wardrobe.tailor.dress import GarmentParameters
    from tryon.wardrobe.tailor.wardrobe import CUTS

    written: dict[str, object] = {"cut": recipe, "cloth": "crepe", "color": "#8a5a44"}
    if recipe not in CUTS:
        item = Catalogue.load().items.get(recipe)
        if item is None or item.recipe is None or item.recipe.name != "garment":
            raise click.UsageError(
                f"There is no cut {recipe!r}, nor a garment of that name; "
                f"there are {', '.join(CUTS)}."
            )
        written = dict(written_parameters(item, item.variants[0].name))
    try:
        return GarmentParameters.model_validate({**written, **chosen})
    except ValidationError as error:
        raise click.UsageError("; ".join(e["msg"] for e in error.errors()) + ".") from error


def _bake_with_bar(parameters: GarmentParameters) -> None:
    from rich.console import Console
    from rich.progress import Progress

    from tryon.wardrobe.tailor.wardrobe import baked_garment

    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bars:
        task = bars.add_task(f"Draping {parameters.cut}", total=1.0)
        baked_garment(
            parameters.cut,
            size=parameters.size,
            front=parameters.front,
            progress=lambda done: bars.update(task, completed=done),
        )


def _tell(report: Report, *, poses: bool) -> None:
    findings = report.findings
    for name, (found_m, wanted_m) in findings.measures.items():
        wanted = "" if wanted_m is None else f"   recipe {wanted_m * 1000:6.0f} mm"
        click.echo(f"{name:<14}{found_m * 1000:6.0f} mm{wanted}")
    click.echo(f"{'nearest skin':<14}{report.nearest_skin_m * 1000:6.1f} mm")
    if poses:
        for name, depth_m in findings.depths.items():
            click.echo(f"{name:<14}{depth_m * 1000:6.1f} mm into the skin")
    click.echo(
        f"{'worst of poses':<14}{max(findings.depths.values()) * 1000:6.1f} mm into the skin"
    )
    middle, most = report.stretch
    click.echo(f"{'stretch':<14}{middle:6.1%}, 95 % of it below {most:.1%}")
    click.echo(f"{'triangles':<14}{' / '.join(str(n) for n in report.triangles)}")
    for fault in findings.faults:
        click.echo(f"{'fault':<14}{fault}")


def _draw(
    parameters: GarmentParameters, name: str, turntable: Path | None, stretch: Path | None
) -> None:
    if turntable is None and stretch is None:
        return

    from tryon.engine.turntable import turntable_of
    from tryon.stages.sink import write_picture
    from tryon.wardrobe.tailor.dress import make_garment_asset
    from tryon.wardrobe.tailor.report import stretch_map

    if turntable is not None:
        asset = make_garment_asset(parameters, item_id=name, variant=parameters.cloth)
        write_picture(turntable, turntable_of(asset))
        click.echo(f"Wrote {turntable}")
    if stretch is not None:
        colored = stretch_map(parameters.cut, size=parameters.size, front=parameters.front)
        write_picture(stretch, turntable_of(colored))
        click.echo(f"Wrote {stretch}")


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
