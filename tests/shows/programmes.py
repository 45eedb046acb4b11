"""Small shows for tests: a minute of steady music at 120 beats a minute, and scripts on the fly."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from shows.clock import Interval, MusicClock
from shows.music import Music
from shows.script.read import ScriptFile, read_script

HEAD = """\
schema: show.1
id: small
title: {en: Small, zh: 小}
music: {name: noir}
models:
  ada: {casting: ivory}
  bo: {casting: gold}
"""


def minute(duration_s: float = 60.0) -> Music:
    """Two beats a second, four a bar, with the segment `drop` from the fifth bar to the ninth."""
    beats_s = np.arange(0.0, duration_s, 0.5)
    return Music(
        "minute", duration_s, beats_s, beats_s[::4], MusicClock(120.0),
        {"drop": Interval(8.0, 16.0)}, _sound=lambda: np.zeros((1, 2), np.float32),
    )  # fmt: skip


def written(folder: Path, body: str, *, head: str = HEAD) -> Path:
    """A script file of the usual head and this body."""
    path = folder / "small.yaml"
    path.write_text(head + body, encoding="utf-8")
    return path


def script_of(folder: Path, body: str, *, head: str = HEAD) -> ScriptFile:
    """The same, read."""
    return read_script(written(folder, body, head=head))
