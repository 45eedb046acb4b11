"""`tryon qa …`: measures the engine against exact truth."""

from __future__ import annotations

import json
from pathlib import Path

import click

from tryon.cli.qa_replay import run as run_suites
from tryon.cli.qa_replay import synth


@click.group()
def qa() -> None:
    """Measure the engine against exact truth.

    \b
    Examples:
      tryon qa heads --sheet heads.png
      tryon qa bodies
      tryon qa steadiness --curve
    """


@qa.command()
@click.option(
    "--json", "json_file", type=click.Path(path_type=Path), help="Also write every trial."
)
@click.option("--sheet", type=click.Path(path_type=Path), help="Also write a contact sheet (PNG).")
@click.option("--sitters", type=click.IntRange(1, 7), default=7, show_default=True)
def heads(json_file: Path | None, sheet: Path | None, sitters: int) -> None:
    """Fit faces whose pose, shape and anchors are known.

    Sitters made of the base body are drawn in some thirty poses each, from several distances and
    through several lenses, and go through the real detector and the real fit.

    \b
    Examples:
      tryon qa heads
      tryon qa heads --sitters 2 --sheet heads.png --json heads.json
    """
    from rich.console import Console
    from rich.progress import track

    from tryon.qa.head_report import as_json, summarise, table
    from tryon.qa.head_sheet import HeadSheet
    from tryon.qa.heads import HeadTruth, pose_grid, run
    from tryon.qa.portrait import SITTERS
    from tryon.stages.sink import write_picture, write_text

    console = Console(stderr=True)
    with HeadTruth() as truth:
        cells = HeadSheet(truth.head_model)
        trials = list(
            track(
                run(truth, SITTERS[:sitters], watch=cells.add if sheet else None),
                total=sitters * len(pose_grid()),
                description="Fitting",
                console=console,
            )
        )
    Console().print(table(summarise(trials)))
    if json_file is not None:
        write_text(json_file, json.dumps(as_json(trials), indent=1) + "\n")
        console.print(f"Wrote {json_file}", highlight=False)
    if sheet is not None:
        write_picture(sheet, cells.picture())
        console.print(f"Wrote {sheet}", highlight=False)


@qa.command()
@click.option("--out", type=click.Path(path_type=Path), required=True, help="The table to write.")
def correspond(out: Path) -> None:
    """Measure which point of the base body each face landmark is.

    This made assets/head/landmarks.json; it is needed again only for another landmark model.
    """
    from tryon.qa.correspondence import measure_correspondence, write_landmarks
    from tryon.qa.heads import HeadTruth

    with HeadTruth() as truth:
        write_landmarks(measure_correspondence(truth), out)
    click.echo(f"Wrote {out}")


@qa.command()
@click.option("--out", type=click.Path(path_type=Path), required=True, help="The table to write.")
def readings(out: Path) -> None:
    """Measure how the landmark network reads heads whose truth is known.

    This made assets/head/readings.json; it is needed again only for another landmark model or base
    head. Takes two minutes.
    """
    from tryon.qa.heads import HeadTruth
    from tryon.qa.readings import measure_readings, write_readings

    with HeadTruth() as truth:
        write_readings(measure_readings(truth), out)
    click.echo(f"Wrote {out}")


@qa.command()
@click.option("--curve", is_flag=True, help="Also calmer and prompter smoothing.")
@click.option(
    "--seconds", type=click.FloatRange(3), default=6.0, show_default=True, help="Of each clip."
)
@click.option("--seed", default=0, show_default=True, help="Of the sensor noise.")
def steadiness(curve: bool, seconds: float, seed: int) -> None:
    """Measure jitter on a still face and lag behind a moving one.

    A real portrait goes through detector, fit and smoother, with fresh sensor noise in every frame:
    once still, once swaying by a known amount.

    \b
    Examples:
      tryon qa steadiness
      tryon qa steadiness --curve
    """
    from rich.console import Console

    from tryon.qa import steadiness as measuring
    from tryon.stages.fit_face import FaceFitter
    from tryon.wardrobe.head import HeadModel

    fitter, portrait = FaceFitter(HeadModel.load()), measuring.demonstration_portrait()
    still = measuring.record(portrait, fitter, moving=False, seconds=seconds, seed=seed)
    moving = measuring.record(portrait, fitter, moving=True, seconds=seconds, seed=seed)
    tunings = measuring.curve() if curve else measuring.IN_USE
    Console().print(measuring.table(measuring.measure(still, moving, tunings)))


