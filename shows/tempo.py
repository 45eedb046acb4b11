"""Beats of the show: the music's, steady or not, carried on before its first and after its last."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shows.clock import Beat, MusicClock
from shows.script.places import Span


@dataclass(frozen=True, eq=False)
class Tempo:
    """When each beat sounds, in seconds of the show.

    beats_s: (B,) growing, at least two; first: index of the beat that is 1:1.
    """

    beats_s: NDArray[np.float64]
    beats_per_bar: int = 4
    first: int = 0

    def __post_init__(self) -> None:
        if self.beats_s.ndim != 1 or len(self.beats_s) < 2 or np.any(np.diff(self.beats_s) <= 0):
            raise ValueError(f"beats must be (B,) growing, got {self.beats_s.shape}")

    @classmethod
    def steady(cls, clock: MusicClock) -> Tempo:
        """The tempo of a clock."""
        beats_s = clock.first_beat_s + clock.beat_s * np.arange(2.0)
        return cls(beats_s, clock.beats_per_bar)

    @property
    def beat_s(self) -> float:
        """Seconds of a beat in the middle of the music's beats."""
        return float(np.median(np.diff(self.beats_s)))

    def seconds(self, place: Beat) -> float:
        """When a place in the music sounds."""
        return self._at(self.first + (place.bar - 1) * self.beats_per_bar + place.beat - 1)

    def after(self, t_s: float, span: Span) -> float:
        """The time a span after another time; beats are counted as the music plays them there."""
        if span.unit == "s":
            return t_s + span.amount
        count = span.amount * (self.beats_per_bar if span.unit == "bars" else 1)
        return self._at(self._index(t_s) + count)

    def on_beat(self, t_s: float) -> float:
        """The first beat at or after a time."""
        return self._at(float(np.ceil(self._index(t_s) - 1e-6)))

    def place(self, t_s: float) -> Beat | None:
        """The place in the music at a time; None before its first bar."""
        # Times that were reckoned from beats must not fall short of theirs by a rounding.
        index = round(self._index(t_s) - self.first, 9)
        if index < 0:
            return None
        bar = int(index // self.beats_per_bar)
        return Beat(bar + 1, index - bar * self.beats_per_bar + 1)

    def _at(self, index: float) -> float:
        last = len(self.beats_s) - 1
        k = int(np.clip(np.floor(index), 0, last - 1))
        return float(self.beats_s[k] + (index - k) * (self.beats_s[k + 1] - self.beats_s[k]))

    def _index(self, t_s: float) -> float:
        k = int(np.searchsorted(self.beats_s, t_s, side="right")) - 1
        k = min(max(k, 0), len(self.beats_s) - 2)
        return float(k + (t_s - self.beats_s[k]) / (self.beats_s[k + 1] - self.beats_s[k]))
