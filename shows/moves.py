"""What a model is told to do on stage, move after move; the gait turns it into footsteps and poses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

MoveKind = Literal["stand", "walk", "pose", "turn"]


@dataclass(frozen=True)
class Move:
    """One thing a model does. Moves of an entrance follow each other without gaps.

    start_s, end_s: seconds of the show, half-open; path_m: for a walk, its way points on the floor,
    (x, z) in stage space, from where the move before ended; heading_deg: where the model faces when the
    move ends (a walk: None, it faces where it goes); pose: for a pose, its name in
    `shows.models.poses`.
    """

    kind: MoveKind
    start_s: float
    end_s: float
    path_m: tuple[tuple[float, float], ...] = ()
    heading_deg: float | None = None
    pose: str = ""


@dataclass(frozen=True)
class Entrance:
    """A model's way over the stage, from the wings to the wings.

    name: the cue that made it; casting: who walks (`shows.models.castings`); moves: in order; first_m,
    first_heading_deg: where it starts; beat_s: seconds a step; first_beat_s: a beat of the music, which
    steps fall on; attitude: a gait's name in `shows.models.gait`; motion: instead of the procedural gait,
    the name of an imported clip.
    """

    name: str
    model: str
    casting: str
    first_m: tuple[float, float]
    first_heading_deg: float
    moves: tuple[Move, ...]
    beat_s: float
    first_beat_s: float = 0.0
    attitude: str = "couture"
    motion: str = ""

    @property
    def start_s(self) -> float:
        return self.moves[0].start_s

    @property
    def end_s(self) -> float:
        return self.moves[-1].end_s
