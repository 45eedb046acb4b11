"""A pose without the camera's noise: still when it hardly moves, without lag when it does."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

STILL_HZ = 0.6
"""Cut-off of a pose that stands still."""
HZ_PER_M_S, HZ_PER_RAD_S = 60.0, 20.0
"""How much quicker it follows for each metre, and each radian, a second."""
_SPEED_HZ = 2.0


class SteadyPose:
    """One-Euro filter (Casiez et al. 2012) of a (4, 4) rigid pose: place and turn, by the clock.

    The turn is smoothed about the pose that it is at, as a rotation vector.
    """

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Take the next pose as it is."""
        self._pose: Floats | None = None
        self._raw: Floats = np.eye(4)
        self._speed = np.zeros(2)
        self._t_ns = 0

    def step(self, pose: Floats, t_ns: int) -> Floats:
        """The smoothed pose at a time after the last one."""
        if self._pose is None or t_ns <= self._t_ns:
            self._pose, self._raw, self._t_ns = pose.copy(), pose.copy(), t_ns
            return self._pose.copy()
        dt_s = (t_ns - self._t_ns) / 1e9
        moved = np.array([
            np.linalg.norm(pose[:3, 3] - self._raw[:3, 3]),
            np.linalg.norm(_turn(self._raw, pose)),
        ])  # fmt: skip
        self._speed += _share(_SPEED_HZ, dt_s) * (moved / dt_s - self._speed)
        hz = STILL_HZ + max(HZ_PER_M_S * self._speed[0], HZ_PER_RAD_S * self._speed[1])
        share = _share(float(hz), dt_s)
        smooth = self._pose.copy()
        smooth[:3, 3] += share * (pose[:3, 3] - self._pose[:3, 3])
        smooth[:3, :3] = self._pose[:3, :3] @ cv2.Rodrigues(share * _turn(self._pose, pose))[0]
        self._pose, self._raw, self._t_ns = smooth, pose.copy(), t_ns
        return smooth.copy()


def _turn(a: Floats, b: Floats) -> Floats:
    """Rotation vector that leads from a to b, in a's axes."""
    return np.asarray(cv2.Rodrigues(a[:3, :3].T @ b[:3, :3])[0].ravel(), np.float64)


def _share(hz: float, dt_s: float) -> float:
    return float(1.0 - np.exp(-2 * np.pi * hz * dt_s))
