"""Processes that draw the parts of a film beside each other."""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import queue
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shows.film.plan import Plan, write_note
from tryon import OutputError, TryonError, write_film_part

Picture = NDArray[np.uint8]
Painter = Callable[[float], Picture]
"""Time of the show → (H, W, 3) uint8 sRGB. Neighbouring times come in order, but any may be asked."""
OpenPainter = Callable[[], AbstractContextManager[Painter]]
"""Opens what a painter needs; can be sent to another process."""

_ASK_S = 0.5


@dataclass(frozen=True)
class Task:
    """One part to draw. number: of the part; frames: of the film."""

    number: int
    frames: range
    path: Path


@dataclass(frozen=True)
class _Failed:
    kind: type[TryonError]
    message: str
    remedy: str


def draw(task: Task, plan: Plan, painter: Painter, *, drawn: Callable[[], None]) -> None:
    """Draw and encode one part, and note the hash of its pixels beside it when it is done."""
    pixels = hashlib.sha256()

    def pictures() -> Iterator[Picture]:
        for frame in task.frames:
            rgb = painter(plan.t_s(frame))
            pixels.update(np.ascontiguousarray(rgb).data)
            drawn()
            yield rgb

    write_film_part(task.path, pictures(), fps=plan.fps)
    write_note(task.path.with_suffix(".json"), json.dumps({"sha256": pixels.hexdigest()}))


def draw_alone(
    tasks: Sequence[Task], plan: Plan, open_painter: OpenPainter, *, drawn: Callable[[], None]
) -> None:
    """All parts, in this process."""
    with open_painter() as painter:
        for task in tasks:
            draw(task, plan, painter, drawn=drawn)


def draw_together(
    tasks: Sequence[Task],
    plan: Plan,
    open_painter: OpenPainter,
    *,
    workers: int,
    drawn: Callable[[], None],
) -> None:
    """All parts, in several processes; whatever ends this early ends them.

    Raises what a process raised, or OutputError when one died.
    """
    context = multiprocessing.get_context("spawn")
    waiting: Any = context.Queue()
    told: Any = context.Queue()
    for task in tasks:
        waiting.put(task)
    crew = [
        context.Process(
            target=_work, args=(waiting, told, plan, open_painter), name=f"film-{k}", daemon=True
        )
        for k in range(min(workers, len(tasks)))
    ]
    for _ in crew:
        waiting.put(None)
    try:
        for process in crew:
            process.start()
        _wait(crew, told, drawn)
    finally:
        for process in crew:
            if process.is_alive():
                process.terminate()
        for process in crew:
            if process.pid is not None:
                process.join()
        for each in (waiting, told):
            each.cancel_join_thread()
            each.close()


def _wait(crew: Sequence[BaseProcess], told: Any, drawn: Callable[[], None]) -> None:
    left = len(crew)
    while left:
        try:
            word = told.get(timeout=_ASK_S)
        except queue.Empty:
            died = [process.exitcode for process in crew if process.exitcode not in (None, 0)]
            if died:
                raise OutputError(
                    f"A process that drew the film ended with code {died[0]}.",
                    remedy="Memory may be short: use fewer --workers. What is drawn is kept.",
                ) from None
            continue
        if isinstance(word, _Failed):
            raise word.kind(word.message, remedy=word.remedy)
        if word == "drawn":
            drawn()
        elif word == "over":
            left -= 1


def _work(waiting: Any, told: Any, plan: Plan, open_painter: OpenPainter) -> None:
    # Ctrl-C reaches every process of the terminal; the first one ends the others.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with open_painter() as painter:
            while (task := waiting.get()) is not None:
                draw(task, plan, painter, drawn=lambda: told.put("drawn"))
    except TryonError as error:
        told.put(_Failed(type(error), error.message, error.remedy))
    told.put("over")
