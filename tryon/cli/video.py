"""`tryon video`: people in a clip wear items."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tryon.cli.options import camera_options, faces_option, print_option, wear_options
from tryon.cli.under import under_option

if TYPE_CHECKING:
    from tryon.engine.session import Under
    from tryon.wardrobe.fabrics.prints import Print


@click.command()
@click.argument("source_path", metavar="IN", type=click.Path(path_type=Path))
@wear_options
@print_option
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Result, an MP4.")
@click.option(
    "--jsonl",
    type=click.Path(path_type=Path),
    help="Also write one line of numbers a frame: poses, anchors, boxes.",
)
@under_option("keep")
@camera_options
@faces_option
def video(
    source_path: Path,
    *,
    wear: tuple[str, ...],
    variants: Mapping[str, str],
    prints: Mapping[str, Print],
    out: Path,
    jsonl: Path | None,
    under: Under,
    fov_deg: float | None,
    calibration: str | None,
    max_faces: int,
) -> None:
    """Dress the people in a clip. Frame times and sound are kept.

    \b
    Examples:
      tryon video walk.mp4 --wear aurelle-aviator --out walk-dressed.mp4
      tryon video walk.mp4 --wear aurelle-fedora,aurelle-hoops --out o.mp4 --jsonl o.jsonl
    """
    from rich.console import Console
    from rich.progress import track

    from tryon.engine import Engine, result_document
    from tryon.stages.sink import TextSink, VideoSink
    from tryon.stages.source import open_source
    from tryon.wardrobe.catalogue import Catalogue
    from tryon.wardrobe.printing import with_prints

    console = Console(stderr=True)
    catalogue = with_prints(Catalogue.load(), prints)
    frames = seen = 0
    with ExitStack() as stack:
        source = stack.enter_context(
            open_source(source_path, fov_deg=fov_deg, calibration=calibration)
        )
        engine = stack.enter_context(Engine(catalogue=catalogue, max_faces=max_faces))
        session = stack.enter_context(engine.session(wear, variants=variants, under=under))
        sink = stack.enter_context(VideoSink(out, audio_from=source_path))
        lines = stack.enter_context(TextSink(jsonl)) if jsonl else None
        progress = track(
            session.run(source, measure=lines is not None),
            total=source.frame_count,
            description="Dressing",
            console=console,
            disable=not console.is_terminal,
        )
        for result in progress:
            sink.write(result)
            if lines is not None:
                lines.write(json.dumps(result_document(result), ensure_ascii=False) + "\n")
            frames += 1
            seen += bool(result.people)
    console.print(f"Wrote {out}: {frames} frames, somebody in {seen} of them.", highlight=False)