@qa.command()
@click.option(
    "--json", "json_file", type=click.Path(path_type=Path), help="Also write every trial."
)
@click.option("--sheet", type=click.Path(path_type=Path), help="Also write a contact sheet (PNG).")
@click.option("--models", type=click.IntRange(1, 3), default=3, show_default=True)
def bodies(json_file: Path | None, sheet: Path | None, models: int) -> None:
    """Fit bodies whose pose and joints are known.

    People made of the base body stand, walk, reach, cross their arms and turn in front of the camera,
    and go through the real detectors and the real fit.

    \b
    Examples:
      tryon qa bodies
      tryon qa bodies --models 1 --sheet bodies.png --json bodies.json
    """
    from rich.console import Console
    from rich.progress import track

    from tryon.qa.bodies import MODELS, BodyTruth, run, trial_count
    from tryon.qa.body_report import BodySheet, as_json, summarise, table
    from tryon.stages.sink import write_picture, write_text

    console = Console(stderr=True)
    with BodyTruth() as truth:
        cells = BodySheet(truth.body)
        trials = list(
            track(
                run(truth, MODELS[:models], watch=cells.add if sheet else None),
                total=trial_count(models),
                description="Fitting",
                console=console,
            )
        )
    Console().print(table(summarise(trials)))
    if json_file is not None:
        write_text(json_file, json.dumps(as_json(trials), indent=1) + "\n")
        console.print(f"Wrote {json_file}", highlight=False)
    if sheet is not None:
        write_picture(sheet, cells.picture())
        console.print(f"Wrote {sheet}", highlight=False)


qa.add_command(run_suites, "run")
qa.add_command(synth)


@qa.command()
@click.option(
    "--out", type=click.Path(path_type=Path), required=True, help="A clip (MP4) or a sheet (PNG)."
)
@click.option(
    "--wear", default="skirt+tee", show_default=True, help="Cuts of the tailor, inner first."
)
@click.option("--fps", type=click.FloatRange(5, 240), default=30.0, show_default=True)
@click.option("--stiff", is_flag=True, help="Clothes that follow the skin, for comparison.")
def cloth(out: Path, wear: str, fps: float, stiff: bool) -> None:
    """Film clothes on a body that walks, turns round and stands still, from the front and the side.

    \b
    Examples:
      tryon qa cloth --out walk.mp4
      tryon qa cloth --wear trousers+coat --out walk.png
    """
    from tryon.qa.cloth import sheet, write_film
    from tryon.stages.sink import write_picture
    from tryon.wardrobe.tailor.dress import GarmentParameters, garment
    from tryon.wardrobe.tailor.wardrobe import CUTS

    cuts = wear.split("+")
    for cut in cuts:
        if cut not in CUTS:
            raise click.BadParameter(
                f"no cut {cut!r}; there are {', '.join(CUTS)}", param_hint="--wear"
            )
    worn = [
        garment(GarmentParameters.model_validate({"cut": cut}), item_id=cut, variant="plain")
        for cut in cuts
    ]
    if out.suffix.lower() == ".png":
        write_picture(out, sheet(worn, fps=fps, swing=not stiff))
    else:
        write_film(out, worn, fps=fps, swing=not stiff)
    click.echo(f"Wrote {out}")


@qa.command()
@click.option("--out", type=click.Path(path_type=Path), required=True, help="A sheet (PNG).")
@click.option("--only", metavar="ID[,ID…]", default="", help="Garments to show; else all.")
def clothes(out: Path, only: str) -> None:
    """Draw every garment on bodies of three shapes in three poses each, a row a garment.

    \b
    Examples:
      tryon qa clothes --out clothes.png
      tryon qa clothes --only aurelle-gown,aurelle-vendome --out evening.png
    """
    import numpy as np
    from rich.console import Console
    from rich.progress import track

    from tryon.engine.mannequin import Mannequins
    from tryon.qa.clothes_sheet import row
    from tryon.stages.sink import write_picture
    from tryon.wardrobe.body import Body
    from tryon.wardrobe.catalogue import Catalogue, bundled_folder, parse_wear
    from tryon.wardrobe.load_garment import is_garment

    catalogue = Catalogue.load([bundled_folder()])
    names = [word.strip() for word in only.split(",") if word.strip()]
    names = names or [item.id for item in catalogue.items.values() if is_garment(item)]
    worn = [parse_wear(catalogue, [name], {}) for name in names]
    body = Body.load()
    with Mannequins() as mannequins:
        rows = [
            row(mannequins, body, pieces)
            for pieces in track(worn, "Drawing", console=Console(stderr=True))
        ]
    write_picture(out, np.concatenate(rows))
    click.echo(f"Wrote {out}")
