"""`tryon replay`: plays a recording through this build and says what moved."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import click

from tryon.cli.options import wear_options


@click.command()
@click.argument("recording_path", metavar="REC", type=click.Path(path_type=Path))
@wear_options
@click.option(
    "--from",
    "start",
    type=click.Choice(["detections", "pixels"]),
    default="pixels",
    show_default=True,
    help="Run everything, or our own code on what the detectors saw then.",
)
@click.option("--against", type=click.Path(path_type=Path), help="The golden to compare with.")
@click.option("--update", is_flag=True, help="Make this replay the golden.")
def replay(
    recording_path: Path,
    *,
    wear: tuple[str, ...],
    variants: Mapping[str, str],
    start: str,
    against: Path | None,
    update: bool,
) -> None:
    """Replay a recording.

    \b
    Examples:
      tryon replay walk.zip --wear aurelle-aviator --against walk.golden.zip --update
      tryon replay walk.zip --wear aurelle-aviator --against walk.golden.zip --from detections
    """
    from tryon.engine import Engine
    from tryon.qa.replay.golden import read_golden, write_golden
    from tryon.qa.replay.player import STARTS, Look
    from tryon.qa.replay.player import replay as play
    from tryon.qa.replay.recording import Recording
    from tryon.qa.replay.verdict import first_difference

    look = Look(wear, variants)
    chosen = next(each for each in STARTS if each == start)
    if update and against is None:
        raise click.UsageError("--update needs --against: where the golden is.")
    with Recording(recording_path) as recording, Engine() as engine:
        if against is not None and not update:
            golden = read_golden(against, recording=recording, look=look)
        now = play(recording, look, engine, start=chosen)
        if against is None:
            click.echo(f"{len(now.frames)} frames.")
        elif update:
            write_golden(against, now, recording=recording, look=look, start=chosen)
            click.echo(f"Wrote {against}: {len(now.frames)} frames.")
        else:
            parting = first_difference(now, golden.replay)
            if parting is None:
                click.echo(f"Identical: {len(now.frames)} frames, every stage, every bit.")
            else:
                click.echo(
                    f"Different from {parting.stage} on: {parting.frames} frames, first "
                    f"{parting.index}."
                )
                raise SystemExit(1)
