"""From the run of show to cues: entrances, a camera plan on beats, captions, cards, and the finale.

The cues of a line of the run of show are called `<id>-enter`, `-walk`, `-pose`, `-turn`, `-exit`,
`-camera-1` to `-3` (two on short runways), `-caption` and `-card`; a cue of the script with such a
name takes its place.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from shows.clock import Beat
from shows.script.places import Moment, Span
from shows.script.schema import (
    Bilingual,
    BlackoutCue,
    CameraCue,
    CaptionCue,
    CardCue,
    Cue,
    EnterCue,
    Entry,
    ExitCue,
    FinaleCue,
    PoseCue,
    Script,
    Shot,
    TurnCue,
    WalkCue,
)

POSES = ("hand-on-hip", "contrapposto", "over-shoulder")
"""Held at the end of the runway in turn, where the script does not choose."""
PLANS: tuple[tuple[Shot, Shot, Shot], ...] = (
    ("front", "side", "close"),
    ("portal", "shoes", "orbit"),
    ("low", "front", "crane"),
    ("wide", "side", "close"),
)
"""Shots of a look: as it comes out, half way down, and at its pose; a plan a look, in turn."""
_CUTS = (Span(4, "beats"), Span(10, "beats"))
ORBIT_MM = 36.0
"""Shows a model from head to toe at an orbit's usual radius; other shots bring their own lens."""
SHORT_M = 7.5
"""On a shorter runway there is no time for the shot half way down."""
OPENS = Moment(Beat(5, 1))
"""When the first look enters, where the script does not say."""


def expanded(script: Script, *, titles: Mapping[str, Bilingual] | None = None) -> tuple[Cue, ...]:
    """Every cue of a show, each with an id.

    titles: of looks, for captions; a look without one is called by its id.
    """
    named = [
        cue if cue.id else cue.model_copy(update={"id": f"{cue.cue}-{index + 1}"})
        for index, cue in enumerate(script.cues)
    ]
    own = {cue.id: cue for cue in named}
    made = list(_made(script, titles or {}))
    for cue in named:
        if isinstance(cue, FinaleCue):
            made += _parade(script, cue.at, cue.every)
    made_ids = {cue.id for cue in made}
    kept = [own.get(cue.id, cue) for cue in made]
    return (*kept, *(cue for cue in named if cue.id not in made_ids))


def entry_id(entry: Entry) -> str:
    """What the cues of a line of the run of show are named after."""
    return entry.id or entry.look


def _made(script: Script, titles: Mapping[str, Bilingual]) -> Iterator[Cue]:
    if not script.run_of_show:
        return
    yield BlackoutCue(cue="blackout", id="house-dark", at=Moment(0.0), duration=Span(0.0))
    yield BlackoutCue(
        cue="blackout", id="house-open", at=Moment(0.0), duration=Span(2, "bars"), black=0.0
    )
    if script.camera_plan:
        yield CameraCue(cue="camera", id="house-camera", at=Moment(0.0), shot="wide")
    before: Entry | None = None
    for index, entry in enumerate(script.run_of_show):
        yield from _entrance(entry, _start(script, entry, before), index)
        yield from _extras(script, entry, index, titles)
        before = entry
    assert before is not None
    last = f"{entry_id(before)}-exit"
    if script.finale is not None:
        parade = script.finale
        at = Moment((parade.segment, "start")) if parade.segment else parade.at
        yield from _parade(script, at or Moment((last, "end")), parade.every)
        last = f"finale-{len(_last_looks(script))}-exit"
    yield BlackoutCue(
        cue="blackout", id="house-close", at=Moment((last, "end"), Span(2, "beats")),
        duration=Span(4, "beats"),
    )  # fmt: skip


def _start(script: Script, entry: Entry, before: Entry | None) -> Moment:
    if entry.at is not None:
        return entry.at
    if entry.segment is not None:
        return Moment((entry.segment, "start"))
    if entry.act is not None and (before is None or before.act != entry.act):
        return Moment((entry.act, "start"))
    if before is None:
        return script.opens or OPENS
    return Moment((f"{entry_id(before)}-enter", "start"), script.every)


def _entrance(entry: Entry, at: Moment, index: int) -> Iterator[Cue]:
    name, model = entry_id(entry), entry.model
    yield EnterCue(
        cue="enter", id=f"{name}-enter", model=model, look=entry.look, at=at, notes=entry.notes
    )
    yield WalkCue(cue="walk", id=f"{name}-walk", model=model)
    yield PoseCue(
        cue="pose", id=f"{name}-pose", model=model, pose=entry.pose or POSES[index % len(POSES)],
        duration=entry.hold,
    )  # fmt: skip
    yield TurnCue(cue="turn", id=f"{name}-turn", model=model)
    yield ExitCue(cue="exit", id=f"{name}-exit", model=model)


def _extras(
    script: Script, entry: Entry, index: int, titles: Mapping[str, Bilingual]
) -> Iterator[Cue]:
    name = entry_id(entry)
    if script.camera_plan:
        plan: tuple[Shot, ...] = PLANS[index % len(PLANS)]
        begins = [Moment((f"{name}-enter", "start"), cut) for cut in _CUTS]
        begins.append(Moment((f"{name}-pose", "start")))
        if script.stage.length_m < SHORT_M:
            plan, begins = (plan[0], plan[2]), [begins[0], begins[2]]
        for number, (shot, at) in enumerate(zip(plan, begins, strict=True), start=1):
            yield CameraCue(
                cue="camera", id=f"{name}-camera-{number}", at=at, shot=shot, model=entry.model,
                duration=Span(6, "beats"), focal_mm=ORBIT_MM,
            )  # fmt: skip
    in_sight = Moment((f"{name}-enter", "start"), Span(5, "beats"))
    if script.captions:
        words = titles.get(entry.look, Bilingual(en=entry.look, zh=entry.look))
        yield CaptionCue(
            cue="caption", id=f"{name}-caption", at=in_sight, duration=Span(8, "beats"), text=words
        )
    if script.cards:
        yield CardCue(
            cue="card", id=f"{name}-card", at=in_sight, duration=Span(12, "beats"), look=entry.look
        )


def _last_looks(script: Script) -> dict[str, str]:
    """Each model of the run of show with the look that it wears last, in the order of those."""
    looks: dict[str, str] = {}
    for entry in script.run_of_show:
        looks.pop(entry.model, None)
        looks[entry.model] = entry.look
    return looks


def _parade(script: Script, at: Moment | None, every: Span) -> list[Cue]:
    """All models one behind the other, down the runway and back without a stop."""
    cues: list[Cue] = []
    begin = at
    for number, (model, look) in enumerate(_last_looks(script).items(), start=1):
        name = f"finale-{number}"
        cues.append(EnterCue(cue="enter", id=f"{name}-enter", model=model, look=look, at=begin))
        cues.append(WalkCue(cue="walk", id=f"{name}-walk", model=model))
        cues.append(ExitCue(cue="exit", id=f"{name}-exit", model=model))
        begin = Moment((f"{name}-enter", "start"), every)
    if script.camera_plan and cues:
        first = Moment(("finale-1-enter", "start"))
        shots: tuple[Shot, ...] = ("wide", "front", "low", "crane")
        for number, shot in enumerate(shots):
            at = (
                Moment(("finale-1-enter", "start"), Span(12 * number, "beats")) if number else first
            )
            cues.append(
                CameraCue(
                    cue="camera", id=f"finale-camera-{number + 1}", at=at, shot=shot,
                    duration=Span(12, "beats"),
                )
            )  # fmt: skip
    return cues
