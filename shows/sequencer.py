"""The sequencer: a script becomes a show, and a show says what is on stage at any time.

`staging_at` depends on the show and the time alone: asking for the 50th second first, or after all the
seconds before it, gives the same.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from shows.blocking import MarkedThrough, Performance, Performer, Problem, blocked, entrances
from shows.clock import Interval
from shows.easing import eased
from shows.lamps import Lamp, lamps_of
from shows.moves import Entrance
from shows.music import Music, bundled, open_music
from shows.script.errors import ScriptError
from shows.script.expand import expanded
from shows.script.places import Moment, Span
from shows.script.read import ScriptFile
from shows.script.schema import (
    BackdropCue,
    Bilingual,
    BlackoutCue,
    CameraCue,
    CaptionCue,
    CardCue,
    Cue,
    EnterCue,
    LookCue,
    MusicCue,
    Script,
)
from shows.shots import view_at
from shows.state import BackdropState, CameraView, LightState, MusicState, StagedModel, Staging
from shows.tempo import Tempo
from shows.timeline import LostError, TimedCue, Timing
from shows.tracks import Track

LONGEST_S = 4 * 3600.0
"""A cue behind this is a slip of the pen."""
Marks = tuple[tuple[str, float], ...]
"""Names and seconds of the show."""


@dataclass(frozen=True, eq=False)
class Show:
    """A script with every time in seconds.

    cues: all armed ones by their start; entrances, performances: side by side; acts: of the script, and
    when they begin; segment_ends: of those segments that the script cuts from the music.
    """

    script: Script
    folder: Path
    music: Music
    tempo: Tempo
    duration_s: float
    cues: tuple[TimedCue, ...]
    entrances: tuple[Entrance, ...]
    performances: tuple[Performance, ...]
    acts: tuple[tuple[str, float], ...]
    segment_ends: tuple[tuple[str, float], ...]
    lamps: tuple[Lamp, ...]
    black: Track
    gain: Track

    @cached_property
    def look_of(self) -> Mapping[str, str]:
        """The look that each entrance begins in."""
        return {c.id: c.cue.look for c in self.cues if isinstance(c.cue, EnterCue)}

    def of(self, kind: type) -> list[TimedCue]:
        """The cues of one kind, by their start."""
        return [timed for timed in self.cues if isinstance(timed.cue, kind)]

    def place_of(self, model: str, t_s: float) -> tuple[float, float] | None:
        """Where a model is; off stage, where it left or will enter; None for one that never comes."""
        own = [k for k, each in enumerate(self.entrances) if each.model == model]
        if not own:
            return None
        begun = [k for k in own if self.entrances[k].start_s <= t_s]
        entrance = self.entrances[begun[-1] if begun else own[0]]
        within = min(max(t_s, entrance.start_s), entrance.end_s)
        return self.performances[begun[-1] if begun else own[0]].position_at(within)


def compile_show(
    file: ScriptFile,
    *,
    music: Music | None = None,
    titles: Mapping[str, Bilingual] | None = None,
    perform: Performer = MarkedThrough,
) -> Show:
    """Compile a script.

    music: what it names, opened, if left out; titles: of looks, for captions; perform: who makes poses
    of entrances. Raises ScriptError that names every cue that cannot be played, and InputError when the
    music cannot be read.
    """
    show, problems = rehearse(file, music=music, titles=titles, perform=perform)
    if problems:
        raise script_error(file, problems)
    return show


def script_error(file: ScriptFile, problems: list[Problem]) -> ScriptError:
    """All problems as one error, with the line of each cue."""
    lines = [f"{file.path}:{file.line_of(p.cue)}: {p.cue}: {p.message}" for p in problems]
    return ScriptError("\n".join(lines), remedy=problems[0].remedy)


def rehearse(
    file: ScriptFile,
    *,
    music: Music | None = None,
    titles: Mapping[str, Bilingual] | None = None,
    perform: Performer = MarkedThrough,
) -> tuple[Show, list[Problem]]:
    """Compile as far as it goes: the show, and the cues that cannot be played as they are written."""
    script = file.script
    music = music or music_of(file)
    tempo = tempo_of(script, music)
    cues = expanded(script, titles=titles)
    moves, problems = blocked(cues, script.stage)
    spans = {name: _shifted(span, script.music.starts_s) for name, span in music.segments.items()}
    timing = Timing(cues, tempo, moves=moves, spans=spans, marks=_marks(script))
    times, lost = timing.all()
    made, busy = entrances(
        cues, moves, times, models=script.models, stage=script.stage, beat_s=tempo.beat_s,
        first_beat_s=float(tempo.beats_s[tempo.first]),
    )  # fmt: skip
    (acts, segment_ends), ends_s, more = _marked(script, timing)
    timed = _timed(cues, times)
    if ends_s is None:
        ends_s = max((each.end_s for each in timed), default=0.0)
    show = Show(
        script, file.folder, music, tempo, ends_s, timed, made,
        tuple(perform(entrance) for entrance in made), acts, segment_ends, lamps_of(timed),
        Track.of((0.0,), ((_span(c), c.cue.ease, (c.cue.black,)) for c in timed
                          if isinstance(c.cue, BlackoutCue))),
        Track.of((script.music.gain,), ((_span(c), c.cue.ease, (c.cue.gain,)) for c in timed
                                        if isinstance(c.cue, MusicCue))),
    )  # fmt: skip
    return show, [*problems, *lost, *busy, *more, *_endless(timed)]


def music_of(file: ScriptFile) -> Music:
    """The music that a script names. Raises InputError when it cannot be read."""
    part = file.script.music
    if part.name is not None:
        return bundled(part.name)
    assert part.file is not None
    return open_music(
        file.folder / part.file, tempo_bpm=part.tempo_bpm, first_beat_s=part.first_beat_s,
        beats_per_bar=part.beats_per_bar,
    )  # fmt: skip


def tempo_of(script: Script, music: Music) -> Tempo:
    """The music's beats in seconds of the show."""
    bar = music.clock.beats_per_bar
    if len(music.beats_s) < 2 or len(music.downbeats_s) < 1:
        return Tempo.steady(music.clock)
    first = int(np.argmin(np.abs(music.beats_s - music.downbeats_s[0])))
    return Tempo(music.beats_s + script.music.starts_s, bar, first)


