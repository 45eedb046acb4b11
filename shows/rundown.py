"""What the stage manager's desk and the chapters of a film need to know of a show."""

from __future__ import annotations

from shows.clock import Interval
from shows.live.cues import CueList, DeskCue
from shows.sequencer import Show


def desk_cues(show: Show) -> CueList:
    """The cues of a show as the desk lists them; those behind its end are left out."""
    cues = [
        DeskCue(c.id, c.cue.cue, c.start_s, c.end_s, c.cue.title, c.waits, c.cue.notes)
        for c in show.cues
        if c.start_s < show.duration_s
    ]
    return CueList.of(cues, duration_s=show.duration_s)


def chapters(show: Show) -> tuple[tuple[str, Interval], ...]:
    """One chapter a look, from its entrance to the next one's, and one before the first; by look.

    Entrances of one look that follow each other share a chapter; the first is called after the show.
    """
    begins: list[tuple[str, float]] = [("", 0.0)]
    for entrance in show.entrances:
        name = show.look_of[entrance.name]
        if name != begins[-1][0] and entrance.start_s < show.duration_s:
            begins.append((name, max(entrance.start_s, 0.0)))
    if len(begins) > 1 and begins[1][1] == 0.0:
        begins.pop(0)
    ends = [*(at_s for _, at_s in begins[1:]), show.duration_s]
    return tuple(
        (name or show.script.title.en, Interval(at_s, end_s))
        for (name, at_s), end_s in zip(begins, ends, strict=True)
    )
