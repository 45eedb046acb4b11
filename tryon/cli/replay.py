"""`tryon replay`: plays recordings through this build and says what moved."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tryon.cli.options import wear_options

if TYPE_CHECKING:
    from tryon.qa.replay.case import Job, Outcome
    from tryon.qa.replay.player import Look, Start


@click.command()
@click.argument(
    "recordings", metavar="REC…", nargs=-1, required=True, type=click.Path(path_type=Path)
)
@wear_options
@click.option(
    "--from",
    "start",
    type=click.Choice(["detections", "pixels"]),
    default="pixels",
    show_default=True,
    help="Run everything, or our own code on what the detectors saw then.",
)
@click.option(
    "--against",
    type=click.Path(path_type=Path),
    help="The golden; a folder of goldens for several recordings.",
)
@click.option("--update", is_flag=True, help="Make this replay the golden.")
@click.option(
    "--fault", metavar="NAME[:STRENGTH]", help="Spoil the frames; `help` lists the faults."
)
@click.option("--report", type=click.Path(path_type=Path), help="Write a page to look at (HTML).")
@click.option("--rerun", type=click.Path(path_type=Path), help="Write a file for Rerun (.rrd).")
@click.option("--tolerances", type=click.Path(path_type=Path), help="For other machines.")
def replay(
    recordings: tuple[Path, ...],
    *,
    wear: tuple[str, ...],
    variants: Mapping[str, str],
    start: str,
    against: Path | None,
    update: bool,
    fault: str | None,
    report: Path | None,
    rerun: Path | None,
    tolerances: Path | None,
) -> None:
    """Replay recordings; ends with 1 when something moved.

    On the machine of the golden every bit must be the same, and the first stage that differs is
    named. On another one, tolerances hold.

    \b
    Examples:
      tryon replay walk.zip --wear aurelle-aviator --against walk.golden.zip --update
      tryon replay walk.zip --wear aurelle-aviator --against walk.golden.zip --from detections
      tryon replay walk.zip --wear aurelle-aviator --fault noise:30 --report noise.html
    """
    from tryon.qa.replay.case import run_job
    from tryon.qa.replay.player import STARTS, Look

    if update and against is None:
        raise click.UsageError("--update needs --against: where the golden is.")
    if fault == "help":
        _tell_faults()
        return
    if rerun is not None and len(recordings) > 1:
        raise click.UsageError("--rerun takes one recording.")
    chosen = next(each for each in STARTS if each == start)
    if fault is not None and chosen != "pixels":
        raise click.UsageError("A fault is done to pixels: leave --from out.")
    look = Look(wear, variants)
    outcomes = []
    for path in recordings:
        job = _job(
            path, look, chosen, golden=_golden(against, path, recordings), update=update,
            fault=fault, tolerances=tolerances,
        )  # fmt: skip
        outcomes.append(run_job(job))
        _tell(path, outcomes[-1])
    if report is not None:
        from tryon.qa.replay.history import revision
        from tryon.qa.replay.report import report_html
        from tryon.stages.sink import write_text

        write_text(report, report_html(outcomes, revision=revision(), history=None))
        click.echo(f"Wrote {report}", err=True)
    if rerun is not None:
        _log(rerun, recordings[0], look, chosen)
    if not all(outcome.passed for outcome in outcomes):
        raise SystemExit(1)


def _golden(against: Path | None, path: Path, recordings: Sequence[Path]) -> Path | None:
    """The golden of one recording; in a folder it is called `NAME.golden.zip`."""
    if against is None:
        return None
    if len(recordings) > 1 or against.is_dir():
        return against / f"{path.name.removesuffix('.zip')}.golden.zip"
    return against


def _job(
    path: Path,
    look: Look,
    start: Start,
    *,
    golden: Path | None,
    update: bool,
    fault: str | None,
    tolerances: Path | None,
) -> Job:
    from pydantic import ValidationError

    from tryon.qa.replay.case import Job
    from tryon.qa.replay.suite import Case
    from tryon.qa.replay.tolerances import bundled_tolerances, read_tolerances

    name = re.sub(r"[^a-z0-9]+", "-", path.name.removesuffix(".zip").lower()).strip("-")
    try:
        case = Case(
            name=name[:60] or "recording",
            recording=str(path),
            wear=look.wear,
            variants=look.variants,
            starts=(start,),
            fault=fault,
            pictures_every=1,
        )
    except ValidationError as error:
        raise click.UsageError(str(error.errors()[0]["msg"])) from error
    limits = read_tolerances(tolerances or bundled_tolerances())
    return Job("replay", case, start, path, golden, (), limits, update)


def _tell(path: Path, outcome: Outcome) -> None:
    """The verdict, the numbers behind it, and what broke."""
    if outcome.error:
        click.echo(f"{path}: {outcome.error}", err=True)
        return
    said = outcome.verdict.sentence if outcome.verdict else f"Expected: {outcome.expected}."
    click.echo(f"{path}: {outcome.frames} frames. {said}")
    if outcome.verdict is not None and outcome.verdict.setup and not outcome.verdict.holds:
        click.echo(f"  Since the golden: {'; '.join(outcome.verdict.setup)}.")
    shown = (".max", "jitter_px", "lag_ms", "dropouts", "switches", "first_ms")
    for name, value in outcome.values.items():
        if name.endswith(shown) or name.startswith(("true_", "fault_", "ms/total")):
            click.echo(f"  {name} {value:.4g}")
    for broken in outcome.broken:
        click.echo(f"  Broken: {broken.sentence}")


def _tell_faults() -> None:
    from tryon.qa.replay.faults import FAULTS

    for fault in FAULTS.values():
        click.echo(f"{fault.name}:{fault.strength:g}  {fault.what}; {fault.expected}.")


def _log(target: Path, path: Path, look: Look, start: Start) -> None:
    from tryon.engine import Engine
    from tryon.qa.replay.recording import Recording
    from tryon.qa.replay.rerun_log import write_rerun

    with Recording(path) as recording, Engine() as engine:
        write_rerun(target, recording, look, engine, start=start)
    click.echo(f"Wrote {target}", err=True)
