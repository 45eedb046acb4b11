"""`tryon record`: keeps a clip with all that a replay needs."""

from __future__ import annotations

from pathlib import Path

import click

from tryon.cli.options import camera_options, faces_option


@click.command()
@click.argument("clip", metavar="CLIP", type=click.Path(path_type=Path))
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path),
    help="The recording: a folder, or one file when it ends in .zip.",
)
@click.option(
    "--bodies", is_flag=True, help="Look for bodies as well, so that garments can be worn."
)
@camera_options
@faces_option
def record(
    clip: Path,
    *,
    out: Path,
    bodies: bool,
    fov_deg: float | None,
    calibration: str | None,
    max_faces: int,
) -> None:
    """Record a clip for replay: video, times, detections, versions, checksums.

    \b
    Examples:
      tryon record walk.mp4 --out walk.zip
      tryon record walk.mp4 --bodies --out walk-recording
    """
    from tryon.engine import Engine
    from tryon.qa.replay.recorder import record_clip

    with Engine(max_faces=max_faces) as engine:
        count = record_clip(
            clip,
            out,
            engine,
            max_faces=max_faces,
            bodies=bodies,
            fov_deg=fov_deg,
            calibration=None if calibration is None else Path(calibration),
        )
    click.echo(f"Wrote {out}: {count} frames.", err=True)
