"""Pictures before, after and their difference, for looking at what moved."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from tryon.core.frame import Frame, Picture
from tryon.qa.replay.cutouts import Cutout, restored
from tryon.qa.replay.measures import Measurement
from tryon.qa.replay.readings import Replay

AROUND = 4
"""Frames to play on either side of the worst one."""
MARGIN_SHARE = 0.35
LARGEST_PX = 300
GAIN = 8
"""The difference is shown so many times stronger."""


@dataclass(frozen=True)
class Triplet:
    """One frame as JPEGs: before (None where the golden kept no picture), after, difference."""

    index: int
    before: bytes | None
    after: bytes
    difference: bytes | None


@dataclass(frozen=True)
class Strip:
    """A worst frame and those around it. why: what is worst in it; worst: its place in the strip."""

    why: str
    worst: int
    triplets: tuple[Triplet, ...]


def worst_frames(measured: Measurement, *, most: int = 2) -> list[tuple[int, str]]:
    """(row, why) of the frames that differ most, by colour, outline and anchor; none when nothing does."""
    found: dict[int, str] = {}
    order = ("color_de", "anchor_px", "iou", "outside", "smooth_mm")
    for wanted in order:
        for name, series in sorted(measured.series.items()):
            if name.rpartition("/")[2] != wanted or not np.isfinite(series).any():
                continue
            low = wanted == "iou"
            row = int(np.nanargmin(series) if low else np.nanargmax(series))
            value = float(series[row])
            if (value < 1) if low else (value > 0):
                found.setdefault(row, f"{name} {value:.3g}")
    return list(found.items())[:most]


def strip(now: Replay, golden: Replay | None, frames: Sequence[Frame], row: int, why: str) -> Strip:
    """The frame of that row and those around it."""
    before = {frame.index: frame for frame in golden.frames} if golden is not None else {}
    rows = range(max(row - AROUND, 0), min(row + AROUND + 1, len(now.frames)))
    box = _box(
        [now.frames[k].picture for k in rows]
        + [before[now.frames[k].index].picture for k in rows if now.frames[k].index in before],
        frames[row].rgb.shape[:2],
    )
    triplets = []
    for k in rows:
        reading = now.frames[k]
        old = before.get(reading.index)
        mine = restored(reading.picture, frames[k].rgb)
        known = old is not None and (old.picture is not None or not old.coverage)
        its = restored(old.picture, frames[k].rgb) if old is not None and known else None
        triplets.append(_triplet(reading.index, its, mine, box))
    return Strip(why, row - rows.start, tuple(triplets))


def _triplet(
    index: int, before: Picture | None, after: Picture, box: tuple[int, int, int, int]
) -> Triplet:
    left, top, right, bottom = box
    mine = after[top:bottom, left:right]
    if before is None:
        return Triplet(index, None, _jpeg(mine), None)
    its = before[top:bottom, left:right]
    gap = np.abs(mine.astype(np.int16) - its)
    return Triplet(
        index, _jpeg(its), _jpeg(mine), _jpeg(np.clip(gap * GAIN, 0, 255).astype(np.uint8))
    )


def _box(parts: Iterable[Cutout | None], size_hw: tuple[int, ...]) -> tuple[int, int, int, int]:
    """What all the parts cover, with a margin; the whole picture when there are none."""
    height, width = size_hw[:2]
    corners = []
    for part in parts:
        if part is not None:
            h, w = part.pixels().shape[:2]
            corners.append((*part.corner_xy, part.corner_xy[0] + w, part.corner_xy[1] + h))
    if not corners:
        return 0, 0, width, height
    low, high = np.min(corners, axis=0)[:2], np.max(corners, axis=0)[2:]
    margin = int(MARGIN_SHARE * max(high - low))
    return (
        max(int(low[0]) - margin, 0),
        max(int(low[1]) - margin, 0),
        min(int(high[0]) + margin, width),
        min(int(high[1]) + margin, height),
    )


def _jpeg(rgb: Picture) -> bytes:
    scale = LARGEST_PX / max(rgb.shape[:2])
    size = (max(round(rgb.shape[1] * scale), 1), max(round(rgb.shape[0] * scale), 1))
    shown = cv2.resize(rgb, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)
    coded, packed = cv2.imencode(
        ".jpg", np.ascontiguousarray(shown[..., ::-1]), [cv2.IMWRITE_JPEG_QUALITY, 88]
    )
    assert coded
    return packed.tobytes()
