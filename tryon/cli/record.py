"""`tryon record`: keeps a clip or a live camera with all that a replay needs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import click

from tryon.cli.options import camera_options, faces_option


@click.command()
@click.argument("clip", metavar="[CLIP]", required=False, type=click.Path(path_type=Path))
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path),
    help="The recording: a folder, or one file when it ends in .zip.",
)
@click.option("--camera", "device", help="Record a camera instead: its number or device path.")
@click.option(
    "--seconds",
    type=click.FloatRange(0.1, 600),
    default=10.0,
    show_default=True,
    help="How long a camera is recorded.",
)
@click.option(
    "--consent",
    default="",
    metavar="WORDS",
    help="Who agreed to be recorded and for what; a camera is not recorded without it.",
)
@click.option("--wear", default="", metavar="ID[,ID…]", help="What a live session wears meanwhile.")
@click.option(
    "--bodies", is_flag=True, help="Look for bodies as well, so that garments can be worn."
)
@camera_options
@faces_option
def record(
    clip: Path | None,
    *,
    out: Path,
    device: str | None,
    seconds: float,
    consent: str,
    wear: str,
    bodies: bool,
    fov_deg: float | None,
    calibration: str | None,
    max_faces: int,
) -> None:
    """Record a clip or a camera for replay: video, times, detections, versions, checksums.

    A clip's own bytes are kept; a camera's pictures are kept without loss. A camera is recorded only
    with the consent of who is before it, and the recording says so.

    \b
    Examples:
      tryon record walk.mp4 --out walk.zip
      tryon record --camera 0 --seconds 5 --consent "Ada, to test the fitting room" --out ada.zip
    """
    from tryon.engine import Engine
    from tryon.qa.replay.recorder import record_clip

    if (clip is None) == (device is None):
        raise click.UsageError("Name a clip, or a camera with --camera.")
    if device is not None:
        worn = tuple(word.strip() for word in wear.split(",") if word.strip())
        count = _record_camera(
            device, out, seconds=seconds, consent=consent, wear=worn, variants={}, bodies=bodies,
            fov_deg=fov_deg, calibration=calibration, max_faces=max_faces,
        )  # fmt: skip
    else:
        assert clip is not None
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


def _record_camera(
    device: str,
    out: Path,
    *,
    seconds: float,
    consent: str,
    wear: tuple[str, ...],
    variants: Mapping[str, str],
    bodies: bool,
    fov_deg: float | None,
    calibration: str | None,
    max_faces: int,
) -> int:
    """A live session of so many seconds; Ctrl-C leaves nothing behind."""
    from tryon.engine import Engine
    from tryon.qa.replay.manifest import Worn
    from tryon.qa.replay.recorder import LiveRecorder, for_seconds, watched
    from tryon.stages.source import open_webcam

    recorder = LiveRecorder(
        out,
        consent=consent,
        origin=f"camera {device}",
        max_faces=max_faces,
        bodies=bodies,
        worn=Worn(wear=wear, variants=variants) if wear else None,
    )
    with (
        open_webcam(device, fov_deg=fov_deg, calibration=calibration) as source,
        Engine(max_faces=max_faces) as engine,
        recorder,
    ):
        frames = for_seconds(source, seconds)
        if wear:
            with engine.session(wear, variants=variants) as session:
                for _ in session.run(frames, probe=recorder.probe):
                    pass
        else:
            observer = engine.observer()
            try:
                for frame, seen in watched(frames, observer, bodies=bodies):
                    recorder.add(frame, seen)
            finally:
                observer.close()
    return recorder.count
