"""A show as a film: drawn in parts, by several processes, and taken up again where it was left."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from shows.film.crew import OpenPainter, Task, draw_alone, draw_together
from shows.film.plan import Plan, WorkFolder, film_sha256
from shows.music import RATE_HZ
from tryon import Caption, Chapter, InputError, OutputError, join_film

FASTEST_FPS = 120
Sounding = Callable[[float, float], NDArray[np.float32]]
"""(start_s, end_s) of the show → (N, 2) at RATE_HZ."""


@dataclass(frozen=True)
class Programme:
    """What a film is of, beside its pictures, in seconds of the show.

    fingerprint: changes with everything that pictures depend on; sound: None for silence; captions: by
    language, each in order; chapters: in order.
    """

    title: str
    duration_s: float
    fingerprint: str
    sound: Sounding | None = None
    captions: Mapping[str, Sequence[Caption]] = field(default_factory=dict)
    chapters: Sequence[Chapter] = ()


@dataclass(frozen=True)
class Film:
    """A film that was written. taken_over: frames that an earlier export had drawn; sha256: of the pixels
    of all frames before they were encoded."""

    path: Path
    frames: int
    taken_over: int
    sha256: str


def export(
    programme: Programme,
    open_painter: OpenPainter,
    out: Path,
    *,
    size_wh: tuple[int, int],
    fps: Fraction = Fraction(25),
    workers: int = 1,
    span_s: tuple[float, float] | None = None,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> Film:
    """Write a show, or span_s of it, as H.264 and AAC with captions and chapters.

    open_painter: see `shows.film.crew`; progress: is told how many frames of how many are there. What is
    drawn is kept beside `out` until the film is whole: the next export of the same goes on from there.
    Raises InputError, OutputError, and what a painter raises.
    """
    plan = _plan(programme, size_wh, fps, span_s)
    folder = WorkFolder(out, plan)
    with folder.held():
        done = folder.done()
        numbered = list(enumerate(plan.parts()))
        taken_over = sum(len(frames) for number, frames in numbered if number in done)
        tasks = [
            Task(number, frames, folder.part(number))
            for number, frames in numbered
            if number not in done
        ]
        count = _Count(taken_over, plan.frames, progress)
        if workers > 1 and len(tasks) > 1:
            draw_together(tasks, plan, open_painter, workers=workers, drawn=count.add)
        elif tasks:
            draw_alone(tasks, plan, open_painter, drawn=count.add)
        _join(programme, plan, out, [folder.part(number) for number, _ in numbered])
        sha256 = film_sha256(folder.done())
    folder.clear()
    return Film(out, plan.frames, taken_over, sha256)


def _plan(
    programme: Programme,
    size_wh: tuple[int, int],
    fps: Fraction,
    span_s: tuple[float, float] | None,
) -> Plan:
    if min(size_wh) < 16 or max(size_wh) > 8192 or size_wh[0] % 2 or size_wh[1] % 2:
        raise OutputError(
            f"A film cannot be {size_wh[0]}×{size_wh[1]}.",
            remedy="Give even numbers from 16 to 8192, for example --size 1280x720.",
        )
    if not 1 <= fps <= FASTEST_FPS:
        raise OutputError(
            f"A film cannot have {float(fps):g} frames a second.",
            remedy=f"Give 1 to {FASTEST_FPS}, for example --fps 25.",
        )
    start_s, end_s = span_s or (0.0, programme.duration_s)
    end_s = min(end_s, programme.duration_s)
    if not 0.0 <= start_s < end_s:
        raise InputError(
            f"The show has nothing from {start_s:g} to {end_s:g} s: it lasts "
            f"{programme.duration_s:.1f} s.",
            remedy="Give a span inside it, for example --from 10 --to 20.",
        )
    return Plan(programme.fingerprint, size_wh, fps, start_s, end_s)


def _join(programme: Programme, plan: Plan, out: Path, parts: Sequence[Path]) -> None:
    start_s, length_s = plan.start_s, float(plan.frames / plan.fps)
    sound = None
    if programme.sound is not None:
        sound = programme.sound(start_s, start_s + length_s)[: round(length_s * RATE_HZ)]
    captions = {
        language: [
            Caption(a, b, each.text)
            for each in spoken
            for a, b in [_within(each.start_s, each.end_s, start_s, length_s)]
            if a < b
        ]
        for language, spoken in programme.captions.items()
    }
    chapters = [
        Chapter(a, b, each.title)
        for each in programme.chapters
        for a, b in [_within(each.start_s, each.end_s, start_s, length_s)]
        if a < b
    ]
    join_film(
        out, parts, fps=plan.fps, sound=sound, rate_hz=RATE_HZ, captions=captions,
        chapters=chapters, title=programme.title,
    )  # fmt: skip


def _within(begin_s: float, end_s: float, start_s: float, length_s: float) -> tuple[float, float]:
    """A span of the show in seconds of the film, cut to it."""
    return max(0.0, begin_s - start_s), min(length_s, end_s - start_s)


class _Count:
    """How many frames are there."""

    def __init__(self, done: int, whole: int, progress: Callable[[int, int], None]) -> None:
        self._done, self._whole, self._progress = done, whole, progress
        progress(done, whole)

    def add(self) -> None:
        self._done += 1
        self._progress(self._done, self._whole)
