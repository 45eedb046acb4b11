"""Blocking: where each model is told to go, as paths over the floor and as entrances of moves."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from math import atan2, ceil, degrees, hypot
from typing import Protocol

import numpy as np

from shows.moves import Entrance, Move, MoveKind
from shows.script.schema import (
    Cue,
    EnterCue,
    ExitCue,
    ModelPart,
    MoveCue,
    PoseCue,
    StagePart,
    TurnCue,
    WalkCue,
)
from shows.state import BodyPose

Spot = tuple[float, float]
STEP_M = 0.70
"""A catwalk's stride, one a beat; a walk that is given no time takes this."""
LANE_M = 0.55
"""How far beside the middle models come out, and go back on the other side."""
END_M = 0.7
"""Where the pose is held, before the runway's end."""
_MERGE_M = 1.6
_JOINTS = 53


@dataclass(frozen=True)
class BlockedMove:
    """A cue as a way over the floor: path_m from start to end, both in it; heading_deg at its end."""

    kind: MoveKind
    path_m: tuple[Spot, ...]
    heading_deg: float
    beats: float
    pose: str = ""


@dataclass(frozen=True)
class Problem:
    """A cue that cannot be played, why, and how to mend it."""

    cue: str
    message: str
    remedy: str


def lane_m(stage: StagePart) -> float:
    """How far beside the middle the lanes of a stage run."""
    return min(LANE_M, max(stage.width_m / 2 - 0.4, 0.0))


def wings_spot(stage: StagePart) -> Spot:
    """Where a model enters, unseen behind the portal."""
    return lane_m(stage), -0.75 * stage.wings_m


def blocked(cues: Iterable[Cue], stage: StagePart) -> tuple[dict[str, BlockedMove], list[Problem]]:
    """The way of every move, model by model in the order of the script, and moves that have none."""
    moves: dict[str, BlockedMove] = {}
    problems: list[Problem] = []
    places: dict[str, tuple[Spot, float]] = {}
    for cue in cues:
        if not cue.armed:
            continue
        name = cue.id or ""
        if isinstance(cue, EnterCue):
            if cue.model in places:
                problems.append(Problem(
                    name, f"{cue.model} enters again without having left.",
                    f"Write an exit cue for {cue.model} before it, or send another model.",
                ))  # fmt: skip
            places[cue.model] = (cue.from_m or wings_spot(stage), cue.heading_deg)
        elif isinstance(cue, MoveCue):
            if cue.model not in places:
                problems.append(Problem(
                    name, f"{cue.model} is not on stage.",
                    f"Write an enter cue for {cue.model} before it in the script.",
                ))  # fmt: skip
            else:
                here, heading = places[cue.model]
                moves[name] = _move(cue, here, heading, stage)
                places[cue.model] = (moves[name].path_m[-1], moves[name].heading_deg)
                if isinstance(cue, ExitCue):
                    del places[cue.model]
    return moves, problems


def _move(cue: MoveCue, here: Spot, heading: float, stage: StagePart) -> BlockedMove:
    if isinstance(cue, PoseCue):
        return BlockedMove("pose", (here,), heading, 4.0, cue.pose)
    if isinstance(cue, TurnCue):
        to = heading + 180.0 if cue.heading_deg is None else cue.heading_deg
        return BlockedMove("turn", (here,), _wrapped(to), 4.0)
    path = (here, *(cue.path_m or _usual_path(cue, here, stage)))
    length = _length_m(path)
    return BlockedMove(
        "walk", path, _heading_into(path, heading), max(1, ceil(length / STEP_M - 1e-9))
    )


def _usual_path(cue: WalkCue | ExitCue, here: Spot, stage: StagePart) -> tuple[Spot, ...]:
    """Out on the right lane to the middle of the end; back on the left lane into the wings."""
    lane, end = lane_m(stage), stage.length_m - END_M
    if isinstance(cue, WalkCue):
        merge = end - _MERGE_M
        return ((lane, merge), (0.0, end)) if here[1] < merge else ((0.0, end),)
    off = -0.75 * stage.wings_m
    turn_in = here[1] - _MERGE_M
    return ((-lane, turn_in), (-lane, off)) if turn_in > off else ((-lane, off),)


def _length_m(path: tuple[Spot, ...]) -> float:
    return sum(hypot(b[0] - a[0], b[1] - a[1]) for a, b in pairwise(path))


def _heading_into(path: tuple[Spot, ...], otherwise: float) -> float:
    for a, b in zip(path[-2::-1], path[:0:-1], strict=True):
        if a != b:
            return degrees(atan2(b[0] - a[0], b[1] - a[1]))
    return otherwise


def _wrapped(heading_deg: float) -> float:
    return (heading_deg + 180.0) % 360.0 - 180.0


