"""Sums up head trials: rates, medians and 95th percentiles, by how the head is turned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np
from rich.table import Table

from tryon.qa.heads import HeadPose, Trial

Spread = tuple[float, float]
"""(median, 95th percentile)."""


@dataclass(frozen=True)
class HeadsReport:
    """The figures of one group of trials.

    found: share of the pictures in which the face was found; swaps: pictures with left and right
    exchanged; rotation_deg; bias_deg: median signed yaw, pitch and roll; scale: median and half of the
    90 % range of fitted / true size; anchors: for each, the spreads in pixels, in millimetres across
    the line of sight and in space.
    """

    group: str
    pictures: int
    found: float
    swaps: int
    rotation_deg: Spread
    bias_deg: tuple[float, float, float]
    scale: Spread
    anchors: dict[str, dict[str, Spread]]


def summarise(trials: Sequence[Trial]) -> tuple[HeadsReport, ...]:
    """All trials, and apart: frontal (turned by at most 20°), turned, profile (yaw of 60°)."""
    groups = {
        "all": list(trials),
        "≤ 20°": [t for t in trials if _turn(t.pose) <= 20],
        "20–45°": [t for t in trials if 20 < _turn(t.pose) < 60],
        "60°": [t for t in trials if _turn(t.pose) >= 60],
    }
    return tuple(_summary(name, group) for name, group in groups.items() if group)


def table(reports: Sequence[HeadsReport]) -> Table:
    """The reports as a terminal table, one column a group."""
    out = Table("", *(f"{r.group} ({r.pictures})" for r in reports))
    out.add_row("found", *(f"{r.found:.0%}" for r in reports))
    out.add_row("left and right swapped", *(str(r.swaps) for r in reports))
    out.add_row("rotation, °", *(_cell(r.rotation_deg) for r in reports))
    out.add_row(
        "bias yaw, pitch, roll, °",
        *(", ".join(f"{b:+.1f}" for b in r.bias_deg) for r in reports),
    )
    out.add_row("scale ± 90 %", *(f"{r.scale[0]:.3f} ± {r.scale[1]:.3f}" for r in reports))
    for unit in ("px", "lateral_mm", "full_mm"):
        for anchor in ("bridge", "ears", "lobes", "forehead", "crown", "chin"):
            label = f"{anchor}, {unit.replace('_', ' ')}"
            out.add_row(label, *(_cell(r.anchors[anchor][unit]) for r in reports))
    return out


def as_json(trials: Sequence[Trial]) -> dict[str, object]:
    """Reports and single trials, ready for `json.dumps`."""
    return {
        "groups": [asdict(report) for report in summarise(trials)],
        "trials": [asdict(trial) for trial in trials],
    }


def _turn(pose: HeadPose) -> float:
    return max(abs(pose.yaw_deg), abs(pose.pitch_deg), abs(pose.roll_deg))


def _summary(name: str, trials: Sequence[Trial]) -> HeadsReport:
    seen = [t for t in trials if t.found]
    scales = [t.scale for t in seen if t.scale is not None]
    angles = np.array([t.angles_deg for t in seen if t.angles_deg is not None]).reshape(-1, 3)
    middle = np.median(angles, axis=0) if len(angles) else np.full(3, np.nan)
    low, mid, high = np.percentile(scales, [5, 50, 95]) if scales else (np.nan,) * 3
    return HeadsReport(
        name,
        len(trials),
        len(seen) / len(trials),
        sum(t.swapped for t in trials),
        _spread([t.rotation_deg for t in seen if t.rotation_deg is not None]),
        (float(middle[0]), float(middle[1]), float(middle[2])),
        (float(mid), float(high - low) / 2),
        {label: _anchor_spreads(seen, label) for label in
         ("bridge", "ears", "lobes", "forehead", "crown", "chin")},
    )  # fmt: skip


def _anchor_spreads(trials: Sequence[Trial], label: str) -> dict[str, Spread]:
    errors = [
        error
        for trial in trials
        for anchor, error in (trial.anchors or {}).items()
        if anchor.endswith(label.removesuffix("s"))
    ]
    return {
        unit: _spread([getattr(error, unit) for error in errors])
        for unit in ("px", "lateral_mm", "full_mm")
    }


def _spread(values: Sequence[float]) -> Spread:
    if not values:
        return (float("nan"), float("nan"))
    middle, high = np.percentile(values, [50, 95])
    return float(middle), float(high)


def _cell(spread: Spread) -> str:
    return f"{spread[0]:.2f} ({spread[1]:.1f})"
