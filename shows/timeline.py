"""From what the script says of time to seconds: every cue's start and end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from shows.blocking import BlockedMove, Problem
from shows.clock import Beat, Interval
from shows.script.places import Moment, Span
from shows.script.schema import Cue, MoveCue
from shows.tempo import Tempo

_USUAL: Mapping[str, Span] = {
    "look": Span(2, "beats"),
    "light": Span(4, "beats"),
    "backdrop": Span(4, "beats"),
    "music": Span(4, "beats"),
    "blackout": Span(4, "beats"),
    "caption": Span(8, "beats"),
    "card": Span(12, "beats"),
    "camera": Span(8, "beats"),
    "cross-fade": Span(8, "beats"),
}
"""How long a cue lasts that the script gives no time; other kinds take none."""


@dataclass(frozen=True)
class TimedCue:
    """A cue with its times in seconds of the show, half-open; waits: the live desk waits for GO before."""

    id: str
    start_s: float
    end_s: float
    cue: Cue
    waits: bool = False


class LostError(Exception):
    """A moment that cannot be found; carries the problem."""

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(message)
        self.remedy = remedy
        self.cue = ""


class Timing:
    """Finds when cues are, each once; asked in any order.

    spans: segments of the music by name; marks: acts and segments of the script, from and to.
    """

    def __init__(
        self,
        cues: Sequence[Cue],
        tempo: Tempo,
        *,
        moves: Mapping[str, BlockedMove],
        spans: Mapping[str, Interval],
        marks: Mapping[str, tuple[Moment, Moment]],
    ) -> None:
        self._cues = {cue.id or "": cue for cue in cues}
        self._before = _followed(cues)
        self._tempo = tempo
        self._moves = moves
        self._spans = spans
        self._marks = marks
        self._found: dict[str, tuple[float, float]] = {}
        self._asking: list[str] = []

    def all(self) -> tuple[dict[str, tuple[float, float]], list[Problem]]:
        """Start and end of every cue, and the cues that have none."""
        problems: list[Problem] = []
        for name in self._cues:
            while name not in self._found:
                try:
                    self._cue(name)
                except LostError as lost:
                    self._asking.clear()
                    self._found[lost.cue] = (0.0, 0.0)
                    problems.append(Problem(lost.cue, str(lost), lost.remedy))
        return dict(self._found), problems

    def moment(self, moment: Moment) -> float:
        """Seconds of the show. Raises `LostError` for a name that is unknown or waits for itself."""
        match moment.base:
            case Beat() as place:
                if place.beat >= self._tempo.beats_per_bar + 1:
                    raise LostError(
                        f"bar {place.bar} has {self._tempo.beats_per_bar} beats, there is no beat "
                        f"{place.beat:g}.",
                        f"Write {place.bar + 1}:1 for the start of the next bar.",
                    )
                base = self._tempo.seconds(place)
            case (name, edge):
                start, end = self._named(name)
                base = end if edge == "end" else start
            case seconds:
                base = seconds
        return self._tempo.after(base, moment.offset)

    def _named(self, name: str) -> tuple[float, float]:
        if name in self._cues:
            return self._cue(name)
        if name in self._marks:
            self._ask(name)
            start, end = self._marks[name]
            span = self.moment(start), self.moment(end)
            self._asking.pop()
            return span
        if name in self._spans:
            return self._spans[name].start_s, self._spans[name].end_s
        known = [*self._cues, *self._marks, *self._spans]
        near = get_close_matches(name, known, n=3)
        raise LostError(
            f"there is no cue, act or segment {name!r} to time it by.",
            f"Did you mean {' or '.join(near)}?" if near else f"There are {', '.join(known[:8])}.",
        )

    def _cue(self, name: str) -> tuple[float, float]:
        if name in self._found:
            return self._found[name]
        self._ask(name)
        cue = self._cues[name]
        try:
            start = self._tempo.after(self._anchor(name, cue), cue.pre_wait)
        except LostError as lost:
            lost.cue = lost.cue or name
            raise
        self._found[name] = (start, self._tempo.after(start, self._span(name, cue)))
        self._asking.pop()
        return self._found[name]

    def _ask(self, name: str) -> None:
        if name in self._asking:
            ring = [*self._asking[self._asking.index(name) :], name]
            raise LostError(
                f"it waits for itself: {' → '.join(ring)}.",
                "Give one of these cues a time of its own, in seconds or as bar:beat.",
            )
        self._asking.append(name)

    def _anchor(self, name: str, cue: Cue) -> float:
        if cue.at is not None:
            return self.moment(cue.at)
        before = self._before[name]
        if before is None:
            return 0.0
        return self._tempo.after(self._cue(before)[1], self._cues[before].post_wait)

    def _span(self, name: str, cue: Cue) -> Span:
        if cue.duration is not None:
            return cue.duration
        if name in self._moves:
            return Span(self._moves[name].beats, "beats")
        return _USUAL.get(cue.cue, Span(0.0))


def _followed(cues: Sequence[Cue]) -> dict[str, str | None]:
    """The cue that each follows by itself: a move the same model's last, others the one before."""
    last: str | None = None
    by_model: dict[str, str] = {}
    before: dict[str, str | None] = {}
    for cue in cues:
        name = cue.id or ""
        if isinstance(cue, MoveCue):
            before[name] = by_model.get(cue.model, last)
        else:
            before[name] = last
        if isinstance(cue, MoveCue) or cue.cue == "enter":
            by_model[cue.model] = name
        last = name
    return before
