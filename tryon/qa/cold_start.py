"""How soon a new process shows somebody wearing something, beside its detector alone.

Each run is a process of its own, from its start to its first word; both kinds take turns, so that a
machine whose speed drifts treats both alike. The files are in the system's cache, and compiled, from the
second run on.
"""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from statistics import median
from time import perf_counter

RUNS = 5
SIZE_WH = (640, 480)

_FRAME = f"""
import cv2
from tryon.core.camera import PinholeCamera
from tryon.core.frame import Frame
from tryon.stages.source import open_source
from tryon.supplies import supply_path
with open_source(supply_path("astronaut.png")) as source:
    rgb = cv2.resize(next(iter(source)).rgb, {SIZE_WH}, interpolation=cv2.INTER_AREA)
frame = Frame(rgb, 0, 0, PinholeCamera.default({SIZE_WH}))
"""
_TRY_ON = (
    "from tryon.engine import Engine"
    + _FRAME
    + """
engine = Engine()
result = engine.session(["aurelle-windsor"]).step(frame)
print(len(result.people), flush=True)
"""
)
_DETECTOR = (
    "from tryon.stages.detect import FaceDetector"
    + _FRAME
    + """
print(len(FaceDetector(max_faces=4, mode="stream").detect(frame)), flush=True)
"""
)


@dataclass(frozen=True)
class ColdStart:
    """Medians over the runs. first_frame_s: from the start of a process to its first augmented frame;
    detector_s: to the first landmarks of the face detector alone; ratio: the former by the latter, pair
    by pair."""

    first_frame_s: float
    detector_s: float
    ratio: float


def cold_start(*, runs: int = RUNS) -> ColdStart:
    """Start both kinds of process in turn, once unmeasured and then `runs` times."""
    pairs = [(_seconds(_TRY_ON), _seconds(_DETECTOR)) for _ in range(runs + 1)][1:]
    return ColdStart(
        round(median(ours for ours, _ in pairs), 2),
        round(median(alone for _, alone in pairs), 2),
        round(median(ours / alone for ours, alone in pairs), 2),
    )


def _seconds(program: str) -> float:
    """From the start of a process to its first word, which says how many people it sees."""
    # Python's habit, which machines that build packages turn off: modules are compiled only once.
    usual = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    start = perf_counter()
    with subprocess.Popen(
        [sys.executable, "-c", program],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=usual,
    ) as process:
        assert process.stdout is not None
        people = process.stdout.readline().strip()
        taken_s = perf_counter() - start
        process.stdout.read()
    if people != b"1":
        raise RuntimeError(f"a new process saw {people.decode() or 'nothing'}, not one person")
    return taken_s
