"""Filters over time, and what becomes of somebody who is not seen for a moment.

One-Euro after Casiez, Roussel and Vogel, "1€ Filter", CHI 2012: a first-order low pass whose cutoff
rises with speed, so that rest is calm and motion is prompt.
"""

from __future__ import annotations

import numpy as np

from tryon.core.spaces import Floats

DROPOUT_HOLD_S = 0.25
"""A face that is not found stays where it was for this long …"""
DROPOUT_FADE_S = 0.25
"""… then fades over this long, and is forgotten."""
NS_PER_S = 1_000_000_000


def dropout_opacity(age_s: float) -> float:
    """1 while seen or held, falling to 0 as a dropout of `age_s` seconds fades."""
    return float(np.clip(1.0 - (age_s - DROPOUT_HOLD_S) / DROPOUT_FADE_S, 0.0, 1.0))


def low_pass_share(cutoff_hz: float, dt_s: float) -> float:
    """Weight of the new sample in a first-order low pass after `dt_s` seconds."""
    r = 2 * np.pi * cutoff_hz * dt_s
    return float(r / (r + 1))


class OneEuro:
    """The gain of a One-Euro filter whose value lives with the caller: a vector or a rotation.

    min_cutoff_hz: at rest; beta: rise of the cutoff per unit of speed; derivative_cutoff_hz: of the
    speed's own low pass. Time is that of the samples; when it jumps back (a looped clip), the filter
    starts anew.
    """

    def __init__(
        self, min_cutoff_hz: float, *, beta: float, derivative_cutoff_hz: float = 1.0
    ) -> None:
        self._min_cutoff_hz = min_cutoff_hz
        self._beta = beta
        self._derivative_cutoff_hz = derivative_cutoff_hz
        self.reset()

    def reset(self) -> None:
        """Forget everything: the next sample passes unchanged."""
        self._t_ns: int | None = None
        self._rate: Floats | None = None

    def gain(self, innovation: Floats, t_ns: int) -> float:
        """How much of the (n,) step from the filtered value to the sample of `t_ns` to take, 0 to 1.

        1 for the first sample, 0 for a second one at the same time.
        """
        last, self._t_ns = self._t_ns, t_ns
        dt_s = 0.0 if last is None else (t_ns - last) / NS_PER_S
        if last is None or dt_s < 0:
            self._rate = np.zeros_like(innovation)
            return 1.0
        if dt_s == 0:
            return 0.0
        rate = innovation / dt_s
        known = np.zeros_like(rate) if self._rate is None else self._rate
        self._rate = known + low_pass_share(self._derivative_cutoff_hz, dt_s) * (rate - known)
        speed = float(np.linalg.norm(self._rate))
        return low_pass_share(self._min_cutoff_hz + self._beta * speed, dt_s)