def _shifted(span: Interval, by_s: float) -> Interval:
    return Interval(span.start_s + by_s, span.end_s + by_s)


def _span(timed: TimedCue) -> Interval:
    return Interval(timed.start_s, timed.end_s)


def _marks(script: Script) -> dict[str, tuple[Moment, Moment]]:
    marks = {name: (part.from_, part.to) for name, part in script.music.segments.items()}
    for act, after in zip(script.acts, (*script.acts[1:], None), strict=False):
        marks[act.id] = (act.at, after.at if after else act.at)
    return marks


def _marked(
    script: Script, timing: Timing
) -> tuple[tuple[Marks, Marks], float | None, list[Problem]]:
    """When acts begin, when the script's segments end, when the show does; and what has no time."""
    problems: list[Problem] = []

    def found(name: str, moment: Moment) -> tuple[str, float]:
        try:
            return name, timing.moment(moment)
        except LostError as lost:
            problems.append(Problem(name, str(lost), lost.remedy))
            return name, 0.0

    acts = tuple(found(act.id, act.at) for act in script.acts)
    ends = tuple(found(name, part.to) for name, part in script.music.segments.items())
    ends_s = found("ends", script.ends)[1] if script.ends is not None else None
    return (acts, ends), ends_s, problems


def _timed(cues: tuple[Cue, ...], times: Mapping[str, tuple[float, float]]) -> tuple[TimedCue, ...]:
    """Armed cues by their start; those of one instant in the order of the script."""
    timed: list[TimedCue] = []
    waits = False
    for cue in cues:
        if cue.armed and cue.cue != "finale":
            name = cue.id or ""
            timed.append(TimedCue(name, *times[name], cue, waits))
            waits = not cue.auto_continue
    return tuple(sorted(timed, key=lambda each: each.start_s))


def _endless(timed: tuple[TimedCue, ...]) -> list[Problem]:
    return [
        Problem(
            each.id, f"it ends {each.end_s / 3600:.1f} hours into the show.",
            f"Correct its time; a show lasts {LONGEST_S / 3600:g} hours at most.",
        )
        for each in timed
        if each.end_s > LONGEST_S
    ]  # fmt: skip


