"""Jitter and lag of a path that was sampled at any times."""

from __future__ import annotations

import numpy as np

from tryon.core.spaces import Floats

JITTER_ABOVE_HZ = 3.0
LONGEST_LAG_S = 0.2
FEWEST_SAMPLES = 12
LEAST_TRAVEL_PX = 2.0
"""Root mean square travel below which a lag has no meaning: nothing moved."""
SHORTEST_S = 1.0
LEAST_AGREEMENT = 0.95
"""Correlation below which a path does not follow its leader."""


def evenly(path: Floats, at_s: Floats) -> tuple[Floats, float]:
    """(m, k) samples of an (n, k) path at a constant rate, and that rate in hertz: the median one."""
    step = float(np.median(np.diff(at_s)))
    even = np.arange(at_s[0], at_s[-1] + 0.5 * step, step)
    columns = [np.interp(even, at_s, path[:, k]) for k in range(path.shape[1])]
    return np.stack(columns, axis=1), 1 / step


def jitter(path: Floats, at_s: Floats) -> float:
    """Root mean square of what an (n, k) path does above 3 Hz, in its own unit; NaN when too short.

    The line through it is taken away and a Hann window laid over it, so that its ends do not count.
    """
    if len(path) < FEWEST_SAMPLES:
        return float("nan")
    even, rate_hz = evenly(path, at_s)
    if rate_hz / 2 <= JITTER_ABOVE_HZ:
        return float("nan")
    ramp = np.linspace(-1.0, 1.0, len(even))[:, None]
    even = even - even.mean(0)
    even = even - ramp * (ramp * even).sum(0) / (ramp**2).sum()
    window = np.hanning(len(even))[:, None]
    spectrum = np.fft.rfft(even * window, axis=0)
    spectrum[np.fft.rfftfreq(len(even), 1 / rate_hz) < JITTER_ABOVE_HZ] = 0.0
    fast = np.fft.irfft(spectrum, len(even), axis=0)
    return float(np.sqrt((fast**2).sum() / (window**2).sum()))


def lag_ms(path: Floats, leader: Floats, at_s: Floats) -> float:
    """How late an (n, 2) path follows the (n, 2) leader: the shift of best correlation, along the
    axis on which the leader travels most.

    NaN when the leader hardly moves, the film is too short, or the path does something else (an
    earring swings about the head that carries it).
    """
    if len(path) < FEWEST_SAMPLES:
        return float("nan")
    axis = int(np.argmax(leader.std(0)))
    if leader[:, axis].std() < LEAST_TRAVEL_PX or at_s[-1] - at_s[0] < SHORTEST_S:
        return float("nan")
    judged = at_s[(at_s > at_s[0] + LONGEST_LAG_S) & (at_s < at_s[-1] - LONGEST_LAG_S)]
    lead = np.interp(judged, at_s, leader[:, axis])
    lags = np.arange(-LONGEST_LAG_S, LONGEST_LAG_S, 0.001)
    shifted = np.stack([np.interp(judged + lag, at_s, path[:, axis]) for lag in lags])
    if min(lead.std(), float(shifted.std(axis=1).min())) < 1e-9:
        return float("nan")
    scores = np.array([np.corrcoef(row, lead)[0, 1] for row in shifted])
    best = int(np.argmax(scores))
    follows = scores[best] >= LEAST_AGREEMENT and 0 < best < len(lags) - 1
    return float(1000 * lags[best]) if follows else float("nan")
