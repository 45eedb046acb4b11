"""`tryon qa run` and `tryon qa synth`: suites of recordings, and films with exact truth."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from tryon.qa.replay.case import Job, Outcome
    from tryon.qa.replay.workers import Told

REPORTS = Path("out") / "qa"


@click.command()
@click.argument("suites", metavar="[SUITE.yaml]…", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--report",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=REPORTS,
    show_default=True,
    help="Folder for report.html, report.json and junit.xml.",
)
@click.option(
    "--case", "only", multiple=True, metavar="NAME", help="Only this case; repeat for more."
)
@click.option("--jobs", type=click.IntRange(1, 64), help="Processes.  [default: one a core]")
@click.option("--ray", metavar="ADDRESS", help='Run on a Ray cluster; "local" starts one here.')
@click.option("--update", is_flag=True, help="Make these replays the goldens.")
@click.option(
    "--fresh", is_flag=True, help="Record clips anew; forget what this machine kept of them."
)
@click.option("--tolerances", type=click.Path(path_type=Path), help="For other machines.")
@click.option("--history", type=click.Path(path_type=Path), help="SQLite file of trends.")
@click.option("--times", type=click.IntRange(1, 100), default=1, help="Run everything so often.")
def run(
    suites: tuple[Path, ...],
    *,
    folder: Path,
    only: tuple[str, ...],
    jobs: int | None,
    ray: str | None,
    update: bool,
    fresh: bool,
    tolerances: Path | None,
    history: Path | None,
    times: int,
) -> None:
    """Replay recordings and hold the gates; ends with 1 and their names when one is broken.

    Without a suite, the bundled ones run, with developers' clips where they are.

    \b
    Examples:
      tryon qa run
      tryon qa run --case turn --times 20
      tryon qa run my-suite.yaml --update
    """
    from contextlib import ExitStack
    from tempfile import TemporaryDirectory

    from rich.console import Console

    from tryon.qa.replay.case import with_agreement
    from tryon.qa.replay.history import History, history_file, revision
    from tryon.qa.replay.junit import as_json, junit_xml
    from tryon.qa.replay.report import report_html
    from tryon.stages.sink import write_text

    console = Console(stderr=True, highlight=False)
    done = 0

    def told(outcome: Outcome) -> None:
        nonlocal done
        done += 1
        mark = "[green]passed[/]" if outcome.passed else "[red]broken[/]"
        console.print(f"{done:3}/{len(work)} {mark} {outcome.suite}: {outcome.name}")

    with ExitStack() as stack:
        scratch = (
            Path(stack.enter_context(TemporaryDirectory(prefix="tryon-qa-"))) if fresh else None
        )
        work = _jobs(suites, tolerances=tolerances, only=only, update=update, kept=scratch) * times
        outcomes = with_agreement(_in_turn(work, jobs=jobs, ray=ray, told=told))
    build = revision()
    kept = History(history or history_file())
    kept.add(outcomes[: len(work) // times], revision=build, at=datetime.now(UTC))
    shown = [o for k, o in enumerate(outcomes) if k < len(work) // times or not o.passed]
    write_text(folder / "report.html", report_html(shown, revision=build, history=kept))
    write_text(folder / "report.json", as_json(outcomes, revision=build))
    write_text(folder / "junit.xml", junit_xml(outcomes))
    console.print(f"Wrote {folder / 'report.html'}")
    _tell(outcomes)
    if not all(outcome.passed for outcome in outcomes):
        raise SystemExit(1)


def _jobs(
    suites: Sequence[Path],
    *,
    tolerances: Path | None,
    only: Sequence[str],
    update: bool,
    kept: Path | None,
) -> list[Job]:
    from tryon.qa.replay.case import jobs_of
    from tryon.qa.replay.suite import open_suites, shared_clips
    from tryon.qa.replay.tolerances import bundled_tolerances, read_tolerances

    limits = read_tolerances(tolerances or bundled_tolerances())
    work = [
        job
        for suite in open_suites(suites)
        for job in jobs_of(suite, limits, clips=shared_clips(), update=update, kept=kept)
    ]
    known = sorted({job.case.name for job in work})
    strange = sorted(set(only) - set(known))
    if strange:
        raise click.UsageError(f"There is no case {strange[0]!r}; there are {', '.join(known)}.")
    return [job for job in work if not only or job.case.name in only]


def _in_turn(
    work: Sequence[Job], *, jobs: int | None, ray: str | None, told: Told
) -> list[Outcome]:
    """Outcomes in the order of the work. New goldens are made before anybody compares with them."""
    makers = [n for n, job in enumerate(work) if job.update and job.start == job.case.starts[0]]
    others = [n for n in range(len(work)) if n not in set(makers)]
    done: dict[int, Outcome] = {}
    for numbers in filter(None, (makers, others)):
        part = _outcomes([work[n] for n in numbers], jobs=jobs, ray=ray, told=told)
        done |= zip(numbers, part, strict=True)
    return [done[n] for n in range(len(work))]


def _outcomes(
    work: Sequence[Job], *, jobs: int | None, ray: str | None, told: Told
) -> list[Outcome]:
    from tryon.qa.replay.workers import ray_cluster, run_here, run_on

    if ray is not None:
        outcomes = run_on(ray_cluster(ray), work)
        for outcome in outcomes:
            told(outcome)
        return outcomes
    return run_here(work, processes=jobs or os.cpu_count() or 1, told=told)


def _tell(outcomes: Sequence[Outcome]) -> None:
    """What broke, in full, then the count."""
    for outcome in outcomes:
        if outcome.error:
            click.echo(f"{outcome.suite}: {outcome.name}: {outcome.error}")
        for broken in outcome.broken:
            click.echo(f"{outcome.suite}: {outcome.name}: {broken.sentence}")
    passed = sum(outcome.passed for outcome in outcomes)
    click.echo(f"{passed} of {len(outcomes)} replays passed.")


@click.command()
@click.option("--film", "films", multiple=True, metavar="NAME", help="Make this film; see --list.")
@click.option("--list", "listed", is_flag=True, help="Name the films.")
@click.option("--bundled", is_flag=True, help="Make the recordings that come with the project.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("out") / "films",
    show_default=True,
    help="Folder for recordings.",
)
@click.option("--json", "json_file", type=click.Path(path_type=Path), help="Also write the table.")
def synth(
    *, films: tuple[str, ...], listed: bool, bundled: bool, out: Path, json_file: Path | None
) -> None:
    """Film the base body with exact truth for head, joints and outlines.

    Without options, measures the try-on by skin tone, light, hair, glasses and what hides the face,
    and ends with 1 when somebody is served too badly.

    \b
    Examples:
      tryon qa synth
      tryon qa synth --film crossing --film walk --out films
    """
    from tryon.qa.synth.bundle import make_bundle, make_films
    from tryon.qa.synth.scene import FILMS

    if listed or films or bundled:
        from tryon.qa.synth.body_film import BODY_FILMS

        names = (*FILMS, *BODY_FILMS)
        strange = [name for name in films if name not in names]
        if strange:
            raise click.BadParameter(
                f"There is no film {strange[0]!r}; there are {', '.join(names)}.",
                param_hint="--film",
            )
        if listed:
            click.echo("\n".join(names))
        if bundled:
            make_bundle(out, told=click.echo)
        if films:
            make_films(films, out, told=click.echo)
        return
    _fairness(json_file)


def _fairness(json_file: Path | None) -> None:
    import json

    from rich.console import Console
    from rich.progress import track

    from tryon.qa.synth.fairness import fairness, table, unfair
    from tryon.qa.synth.scene import fairness_scenes
    from tryon.stages.sink import write_text

    scenes = fairness_scenes()
    rows = list(
        track(
            fairness(scenes=scenes),
            total=len(scenes),
            description="Filming",
            console=Console(stderr=True),
        )
    )
    Console().print(table(rows))
    if json_file is not None:
        entries = [{"trait": r.trait, "value": r.value, "values": r.values} for r in rows]
        write_text(json_file, json.dumps(entries, indent=1) + "\n")
    complaints = unfair(rows)
    for sentence in complaints:
        click.echo(sentence)
    if complaints:
        raise SystemExit(1)
