"""Captions as WebVTT (W3C) and SRT, both ways."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from shows.script.places import Moment, Span
from shows.script.schema import Bilingual, CaptionCue, Cue, Script
from shows.sequencer import Show, staging_at
from tryon import InputError

Language = Literal["en", "zh"]
_TIME = r"(?:(\d+):)?(\d{1,2}):(\d{2})[.,](\d{3})"
_SPAN = re.compile(rf"{_TIME}\s+-->\s+{_TIME}(?:\s.*)?")
_TAG = re.compile(r"</?[^>]*>")


@dataclass(frozen=True)
class Caption:
    """Words that are shown for a while, half-open, in seconds of the show."""

    start_s: float
    end_s: float
    text: str


def captions_of(show: Show, language: Language) -> tuple[Caption, ...]:
    """What the audience reads in one language: one caption at a time, as they are staged."""
    edges = sorted({t for c in show.of(CaptionCue) for t in (c.start_s, c.end_s)})
    read: list[Caption] = []
    for start_s, end_s in pairwise(edges):
        text = staging_at(show, start_s).captions.get(language)
        if text is None:
            continue
        if read and read[-1].text == text and read[-1].end_s == start_s:
            read[-1] = Caption(read[-1].start_s, end_s, text)
        else:
            read.append(Caption(start_s, end_s, text))
    return tuple(read)


def write_vtt(captions: Iterable[Caption]) -> str:
    """WebVTT text, times to the millisecond."""
    blocks = ["WEBVTT\n"]
    for caption in captions:
        text = html.escape(caption.text, quote=False)
        blocks.append(f"{_clock(caption.start_s)} --> {_clock(caption.end_s)}\n{text}\n")
    return "\n".join(blocks)


def write_srt(captions: Iterable[Caption]) -> str:
    """SRT text, times to the millisecond."""
    blocks = []
    for number, caption in enumerate(captions, start=1):
        span = f"{_clock(caption.start_s)} --> {_clock(caption.end_s)}".replace(".", ",")
        blocks.append(f"{number}\n{span}\n{caption.text}\n")
    return "\n".join(blocks)


def read_captions(text: str, *, name: str = "the file") -> tuple[Caption, ...]:
    """Captions of a WebVTT or SRT text; styles, notes, positions and tags are left out.

    Raises InputError, with the line, for a time that cannot be read or an end before its start.
    """
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").split("\n")
    webvtt = lines[0].startswith("WEBVTT")
    captions = []
    number = 0
    while number < len(lines):
        if "-->" not in lines[number]:
            number += 1
            continue
        start_s, end_s = _span(lines[number], f"{name}:{number + 1}")
        number += 1
        words = []
        while number < len(lines) and lines[number].strip():
            words.append(lines[number].strip())
            number += 1
        said = _TAG.sub("", " ".join(words)) if webvtt else " ".join(words)
        if said:
            captions.append(Caption(start_s, end_s, html.unescape(said) if webvtt else said))
    if not captions:
        raise InputError(
            f"{name} holds no captions.", remedy="Give a WebVTT (.vtt) or an SRT (.srt) file."
        )
    return tuple(captions)


def with_captions(script: Script, english: Sequence[Caption], chinese: Sequence[Caption]) -> Script:
    """The script with these captions in place of all of its own.

    The two languages must tell the same captions at the same times; with one of them empty, the other
    is shown to both. Raises InputError when they differ.
    """
    english, chinese = english or chinese, chinese or english
    if [(c.start_s, c.end_s) for c in english] != [(c.start_s, c.end_s) for c in chinese]:
        raise InputError(
            f"The captions do not match: {len(english)} in English, {len(chinese)} in Chinese, or "
            "at other times.",
            remedy="Give both languages the same number of captions with the same times.",
        )
    cues: list[Cue] = [cue for cue in script.cues if not isinstance(cue, CaptionCue)]
    for number, (en, zh) in enumerate(zip(english, chinese, strict=True), start=1):
        cues.append(CaptionCue(
            cue="caption", id=f"caption-{number}", at=Moment(en.start_s),
            duration=Span(round(en.end_s - en.start_s, 3)), text=Bilingual(en=en.text, zh=zh.text),
        ))  # fmt: skip
    return script.model_copy(update={"cues": tuple(cues), "captions": False})


def _clock(t_s: float) -> str:
    total_ms = round(max(t_s, 0.0) * 1000)
    hours, rest = divmod(total_ms, 3_600_000)
    minutes, ms = divmod(rest, 60_000)
    return f"{hours:02}:{minutes:02}:{ms // 1000:02}.{ms % 1000:03}"


def _span(line: str, where: str) -> tuple[float, float]:
    match = _SPAN.fullmatch(line.strip())
    if match is None:
        raise InputError(
            f"{where}: {line.strip()!r} is not a caption's time.",
            remedy="Write it like 00:01:02.500 --> 00:01:05.000.",
        )
    start_s, end_s = (
        int(h or 0) * 3600 + int(m) * 60 + int(s) + int(ms) / 1000
        for h, m, s, ms in (match.groups()[:4], match.groups()[4:])
    )
    if end_s <= start_s:
        raise InputError(
            f"{where}: the caption ends before it begins.", remedy="Correct its second time."
        )
    return start_s, end_s
