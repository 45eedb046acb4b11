"""How much begins at each moment of a piece: what beats are found in."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter as butterworth
from scipy.signal import resample_poly, sosfiltfilt

Floats = NDArray[np.float64]

HOP_S = 0.005
_HZ = 24_000
_HOP = round(HOP_S * _HZ)
_WINDOW = 512
_CHUNK = 4096
FINE_S = 0.001


@dataclass(frozen=True, eq=False)
class Onsets:
    """strength: (F,) how much begins, one value each HOP_S, of bands: (F, B) loudness
    of half tones from 65 Hz to 1 kHz, logarithmic, where chords are; fine: (T,) rise of loudness each
    FINE_S; level_db: (T,) loudness within a third of a second, 0 where it is loudest."""

    strength: Floats
    bands: Floats
    fine: Floats
    level_db: Floats


def onsets(samples: NDArray[np.floating], rate_hz: int) -> Onsets:
    """Of (N, 2) or (N,) samples: spectral flux over 30 bands, and once more of what is deep, because
    kicks carry the beat and hats its halves."""
    mono = np.asarray(samples, np.float64)
    mono = mono.mean(1) if mono.ndim == 2 else mono
    common = np.gcd(rate_hz, _HZ)
    mono = resample_poly(mono, _HZ // common, rate_hz // common)
    loud, deep = _spectra(mono)
    strength = _flux(loud) + 1.5 * _flux(deep)
    return Onsets(strength, _tonal(mono, len(loud)), *_fine(mono))


def _flux(loud: Floats) -> Floats:
    """(F,) growth of (F, B) loudness within 10 ms, above what is usual there, of deviation 1."""
    flux = np.zeros(len(loud))
    flux[2:] = np.maximum(loud[2:] - loud[:-2], 0.0).sum(1)
    flux = np.maximum(flux - np.convolve(flux, np.ones(401) / 401, "same"), 0.0)
    spread = flux.std()
    return np.asarray(flux / spread if spread > 1e-9 else flux)


def _spectra(mono: Floats) -> tuple[Floats, Floats]:
    """(F, B) loudness in some 30 bands, and (F, 1) below 150 Hz."""
    padded = np.pad(mono, (_WINDOW // 2, _WINDOW))
    count = max(len(mono) // _HOP, 1)
    window = np.hanning(_WINDOW)
    hz = np.fft.rfftfreq(_WINDOW, 1 / _HZ)
    edges = np.geomspace(40.0, 11_000.0, 31)
    bands = ((hz[:, None] >= edges[:-1]) & (hz[:, None] < edges[1:])).astype(np.float64)
    bands = np.column_stack([bands[:, bands.sum(0) > 0], (hz > 20) & (hz < 150)])
    views = np.lib.stride_tricks.sliding_window_view(padded, _WINDOW)[::_HOP][:count]
    loud = np.concatenate(
        [
            np.log1p(300.0 * (np.abs(np.fft.rfft(views[k : k + _CHUNK] * window)) @ bands))
            for k in range(0, count, _CHUNK)
        ]
    )
    return loud[:, :-1], loud[:, -1:]


def _tonal(mono: Floats, count: int) -> Floats:
    """(F, B) loudness near each half tone from 65 to 1050 Hz, over 85 ms."""
    slow = resample_poly(mono, 1, 6)
    hop, size = _HOP // 6, 1024
    window = np.hanning(size)
    hz = np.fft.rfftfreq(size, 6 / _HZ)
    centres = 65.4 * 2.0 ** (np.arange(48) / 12)
    near = np.exp(-0.5 * ((hz[:, None] - centres) / (0.03 * centres + 2.0)) ** 2)
    views = np.lib.stride_tricks.sliding_window_view(np.pad(slow, (size // 2, size)), size)
    views = views[::hop][:count]
    return np.concatenate(
        [
            np.log1p(30.0 * (np.abs(np.fft.rfft(views[k : k + _CHUNK] * window)) @ near))
            for k in range(0, count, _CHUNK)
        ]
    )


def _fine(mono: Floats) -> tuple[Floats, Floats]:
    """Rise of loudness within 4 ms, for the exact time of a stroke; and loudness at length."""
    low = sosfiltfilt(butterworth(2, 900.0, fs=_HZ, output="sos"), mono)
    block = round(FINE_S * _HZ)
    count = len(mono) // block
    whole, deep = (
        (signal[: count * block].reshape(count, block) ** 2).mean(1) for signal in (mono, low)
    )
    energy = whole + deep
    # What is 30 dB under the loudest is no stroke that a beat is heard by.
    loud = np.log(energy + 1e-3 * (energy.max() + 1e-12))
    # Before the first sample is silence: music may begin with a stroke.
    before = np.concatenate([np.full(3, loud.min()), loud])
    after = np.concatenate([loud, np.full(3, loud[-1])])
    window = np.ones(3)
    rise = (
        np.convolve(after, window, "valid")[:count] - np.convolve(before, window, "valid")[:count]
    )
    third = round(0.33 / FINE_S)
    level = np.convolve(whole, np.ones(third) / third, "same")
    return np.maximum(rise, 0.0), 10 * np.log10(level / (level.max() + 1e-12) + 1e-9)
