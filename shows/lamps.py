"""Lamps of the stage over time: how bright, which colour, and where they point."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from shows.clock import Interval
from shows.easing import eased
from shows.script.schema import LightCue
from shows.shots import Where
from shows.timeline import TimedCue
from shows.tracks import Track

WHITE = (1.0, 1.0, 1.0)


@dataclass(frozen=True)
class Lamp:
    """One lamp. glow: level, linear red, green, blue; cues: those that say where it points."""

    name: str
    glow: Track
    aims: tuple[TimedCue, ...]

    def aim_at(self, t_s: float, where: Where) -> tuple[float, float] | None:
        """Where on the floor it points: moves from the aim before to the newest, or follows a model."""
        begun = [timed for timed in self.aims if timed.start_s <= t_s]
        if not begun:
            return None
        newest = _aim(begun[-1], t_s, where)
        before = _aim(begun[-2], t_s, where) if len(begun) > 1 else None
        if newest is None or before is None:
            return newest
        span = Interval(begun[-1].start_s, begun[-1].end_s)
        share = eased(begun[-1].cue.ease, span.progress(t_s))
        return (
            before[0] + share * (newest[0] - before[0]),
            before[1] + share * (newest[1] - before[1]),
        )


def _aim(timed: TimedCue, t_s: float, where: Where) -> tuple[float, float] | None:
    assert isinstance(timed.cue, LightCue)
    return where(timed.cue.model, t_s) if timed.cue.model else timed.cue.aim_m


def lamps_of(cues: Iterable[TimedCue]) -> tuple[Lamp, ...]:
    """All lamps that a show's cues name, in the order in which they do; dark and white at first."""
    by_lamp: dict[str, list[TimedCue]] = {}
    for timed in cues:
        if isinstance(timed.cue, LightCue):
            by_lamp.setdefault(timed.cue.lamp, []).append(timed)
    return tuple(_lamp(name, own) for name, own in by_lamp.items())


def _lamp(name: str, cues: list[TimedCue]) -> Lamp:
    colour = WHITE
    written = []
    for timed in cues:
        cue = timed.cue
        assert isinstance(cue, LightCue)
        colour = linear(cue.color) if cue.color else colour
        written.append((Interval(timed.start_s, timed.end_s), cue.ease, (cue.level, *colour)))
    aims = tuple(c for c in cues if isinstance(c.cue, LightCue) and (c.cue.model or c.cue.aim_m))
    return Lamp(name, Track.of((0.0, *WHITE), written), aims)


def linear(color: str) -> tuple[float, float, float]:
    """`#rrggbb` as linear red, green, blue (IEC 61966-2-1)."""
    red, green, blue = (
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4
        for c in (int(color[k : k + 2], 16) / 255 for k in (1, 3, 5))
    )
    return red, green, blue