def staging_at(show: Show, t_s: float) -> Staging:
    """What is on stage at a time of the show, in seconds. Pure."""
    open_cues = [c for c in show.cues if c.start_s <= t_s < c.end_s]
    captions = [c.cue for c in open_cues if isinstance(c.cue, CaptionCue)]
    cards = [c.cue for c in open_cues if isinstance(c.cue, CardCue)]
    text = captions[-1].text if captions else None
    return Staging(
        t_s,
        _models(show, t_s),
        _shots(show, t_s),
        tuple(_light(show, lamp, t_s) for lamp in show.lamps),
        _backdrop(show, t_s),
        {"en": text.en, "zh": text.zh} if text else {},
        cards[-1].look if cards else None,
        _music(show, t_s),
        show.black.at(t_s)[0],
        _newest(show, t_s),
    )


def _newest(show: Show, t_s: float) -> str:
    index = bisect_right(show.cues, t_s, key=lambda each: each.start_s) - 1
    return show.cues[index].id if index >= 0 else ""


def _models(show: Show, t_s: float) -> tuple[StagedModel, ...]:
    changes = show.of(LookCue)
    return tuple(
        _model(show, entrance, performance, changes, t_s)
        for entrance, performance in zip(show.entrances, show.performances, strict=True)
        if entrance.start_s <= t_s < entrance.end_s
    )


def _model(
    show: Show, entrance: Entrance, performance: Performance, changes: list[TimedCue], t_s: float
) -> StagedModel:
    look, before, mix = show.look_of[entrance.name], None, 1.0
    for timed in changes:
        cue = timed.cue
        if not isinstance(cue, LookCue) or cue.model != entrance.model:
            continue
        if entrance.start_s <= timed.start_s <= t_s:
            share = eased(cue.ease, _span(timed).progress(t_s))
            before, look, mix = (look if share < 1.0 else None), cue.look, share
    return StagedModel(
        entrance.model, entrance.casting, look, performance.pose_at(t_s),
        performance.position_at(t_s), performance.heading_at(t_s), entrance.name,
        t_s - entrance.start_s, before, mix,
    )  # fmt: skip


def _shots(show: Show, t_s: float) -> tuple[tuple[CameraView, float], ...]:
    cameras = [c for c in show.of(CameraCue) if c.start_s <= t_s]
    if not cameras:
        return ()
    newest = cameras[-1]
    view = _view(show, newest, t_s)
    over = Interval(newest.start_s, newest.start_s + fade_s(show, newest))
    mix = eased(newest.cue.ease, over.progress(t_s))
    if mix >= 1.0 or len(cameras) < 2:
        return ((view, 1.0),)
    return ((_view(show, cameras[-2], t_s), 1.0 - mix), (view, mix))


def fade_s(show: Show, timed: TimedCue) -> float:
    """Seconds over which a camera cue cross-fades from the one before; 0 for a cut."""
    assert isinstance(timed.cue, CameraCue)
    usual = Span(2, "beats") if timed.cue.cue == "cross-fade" else Span(0.0)
    return show.tempo.after(timed.start_s, timed.cue.fade or usual) - timed.start_s


def _view(show: Show, timed: TimedCue, t_s: float) -> CameraView:
    assert isinstance(timed.cue, CameraCue)
    share = _span(timed).progress(t_s)
    return view_at(timed.cue, t_s, share=share, stage=show.script.stage, where=show.place_of)


def _light(show: Show, lamp: Lamp, t_s: float) -> LightState:
    level, *colour = lamp.glow.at(t_s)
    aim = lamp.aim_at(t_s, show.place_of)
    return LightState(lamp.name, level, (colour[0], colour[1], colour[2]), aim)


def _backdrop(show: Show, t_s: float) -> BackdropState:
    begun = [c for c in show.of(BackdropCue) if c.start_s <= t_s]
    if not begun:
        return BackdropState()
    media = [_media(show, timed.cue) for timed in begun]
    mix = eased(begun[-1].cue.ease, _span(begun[-1]).progress(t_s))
    before = media[-2] if len(media) > 1 and mix < 1.0 else None
    return BackdropState(media[-1], t_s - begun[-1].start_s, before, mix)


def _media(show: Show, cue: Cue) -> Path | None:
    assert isinstance(cue, BackdropCue)
    return show.folder / cue.file if cue.file else None


def _music(show: Show, t_s: float) -> tuple[MusicState, ...]:
    part = show.script.music
    played_s = t_s - part.starts_s
    if not 0 <= played_s < show.music.duration_s:
        return ()
    return (MusicState(part.name or part.file or "", played_s, show.gain.at(t_s)[0]),)
