"""Whether a replay is as its golden, and if not, in which stage and frame they part."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from tryon.qa.replay.golden import Golden
from tryon.qa.replay.measures import Measurement
from tryon.qa.replay.provenance import provenance
from tryon.qa.replay.readings import STAGES, Replay
from tryon.qa.replay.tolerances import Tolerance

STAGE_MEASURES: Mapping[str, tuple[str, ...]] = {
    "detect": ("raw_px", "people"),
    "fit": ("fit_mm", "fit_deg"),
    "smooth": ("smooth_mm", "smooth_deg"),
    "fit_body": ("joints_mm",),
    "place": ("anchor_px", "anchor_mm", "turn_deg", "lost"),
    "light": ("ambient",),
    "render": ("iou",),
    "composite": ("color_de", "ssim_inside", "outside", "spilled"),
}
"""Stage → the measures that show it, in the order in which a change travels."""

State = Literal["identical", "within tolerance", "moved", "no golden"]


@dataclass(frozen=True)
class Parting:
    """The first stage that differs, the first frame in which it does, and in how many."""

    stage: str
    index: int
    frames: int


@dataclass(frozen=True)
class Breach:
    """A number beyond its limit."""

    measure: str
    item: str
    value: float
    limit: str
    reason: str


@dataclass(frozen=True)
class Verdict:
    """state: what came of the comparison; stage: where it began, "" when nothing moved; parting: by
    fingerprints; breaches: tolerances that are broken; bits: whether bits had to be equal, which is so
    on the machine and with the packages of the golden; setup: what else is different from then."""

    state: State
    stage: str
    parting: Parting | None
    breaches: tuple[Breach, ...]
    bits: bool
    setup: tuple[str, ...]

    @property
    def holds(self) -> bool:
        return self.state in ("identical", "within tolerance")

    @property
    def sentence(self) -> str:
        """What to tell."""
        if self.state == "identical":
            return "Identical: every stage of every frame, to the bit."
        if self.state == "no golden":
            return "There is no golden to compare with."
        assert self.parting is not None
        if self.state == "within tolerance":
            return (
                f"Within tolerance on another machine; bits differ from {self.parting.stage} on "
                f"in {self.parting.frames} frames."
            )
        where = f"{self.stage}: first in frame {self.parting.index}, {self.parting.frames} frames"
        worst = "; ".join(_told(breach) for breach in _one_each(self.breaches)[:3])
        return f"Moved in {where}{f' ({worst})' if worst else ''}."


def judge(
    now: Replay, golden: Golden | None, measured: Measurement, tolerances: Sequence[Tolerance]
) -> Verdict:
    """Compare to the bit where that may be asked for, and by tolerances elsewhere."""
    if golden is None:
        return Verdict("no golden", "", None, (), False, ())
    here = provenance()
    bits = here.is_same_setup(golden.head.provenance)
    setup = tuple(here.differences(golden.head.provenance))
    parting = first_difference(now, golden.replay)
    if parting is None:
        return Verdict("identical", "", None, (), bits, setup)
    breaches = _breaches(measured, tolerances)
    if bits or parting.stage == "source":
        return Verdict("moved", parting.stage, parting, breaches, bits, setup)
    if not breaches:
        return Verdict("within tolerance", "", parting, (), bits, setup)
    stage = _first_stage(breaches)
    first = _first_frame(measured, breaches, stage)
    beyond = Parting(stage, now.frames[first].index, parting.frames)
    return Verdict("moved", stage, beyond, breaches, bits, setup)


def first_difference(now: Replay, golden: Replay) -> Parting | None:
    """Where two replays part by their fingerprints; None when every bit is the same.

    Frames that one of them lacks, or has at another time, differ in `source`.
    """
    before = {frame.index: frame for frame in golden.frames}
    after = {frame.index: frame for frame in now.frames}
    strays = sorted(
        i
        for i in {*before, *after}
        if i not in after or i not in before or before[i].t_ns != after[i].t_ns
    )
    if strays:
        return Parting("source", strays[0], len(strays))
    pairs = [(i, before[i].hashes, after[i].hashes) for i in sorted(before)]
    # A stage that one of them does not know is no difference by itself: what comes out may be the same.
    if all(old[stage] == new[stage] for _, old, new in pairs for stage in old.keys() & new.keys()):
        return None
    for stage in STAGES:
        parted = [i for i, old, new in pairs if old.get(stage) != new.get(stage)]
        if parted:
            return Parting(stage, parted[0], len(parted))
    return None


def _breaches(measured: Measurement, tolerances: Sequence[Tolerance]) -> tuple[Breach, ...]:
    return tuple(
        Breach(tolerance.measure, item, value, tolerance.limit, tolerance.reason)
        for tolerance in tolerances
        for item, value in measured.of(tolerance.measure).items()
        if not tolerance.holds(value)
    )


def _first_stage(breaches: Sequence[Breach]) -> str:
    broken = {breach.measure.partition(".")[0] for breach in breaches}
    for stage, measures in STAGE_MEASURES.items():
        if broken.intersection(measures):
            return stage
    return "composite"


def _first_frame(measured: Measurement, breaches: Sequence[Breach], stage: str) -> int:
    """The frame with the worst value of what shows the stage."""
    for breach in breaches:
        name = breach.measure.partition(".")[0]
        if name in STAGE_MEASURES.get(stage, ()):
            series = measured.series.get(f"{breach.item}/{name}" if breach.item else name)
            if series is not None and np.isfinite(series).any():
                low = breach.measure.endswith(".min")
                return int(np.nanargmin(series) if low else np.nanargmax(series))
    return 0


def _one_each(breaches: Sequence[Breach]) -> list[Breach]:
    """The first breach of each number, whether of its maximum or of a percentile."""
    first: dict[tuple[str, str], Breach] = {}
    for breach in breaches:
        first.setdefault((breach.item, breach.measure.partition(".")[0]), breach)
    return list(first.values())


def _told(breach: Breach) -> str:
    whose = f" of {breach.item}" if breach.item else ""
    return f"{breach.measure}{whose} {breach.value:.3g}, {breach.limit}"
