"""Pose landmarks steadied over time: a One-Euro filter on every landmark, in units of the body.

One-Euro after Casiez, Roussel and Vogel, CHI 2012. Speeds are counted in trunk lengths a second, so
that a near and a distant person are filtered alike.
"""

from __future__ import annotations

import numpy as np

from tryon.core.filters import NS_PER_S
from tryon.core.landmarks import POSE_LANDMARKS, PoseLandmarks
from tryon.core.spaces import Floats

PX_REST_HZ, PX_BETA = 1.2, 9.0
"""Cutoff of pixel positions at rest, and its rise per trunk length a second."""
WORLD_REST_HZ, WORLD_BETA = 0.8, 4.0
"""The same for the noisier metric landmarks."""
SPEED_CUTOFF_HZ = 1.5
UNSEEN_SLOWER = 0.35
"""Cutoffs of landmarks that are only guessed are lower by this factor."""
LEAP = 0.8
"""Nobody moves this far from frame to frame, in trunk lengths: the filters start anew there."""
TRUNK_MARKS = np.array([11, 12, 23, 24])


class Steadier:
    """Filters the landmarks of one person; `reset` forgets everything."""

    def __init__(self) -> None:
        self._px = _Filter(PX_REST_HZ, PX_BETA)
        self._world = _Filter(WORLD_REST_HZ, WORLD_BETA)
        self._visibility: Floats | None = None
        self._last: Floats | None = None

    def reset(self) -> None:
        """Forget everything: the next pose passes unchanged."""
        self._px.reset()
        self._world.reset()
        self._visibility = None
        self._last = None

    def steady(self, pose: PoseLandmarks, t_ns: int) -> PoseLandmarks:
        """The same pose without its jitter."""
        trunk_px = max(_size(pose.px), 1.0)
        if self._last is not None:
            gap = np.linalg.norm(pose.px - self._last, axis=1)
            if float(np.median(gap)) > LEAP * trunk_px:
                self.reset()
        self._last = pose.px
        trunk_m = max(_size(pose.world), 0.1)
        slower = UNSEEN_SLOWER + (1 - UNSEEN_SLOWER) * np.clip(pose.visibility / 0.5, 0, 1)
        px = self._px.filter(pose.px, t_ns, unit=trunk_px, slower=slower)
        world = self._world.filter(pose.world, t_ns, unit=trunk_m, slower=slower)
        if self._visibility is None:
            self._visibility = pose.visibility
        self._visibility = self._visibility + 0.3 * (pose.visibility - self._visibility)
        return PoseLandmarks(pose.track, px, world, self._visibility, pose.mask, pose.age_s)


class _Filter:
    """One-Euro on (33, d) points, a gain of its own for each point."""

    def __init__(self, rest_hz: float, beta: float) -> None:
        self._rest_hz, self._beta = rest_hz, beta
        self.reset()

    def reset(self) -> None:
        self._t_ns: int | None = None
        self._value = np.zeros((POSE_LANDMARKS, 2))
        self._raw = self._value
        self._speed = self._value

    def filter(self, points: Floats, t_ns: int, *, unit: float, slower: Floats) -> Floats:
        last, self._t_ns = self._t_ns, t_ns
        dt_s = 0.0 if last is None else (t_ns - last) / NS_PER_S
        if last is None or dt_s < 0:
            self._value, self._raw, self._speed = points, points, np.zeros_like(points)
            return points
        if dt_s == 0:
            return self._value
        rate = (points - self._raw) / (dt_s * unit)
        self._raw = points
        self._speed = self._speed + _share(SPEED_CUTOFF_HZ, dt_s) * (rate - self._speed)
        speed = np.linalg.norm(self._speed, axis=1)
        gain = _share((self._rest_hz + self._beta * speed) * slower, dt_s)[:, None]
        self._value = self._value + gain * (points - self._value)
        return self._value


def _share(cutoff_hz: Floats | float, dt_s: float) -> Floats:
    r = 2 * np.pi * np.asarray(cutoff_hz) * dt_s
    return np.asarray(r / (r + 1))


def _size(points: Floats) -> float:
    """Length of the trunk, at least the breadth of the shoulders."""
    left, right, hip_left, hip_right = points[TRUNK_MARKS]
    length = np.linalg.norm(0.5 * (left + right - hip_left - hip_right))
    return float(max(length, np.linalg.norm(left - right)))
