"""Shows as OpenTimelineIO timelines, both ways.

What OTIO can carry stands where editors look for it: cameras as clips with dissolves between them, the
music as a clip with its segments as markers, every other cue and act as a marker. What it cannot carry
travels as metadata under "tryon". Reading takes the script from there, and the times from the timeline
wherever an editor has moved something.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from shows.interchange.edl import Cut, cuts_of
from shows.script.expand import expanded
from shows.script.places import Moment
from shows.script.schema import CameraCue, Script
from shows.script.write import retimed
from shows.sequencer import Show
from tryon import InputError

if TYPE_CHECKING:
    import opentimelineio

RATE = 25
KEY = "tryon"
SCHEMA = "show.1"
_COLORS = {
    "enter": "GREEN", "walk": "GREEN", "pose": "GREEN", "turn": "GREEN", "exit": "GREEN",
    "look": "PINK", "light": "YELLOW", "backdrop": "BLUE", "caption": "WHITE", "card": "CYAN",
    "music": "PURPLE", "blackout": "BLACK", "act": "RED",
}  # fmt: skip


def _otio() -> Any:
    try:
        import opentimelineio  # noqa: PLC0415  # an optional extra
    except ImportError as error:
        raise InputError(
            "Timelines need the library OpenTimelineIO, which is not installed.",
            remedy='Install it with: pip install "tryon[timeline]".',
        ) from error
    return opentimelineio


def timeline_of(show: Show, *, rate: int = RATE) -> opentimelineio.schema.Timeline:
    """The timeline of a show, on whole frames; exact seconds are in the metadata."""
    otio = _otio()
    timeline = otio.schema.Timeline(name=show.script.title.en)
    timeline.global_start_time = otio.opentime.RationalTime(0, rate)
    document = show.script.model_dump(mode="json", by_alias=True, exclude_unset=True)
    timeline.metadata[KEY] = {"schema": SCHEMA, "rate": rate, "script": json.dumps(document)}
    timeline.tracks.append(_cameras(otio, show, rate))
    timeline.tracks.append(_music(otio, show, rate))
    for timed in show.cues:
        if not isinstance(timed.cue, CameraCue):
            timeline.tracks.markers.append(
                _marker(otio, timed.id, timed.cue.cue, (timed.start_s, timed.end_s), rate)
            )
    for name, at_s in show.acts:
        timeline.tracks.markers.append(_marker(otio, name, "act", (at_s, at_s), rate))
    return timeline


def write_otio(show: Show, path: Path, *, rate: int = RATE) -> None:
    """Write a timeline file; its suffix, .otio or .otioz, says which kind."""
    _otio().adapters.write_to_file(timeline_of(show, rate=rate), str(path))


def read_otio(path: Path) -> opentimelineio.schema.Timeline:
    """Read a timeline file. Raises InputError when it is none."""
    otio = _otio()
    try:
        timeline = otio.adapters.read_from_file(str(path))
    except (otio.exceptions.OTIOError, OSError, ValueError) as error:
        raise InputError(
            f"{path} is not a timeline.", remedy="Give a file of OpenTimelineIO, .otio or .otioz."
        ) from error
    if not isinstance(timeline, otio.schema.Timeline):
        raise InputError(
            f"{path} holds a {type(timeline).__name__}, not a timeline.",
            remedy="Export the timeline itself.",
        )
    return timeline


def script_of(timeline: opentimelineio.schema.Timeline, *, name: str = "the timeline") -> Script:
    """The script of a timeline that `timeline_of` made, with the times an editor gave it since.

    Markers and clips of other programs are passed over. Raises InputError for a timeline without a
    script.
    """
    held = timeline.metadata.get(KEY, {})
    try:
        script = Script.model_validate_json(str(held["script"]))
    except (KeyError, ValidationError) as error:
        raise InputError(
            f"{name} carries no script of a show.",
            remedy="Give a timeline that `tryon show export otio` wrote, edited or not.",
        ) from error
    moved = {**dict(_moved_markers(timeline)), **dict(_moved_clips(timeline))}
    acts = tuple(
        act.model_copy(update={"at": Moment(moved[act.id][0])}) if act.id in moved else act
        for act in script.acts
    )
    return retimed(script.model_copy(update={"acts": acts}), expanded(script), moved)


def _cameras(otio: Any, show: Show, rate: int) -> Any:
    track = otio.schema.Track(name="camera", kind=otio.schema.TrackKind.Video)
    cuts = cuts_of(show, rate=rate)
    if cuts and cuts[0].start > 0:
        track.append(otio.schema.Gap(source_range=_range(otio, 0, cuts[0].start, rate)))
    for cut in cuts:
        if cut.fade:
            transition = otio.schema.Transition(
                name=f"{cut.name} fade", transition_type="SMPTE_Dissolve",
                in_offset=otio.opentime.RationalTime(0, rate),
                out_offset=otio.opentime.RationalTime(cut.fade, rate),
            )  # fmt: skip
            track.append(transition)
        track.append(_clip(otio, show, cut, rate))
    return track


def _clip(otio: Any, show: Show, cut: Cut, rate: int) -> Any:
    timed = next(each for each in show.cues if each.id == cut.name)
    clip = otio.schema.Clip(
        name=cut.name, media_reference=otio.schema.MissingReference(),
        source_range=_range(otio, cut.start, cut.end - cut.start, rate),
    )  # fmt: skip
    cue = timed.cue.model_dump(mode="json", exclude_unset=True)
    clip.metadata[KEY] = {
        "cue": timed.id, "start": cut.start, "start_s": timed.start_s, "written": json.dumps(cue),
    }  # fmt: skip
    return clip


def _music(otio: Any, show: Show, rate: int) -> Any:
    track = otio.schema.Track(name="music", kind=otio.schema.TrackKind.Audio)
    part = show.script.music
    if part.starts_s > 0:
        track.append(
            otio.schema.Gap(source_range=_range(otio, 0, round(part.starts_s * rate), rate))
        )
    media = (
        otio.schema.ExternalReference(target_url=(show.folder / part.file).as_uri())
        if part.file
        else otio.schema.MissingReference()
    )
    clip = otio.schema.Clip(
        name=show.music.name, media_reference=media,
        source_range=_range(otio, 0, round(show.music.duration_s * rate), rate),
    )  # fmt: skip
    for name, span in show.music.segments.items():
        clip.markers.append(_marker(otio, name, "segment", (span.start_s, span.end_s), rate))
    track.append(clip)
    return track


def _marker(otio: Any, name: str, kind: str, span: tuple[float, float], rate: int) -> Any:
    start, end = (round(t_s * rate) for t_s in span)
    marker = otio.schema.Marker(
        name=name, marked_range=_range(otio, start, end - start, rate),
        color=_COLORS.get(kind, "ORANGE"),
    )  # fmt: skip
    marker.metadata[KEY] = {
        "cue": name, "kind": kind, "start": start, "frames": end - start, "start_s": span[0],
    }  # fmt: skip
    return marker


def _range(otio: Any, start: int, frames: int, rate: int) -> Any:
    time = otio.opentime.RationalTime
    return otio.opentime.TimeRange(time(start, rate), time(frames, rate))


Moved = tuple[str, tuple[float, float | None]]


def _moved_markers(timeline: Any) -> Iterator[Moved]:
    for marker in timeline.tracks.markers:
        held = marker.metadata.get(KEY)
        if held is None:
            continue
        start, length = marker.marked_range.start_time, marker.marked_range.duration
        rate = start.rate
        same_length = round(length.value) == int(held["frames"])
        if round(start.value) != int(held["start"]) or not same_length:
            yield (
                str(held["cue"]),
                (start.value / rate, None if same_length else length.to_seconds()),
            )


def _moved_clips(timeline: Any) -> Iterator[Moved]:
    """Cameras whose clip begins elsewhere on its track than it was written."""
    for track in timeline.video_tracks():
        for clip in track.find_clips():
            held = clip.metadata.get(KEY)
            if held is None:
                continue
            begin = clip.range_in_parent().start_time
            if round(begin.value) != int(held["start"]):
                yield str(held["cue"]), (begin.to_seconds(), None)
