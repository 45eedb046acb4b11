"""`tryon bench`: what the whole try-on costs beside its detector alone."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import click


@click.command()
@click.option("--json", "json_file", type=click.Path(path_type=Path), help="Also write the rows.")
def bench(json_file: Path | None) -> None:
    """Time the whole try-on against its detector alone, in one run.

    Ratios and medians count: one absolute time of a shared machine says little. A benchmark never
    fails on a clock.

    \b
    Examples:
      tryon bench
      tryon bench --json bench.json
    """
    from rich.console import Console
    from rich.progress import track
    from rich.table import Table

    from tryon.engine import Engine
    from tryon.qa.bench import SCENES, SIZES_WH, measure, sitter
    from tryon.qa.cold_start import cold_start
    from tryon.stages.sink import write_text

    console = Console(stderr=True)
    started = cold_start()
    cases = [(scene, size_wh) for scene in SCENES for size_wh in SIZES_WH]
    with Engine() as engine:
        rows = [
            measure(engine, scene, sitter(scene), size_wh)
            for scene, size_wh in track(cases, description="Timing", console=console)
        ]

    table = Table("scene", "size", "fps", "CPU ms", "detector fps", "detector CPU ms",
                  "fps ratio", "CPU ratio")  # fmt: skip
    for row in rows:
        numbers = (row.fps, row.cpu_ms, row.detector_fps, row.detector_cpu_ms, row.ratio_fps)
        size = f"{row.size_wh[0]}×{row.size_wh[1]}"
        table.add_row(row.scene, size, *(f"{n:g}" for n in (*numbers, row.ratio_cpu)))
    out = Console()
    out.print(table)
    for row in rows:
        stages = ", ".join(f"{name} {ms:g}" for name, ms in row.stages_ms.items())
        out.print(f"{row.scene} {row.size_wh[0]}×{row.size_wh[1]}, ms by stage: {stages}")
    out.print(
        f"first augmented frame of a new process: {started.first_frame_s:g} s; first landmarks of the "
        f"detector alone: {started.detector_s:g} s; ratio {started.ratio:g}",
        highlight=False,
    )
    if json_file is not None:
        write_text(json_file, json.dumps([asdict(row) for row in rows], indent=1) + "\n")
        console.print(f"Wrote {json_file}", highlight=False)
