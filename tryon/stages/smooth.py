"""Heads that neither tremble nor trail: One-Euro filters over turn, direction and distance.

Direction (where in the picture), distance and turn are filtered apart, since they tremble by very
different amounts: a face's distance is known a hundred times worse than where it is in the picture.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from tryon.core.filters import OneEuro
from tryon.core.fits import FaceFit
from tryon.core.spaces import Floats
from tryon.core.transforms import exp_so3, log_so3, rigid


@dataclass(frozen=True)
class Cutoff:
    """A One-Euro filter's cutoff: at rest, and its rise per unit of speed."""

    rest_hz: float
    rise: float

    def filter(self) -> OneEuro:
        return OneEuro(self.rest_hz, beta=self.rise)


@dataclass(frozen=True)
class Tuning:
    """Cutoffs of the head's turn (rise per rad/s), direction (per unit of x/depth a second) and
    distance (per relative change a second)."""

    turn: Cutoff
    direction: Cutoff
    distance: Cutoff

    def scaled(self, factor: float) -> Tuning:
        """All cutoffs times a factor: above 1 prompter, below 1 calmer."""
        return Tuning(
            *(
                Cutoff(factor * cutoff.rest_hz, factor * cutoff.rise)
                for cutoff in (self.turn, self.direction, self.distance)
            )
        )


TUNING = Tuning(Cutoff(2.5, 25.0), Cutoff(6.0, 400.0), Cutoff(1.5, 15.0))
"""Where the curve of `tryon qa steadiness --curve` bends: hardly any lag, less than half the jitter."""


class PoseSmoother:
    """Filters each track's head pose by the frames' own times. `reset` forgets everybody."""

    def __init__(self, tuning: Tuning = TUNING) -> None:
        self._tuning = tuning
        self.reset()

    def reset(self) -> None:
        """Forget everything: the next pose of every track passes unchanged."""
        self._tracks: dict[int, _Smoothed] = {}

    def smooth(self, fits: Sequence[FaceFit], t_ns: int) -> tuple[FaceFit, ...]:
        """The same heads with smoothed poses; tracks that are not among them are forgotten.

        When time jumps back (a looped clip), every pose passes unchanged once.
        """
        self._tracks = {
            fit.track: self._tracks.get(fit.track) or _Smoothed(self._tuning) for fit in fits
        }
        return tuple(
            replace(fit, cam_from_head=self._tracks[fit.track].step(fit.cam_from_head, t_ns))
            for fit in fits
        )


class _Smoothed:
    """One track's pose as rotation, direction (x/depth, y/depth) and log distance."""

    def __init__(self, tuning: Tuning) -> None:
        self._turn = tuning.turn.filter()
        self._place = tuning.direction.filter()
        self._distance = tuning.distance.filter()
        self._rotation: Floats | None = None
        self._direction: Floats = np.zeros(2)
        self._log_depth: Floats = np.zeros(1)

    def step(self, cam_from_head: Floats, t_ns: int) -> Floats:
        rotation = cam_from_head[:3, :3]
        x, y, z = cam_from_head[:3, 3]
        direction, log_depth = np.array([x, y]) / -z, np.log([-z])
        if self._rotation is None:
            self._rotation, self._direction, self._log_depth = rotation, direction, log_depth
        turn = log_so3(self._rotation.T @ rotation)
        move, recede = direction - self._direction, log_depth - self._log_depth
        self._rotation = self._rotation @ exp_so3(self._turn.gain(turn, t_ns) * turn)
        self._direction = self._direction + self._place.gain(move, t_ns) * move
        self._log_depth = self._log_depth + self._distance.gain(recede, t_ns) * recede
        depth = float(np.exp(self._log_depth[0]))
        return rigid(self._rotation, depth * np.array([*self._direction, -1.0]))
