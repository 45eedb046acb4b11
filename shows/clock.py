"""Musical time: bars and beats of a show's music as seconds, and half-open spans of it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tryon import InputError

_BAR_BEAT = re.compile(r"(\d+):(\d+(?:\.\d+)?)")


@dataclass(frozen=True, order=True)
class Beat:
    """A place in the music as musicians count it: bar 1, beat 1 is where it starts; beats may be broken."""

    bar: int
    beat: float

    @classmethod
    def parse(cls, text: str) -> Beat:
        """Read `bar:beat`, for example `4:1` or `4:2.5`. Raises InputError when it is not that."""
        match = _BAR_BEAT.fullmatch(text.strip())
        if match is None or int(match[1]) < 1 or float(match[2]) < 1:
            raise InputError(
                f"{text!r} is not a place in the music.",
                remedy="Write bar:beat, both counted from 1, for example 4:1.",
            )
        return cls(int(match[1]), float(match[2]))


@dataclass(frozen=True)
class Interval:
    """A span of time in seconds that holds its start and not its end: spans never share an instant."""

    start_s: float
    end_s: float

    def __post_init__(self) -> None:
        if self.end_s < self.start_s:
            raise ValueError(
                f"an interval cannot end ({self.end_s}) before it starts ({self.start_s})"
            )

    def __contains__(self, t_s: float) -> bool:
        return self.start_s <= t_s < self.end_s

    def progress(self, t_s: float) -> float:
        """Share of the span that has passed, 0 to 1; an empty span is always over."""
        if self.end_s == self.start_s:
            return 1.0
        return min(max((t_s - self.start_s) / (self.end_s - self.start_s), 0.0), 1.0)


@dataclass(frozen=True)
class MusicClock:
    """Steady music: its tempo, its metre, and when its first beat sounds.

    tempo_bpm: beats a minute; beats_per_bar: as in 4/4; first_beat_s: seconds into the show.
    """

    tempo_bpm: float
    beats_per_bar: int = 4
    first_beat_s: float = 0.0

    def __post_init__(self) -> None:
        if self.tempo_bpm <= 0 or self.beats_per_bar < 1:
            raise InputError(
                f"Music of {self.tempo_bpm} beats a minute in bars of {self.beats_per_bar} cannot be played.",
                remedy="Give a tempo above 0 and at least one beat a bar.",
            )

    @property
    def beat_s(self) -> float:
        """Seconds from one beat to the next."""
        return 60.0 / self.tempo_bpm

    def seconds(self, place: Beat) -> float:
        """When a place in the music sounds. Raises InputError for a beat that the bar does not have."""
        if place.beat >= self.beats_per_bar + 1:
            raise InputError(
                f"Bar {place.bar} has {self.beats_per_bar} beats, so there is no beat {place.beat:g}.",
                remedy=f"Write {place.bar + 1}:1 for the start of the next bar.",
            )
        beats = (place.bar - 1) * self.beats_per_bar + place.beat - 1
        return self.first_beat_s + beats * self.beat_s

    def place(self, t_s: float) -> Beat:
        """The place in the music at a time of the show, at or after the first beat."""
        beats = (t_s - self.first_beat_s) / self.beat_s
        if beats < 0:
            raise ValueError(f"the music has not started at {t_s} s")
        bar = int(beats // self.beats_per_bar)
        return Beat(bar + 1, beats - bar * self.beats_per_bar + 1)
