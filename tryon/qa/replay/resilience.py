"""What a fault did: a faulted replay against the same one without the fault."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tryon.core.spaces import Floats
from tryon.qa.replay.faults import Spoilt
from tryon.qa.replay.measures import identity_switches
from tryon.qa.replay.readings import FrameReading, Replay, items_of

GONE_AFTER_S = 0.6
"""Held for a quarter of a second and faded over another one, somebody who left is gone by then."""


def resilience(
    now: Replay, clean: Replay, spoilt: Sequence[Spoilt], *, face_px: float
) -> dict[str, float]:
    """`fault_…` measures.

    fault_px, fault_share: how far each anchor of the clean replay is from the nearest one with the
    fault, in pixels and in shares of the face's width `face_px`; fault_strays: items that are farther
    than half a face from any of the clean replay; fault_shown: share of the frames with somebody in them
    that show every item; fault_ghosts: frames that show something long after everybody left;
    fault_back_ms: from a return until everything is shown; fault_switches: changes of identity;
    fault_light: brightness of the light in the last quarter over that of the clean replay.
    """
    items = items_of(clean)
    errors: list[float] = []
    present = shown = ghosts = strays = 0
    back_ms, returned_ns, left_ns = 0.0, None, None
    waiting = False
    for reading, each in zip(now.frames, spoilt, strict=True):
        has_all = bool(items) and all(item in reading.spots for item in items)
        if each.present:
            if left_ns is not None:
                returned_ns, left_ns, waiting = reading.t_ns, None, True
            present += 1
            shown += has_all
            gaps = _gaps(reading, clean.frames[each.source], each)
            errors += [float(gap.min(axis=1).max()) for gap in gaps]
            strays += sum(int((gap.min(axis=0) > 0.5 * face_px).sum()) for gap in gaps)
            if waiting and has_all and returned_ns is not None:
                back_ms, waiting = max(back_ms, (reading.t_ns - returned_ns) / 1e6), False
        else:
            left_ns = reading.t_ns if left_ns is None else left_ns
            long_gone = reading.t_ns - left_ns > GONE_AFTER_S * 1e9
            ghosts += long_gone and bool(reading.coverage)
    if waiting and returned_ns is not None:
        back_ms = float("inf")
    px = np.array(errors) if errors else np.array([np.inf])
    last = len(now.frames) * 3 // 4
    bright = [
        float(np.mean([frame.ambient[0].mean() for frame in replay.frames[-(len(now.frames) - last):]]))
        for replay in (now, clean)
    ]  # fmt: skip
    return {
        "fault_px.p95": float(np.percentile(px, 95)),
        "fault_px.max": float(px.max()),
        "fault_share.p95": float(np.percentile(px, 95) / face_px),
        "fault_share.max": float(px.max() / face_px),
        "fault_strays": float(strays),
        "fault_shown": shown / max(present, 1),
        "fault_ghosts": float(ghosts),
        "fault_back_ms": back_ms,
        "fault_switches": float(identity_switches(now)),
        "fault_light": bright[0] / max(bright[1], 1e-9),
    }


def _gaps(reading: FrameReading, clean: FrameReading, each: Spoilt) -> list[Floats]:
    """For each item, (wanted, found) pixels from where it should be to where it is."""
    out = []
    height = each.frame.camera.size_wh[0] if each.turned else 0
    for item, people in reading.spots.items():
        found = [np.mean([spot.px for spot in spots], axis=0) for spots in people.values()]
        wanted = [
            _turned(np.mean([spot.px for spot in spots], axis=0), height)
            for spots in clean.spots.get(item, {}).values()
        ]
        if wanted:
            there, here = np.stack(wanted), np.stack(found)
            out.append(np.linalg.norm(there[:, None] - here[None], axis=2))
    return out


def _turned(px: Floats, height: int) -> Floats:
    """(2,) where a pixel goes when a picture of that height is turned to the right; 0 turns nothing."""
    return px if height == 0 else np.array([height - px[1], px[0]])
