"""Camera cuts as an edit decision list, CMX 3600, for grading and conforming."""

from __future__ import annotations

import re
from dataclasses import dataclass

from shows.script.expand import expanded
from shows.script.schema import CameraCue, Script
from shows.script.write import retimed
from shows.sequencer import Show, fade_s
from tryon import InputError

HOUR = 3600
"""Programmes begin at 01:00:00:00 of the record side, as is the custom."""
_EVENT = re.compile(
    r"(\d{3,6})\s+(\S+)\s+V\s+(C|D\s+(\d{3}))\s+" + r"\s+".join([r"(\d\d:\d\d:\d\d[:;]\d\d)"] * 4)
)
_NAME = re.compile(r"\*\s*(?:FROM|TO) CLIP NAME:\s*(\S+)")


@dataclass(frozen=True)
class Cut:
    """A camera and its frames of the show, half-open; fade: frames of the dissolve it begins with."""

    name: str
    start: int
    end: int
    fade: int = 0


def cuts_of(show: Show, *, rate: int = 25) -> tuple[Cut, ...]:
    """The cameras of a show one after the other, on whole frames; a cue of no frame is left out."""
    cameras = show.of(CameraCue)
    starts = [round(timed.start_s * rate) for timed in cameras]
    ends = [*starts[1:], round(show.duration_s * rate)]
    cuts: list[Cut] = []
    for timed, start, end in zip(cameras, starts, ends, strict=True):
        fade = round(fade_s(show, timed) * rate) if cuts else 0
        if end > start:
            cuts.append(Cut(timed.id, start, end, min(fade, end - start)))
    return tuple(cuts)


def write_edl(title: str, cuts: tuple[Cut, ...], *, rate: int = 25) -> str:
    """The list's text. Each camera is a reel that runs along with the show."""
    if len(cuts) > 999:
        raise InputError(
            f"An edit list of CMX 3600 holds 999 events, {title} has {len(cuts)}.",
            remedy="Export an OTIO timeline instead.",
        )
    lines = [f"TITLE: {title.upper()[:70]}", "FCM: NON-DROP FRAME", ""]
    reels: dict[str, str] = {}
    before: Cut | None = None
    for number, cut in enumerate(cuts, start=1):
        reel = reels.setdefault(cut.name, f"CAM{len(reels) + 1:05}")
        if cut.fade and before is not None:
            still = (before.end, before.end)
            lines.append(_event(number, reels[before.name], "C       ", still, rate))
            lines.append(_event(number, reel, f"D    {cut.fade:03}", (cut.start, cut.end), rate))
            lines.append(f"* FROM CLIP NAME: {before.name}")
            lines.append(f"* TO CLIP NAME: {cut.name}")
        else:
            lines.append(_event(number, reel, "C       ", (cut.start, cut.end), rate))
            lines.append(f"* FROM CLIP NAME: {cut.name}")
        before = cut
    return "\n".join(lines) + "\n"


def read_edl(text: str, *, rate: int = 25, name: str = "the file") -> tuple[Cut, ...]:
    """The cuts of an edit list. Raises InputError, with the line, for an event that cannot be read."""
    cuts: list[Cut] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if line[:3].isdigit():
            match = _EVENT.fullmatch(line.strip())
            if match is None:
                raise InputError(
                    f"{name}:{number}: this is not an event of CMX 3600: {line.strip()[:60]!r}.",
                    remedy="Export the list as CMX 3600, video only, with cuts and dissolves.",
                )
            start, end = (_frames(match[k], rate) - HOUR * rate for k in (7, 8))
            if end > start:
                cuts.append(Cut(match[2].lower(), start, end, int(match[4] or 0)))
        elif (found := _NAME.match(line)) and cuts:
            # Of a dissolve's two comments the later one names the camera that it goes to.
            last = cuts[-1]
            cuts[-1] = Cut(found[1], last.start, last.end, last.fade)
    if not cuts:
        raise InputError(f"{name} holds no events.", remedy="Give an edit list of CMX 3600.")
    return tuple(cuts)


def with_cuts(script: Script, show: Show, cuts: tuple[Cut, ...], *, rate: int = 25) -> Script:
    """The script with its cameras at the times of an edited list; those that did not move stay."""
    was = {cut.name: cut.start for cut in cuts_of(show, rate=rate)}
    moved = {
        cut.name: (cut.start / rate, None)
        for cut in cuts
        if cut.name in was and was[cut.name] != cut.start
    }
    return retimed(script, expanded(script), moved)


def _event(number: int, reel: str, kind: str, span: tuple[int, int], rate: int) -> str:
    source = " ".join(_timecode(frame, rate) for frame in span)
    record = " ".join(_timecode(frame + HOUR * rate, rate) for frame in span)
    return f"{number:03}  {reel:<8} V     {kind} {source} {record}"


def _timecode(frame: int, rate: int) -> str:
    seconds, frames = divmod(frame, rate)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}:{frames:02}"


def _frames(timecode: str, rate: int) -> int:
    hours, minutes, seconds, frames = (int(part) for part in re.split("[:;]", timecode))
    return ((hours * 60 + minutes) * 60 + seconds) * rate + frames
