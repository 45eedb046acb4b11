"""Numbers of a replay: what it is by itself, and what moved against a golden."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

import numpy as np
from scipy.optimize import linear_sum_assignment

from tryon.core.camera import PinholeCamera
from tryon.core.frame import Frame, Picture
from tryon.core.spaces import Floats
from tryon.core.transforms import log_so3, nearest_rotation
from tryon.qa.replay.difference import ciede2000, lab_from_srgb, overlap, ssim_map
from tryon.qa.replay.readings import Cutout, FrameReading, Head, Replay, Spot
from tryon.qa.replay.steadiness import jitter, lag_ms

SAME_PERSON_M = 0.12
"""Heads this near to each other in two frames are one person's."""


class HasTrack(Protocol):
    """Somebody with a number."""

    @property
    def track(self) -> int: ...


Tracked = TypeVar("Tracked", bound=HasTrack)

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
        against = _against(now, golden, camera)
        against |= _pictures(now, golden, frames)
        series |= against
        for name, row in against.items():
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


def items_of(replay: Replay) -> tuple[str, ...]:
    """Every item that is placed in any frame."""
    return tuple(sorted({item for frame in replay.frames for item in frame.spots}))


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


def _against(now: Replay, golden: Replay, camera: PinholeCamera) -> dict[str, Floats]:
    """Per frame: how far each stage's numbers are from the golden's."""
    before = {frame.index: frame for frame in golden.frames}
    items = sorted({*items_of(now), *items_of(golden)})
    rows: dict[str, list[float]] = {}

    def note(name: str, value: float) -> None:
        rows.setdefault(name, []).append(value)

    for frame in now.frames:
        old = before.get(frame.index)
        heads = _pairs(frame.heads, old.heads if old else ())
        note("raw_px", _most(np.linalg.norm(a.raw_px - b.raw_px) for a, b in heads))
        for name, pose in (("fit", _fitted), ("smooth", _smoothed)):
            moved = [(pose(a), pose(b)) for a, b in heads]
            note(f"{name}_mm", _most(1000 * np.linalg.norm((a - b)[:3, 3]) for a, b in moved))
            note(f"{name}_deg", _most(_angle_deg(a[:3, :3], b[:3, :3]) for a, b in moved))
        trunks = _pairs(frame.trunks, old.trunks if old else ())
        note(
            "joints_mm",
            _most(1000 * np.linalg.norm(a.joints - b.joints, axis=1).max() for a, b in trunks),
        )
        note("people", float(abs(len(frame.heads) - len(old.heads))) if old else float("nan"))
        note(
            "ambient",
            float(np.abs(frame.ambient - old.ambient).max()) if old else float("nan"),
        )
        for item in items:
            pairs, lost = _spot_pairs(frame, old, item)
            note(f"{item}/lost", float(lost))
            note(f"{item}/anchor_px", _most(np.linalg.norm(a.px - b.px) for a, b in pairs))
            note(f"{item}/anchor_mm", _most(_mm(a, b) for a, b in pairs))
            note(f"{item}/turn_deg", _most(_angle_deg(a.turn, b.turn) for a, b in pairs))
            note(f"{item}/iou", _iou(frame, old, item, camera.size_wh))
    return {name: np.array(values, np.float64) for name, values in rows.items()}


def _pairs(now: Sequence[Tracked], before: Sequence[Tracked]) -> list[tuple[Tracked, Tracked]]:
    by_track = {each.track: each for each in before}
    return [(each, by_track[each.track]) for each in now if each.track in by_track]


def _spot_pairs(
    frame: FrameReading, old: FrameReading | None, item: str
) -> tuple[list[tuple[Spot, Spot]], int]:
    """Meshes of an item in both, and on how many people it is in only one of them."""
    if old is None:
        return [], 0
    mine, its = frame.spots.get(item, {}), old.spots.get(item, {})
    pairs = [pair for p in mine.keys() & its.keys() for pair in zip(mine[p], its[p], strict=False)]
    return pairs, len(mine.keys() ^ its.keys())


def _iou(
    frame: FrameReading, old: FrameReading | None, item: str, size_wh: tuple[int, int]
) -> float:
    if old is None or (item not in frame.coverage and item not in old.coverage):
        return float("nan")
    now, before = (whole(reading.coverage.get(item), size_wh) for reading in (frame, old))
    return overlap(now, before)


def whole(part: Cutout | None, size_wh: tuple[int, int]) -> Picture:
    """(H, W) the grey cutout in its place on black."""
    out = np.zeros((size_wh[1], size_wh[0]), np.uint8)
    if part is not None:
        pixels, (x, y) = part.pixels(), part.corner_xy
        out[y : y + pixels.shape[0], x : x + pixels.shape[1]] = pixels
    return out


def restored(part: Cutout | None, rgb: Picture) -> Picture:
    """The dressed picture: the cutout laid over the frame that it came from."""
    out = rgb.copy()
    if part is not None:
        pixels, (x, y) = part.pixels(), part.corner_xy
        out[y : y + pixels.shape[0], x : x + pixels.shape[1]] = pixels
    return out


def _pictures(now: Replay, golden: Replay, frames: Iterable[Frame]) -> dict[str, Floats]:
    """Per frame, where both kept a picture: colour difference and SSIM inside, change outside."""
    before = {frame.index: frame for frame in golden.frames}
    kept = _kept_indices(now) & _kept_indices(golden)
    names = ("color_de", "ssim_inside", "outside")
    rows = {name: np.full(len(now.frames), np.nan) for name in names}
    for k, (frame, reading) in enumerate(zip(frames, now.frames, strict=False)):
        old = before.get(reading.index)
        if reading.index not in kept or old is None:
            continue
        inside = np.zeros(frame.rgb.shape[:2], bool)
        for side in (reading, old):
            for item, part in side.coverage.items():
                if item in side.spots:
                    inside |= whole(part, frame.size_wh) > 0
        mine, its = restored(reading.picture, frame.rgb), restored(old.picture, frame.rgb)
        if inside.any():
            difference = ciede2000(lab_from_srgb(mine[inside]), lab_from_srgb(its[inside]))
            rows["color_de"][k] = float(difference.mean())
            rows["ssim_inside"][k] = float(ssim_map(mine, its)[inside].mean())
        rows["outside"][k] = float((mine != its).any(-1)[~inside].sum())
    return rows


def _kept_indices(replay: Replay) -> set[int]:
    """Frames whose picture is known: kept, or equal to the input."""
    every = [i for i, frame in enumerate(replay.frames) if frame.picture is not None]
    step = min(np.diff(every), default=1) if len(every) > 1 else 1
    return {
        frame.index
        for i, frame in enumerate(replay.frames)
        if frame.picture is not None or (every and (i - every[0]) % step == 0)
    }


def _fitted(head: Head) -> Floats:
    return head.fitted


def _smoothed(head: Head) -> Floats:
    return head.smoothed


def _mm(a: Spot, b: Spot) -> float:
    return 1000 * float(np.linalg.norm(a.in_cam - b.in_cam))


def _angle_deg(a: Floats, b: Floats) -> float:
    """Angle between two turns; a mirrored one is compared with its mirror image."""
    turn = nearest_rotation(a.T @ b)
    return float(np.degrees(np.linalg.norm(log_so3(turn))))


def _most(values: Iterable[float | np.floating]) -> float:
    return max((float(value) for value in values), default=float("nan"))
