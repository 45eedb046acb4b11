"""Heads that neither tremble nor trail: One-Euro filters over turn, direction and distance.

Direction (where in the picture), distance and turn are filtered apart, since they tremble by very
different amounts: a face's distance is known a hundred times worse than where it is in the picture.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from tryon.core.filters import OneEuro
from tryon.core.fits import FaceFit
from tryon.core.spaces import Floats
from tryon.core.transforms import exp_so3, log_so3, rigid


class PoseSmoother:
    """Filters each track's head pose by the frames' own times. `reset` forgets everybody."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Forget everything: the next pose of every track passes unchanged."""
        self._tracks: dict[int, _Smoothed] = {}

    def smooth(self, fits: Sequence[FaceFit], t_ns: int) -> tuple[FaceFit, ...]:
        """The same heads with smoothed poses; tracks that are not among them are forgotten."""
        self._tracks = {fit.track: self._tracks.get(fit.track, _Smoothed()) for fit in fits}
        return tuple(
            replace(fit, cam_from_head=self._tracks[fit.track].step(fit.cam_from_head, t_ns))
            for fit in fits
        )


class _Smoothed:
    """One track's pose as rotation, direction (x/depth, y/depth) and log distance."""

    def __init__(self) -> None:
        self._turn = OneEuro(1.0, beta=8.0)
        self._place = OneEuro(2.0, beta=60.0)
        self._distance = OneEuro(0.7, beta=6.0)
        self._rotation: Floats | None = None
        self._direction: Floats = np.zeros(2)
        self._log_depth: Floats = np.zeros(1)

    def step(self, cam_from_head: Floats, t_ns: int) -> Floats:
        rotation, direction, log_depth = _split(cam_from_head)
        if self._rotation is None:
            self._rotation, self._direction, self._log_depth = rotation, direction, log_depth
        turn = log_so3(self._rotation.T @ rotation)
        move, recede = direction - self._direction, log_depth - self._log_depth
        self._rotation = self._rotation @ exp_so3(self._turn.gain(turn, t_ns) * turn)
        self._direction = self._direction + self._place.gain(move, t_ns) * move
        self._log_depth = self._log_depth + self._distance.gain(recede, t_ns) * recede
        depth = float(np.exp(self._log_depth[0]))
        return rigid(self._rotation, depth * np.array([*self._direction, -1.0]))


def _split(cam_from_head: Floats) -> tuple[Floats, Floats, Floats]:
    x, y, z = cam_from_head[:3, 3]
    return cam_from_head[:3, :3], np.array([x, y]) / -z, np.log([-z])
