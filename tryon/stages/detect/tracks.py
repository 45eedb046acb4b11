"""Who is who from frame to frame: stable ids by predicted position and size."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tryon.core.filters import DROPOUT_FADE_S, DROPOUT_HOLD_S, NS_PER_S, low_pass_share
from tryon.stages.detect.boxes import Box
from tryon.stages.detect.landmarker import Follower, Sighting
from tryon.stages.detect.pairing import cheapest_pairs

FARTHEST_MATCH = 1.0
"""A face may reappear this far from where it was expected, in face sizes."""
MOST_GROWTH = 1.6
"""… and larger or smaller by this factor."""
VELOCITY_CUTOFF_HZ = 4.0
LONGEST_PREDICTION_S = 0.2


@dataclass(eq=False)
class Track:
    """One face through time. `follower` is None while it is lost; velocity in pixels a second."""

    id: int
    sighting: Sighting
    confidence: float
    seen_t_ns: int
    follower: Follower | None = None
    velocity: tuple[float, float] = (0.0, 0.0)

    def age_s(self, t_ns: int) -> float:
        """Seconds since the face was last seen."""
        return max(t_ns - self.seen_t_ns, 0) / NS_PER_S

    def is_forgotten(self, t_ns: int) -> bool:
        """Whether the face has been missing for so long that it has faded away."""
        return self.age_s(t_ns) >= DROPOUT_HOLD_S + DROPOUT_FADE_S

    def expected(self, t_ns: int) -> Box:
        """Where the face should be, moving on as it did."""
        ahead = min(self.age_s(t_ns), LONGEST_PREDICTION_S)
        return self.sighting.box.shifted(self.velocity[0] * ahead, self.velocity[1] * ahead)

    def see(self, sighting: Sighting, confidence: float, t_ns: int) -> None:
        """Take in a new look at the face."""
        dt_s = self.age_s(t_ns)
        if dt_s > 0:
            share = low_pass_share(VELOCITY_CUTOFF_HZ, dt_s)
            old, new = self.sighting.box.centre, sighting.box.centre
            vx, vy = (
                v + share * ((b - a) / dt_s - v)
                for v, a, b in zip(self.velocity, old, new, strict=True)
            )
            self.velocity = (vx, vy)
        self.sighting, self.confidence, self.seen_t_ns = sighting, confidence, t_ns


def match(tracks: Sequence[Track], boxes: Sequence[Box], t_ns: int) -> dict[int, int]:
    """Which box continues which track: {index of box: index of track}, cheapest in total.

    The cost is the distance from the expected place in face sizes plus the logarithm of the change
    of size; what is too far or too different stays unmatched.
    """
    if not tracks or not boxes:
        return {}
    costs = np.array([[_cost(track.expected(t_ns), box) for track in tracks] for box in boxes])
    return cheapest_pairs(costs)


def _cost(expected: Box, box: Box) -> float:
    (x, y), (bx, by) = expected.centre, box.centre
    size = max((expected.side + box.side) / 2, 1.0)
    distance = float(np.hypot(bx - x, by - y)) / size
    growth = abs(float(np.log(max(box.side, 1.0) / max(expected.side, 1.0))))
    if distance > FARTHEST_MATCH or growth > np.log(MOST_GROWTH):
        return float("inf")
    return distance + growth
