"""Numbers of a replay: what it is by itself, and what moved against a golden."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment

from tryon.core.camera import PinholeCamera
from tryon.core.frame import Frame
from tryon.core.spaces import Floats
from tryon.qa.replay.against import against, pictures
from tryon.qa.replay.readings import FrameReading, Head, Replay, items_of
from tryon.qa.replay.steadiness import jitter, lag_ms

SAME_PERSON_M = 0.12
"""Heads this near to each other in two frames are one person's."""


Series = Mapping[str, Floats]
"""Name → (n,) value a frame, NaN where there is none. A name is `measure` or `item/measure`."""


@dataclass(frozen=True, eq=False)
class Measurement:
    """values: `measure` or `item/measure` → number; series: per frame; at_s: (n,) seconds."""

    at_s: Floats
    values: Mapping[str, float]
    series: Series

    def of(self, measure: str) -> dict[str, float]:
        """The values of a measure: of the recording (key "") and of each item."""
        return {
            name.rpartition("/")[0]: value
            for name, value in self.values.items()
            if name.rpartition("/")[2] == measure
        }


def measure(
    now: Replay, *, camera: PinholeCamera, golden: Replay | None, frames: Iterable[Frame]
) -> Measurement:
    """Everything that is measured. frames: those that were replayed, for pictures."""
    series: dict[str, Floats] = {"spilled": _each(now, lambda f: float(f.spilled))}
    values = {**_by_itself(now, camera), "spilled.max": float(np.max(series["spilled"], initial=0))}
    if golden is not None:
        moved = {**against(now, golden, camera), **pictures(now, golden, frames)}
        series |= moved
        for name, row in moved.items():
            known = row[np.isfinite(row)]
            for at, value in (
                ("max", np.max(known, initial=0.0)),
                ("p95", np.percentile(known, 95) if len(known) else 0.0),
                ("p05", np.percentile(known, 5) if len(known) else 1.0),
                ("min", np.min(known, initial=1.0)),
            ):
                values[f"{name}.{at}"] = float(value)
    return Measurement(now.at_s, values, series)


def _each(replay: Replay, value: Callable[[FrameReading], float]) -> Floats:
    return np.array([value(frame) for frame in replay.frames], np.float64)


def _by_itself(now: Replay, camera: PinholeCamera) -> dict[str, float]:
    values = {
        "dropouts": float(dropouts(now)),
        "switches": float(identity_switches(now)),
        "memory_mb": now.memory_mb,
        "growth_mb": now.growth_mb,
    }
    values |= _steadiest(_bridge_rows(now, camera), "")
    for item in items_of(now):
        first = next(i for i, frame in enumerate(now.frames) if item in frame.spots)
        values[f"{item}/first_ms"] = 1000 * float(now.at_s[first])
        values[f"{item}/shown"] = float(np.mean([item in frame.coverage for frame in now.frames]))
        values |= _steadiest(_item_rows(now, item), f"{item}/")
    return values | _times(now)


def _times(now: Replay) -> dict[str, float]:
    """Milliseconds by stage, and of all of them but `wait`, which is the detectors' time once more."""
    took: dict[str, list[float]] = {}
    for frame in now.frames:
        for stage, ms in frame.stages_ms.items():
            took.setdefault(stage, []).append(ms)
        work = [ms for stage, ms in frame.stages_ms.items() if stage != "wait"]
        took.setdefault("total", []).append(sum(work))
    return {
        f"ms/{stage}.p{at}": float(np.percentile(row, at))
        for stage, row in sorted(took.items())
        for at in (50, 95, 99)
    }


def dropouts(replay: Replay) -> int:
    """Frames in which somebody known was not seen: held, or absent between two appearances."""
    count = 0
    seen: dict[int, list[int]] = {}
    for i, frame in enumerate(replay.frames):
        for head in frame.heads:
            if head.age_s > 0:
                count += 1
            seen.setdefault(head.track, []).append(i)
    return count + sum(rows[-1] - rows[0] + 1 - len(rows) for rows in seen.values())


def identity_switches(replay: Replay) -> int:
    """How often somebody who stays where they were gets another number from one frame to the next."""
    switches = 0
    before: tuple[Head, ...] = ()
    for frame in replay.frames:
        if before and frame.heads:
            cost = np.array(
                [
                    [np.linalg.norm(a.smoothed[:3, 3] - b.smoothed[:3, 3]) for b in frame.heads]
                    for a in before
                ]
            )
            for i, j in zip(*linear_sum_assignment(cost), strict=True):
                near = cost[i, j] < SAME_PERSON_M
                switches += bool(near and before[i].track != frame.heads[j].track)
        before = frame.heads
    return switches


Rows = Mapping[int, list[tuple[float, ...]]]
"""Person → (seconds, x, y of what is drawn, x, y of the raw landmark) frame by frame."""


def _steadiest(rows: Rows, prefix: str) -> dict[str, float]:
    """Jitter of what is drawn and of the raw landmark, and lag behind it: the worst person's."""
    found: dict[str, list[float]] = {}
    for person in rows.values():
        table = np.array(person)
        at_s, path, raw = table[:, 0], table[:, 1:3], table[:, 3:5]
        found.setdefault("jitter_px", []).append(jitter(path, at_s))
        found.setdefault("raw_jitter_px", []).append(jitter(raw, at_s))
        found.setdefault("lag_ms", []).append(lag_ms(path, raw, at_s))
    return {
        f"{prefix}{name}": max(value for value in values if np.isfinite(value))
        for name, values in found.items()
        if np.isfinite(values).any()
    }


def _item_rows(replay: Replay, item: str) -> Rows:
    rows: dict[int, list[tuple[float, ...]]] = {}
    for at_s, frame in zip(replay.at_s.tolist(), replay.frames, strict=True):
        for person, spots in frame.spots.get(item, {}).items():
            here = np.mean([spot.px for spot in spots], axis=0)
            raw = [t.raw_px for t in frame.trunks if t.track == person]
            raw += [h.raw_px for h in frame.heads if h.track == person]
            if raw:
                # Clothes follow the shoulders, glasses the eyes: whichever is nearer.
                nearest = min(raw, key=lambda px: float(np.linalg.norm(px - here)))
                rows.setdefault(person, []).append((at_s, *here, *nearest))
    return rows


def _bridge_rows(replay: Replay, camera: PinholeCamera) -> Rows:
    """The smoothed bridge of the nose against the landmark between the eyes."""
    rows: dict[int, list[tuple[float, ...]]] = {}
    for at_s, frame in zip(replay.at_s.tolist(), replay.frames, strict=True):
        for head in frame.heads:
            x, y = camera.project(head.anchors["bridge"])
            rows.setdefault(head.track, []).append((at_s, x, y, *head.raw_px))
    return rows
