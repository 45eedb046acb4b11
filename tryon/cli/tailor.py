"""`tryon tailor`: cut, sew and drape the project's own garments."""

from __future__ import annotations

import click


@click.group()
def tailor() -> None:
    """Garments by recipe: flat pattern pieces, sewn and draped on the body."""


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
