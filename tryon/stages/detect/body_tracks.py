"""One body through time: where it should be next, and what it looks like."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from tryon.core.filters import DROPOUT_FADE_S, DROPOUT_HOLD_S, NS_PER_S, low_pass_share
from tryon.core.spaces import Floats
from tryon.stages.detect.pose_landmarker import BodyFollower, BodySighting

VELOCITY_CUTOFF_HZ = 4.0
LONGEST_PREDICTION_S = 0.8
"""Somebody who walks behind somebody else is expected on the other side."""
LEAST_LOOKS = 4
"""A find without a face is shown from this look on: what is nobody is soon lost again."""
REMEMBERED_S = 3.0
"""Somebody who has faded away keeps the id when found again within this time …"""
HEIR_COLOURS = 0.15
FARTHEST_RETURN = 3.0
"""… this near to where they were expected, in trunk sizes …"""
MOST_GROWTH = 1.5
MOST_COLOUR_CHANGE = 0.35
SIGNATURE_SHARE, RECENT_SHARE = 0.05, 0.35
SWAP_SHARE, SWAP_MARGIN = 0.7, 0.04
"""Two people have been mixed up when their colours fit this much better the other way round."""
COLOUR_COST = 4.0


@dataclass(eq=False)
class BodyTrack:
    """One person. follower: None while the body is lost; velocity: of the hips, pixels a second;
    colours: its `signature` as long as nobody was near; recent: the same of the last moments; face: id
    of the face it wears now, or None; looks: how often it was seen, first at first_t_ns; surprise: how
    far the last look was from where it was expected, in trunk sizes."""

    id: int
    sighting: BodySighting
    seen_t_ns: int
    colours: Floats
    follower: BodyFollower | None = None
    velocity: tuple[float, float] = (0.0, 0.0)
    face: int | None = None
    looks: int = 1
    had_face: bool = False
    is_mingled: bool = False
    first_t_ns: int = 0
    recent: Floats = field(default_factory=lambda: np.full(6, 0.5))
    surprise: float = 0.0
    _before: tuple[BodySighting, int, tuple[float, float], Floats] | None = None

    @property
    def is_sure(self) -> bool:
        """Whether it is somebody: it wore a face, or was followed for a few looks."""
        return self.had_face or self.looks >= LEAST_LOOKS

    def age_s(self, t_ns: int) -> float:
        """Seconds since the body was last seen."""
        return max(t_ns - self.seen_t_ns, 0) / NS_PER_S

    def is_shown(self, t_ns: int) -> bool:
        """Whether it is seen, held or fading."""
        return self.age_s(t_ns) < DROPOUT_HOLD_S + DROPOUT_FADE_S

    def is_forgotten(self, t_ns: int) -> bool:
        """Whether not even its id is kept any more."""
        return self.age_s(t_ns) >= REMEMBERED_S

    def expected_hip(self, t_ns: int) -> tuple[float, float]:
        """Where the middle of the hips should be, moving on as it did."""
        ahead = min(self.age_s(t_ns), LONGEST_PREDICTION_S)
        (x, y), (vx, vy) = self.sighting.hip, self.velocity
        return x + vx * ahead, y + vy * ahead

    def see(self, sighting: BodySighting, colours: Floats, t_ns: int) -> None:
        """Take in a new look at the body."""
        self._before = (self.sighting, self.seen_t_ns, self.velocity, self.colours)
        gap = np.array(sighting.hip) - np.array(self.expected_hip(t_ns))
        self.surprise = float(np.linalg.norm(gap)) / self.sighting.torso_px
        dt_s = self.age_s(t_ns)
        if dt_s > 0:
            share = low_pass_share(VELOCITY_CUTOFF_HZ, dt_s)
            vx, vy = (
                v + share * ((b - a) / dt_s - v)
                for v, a, b in zip(self.velocity, self.sighting.hip, sighting.hip, strict=True)
            )
            self.velocity = (vx, vy)
        self.recent = self.recent + RECENT_SHARE * (colours - self.recent)
        if not self.is_mingled:
            self.colours = self.colours + SIGNATURE_SHARE * (colours - self.colours)
        self.sighting, self.seen_t_ns = sighting, t_ns
        self.looks += 1

    def unsee(self) -> None:
        """Take the last look back: it was at somebody else."""
        if self._before is not None:
            self.sighting, self.seen_t_ns, self.velocity, self.colours = self._before
            self._before = None

    def is_mistaken_for(self, other: BodyTrack) -> bool:
        """Whether, since both were near each other, this one looks like the other did before, and the
        other, if it is seen, not like itself."""

        def gap(a: BodyTrack, b: BodyTrack) -> float:
            return float(np.linalg.norm(a.recent - b.colours))

        kept, swapped = gap(self, self), gap(self, other)
        if other.follower is not None:
            kept, swapped = kept + gap(other, other), swapped + gap(other, self)
        return swapped < min(SWAP_SHARE * kept, kept - SWAP_MARGIN)

    def is_heir_of(self, other: BodyTrack) -> bool:
        """Whether this newcomer looks like somebody who was lost before it came."""
        if other.follower is not None or self.first_t_ns <= other.seen_t_ns:
            return False
        return float(np.linalg.norm(self.recent - other.colours)) < HEIR_COLOURS

    def swap_identity(self, other: BodyTrack) -> None:
        """Exchange who both are; where they are stays."""
        self.id, other.id = other.id, self.id
        self.colours, other.colours = other.colours, self.colours
        self.had_face, other.had_face = other.had_face, self.had_face

    def return_cost(self, body: BodySighting, colours: Floats, t_ns: int) -> float:
        """How unlikely it is that a newly found body is this one, infinite where it cannot be."""
        size = max(self.sighting.torso_px, body.torso_px)
        gap = np.array(body.hip) - np.array(self.expected_hip(t_ns))
        distance = float(np.linalg.norm(gap)) / size
        growth = abs(float(np.log(body.torso_px / self.sighting.torso_px)))
        colour = float(np.linalg.norm(colours - self.colours)) / np.sqrt(2)
        reach = FARTHEST_RETURN * min(1.0, 0.3 + self.age_s(t_ns))
        if distance > reach or growth > np.log(MOST_GROWTH) or colour > MOST_COLOUR_CHANGE:
            return float("inf")
        return float(distance + growth + COLOUR_COST * colour)