def entrances(
    cues: Iterable[Cue],
    moves: Mapping[str, BlockedMove],
    times: Mapping[str, tuple[float, float]],
    *,
    models: Mapping[str, ModelPart],
    stage: StagePart,
    beat_s: float,
    first_beat_s: float,
) -> tuple[tuple[Entrance, ...], list[Problem]]:
    """Entrances with all times, gaps filled by standing; and moves that overlap."""
    done: list[Entrance] = []
    problems: list[Problem] = []
    parts: dict[str, tuple[EnterCue, list[Move]]] = {}

    def finish(model: str) -> None:
        enter, made = parts.pop(model)
        if not made:
            problems.append(Problem(
                enter.id or "", f"{model} enters and does nothing.",
                f"Write a walk, a pose or an exit for {model} after it.",
            ))  # fmt: skip
        else:
            first_m = enter.from_m or wings_spot(stage)
            part = models[model]
            done.append(Entrance(
                enter.id or "", model, part.casting, first_m, enter.heading_deg, tuple(made),
                beat_s, first_beat_s, part.attitude, part.motion,
            ))  # fmt: skip

    for cue in cues:
        name = cue.id or ""
        if not cue.armed:
            continue
        if isinstance(cue, EnterCue):
            if cue.model in parts:
                finish(cue.model)
            made: list[Move] = []
            start, end = times[name]
            if end > start:
                made.append(Move("stand", start, end, heading_deg=cue.heading_deg))
            parts[cue.model] = (cue, made)
        elif isinstance(cue, MoveCue) and name in moves and cue.model in parts:
            enter, made = parts[cue.model]
            problems += _add(made, moves[name], times[name], times[enter.id or ""][0], cue)
            if isinstance(cue, ExitCue):
                finish(cue.model)
    for model in list(parts):
        finish(model)
    return tuple(sorted(done, key=lambda each: each.start_s)), problems


def _add(
    made: list[Move], move: BlockedMove, span: tuple[float, float], entered_s: float, cue: MoveCue
) -> list[Problem]:
    start, end = span
    before = made[-1].end_s if made else entered_s
    if start < before - 1e-9:
        return [Problem(
            cue.id or "", f"{cue.model} begins it at {start:.2f} s, while still busy until {before:.2f} s.",
            "Begin it later, shorten the move before, or leave out its at: it then follows by itself.",
        )]  # fmt: skip
    start = max(start, before)
    if start > before + 1e-9:
        heading = made[-1].heading_deg if made else None
        made.append(Move("stand", before, start, heading_deg=heading))
    path = move.path_m[1:] if move.kind == "walk" else ()
    heading = None if move.kind == "walk" else move.heading_deg
    made.append(Move(move.kind, start, max(end, start), path, heading, move.pose))
    return []


class Performance(Protocol):
    """A model's way through an entrance; every answer depends on the time alone."""

    def pose_at(self, t_s: float) -> BodyPose: ...
    def position_at(self, t_s: float) -> Spot: ...
    def heading_at(self, t_s: float) -> float: ...


Performer = Callable[[Entrance], Performance]


@dataclass(frozen=True, eq=False)
class MarkedThrough:
    """A performance without limbs, as in a first rehearsal: places and headings for plans and checks.

    Its pose is the rig's rest pose at that place.
    """

    entrance: Entrance

    def pose_at(self, t_s: float) -> BodyPose:
        """The rest pose, moved and turned."""
        (x, z), turn = self.position_at(t_s), np.radians(self.heading_at(t_s))
        stage_from_root = np.eye(4)
        c, s = np.cos(turn), np.sin(turn)
        stage_from_root[:3, :3] = [[c, 0, s], [0, 1, 0], [-s, 0, c]]
        stage_from_root[:3, 3] = x, 0.0, z
        return BodyPose(stage_from_root, np.tile(np.eye(3), (_JOINTS, 1, 1)))

    def position_at(self, t_s: float) -> Spot:
        """(x, z) on the floor: walks at one speed along their paths."""
        here = self.entrance.first_m
        for move in self.entrance.moves:
            if move.kind == "walk":
                if t_s < move.end_s:
                    return _along((here, *move.path_m), _share(move, t_s))[0]
                here = move.path_m[-1]
        return here

    def heading_at(self, t_s: float) -> float:
        """Degrees: a walk faces its way, a turn turns evenly."""
        here, heading = self.entrance.first_m, self.entrance.first_heading_deg
        for move in self.entrance.moves:
            if t_s < move.start_s:
                break
            share = _share(move, t_s)
            if move.kind == "walk":
                heading = _along((here, *move.path_m), share)[1]
                here = move.path_m[-1]
            elif move.heading_deg is not None:
                heading += share * _wrapped(move.heading_deg - heading)
        return _wrapped(heading)


def _share(move: Move, t_s: float) -> float:
    if move.end_s <= move.start_s:
        return 1.0
    return min(max((t_s - move.start_s) / (move.end_s - move.start_s), 0.0), 1.0)


def _along(path: tuple[Spot, ...], share: float) -> tuple[Spot, float]:
    """Place and heading after a share of a path's length."""
    left = share * _length_m(path)
    heading = 0.0
    for a, b in pairwise(path):
        length = hypot(b[0] - a[0], b[1] - a[1])
        if length > 0:
            heading = degrees(atan2(b[0] - a[0], b[1] - a[1]))
            if left <= length:
                u = left / length
                return (a[0] + u * (b[0] - a[0]), a[1] + u * (b[1] - a[1])), heading
        left -= length
    return path[-1], heading
