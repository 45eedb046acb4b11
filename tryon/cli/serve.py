"""`tryon serve`: the mirror in a browser, and the HTTP API."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from service.load_test import SessionTally


@click.group(invoke_without_command=True)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option(
    "--workers", default=1, show_default=True, type=click.IntRange(1, 64),
    help="Processes, each with an engine; about two cores and 1 GB each.",
)  # fmt: skip
@click.option(
    "--max-sessions", default=4, show_default=True, type=click.IntRange(1, 1000),
    help="Live visitors at once, over all workers; others wait in line.",
)  # fmt: skip
@click.option(
    "--dev", is_flag=True, help="Flask's own server, which reloads templates; not for use."
)
@click.pass_context
def serve(
    context: click.Context, *, host: str, port: int, workers: int, max_sessions: int, dev: bool
) -> None:
    """Open the live mirror and the HTTP API.

    Settings beyond these are read from TRYON_SERVICE_… (see service/config.py). Browsers give their
    camera to https pages and to localhost only: put a proxy with TLS in front for anybody else.

    \b
    Examples:
      tryon serve                                   http://127.0.0.1:8000
      tryon serve --workers 4 --max-sessions 16     behind a reverse proxy
      tryon serve --dev
      tryon serve bench                             how many mirrors this machine holds
    """
    if context.invoked_subcommand is not None:
        return
    os.environ.setdefault("TRYON_SERVICE_MAX_SESSIONS", str(max_sessions))
    click.echo(f"The mirror opens at http://{host}:{port}", err=True)
    if dev:
        _develop(host, port)
        return
    os.environ["TRYON_SERVICE_BIND"] = f"{host}:{port}"
    os.environ["TRYON_SERVICE_WORKERS"] = str(workers)
    # Replaces this process: signals reach gunicorn, and nothing heavy was loaded before its forks.
    os.execv(
        sys.executable,
        [sys.executable, "-m", "gunicorn", "-c", "python:service.gunicorn_settings",
         "service:create_app()"],
    )  # fmt: skip


def _develop(host: str, port: int) -> None:
    from service import create_app

    app = create_app()
    app.config["TEMPLATES_AUTO_RELOAD"] = True
    app.run(host, port, threaded=True, use_reloader=False)


@serve.command()
@click.option("--sessions", default=2, show_default=True, type=click.IntRange(1, 64))
@click.option("--seconds", default=60.0, show_default=True, type=click.FloatRange(1, 7200))
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1, 16))
@click.option("--wear", default="aurelle-aviator", show_default=True, help="Item ids with commas.")
@click.option(
    "--clip", type=click.Path(path_type=Path, exists=True),
    help="What the cameras see; else the demonstration portrait, swaying.",
)  # fmt: skip
@click.option("--churn", is_flag=True, help="Come and go instead, and watch the memory.")
def bench(
    *, sessions: int, seconds: float, workers: int, wear: str, clip: Path | None, churn: bool
) -> None:
    """Load test on loopback against gunicorn.

    \b
    Examples:
      tryon serve bench --sessions 2 --seconds 60
      tryon serve bench --churn --seconds 1800
    """
    from rich.console import Console

    from service import load_test

    jpegs = _camera(clip)
    console = Console()
    with load_test.serving(workers=workers, places=sessions) as server:
        if churn:
            for at_s, visits, memory_mb in load_test.churn(server, jpegs, seconds=seconds):
                console.print(
                    f"{at_s:7.0f} s  {visits:5d} visits  {memory_mb:7.0f} MB", highlight=False
                )
            return
        before_mb = server.memory_mb()
        worn = [each for each in wear.split(",") if each]
        tallies = load_test.run_sessions(
            server, jpegs, sessions=sessions, seconds=seconds, wear=worn
        )
        _print_tallies(console, tallies, seconds)
        console.print(
            f"memory {before_mb:.0f} → {server.memory_mb():.0f} MB in {workers} worker(s)"
        )


def _print_tallies(console: object, tallies: list[SessionTally], seconds: float) -> None:
    from rich.console import Console
    from rich.table import Table

    assert isinstance(console, Console)
    table = Table("session", "frames/s", "p50 ms", "p95 ms", "dropped", "error")
    for number, tally in enumerate(tallies, start=1):
        table.add_row(
            str(number), f"{tally.fps(seconds):.1f}", f"{tally.percentile_ms(50):.0f}",
            f"{tally.percentile_ms(95):.0f}", str(tally.dropped), tally.error,
        )  # fmt: skip
    console.print(table)


def _camera(clip: Path | None) -> list[bytes]:
    """JPEGs of 640 × 480 as a browser sends them."""
    from itertools import islice

    import cv2
    import numpy as np

    from tryon.engine.showroom import portrait
    from tryon.stages.source import open_source

    size_wh = (640, 480)
    if clip is not None:
        with open_source(clip) as source:
            pictures = [
                cv2.resize(frame.rgb, size_wh, interpolation=cv2.INTER_AREA)
                for frame in islice(source, 300)
            ]
    else:
        person = portrait("collins")
        pictures = [
            cv2.warpAffine(
                person,
                np.array([[1.25, 0, 60 + 12 * np.cos(phase)], [0, 1.25, 70 + 6 * np.sin(phase)]]),
                size_wh,
                borderMode=cv2.BORDER_REPLICATE,
            )
            for phase in np.linspace(0, 2 * np.pi, 60, endpoint=False)
        ]
    return [
        cv2.imencode(".jpg", picture[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 80])[1].tobytes()
        for picture in pictures
    ]
