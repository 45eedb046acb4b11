"""What is done to whole tracks: room, echo, ducking under the kick, and the last loudness."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.signal import oaconvolve

from shows.music.voices import RATE_HZ, Mono, Samples, filtered, seconds

PEAK = 0.891
"""−1 dBFS: what the loudest sample of a piece reaches; encoders overshoot a little."""


def room(
    sound: Samples, noise: np.random.Generator, *, decay_s: float, bright_hz: float
) -> Samples:
    """The reverberation alone of a hall: the sound convolved with noise that dies away.

    decay_s: until it is 60 dB quieter.
    """
    t_s = seconds(decay_s)
    tail = noise.standard_normal((len(t_s), 2)) * 10.0 ** (-3.0 * t_s / decay_s)[:, None]
    tail *= np.clip(t_s / 0.018, 0.0, 1.0)[:, None]
    tail = filtered(filtered(tail, "lowpass", bright_hz), "highpass", 220.0)
    tail /= np.sqrt((tail**2).sum(0))
    return np.asarray(oaconvolve(sound, tail, axes=0)[: len(sound)])


def echo(sound: Samples, *, delay_s: float, feedback: float) -> Samples:
    """Echoes alone, that jump between left and right."""
    step = round(delay_s * RATE_HZ)
    heard = np.zeros_like(sound)
    mono = sound.mean(1)
    for k in range(1, 7):
        if k * step >= len(sound):
            break
        heard[k * step :, k % 2] += feedback**k * mono[: len(mono) - k * step]
    return heard


def ducking(times_s: Sequence[float], length: int, *, depth: float, recovery_s: float) -> Mono:
    """(length,) gain that dips at these times and recovers: pads that breathe with the kick."""
    gain = np.ones(length)
    t_s = seconds(recovery_s)
    dip = 1.0 - depth * np.cos(0.5 * np.pi * np.clip(t_s / recovery_s, 0, 1)) ** 1.5
    for at_s in times_s:
        first = round(at_s * RATE_HZ)
        part = gain[first : first + len(dip)]
        np.minimum(part, dip[: len(part)], out=part)
    return gain


def mastered(mix: Samples, *, drive: float) -> Samples:
    """The mix held together: no rumble, slow levelling, soft clipping, and PEAK at the top."""
    mix = filtered(mix, "highpass", 24.0)
    mix = mix / np.percentile(np.abs(mix), 99.9)
    mix = mix * _levelling(mix)[:, None]
    clipped = np.tanh(drive * mix)
    return np.asarray(clipped * (PEAK / np.abs(clipped).max()))


def _levelling(mix: Samples) -> Mono:
    """Gain that takes back half of what is louder than a quarter of the top, within 60 ms."""
    block = RATE_HZ // 50
    count = -(-len(mix) // block)
    padded = np.zeros((count * block, 2))
    padded[: len(mix)] = mix
    loud = np.sqrt((padded.reshape(count, -1) ** 2).mean(1))
    loud = np.convolve(np.pad(loud, 1, "edge"), [0.25, 0.5, 0.25], "valid")
    gain = np.minimum(1.0, np.sqrt(0.25 / np.maximum(loud, 1e-6)))
    middle = (np.arange(count) + 0.5) * block
    return np.asarray(np.interp(np.arange(len(mix)), middle, gain))
