"""Whether two replays are the same, and if not, in which stage and frame they part."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tryon.qa.replay.readings import STAGES, Replay


@dataclass(frozen=True)
class Parting:
    """The first stage that differs, the first frame in which it does, and in how many."""

    stage: str
    index: int
    frames: int


def first_difference(now: Replay, golden: Replay) -> Parting | None:
    """Where two replays part by their fingerprints; None when every bit is the same.

    Frames that one of them lacks differ in `source`.
    """
    before = {frame.index: frame for frame in golden.frames}
    after = {frame.index: frame for frame in now.frames}
    times = {i: f.t_ns for i, f in before.items()}
    strays = sorted(i for i in {*before, *after} if i not in after or times.get(i) != after[i].t_ns)
    if strays:
        return Parting("source", strays[0], len(strays))
    for stage in STAGES:
        parted = [i for i in before if _differs(before[i].hashes, after[i].hashes, stage)]
        if parted:
            return Parting(stage, parted[0], len(parted))
    return None


def _differs(before: Mapping[str, str], after: Mapping[str, str], stage: str) -> bool:
    return before.get(stage) != after.get(stage)
