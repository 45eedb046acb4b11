"""The choreography checker: what would go wrong on the night, found before anything is rendered."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import combinations, pairwise
from math import dist

import numpy as np

from shows.blocking import MarkedThrough, Performer, Problem, lane_m
from shows.moves import Entrance
from shows.music import Music
from shows.script.read import ScriptFile
from shows.script.schema import (
    BackdropCue,
    CameraCue,
    CardCue,
    EnterCue,
    LightCue,
    LookCue,
    PoseCue,
    Script,
    StagePart,
)
from shows.sequencer import Show, rehearse
from shows.shots import view_at
from shows.timeline import TimedCue

STEP_S = 0.1
"""Places are compared this often; nobody on a runway crosses a whole body in it."""
TOUCH_M = 0.45
NEAR_M = 0.8
"""Bodies touch, or skirts do, when their middles are this close."""
INSIDE_M = 0.4
TALL_M = 2.05
"""A lens closer to a model's middle than this, below the top of a hat, is inside it."""
HURRIED_M_S = 2.0
BEHIND_M = 0.3
"""A model this far behind the portal is out of sight."""


@dataclass(frozen=True)
class House:
    """What there is to choose from; None where that is not known and not checked."""

    looks: Collection[str] | None = None
    castings: Collection[str] | None = None
    poses: Collection[str] | None = None
    lamps: Collection[str] | None = None


def check_script(
    file: ScriptFile,
    house: House,
    *,
    music: Music | None = None,
    perform: Performer = MarkedThrough,
) -> list[Problem]:
    """Everything that is wrong with a show, each with its cue and a remedy; empty when it can go on.

    Cues whose time cannot be told come alone: without it, nothing else can be.
    """
    show, problems = rehearse(file, music=music, perform=perform)
    if problems:
        return problems
    return list(faults(show, house))


def faults(show: Show, house: House) -> Iterator[Problem]:
    """What is wrong with a show whose times are all known."""
    yield from _references(show, house)
    yield from _models(show.script, house)
    yield from _changes(show)
    yield from _walks(show)
    yield from _vanishing(show)
    yield from _cameras(show)
    yield from _floor(show)
    yield from _ends(show)


def _near(name: str, known: Collection[str], listing: str) -> str:
    near = get_close_matches(name, list(known), n=2)
    return f"Did you mean {' or '.join(near)}? {listing}" if near else listing


def _references(show: Show, house: House) -> Iterator[Problem]:
    lamps = house.lamps if house.lamps is not None else show.script.stage.lamps or None
    listed = "`tryon catalogue` lists looks."
    for timed in show.cues:
        cue = timed.cue
        if isinstance(cue, EnterCue | LookCue | CardCue):
            if house.looks is not None and cue.look not in house.looks:
                remedy = _near(cue.look, house.looks, listed)
                yield Problem(timed.id, f"the look {cue.look} is not in the wardrobe.", remedy)
        elif isinstance(cue, PoseCue):
            if house.poses is not None and cue.pose not in house.poses:
                remedy = _near(cue.pose, house.poses, f"There are {', '.join(house.poses)}.")
                yield Problem(timed.id, f"nobody knows the pose {cue.pose}.", remedy)
        elif isinstance(cue, LightCue):
            if lamps is not None and cue.lamp not in lamps:
                remedy = _near(cue.lamp, lamps, f"There are {', '.join(lamps)}.")
                yield Problem(timed.id, f"the stage has no lamp {cue.lamp}.", remedy)
        elif isinstance(cue, BackdropCue) and cue.file and not (show.folder / cue.file).is_file():
            yield Problem(
                timed.id, f"there is no picture or clip {cue.file} beside the script.",
                "Put the file beside the script, or correct its name.",
            )  # fmt: skip


def _models(script: Script, house: House) -> Iterator[Problem]:
    for name, part in script.models.items():
        if house.castings is not None and part.casting not in house.castings:
            remedy = _near(part.casting, house.castings, f"There are {', '.join(house.castings)}.")
            yield Problem(name, f"there is no casting {part.casting} for the model {name}.", remedy)


