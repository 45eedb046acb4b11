"""Beats of any music: tempo by autocorrelation, beats by dynamic programming (Ellis 2007), then each
beat set on the stroke that it is heard by and the whole fitted to a steady hand."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from shows.clock import MusicClock
from shows.music.onsets import FINE_S, HOP_S, Onsets, onsets
from tryon import InputError

Floats = NDArray[np.float64]

USUAL_BPM = 115.0
"""What people take for the beat when half and double would fit as well."""
SLOWEST_BPM, FASTEST_BPM = 55.0, 210.0
STEADY_S = 0.010
"""Music half of whose strokes stay this close to a steady grid keeps it: then the grid is the truth."""
_TIGHTNESS = 120.0
_REACH_S = 0.040
_NEIGHBOURS = 6
_HISS_DB = -30.0


@dataclass(frozen=True, eq=False)
class Beats:
    """beats_s, downbeats_s: (B,) and (D,) when they sound, growing; clock: the steady clock that fits them
    best, its bar 1 beat 1 on the first downbeat; steady: whether that clock is as good as the beats."""

    beats_s: Floats
    downbeats_s: Floats
    clock: MusicClock
    steady: bool


def find_beats(samples: NDArray[np.floating], rate_hz: int, *, beats_per_bar: int = 4) -> Beats:
    """Find the beats of (N, 2) or (N,) samples.

    Raises InputError for music that is too short or that nobody could tap along to.
    """
    if len(samples) < 4 * rate_hz:
        raise _beatless("is shorter than 4 seconds")
    heard = onsets(samples, rate_hz)
    if heard.strength.max() <= 0.0:
        raise _beatless("is silent")
    period_s = _period_s(heard.strength)
    rough_s = _tapped(heard.strength, period_s)
    if len(rough_s) < 8:
        raise _beatless("has too few beats")
    exact_s, weight = _on_strokes(rough_s, heard.fine)
    beats_s, steady = _steadied(exact_s, weight)
    beats_s = _heard(_prolonged(beats_s, heard.fine, weight), heard.level_db)
    phase = _downbeat(beats_s, heard, beats_per_bar)
    index = np.arange(len(beats_s), dtype=np.float64)
    slope, offset = _line(index, beats_s, np.ones(len(beats_s)))
    clock = MusicClock(60.0 / slope, beats_per_bar, max(0.0, offset + phase * slope))
    return Beats(beats_s, beats_s[phase::beats_per_bar], clock, steady)


def grid(clock: MusicClock, duration_s: float) -> Beats:
    """The beats of music whose clock is known."""
    count = max(0, int(np.ceil((duration_s - clock.first_beat_s) / clock.beat_s - 1e-9)))
    beats_s: Floats = clock.first_beat_s + clock.beat_s * np.arange(count, dtype=np.float64)
    return Beats(beats_s, beats_s[:: clock.beats_per_bar], clock, steady=True)


def _period_s(strength: Floats) -> float:
    """Seconds of a beat: the lag at which what begins repeats, that people would tap."""
    size = 1 << int(np.ceil(np.log2(2 * len(strength))))
    smooth = np.convolve(strength, np.exp(-0.5 * (np.arange(-6, 7) / 2.0) ** 2), "same")
    spectrum = np.fft.rfft(smooth - smooth.mean(), size)
    repeats = np.fft.irfft(np.abs(spectrum) ** 2, size)[: len(strength)]
    repeats /= len(strength) - np.arange(len(strength)) * 0.999
    # In tenths of a step: a lag that is half a step off misses its eighth repetition.
    lags = np.arange(60 / FASTEST_BPM / HOP_S, 60 / SLOWEST_BPM / HOP_S, 0.1)
    # A beat repeats after two and four of its kind as well; a lag that is not the beat does not.
    score = sum(share * np.interp(k * lags, np.arange(len(repeats)), repeats)
                for k, share in ((1, 1.0), (2, 0.6), (4, 0.5), (8, 0.3)))  # fmt: skip
    liked = np.exp(-0.5 * (np.log2(60 / (lags * HOP_S) / USUAL_BPM) / 0.7) ** 2)
    best = float(lags[np.argmax(np.asarray(score) * liked)])
    # The eighth repetition says it eight times as exactly, the thirty-second more so.
    for times in (8, 32):
        near = np.arange(best * times - 0.3 * times - 2, best * times + 0.3 * times + 2)
        if near[-1] >= len(repeats):
            break
        heights = np.interp(near, np.arange(len(repeats)), repeats)
        best = float(near[np.argmax(heights)]) / times
    return best * HOP_S


def _tapped(strength: Floats, period_s: float) -> Floats:
    """The chain of moments that begins the most at the most even pace."""
    period = period_s / HOP_S
    smooth = np.convolve(strength, np.exp(-0.5 * (np.arange(-8, 9) / 2.5) ** 2), "same")
    back = np.arange(round(period / 2), round(2 * period) + 1)
    cost = -_TIGHTNESS * np.log(back / period) ** 2
    total = smooth.copy()
    came_from = np.full(len(total), -1)
    for now in range(back[-1], len(total)):
        ways = total[now - back] + cost
        best = int(np.argmax(ways))
        total[now] += ways[best]
        came_from[now] = now - back[best]
    tail = len(total) - round(1.5 * period)
    here = max(tail, 0) + int(np.argmax(total[max(tail, 0) :]))
    chain = [here]
    while came_from[chain[-1]] > 0:
        chain.append(int(came_from[chain[-1]]))
    beats = np.array(chain[::-1])
    strong = smooth[beats] > 0.15 * np.median(smooth[beats])
    if not strong.any():
        return np.zeros(0)
    first, last = np.flatnonzero(strong)[[0, -1]]
    return np.asarray(beats[first : last + 1] * HOP_S)


def _on_strokes(rough_s: Floats, fine: Floats) -> tuple[Floats, Floats]:
    """Each beat on the sharpest stroke near it, and how sharp that is."""
    reach = round(_REACH_S / FINE_S)
    around = np.arange(-reach, reach + 1)
    at = np.clip(np.rint(rough_s / FINE_S).astype(int)[:, None] + around, 0, len(fine) - 1)
    liked = np.exp(-0.5 * (around / (0.3 * reach)) ** 2)
    near = fine[at] * liked
    best = near.argmax(1)
    rows = np.arange(len(best))
    return at[rows, best] * FINE_S, near[rows, best]


def _steadied(exact_s: Floats, weight: Floats) -> tuple[Floats, bool]:
    """Beats without the jitter of single strokes: all on one line when the music is steady."""
    index = np.arange(len(exact_s), dtype=np.float64)
    slope, offset = _line(index, exact_s, weight)
    if np.median(np.abs(exact_s - (slope * index + offset))) < STEADY_S:
        return slope * index + offset, True
    return np.maximum.accumulate(_swayed(index, exact_s, weight)), False


def _swayed(index: Floats, exact_s: Floats, weight: Floats) -> Floats:
    """Beats of a pace that sways: each on the parabola through its neighbours, without outliers."""
    smooth_s = exact_s.copy()
    for k in range(len(exact_s)):
        part = slice(max(0, k - _NEIGHBOURS), k + _NEIGHBOURS + 1)
        at, times_s = index[part] - k, exact_s[part]
        trust = weight[part] * np.exp(-0.5 * (at / (_NEIGHBOURS / 2)) ** 2) + 1e-6
        for reach_s in (0.04, 0.015):
            fit = np.polynomial.Polynomial.fit(at, times_s, 2, w=np.sqrt(trust))
            trust = trust * np.clip(1.0 - ((times_s - fit(at)) / reach_s) ** 2, 1e-3, 1.0) ** 2
        smooth_s[k] = np.polynomial.Polynomial.fit(at, times_s, 2, w=np.sqrt(trust))(0.0)
    return smooth_s


def _prolonged(beats_s: Floats, fine: Floats, weight: Floats) -> Floats:
    """The beats, and those before and after at the same pace that a stroke is heard on: searching leaves
    out the first ones, and must not go on behind the end."""
    end_s = len(fine) * FINE_S
    heard = 0.3 * float(np.median(weight))
    before, after = beats_s[1] - beats_s[0], beats_s[-1] - beats_s[-2]
    earlier_s = beats_s[0] - before * np.arange(1, 1 + int((beats_s[0] + _REACH_S) / before))
    beats_s = np.concatenate([earlier_s[_on_strokes(earlier_s, fine)[1] > heard][::-1], beats_s])
    later_s = beats_s[-1] + after * np.arange(1, 1 + int((end_s - beats_s[-1]) / after))
    beats_s = np.concatenate([beats_s, later_s[_on_strokes(later_s, fine)[1] > heard]])
    return np.maximum(beats_s[beats_s < end_s - 0.02], 0.0)


def _heard(beats_s: Floats, level_db: Floats) -> Floats:
    """Without what was taken for beats in the hiss before and after the music."""
    soon = np.clip(np.rint((beats_s + 0.15) / FINE_S).astype(int), 0, len(level_db) - 1)
    first, last = np.flatnonzero(level_db[soon] > _HISS_DB)[[0, -1]]
    return np.asarray(beats_s[first : last + 1])


def _line(index: Floats, times_s: Floats, weight: Floats) -> tuple[float, float]:
    """Slope and offset of the line through (index, time), by least squares reweighted against
    outliers (Tukey's biweight)."""
    trust = weight + 1e-9
    slope = offset = 0.0
    for reach_s in (0.2, 0.05, 0.02, 0.012, 0.008, 0.008):
        mean = np.average(index, weights=trust)
        mean_s = np.average(times_s, weights=trust)
        slope = float((trust * (index - mean) * (times_s - mean_s)).sum()
                      / max((trust * (index - mean) ** 2).sum(), 1e-12))  # fmt: skip
        offset = float(mean_s - slope * mean)
        off = (times_s - (slope * index + offset)) / reach_s
        kept = np.clip(1.0 - off**2, 0.0, 1.0) ** 2
        if (kept > 0).sum() < min(6, len(index)):
            break
        trust = weight * kept + 1e-9
    return slope, offset


def _downbeat(beats_s: Floats, heard: Onsets, beats_per_bar: int) -> int:
    """Which of the first beats opens a bar: chords change there."""
    at = np.clip(np.rint(beats_s / HOP_S).astype(int), 0, len(heard.bands))
    means = np.array([heard.bands[a : max(b, a + 1)].mean(0) for a, b in pairwise(at)])
    means /= np.linalg.norm(means, axis=1, keepdims=True) + 1e-9
    change = np.zeros(len(means))
    change[1:] = 1.0 - (means[1:] * means[:-1]).sum(1)
    # What is heard in the two beats on either side of a bar line differs most.
    wide = np.zeros(len(means))
    for k in range(2, len(means) - 1):
        wide[k] = 1.0 - (means[k] + means[k + 1]) @ (means[k - 1] + means[k - 2]) / 4
    score = [(change + wide)[phase::beats_per_bar].mean() for phase in range(beats_per_bar)]
    return int(np.argmax(score))


def _beatless(why: str) -> InputError:
    return InputError(
        f"No beats can be found: the music {why}.",
        remedy="Give the tempo and the first beat in the script: tempo_bpm and first_beat_s.",
    )
