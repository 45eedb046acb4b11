"""Sound as encoders take it."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from av.audio.frame import AudioFrame
from numpy.typing import NDArray


def as_sound(sound: NDArray[np.floating], *, rate_hz: int, first: int) -> AudioFrame:
    """(N, 2) samples, cut to −1 to 1, as a frame of float planes whose first sample is number `first`."""
    planes = np.ascontiguousarray(np.clip(sound, -1.0, 1.0).T, np.float32)
    frame = AudioFrame.from_ndarray(planes, format="fltp", layout="stereo")
    frame.sample_rate, frame.pts = rate_hz, first
    frame.time_base = Fraction(1, rate_hz)
    return frame
