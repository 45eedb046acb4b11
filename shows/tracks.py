"""A value over time: changes that begin where the one before had come to."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass

from shows.clock import Interval
from shows.easing import Ease, eased

Values = tuple[float, ...]


@dataclass(frozen=True)
class Change:
    """One change of a track. before: what the track had come to when it began."""

    span: Interval
    ease: Ease
    before: Values
    after: Values

    def at(self, t_s: float) -> Values:
        """The value at a time at or after the change's start."""
        share = eased(self.ease, self.span.progress(t_s))
        # Exact at both ends, which a + share·(b − a) is not.
        return tuple(
            (1.0 - share) * a + share * b for a, b in zip(self.before, self.after, strict=True)
        )


@dataclass(frozen=True)
class Track:
    """All changes of one value, by the time they begin."""

    first: Values
    changes: tuple[Change, ...] = ()

    @classmethod
    def of(cls, first: Values, written: Iterable[tuple[Interval, Ease, Values]]) -> Track:
        """Chain changes: one that begins in the middle of another goes on from there."""
        track = cls(first)
        for span, ease, after in sorted(written, key=lambda each: each[0].start_s):
            change = Change(span, ease, track.at(span.start_s), after)
            track = cls(first, (*track.changes, change))
        return track

    def at(self, t_s: float) -> Values:
        """The value at a time; before the first change, what the track begins with."""
        index = bisect_right(self.changes, t_s, key=lambda change: change.span.start_s) - 1
        return self.first if index < 0 else self.changes[index].at(t_s)
