"""Instruments: single sounds as samples, each a function of its pitch and of seeded noise."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, sosfilt

Samples = NDArray[np.float64]
"""(N, 2) of about −1 to 1: left and right, at RATE_HZ."""
Mono = NDArray[np.float64]

RATE_HZ = 48_000


def pitch_hz(note: float) -> float:
    """Frequency of a note in equal temperament; 69 is the A of 440 Hz."""
    return float(440.0 * 2.0 ** ((note - 69.0) / 12.0))


def seconds(duration_s: float) -> Mono:
    """(N,) times of the samples of a sound that lasts so long."""
    return np.arange(round(duration_s * RATE_HZ)) / RATE_HZ


def filtered(sound: Mono, kind: str, corner_hz: float | tuple[float, float]) -> Mono:
    """Through a Butterworth filter of second order ("lowpass", "highpass", "bandpass"), along axis 0."""
    corners = np.minimum(corner_hz, 0.45 * RATE_HZ)
    return np.asarray(sosfilt(butter(2, corners, kind, fs=RATE_HZ, output="sos"), sound, axis=0))


def kick(*, weight: float = 1.0) -> Mono:
    """A bass drum: a sine that falls from 190 to 46 Hz with a click, loudest within 3 ms."""
    t_s = seconds(0.42)
    sweep_hz = 46.0 + 144.0 * np.exp(-t_s / 0.021)
    body = np.sin(2 * np.pi * np.cumsum(sweep_hz) / RATE_HZ) * np.exp(-t_s / (0.13 * weight))
    click = np.exp(-t_s / 0.0016) * np.sin(2 * np.pi * 2400.0 * t_s)
    return np.asarray(np.tanh(1.9 * body + 0.4 * click) * _closing(t_s, 0.05))


def hat(noise: np.random.Generator, *, decay_s: float) -> Samples:
    """A hi-hat: bright noise that dies away; longer is more open."""
    t_s = seconds(6 * decay_s)
    rings = sum(np.sign(np.sin(2 * np.pi * f_hz * t_s)) for f_hz in (5380.0, 7211.0, 8932.0))
    air = noise.standard_normal((len(t_s), 2)) + 0.35 * np.asarray(rings)[:, None]
    return np.asarray(0.35 * filtered(air, "highpass", 7600.0) * np.exp(-t_s / decay_s)[:, None])


def clap(noise: np.random.Generator) -> Samples:
    """Hands: three short bursts and a tail, the tail wide."""
    t_s = seconds(0.34)
    envelope = 0.8 * np.exp(-np.maximum(t_s - 0.021, 0) / 0.075) * (t_s >= 0.021)
    for late_s in (0.0, 0.009, 0.017):
        envelope += np.exp(-np.maximum(t_s - late_s, 0) / 0.004) * (t_s >= late_s)
    hands = filtered(noise.standard_normal((len(t_s), 2)), "bandpass", (900.0, 3800.0))
    return np.asarray(0.5 * hands * envelope[:, None])


def rim(noise: np.random.Generator) -> Samples:
    """A dry click of wood."""
    t_s = seconds(0.09)
    tone = np.sin(2 * np.pi * 1720.0 * t_s) + 0.6 * np.sin(2 * np.pi * 2580.0 * t_s)
    hit = tone[:, None] + 0.3 * noise.standard_normal((len(t_s), 2))
    return np.asarray(0.35 * hit * np.exp(-t_s / 0.012)[:, None])


def crash(noise: np.random.Generator, *, duration_s: float = 3.2) -> Samples:
    """A cymbal that rings out."""
    t_s = seconds(duration_s)
    air = filtered(noise.standard_normal((len(t_s), 2)), "highpass", 4200.0)
    return np.asarray(0.3 * air * (np.exp(-t_s / 0.75) * _closing(t_s, 0.4))[:, None])


def boom() -> Mono:
    """A deep fall, felt more than heard, under the first beat of a section."""
    t_s = seconds(2.4)
    sweep_hz = 33.0 + 34.0 * np.exp(-t_s / 0.28)
    return np.asarray(
        np.sin(2 * np.pi * np.cumsum(sweep_hz) / RATE_HZ)
        * np.exp(-t_s / 0.8)
        * _opening(t_s, 0.004)
    )


def riser(noise: np.random.Generator, *, duration_s: float) -> Samples:
    """Wind that climbs from 300 Hz to 9 kHz and swells towards its end."""
    t_s = seconds(duration_s)
    raw = noise.standard_normal((len(t_s), 2))
    share = t_s / duration_s
    octave = np.linspace(np.log2(300.0), np.log2(9000.0), 9)
    here = octave[0] + (octave[-1] - octave[0]) * share
    swept = np.zeros_like(raw)
    for centre in octave:
        band = filtered(raw, "bandpass", (2.0 ** (centre - 0.4), 2.0 ** (centre + 0.4)))
        swept += band * np.exp(-((here - centre) ** 2) / 0.5)[:, None]
    return np.asarray(0.8 * swept * (share**2.2)[:, None] * _closing(t_s, 0.012)[:, None])


def bass(note: float, *, duration_s: float, bite: float) -> Mono:
    """A round bass: a sub with overtones that close quickly. bite: 0 to 1, how open it starts."""
    t_s = seconds(duration_s + 0.05)
    f_hz = pitch_hz(note)
    sound = 0.9 * np.sin(2 * np.pi * f_hz * t_s)
    for k in range(2, 25):
        rate = 5.0 + 2.4 * k * (1.25 - bite)
        sound += 0.62 / k * np.sin(2 * np.pi * k * f_hz * t_s + 0.4 * k) * np.exp(-rate * t_s)
    held = np.clip((duration_s - t_s) / 0.03, 0.0, 1.0)
    return np.asarray(np.tanh(1.3 * sound) * _opening(t_s, 0.002) * held)


def pluck(note: float, *, duration_s: float, bright: float) -> Mono:
    """A plucked string of a synthesiser: overtones die sooner the higher they are. bright: 0 to 1."""
    t_s = seconds(duration_s)
    f_hz = pitch_hz(note)
    sound = np.zeros_like(t_s)
    for k in range(1, 1 + int(min(28, 0.42 * RATE_HZ / f_hz))):
        rate = 3.2 + k * (7.5 - 5.5 * bright)
        detuned = np.sin(2 * np.pi * k * f_hz * 1.0018 * t_s + 1.1 * k)
        sound += (np.sin(2 * np.pi * k * f_hz * t_s) + detuned) / k**1.1 * np.exp(-rate * t_s)
    return np.asarray(0.4 * sound * _opening(t_s, 0.0015) * _closing(t_s, 0.05))


def bell(note: float, *, duration_s: float, strike: float = 1.0) -> Mono:
    """A bell by frequency modulation (Chowning 1973): carrier 1, modulator 3.5, fading to a sine."""
    t_s = seconds(duration_s)
    f_hz = pitch_hz(note)
    wobble = 2.6 * strike * np.exp(-t_s / 0.22) * np.sin(2 * np.pi * 3.5 * f_hz * t_s)
    ring = np.sin(2 * np.pi * f_hz * t_s + wobble) * np.exp(-t_s / (0.33 * duration_s))
    return np.asarray(0.6 * ring * _opening(t_s, 0.001) * _closing(t_s, 0.08))


def tine(note: float, *, duration_s: float) -> Mono:
    """A kalimba: a soft fundamental, a short inharmonic strike."""
    t_s = seconds(duration_s)
    f_hz = pitch_hz(note)
    body = np.sin(2 * np.pi * f_hz * t_s) * np.exp(-t_s / (0.3 * duration_s))
    strike = 0.42 * np.sin(2 * np.pi * 5.42 * f_hz * t_s) * np.exp(-t_s / 0.035)
    octave = 0.22 * np.sin(2 * np.pi * 2.0 * f_hz * t_s) * np.exp(-t_s / (0.12 * duration_s))
    whole = (body + strike + octave) * _opening(t_s, 0.0012) * _closing(t_s, 0.06)
    return np.asarray(0.6 * whole)


def keys(note: float, *, duration_s: float) -> Mono:
    """An electric piano: frequency modulation 1 : 1 with a bright, brief hammer."""
    t_s = seconds(duration_s)
    f_hz = pitch_hz(note)
    hammer = 1.5 * np.exp(-t_s / 0.35) * np.sin(2 * np.pi * f_hz * t_s)
    hammer += 0.35 * np.exp(-t_s / 0.05) * np.sin(2 * np.pi * 14.0 * f_hz * t_s)
    ring = np.sin(2 * np.pi * f_hz * t_s + hammer) * np.exp(-t_s / (0.4 * duration_s))
    return np.asarray(0.5 * ring * _opening(t_s, 0.003) * _closing(t_s, 0.15))


def strings(notes: tuple[float, ...], *, duration_s: float, noise: np.random.Generator) -> Samples:
    """A broad chord: seven detuned sawtooth waves a note, spread from left to right.

    Corners are rounded against aliasing (PolyBLEP, Välimäki and Huovilainen 2007).
    """
    release_s = 0.7
    t_s = seconds(duration_s + release_s)
    chord = np.zeros((len(t_s), 2))
    for note in notes:
        for place in np.linspace(-1.0, 1.0, 7):
            step = pitch_hz(float(note + 0.11 * place)) / RATE_HZ
            phase = np.asarray((np.arange(len(t_s)) * step + noise.random()) % 1.0, np.float64)
            saw = 2.0 * phase - 1.0 - _blep(phase, step)
            chord += saw[:, None] * np.sqrt([0.5 - 0.45 * place, 0.5 + 0.45 * place])
    swell = np.clip(t_s / 0.12, 0, 1) * np.clip((duration_s + release_s - t_s) / release_s, 0, 1)
    return np.asarray(chord * (swell**1.5)[:, None] / (3.0 * len(notes)))


def _blep(phase: Mono, step: float) -> Mono:
    rising = np.minimum(phase / step, 1.0)
    falling = np.minimum((1.0 - phase) / step, 1.0)
    return np.asarray((1 - falling) ** 2 - (1 - rising) ** 2)


def _opening(t_s: Mono, rise_s: float) -> Mono:
    return np.asarray(np.clip(t_s / rise_s, 0.0, 1.0))


def _closing(t_s: Mono, fall_s: float) -> Mono:
    end_s = len(t_s) / RATE_HZ
    return np.asarray(np.clip((end_s - t_s) / fall_s, 0.0, 1.0))