def _changes(show: Show) -> Iterator[Problem]:
    """Changes of look: on stage where nobody is, and off stage in no time."""
    for timed in show.of(LookCue):
        assert isinstance(timed.cue, LookCue)
        if not _on_stage(show, timed.cue.model, timed.start_s):
            yield Problem(
                timed.id, f"{timed.cue.model} is not on stage at {timed.start_s:.1f} s.",
                "Time it by a cue of that model, as at: gala-pose.start.",
            )  # fmt: skip
    need_s = show.tempo.after(0.0, show.script.quick_change)
    for model in show.script.models:
        for first, second in pairwise(e for e in show.entrances if e.model == model):
            gap_s = second.start_s - first.end_s
            before = staging_look(show, first.name, first.end_s)
            after = show.look_of[second.name]
            if gap_s < 0:
                yield Problem(
                    second.name,
                    f"{model} would enter at {second.start_s:.1f} s and is still on stage until "
                    f"{first.end_s:.1f} s ({first.name}).",
                    "Begin it later, or send another model.",
                )
            elif before != after and gap_s < need_s:
                yield Problem(
                    second.name,
                    f"{model} has {gap_s:.1f} s to change from {before} into {after}; a change takes "
                    f"{need_s:.1f} s.",
                    "Let another model wear it, change the order, or lower quick_change.",
                )


def staging_look(show: Show, entrance: str, t_s: float) -> str:
    """What an entrance's model wears at a time, changes on stage counted."""
    own = next(each for each in show.entrances if each.name == entrance)
    look = show.look_of[entrance]
    for timed in show.of(LookCue):
        cue = timed.cue
        assert isinstance(cue, LookCue)
        if cue.model == own.model and own.start_s <= timed.start_s <= t_s:
            look = cue.look
    return look


def _on_stage(show: Show, model: str, t_s: float) -> bool:
    return any(e.model == model and e.start_s <= t_s < e.end_s for e in show.entrances)


def _walks(show: Show) -> Iterator[Problem]:
    for entrance in show.entrances:
        here = entrance.first_m
        for move in entrance.moves:
            if move.kind != "walk":
                continue
            length_m = sum(dist(a, b) for a, b in pairwise((here, *move.path_m)))
            here = move.path_m[-1]
            time_s = move.end_s - move.start_s
            if length_m > HURRIED_M_S * time_s:
                yield Problem(
                    _cue_of(show, entrance.model, move.start_s),
                    f"{entrance.model} would have to run: {length_m:.1f} m in {time_s:.1f} s.",
                    "Give the walk more time, or leave out its duration: one step a beat.",
                )


def _cue_of(show: Show, model: str, t_s: float) -> str:
    """The newest move of a model that has begun at a time."""
    begun = [
        timed.id for timed in show.cues
        if getattr(timed.cue, "model", None) == model
        and timed.cue.cue in ("enter", "walk", "pose", "turn", "exit") and timed.start_s <= t_s + 1e-9
    ]  # fmt: skip
    return begun[-1] if begun else ""


def _vanishing(show: Show) -> Iterator[Problem]:
    for entrance, performance in zip(show.entrances, show.performances, strict=True):
        end_s = entrance.end_s
        seen = performance.position_at(end_s)[1] > -BEHIND_M and show.black.at(end_s)[0] < 0.99
        if seen and end_s < show.duration_s - 1e-6:
            yield Problem(
                entrance.name, f"{entrance.model} vanishes in plain sight at {end_s:.1f} s.",
                f"Write an exit cue for {entrance.model}, or black out before.",
            )  # fmt: skip


def _cameras(show: Show) -> Iterator[Problem]:
    cameras = show.of(CameraCue)
    for timed, after in zip(cameras, [*cameras[1:], None], strict=True):
        cue = timed.cue
        assert isinstance(cue, CameraCue)
        end_s = min(after.start_s if after else show.duration_s, show.duration_s)
        times = list(np.arange(timed.start_s, end_s, STEP_S))
        if not times:
            continue
        if cue.model and not any(_on_stage(show, cue.model, float(t)) for t in times):
            yield Problem(
                timed.id, f"it films {cue.model}, who is not on stage from {timed.start_s:.1f} to "
                f"{end_s:.1f} s.", "Time it by a cue of that model, or name another.",
            )  # fmt: skip
        inside = next((hit for t in times if (hit := _inside(show, timed, cue, float(t)))), None)
        if inside is not None:
            yield inside


