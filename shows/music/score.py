"""A piece as it is written down: chords, patterns, and which tracks play how loud in which section."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from shows.clock import Interval, MusicClock

STEPS = 16
"""Steps of a bar that patterns are written in: sixteenths of a bar of four."""


@dataclass(frozen=True)
class Chord:
    """root: of the bass, as a MIDI note; notes: what pads and arpeggios are made of, low to high."""

    root: float
    notes: tuple[float, ...]


@dataclass(frozen=True)
class Section:
    """A part of a piece.

    tracks: loudness of each track at its beginning and end, 1 is full; bright: how open pads and
    arpeggios are, likewise; impact: whether it opens with a cymbal and a boom; riser_bars: how many of
    its last bars a wind climbs through.
    """

    name: str
    bars: int
    tracks: Mapping[str, tuple[float, float]]
    bright: tuple[float, float] = (0.5, 0.5)
    impact: bool = False
    riser_bars: int = 0


@dataclass(frozen=True)
class Note:
    """A note of a melody: the step of the phrase it begins at, its pitch and its length in steps."""

    step: int
    note: float
    steps: int


@dataclass(frozen=True)
class Score:
    """A whole piece in bars of four.

    chords: one for each chord_bars bars, repeated from the start of every section; drums: track →
    pattern of a bar, or of several one after the other, digits as loudness (9 loudest, . silent);
    bass: the same with pitches as digits above the root: 1 is the root, 8 an octave higher; arpeggio:
    letters as chord notes: a lowest, A an octave higher; melody: phrase of melody_bars bars; voice: what
    plays the arpeggio.
    """

    name: str
    tempo_bpm: float
    sections: tuple[Section, ...]
    chords: tuple[Chord, ...]
    chord_bars: int
    drums: Mapping[str, str]
    bass: str
    arpeggio: str
    melody: tuple[Note, ...] = ()
    melody_bars: int = 8
    voice: str = "pluck"
    seed: int = 0
    swing: float = 0.0
    resolution: Chord | None = None

    @property
    def bars(self) -> int:
        return sum(section.bars for section in self.sections)

    @property
    def clock(self) -> MusicClock:
        return MusicClock(self.tempo_bpm)

    @property
    def bar_s(self) -> float:
        return 4 * self.clock.beat_s

    @property
    def duration_s(self) -> float:
        return self.bars * self.bar_s

    def spans(self) -> Iterator[tuple[Section, int]]:
        """Each section with the number of the bar, from 0, that it begins with."""
        first = 0
        for section in self.sections:
            yield section, first
            first += section.bars

    def segments(self) -> dict[str, Interval]:
        """When each section plays, by its name."""
        return {
            section.name: Interval(first * self.bar_s, (first + section.bars) * self.bar_s)
            for section, first in self.spans()
        }

    def chord(self, section: Section, bar: int) -> Chord:
        """What sounds in a bar of a section, counted from 0."""
        last = section is self.sections[-1]
        if last and self.resolution is not None:
            return self.resolution
        return self.chords[bar // self.chord_bars % len(self.chords)]
