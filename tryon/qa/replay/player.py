"""Plays a recording through the engine, from its pixels or from what the detectors saw then."""

from __future__ import annotations

import resource
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Literal

from tryon.core.errors import InputError
from tryon.core.frame import Frame
from tryon.core.landmarks import Detections
from tryon.engine import Engine
from tryon.engine.observer import Observation
from tryon.qa.replay.readings import FrameReading, Reader, Replay
from tryon.qa.replay.recording import Recording

Start = Literal["detections", "pixels"]
STARTS: tuple[Start, ...] = ("detections", "pixels")


@dataclass(frozen=True)
class Look:
    """What is worn: item ids, and the variant of some of them."""

    wear: tuple[str, ...]
    variants: Mapping[str, str] = field(default_factory=dict)


class Remembered:
    """A `Watcher` that tells what the detectors saw when the recording was made."""

    def __init__(self, seen: Sequence[Detections]) -> None:
        self._seen = seen

    def watch(self, frame: Frame, *, bodies: bool) -> Future[Observation]:
        seen = self._seen[frame.index]
        told: Future[Observation] = Future()
        told.set_result(
            Observation(seen if bodies else Detections(seen.faces), 0.0, 0.0 if bodies else None)
        )
        return told

    def reset(self) -> None:
        """A recording knows its people for good."""

    def close(self) -> None:
        """Nothing is held open."""


def replay(
    recording: Recording,
    look: Look,
    engine: Engine,
    *,
    start: Start,
    frames: Iterable[Frame] | None = None,
    pictures_every: int = 1,
    watch: Callable[[Frame, FrameReading], None] | None = None,
) -> Replay:
    """Every frame's reading.

    frames: others than the recording's own, for faults; pictures_every: which frames keep what was
    drawn (0: none); watch: sees each frame with its reading. Raises InputError when the recording
    lacks what the look needs.
    """
    outfit = engine.outfit(look.wear, variants=look.variants)
    if start == "detections" and outfit.clothes and not recording.manifest.configuration.bodies:
        raise InputError(
            f"{recording.path} was recorded without bodies; garments need them.",
            remedy="Replay it with --from pixels, or record it again with --bodies.",
        )
    observer = Remembered(recording.detections()) if start == "detections" else None
    reader = Reader()
    shown: dict[int, Frame] = {}
    readings: list[FrameReading] = []
    memory: list[float] = []
    with engine.session(look.wear, variants=look.variants, observer=observer) as session:
        source = _kept(recording.frames() if frames is None else frames, shown)
        for result in session.run(source, layers=True, probe=reader.probe):
            frame = shown.pop(result.index)
            keep = pictures_every > 0 and len(readings) % pictures_every == 0
            reading = reader.read(frame, result, picture=keep)
            readings.append(reading)
            memory.append(_memory_mb())
            if watch is not None:
                watch(frame, reading)
    quarter = memory[len(memory) // 4] if memory else 0.0
    peak = max(memory, default=0.0)
    return Replay(tuple(readings), peak, peak - quarter)


def _kept(frames: Iterable[Frame], shown: dict[int, Frame]) -> Iterator[Frame]:
    """The frames, each kept until its result is there."""
    for frame in frames:
        shown[frame.index] = frame
        yield frame


def _memory_mb() -> float:
    """Most memory that this process has held so far (kilobytes on Linux)."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