def _inside(show: Show, timed: TimedCue, cue: CameraCue, t_s: float) -> Problem | None:
    span_s = timed.end_s - timed.start_s
    share = min((t_s - timed.start_s) / span_s, 1.0) if span_s > 0 else 1.0
    eye = view_at(cue, t_s, share=share, stage=show.script.stage, where=show.place_of).eye_m
    for entrance, performance in zip(show.entrances, show.performances, strict=True):
        if not entrance.start_s <= t_s < entrance.end_s or eye[1] >= TALL_M:
            continue
        if dist((eye[0], eye[2]), performance.position_at(t_s)) < INSIDE_M:
            return Problem(
                timed.id, f"the camera is inside {entrance.model} at {t_s:.1f} s.",
                "Move its eye_m aside or higher, or cut away before.",
            )  # fmt: skip
    return None


def _floor(show: Show) -> Iterator[Problem]:
    """Models that leave the stage, or come too close to each other: once for each (pair of) entrance."""
    told: set[str] = set()
    closest: dict[tuple[str, str], tuple[float, float, Entrance, Entrance]] = {}
    for t in np.arange(0.0, show.duration_s, STEP_S):
        t_s = float(t)
        here = [
            (e, p.position_at(t_s)) for e, p in zip(show.entrances, show.performances, strict=True)
            if e.start_s <= t_s < e.end_s
        ]  # fmt: skip
        for entrance, spot in here:
            if _off(show.script.stage, spot) and entrance.name not in told:
                told.add(entrance.name)
                yield _stepped_off(show, entrance, spot, t_s)
        for (one, a), (other, b) in combinations(here, 2):
            pair, apart_m = (one.name, other.name), dist(a, b)
            if apart_m < min(NEAR_M, closest[pair][0] if pair in closest else NEAR_M):
                closest[pair] = (apart_m, t_s, one, other)
    for apart_m, t_s, one, other in closest.values():
        word = "collides with" if apart_m < TOUCH_M else "comes too close to"
        yield Problem(
            _cue_of(show, other.model, t_s),
            f"{other.model} {word} {one.model} ({_cue_of(show, one.model, t_s)}) at {t_s:.1f} s, "
            f"{apart_m:.2f} m apart.",
            f"Send them {max(2 * lane_m(show.script.stage), NEAR_M):.1f} m apart with path_m, or one "
            "of them later.",
        )


def _off(stage: StagePart, spot: tuple[float, float]) -> bool:
    return abs(spot[0]) > stage.width_m / 2 or not -stage.wings_m <= spot[1] <= stage.length_m


def _stepped_off(show: Show, entrance: Entrance, spot: tuple[float, float], t_s: float) -> Problem:
    stage = show.script.stage
    return Problem(
        _cue_of(show, entrance.model, t_s),
        f"{entrance.model} steps off the stage at {t_s:.1f} s, at x {spot[0]:.1f} m, z {spot[1]:.1f} m.",
        f"Keep path_m within x ±{stage.width_m / 2:g} and z −{stage.wings_m:g} to {stage.length_m:g}.",
    )


def _ends(show: Show) -> Iterator[Problem]:
    part, music = show.script.music, show.music
    over_s = part.starts_s + music.duration_s
    for timed in show.cues:
        if timed.start_s < -1e-9:
            yield Problem(
                timed.id, f"it begins {-timed.start_s:.1f} s before the show.",
                "Begin it later, or let the music start later with starts_s.",
            )  # fmt: skip
        if show.script.ends is not None and timed.start_s >= show.duration_s:
            yield Problem(
                timed.id, f"it begins at {timed.start_s:.1f} s, after the show's end at "
                f"{show.duration_s:.1f} s.", "Begin it earlier, or move ends.",
            )  # fmt: skip
    for name, to_s in show.segment_ends:
        if to_s > over_s + 1e-6:
            yield Problem(
                name, f"this segment ends at {to_s:.1f} s; the music {music.name} is over at "
                f"{over_s:.1f} s.", "Shorten the segment, or take longer music.",
            )  # fmt: skip
    if show.duration_s > over_s + 1e-6:
        yield Problem(
            "music", f"the music {music.name} is over at {over_s:.1f} s, the show at "
            f"{show.duration_s:.1f} s.", "Send models closer together, or take longer music.",
        )  # fmt: skip
