"""The run-of-show sheet that hangs backstage: a page of HTML that prints, with a picture of each look."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from jinja2 import Environment, PackageLoader, StrictUndefined

from shows.moves import Entrance
from shows.script.schema import Bilingual, EnterCue, PoseCue
from shows.sequencer import Show

LISTED = ("enter", "look", "light", "backdrop", "caption", "music", "blackout")
"""Kinds of cues that the stage manager calls; the others follow by themselves."""


@dataclass(frozen=True)
class Line:
    """One entrance on the sheet. picture: as a data address, "" without one."""

    order: int
    act: str
    start: str
    end: str
    place: str
    model: str
    casting: str
    look: str
    title: Bilingual
    pose: str
    notes: str
    picture: str


def sheet_of(
    show: Show,
    *,
    titles: Mapping[str, Bilingual],
    picture: Callable[[str], bytes | None] = lambda look: None,
) -> str:
    """The sheet. picture: PNG bytes of a look, asked for once for each, or None."""
    kept: dict[str, str] = {}
    for look in show.look_of.values():
        if look not in kept:
            png = picture(look)
            kept[look] = f"data:image/png;base64,{base64.b64encode(png).decode()}" if png else ""
    pages = Environment(
        loader=PackageLoader("shows.interchange"), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    cues = [
        (clock(c.start_s), _place(show, c.start_s), c.id, c.cue.cue, c.waits, c.cue.notes or c.cue.title)
        for c in show.cues
        if c.cue.cue in LISTED
    ]  # fmt: skip
    return pages.get_template("sheet.html.j2").render(
        show=show, duration=clock(show.duration_s), lines=_lines(show, titles, kept), cues=cues
    )


def clock(t_s: float) -> str:
    """Minutes, seconds and tenths, as on a stage clock."""
    tenths = round(t_s * 10)
    return f"{tenths // 600}:{tenths // 10 % 60:02}.{tenths % 10}"


def _lines(show: Show, titles: Mapping[str, Bilingual], pictures: Mapping[str, str]) -> list[Line]:
    lines = []
    notes = {c.id: c.cue.notes for c in show.of(EnterCue)}
    for order, entrance in enumerate(show.entrances, start=1):
        look = show.look_of[entrance.name]
        lines.append(Line(
            order, _act(show, entrance.start_s), clock(entrance.start_s), clock(entrance.end_s),
            _place(show, entrance.start_s), entrance.model, entrance.casting, look,
            titles.get(look, Bilingual(en=look, zh=look)), _pose(show, entrance),
            notes[entrance.name], pictures[look],
        ))  # fmt: skip
    return lines


def _act(show: Show, t_s: float) -> str:
    begun = [name for name, at_s in show.acts if at_s <= t_s + 1e-9]
    titles = {act.id: act.title.en for act in show.script.acts}
    return titles[begun[-1]] if begun else ""


def _pose(show: Show, entrance: Entrance) -> str:
    poses = [
        c.cue.pose for c in show.of(PoseCue)
        if isinstance(c.cue, PoseCue) and c.cue.model == entrance.model
        and entrance.start_s <= c.start_s < entrance.end_s
    ]  # fmt: skip
    return ", ".join(poses)


def _place(show: Show, t_s: float) -> str:
    """Bar and beat, "–" before the music's first."""
    place = show.tempo.place(t_s)
    return f"{place.bar}:{place.beat:.3g}" if place else "–"
