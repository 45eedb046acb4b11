"""How far a replay is from its golden, frame by frame: each stage's numbers, and the pictures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol, TypeVar

import numpy as np

from tryon.core.camera import PinholeCamera
from tryon.core.frame import Frame
from tryon.core.spaces import Floats
from tryon.core.transforms import log_so3, nearest_rotation
from tryon.qa.replay.cutouts import restored, whole
from tryon.qa.replay.difference import ciede2000, lab_from_srgb, overlap, ssim_map
from tryon.qa.replay.readings import FrameReading, Head, Replay, Spot, items_of


class HasTrack(Protocol):
    """Somebody with a number."""

    @property
    def track(self) -> int: ...


Tracked = TypeVar("Tracked", bound=HasTrack)


def against(now: Replay, golden: Replay, camera: PinholeCamera) -> dict[str, Floats]:
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


def pictures(now: Replay, golden: Replay, frames: Iterable[Frame]) -> dict[str, Floats]:
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
