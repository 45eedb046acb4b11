"""When a cue begins and how long it lasts, as a script writes it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

from shows.clock import Beat

Unit = Literal["s", "beats", "bars"]
Edge = Literal["start", "end"]

_UNITS: dict[str, Unit] = {
    "": "s", "s": "s", "second": "s", "seconds": "s",
    "beat": "beats", "beats": "beats", "bar": "bars", "bars": "bars",
}  # fmt: skip
_SPAN = re.compile(r"(\d+(?:\.\d+)?)\s*([a-z]*)")
_MOMENT = re.compile(
    r"(?:(?P<place>\d+:\d+(?:\.\d+)?)|(?P<seconds>\d+(?:\.\d+)?)\s*s?"
    r"|(?P<name>[a-z][a-z0-9-]*)(?:\.(?P<edge>start|end))?)"
    r"(?:\s*(?P<sign>[+-])\s+(?P<offset>\d.*))?"
)
MOMENT_HELP = (
    "seconds (12.5), bar:beat of the music (4:1), or another cue (opening.end + 2 beats; blanks "
    "around the sign)"
)
SPAN_HELP = "seconds (2.5), beats (8 beats) or bars (2 bars)"


@dataclass(frozen=True)
class Span:
    """A length of time in seconds, beats or bars; negative only as an offset."""

    amount: float
    unit: Unit = "s"

    def __str__(self) -> str:
        return f"{self.amount!r} {self.unit}"


@dataclass(frozen=True)
class Moment:
    """When something begins: base + offset.

    base: seconds of the show, a place in the music, or (name, edge) of a cue, an act or a segment.
    """

    base: float | Beat | tuple[str, Edge]
    offset: Span = Span(0.0)

    def __str__(self) -> str:
        match self.base:
            case Beat(bar, beat):
                text = f"{bar}:{beat:.12g}"
            case (name, edge):
                text = f"{name}.{edge}"
            case seconds:
                text = repr(seconds)
        if self.offset.amount == 0:
            return text
        sign = "-" if self.offset.amount < 0 else "+"
        return f"{text} {sign} {Span(abs(self.offset.amount), self.offset.unit)}"


def parse_span(written: object) -> Span:
    """Read a length of time. Raises ValueError in words for the writer of the script."""
    if isinstance(written, Span):
        return written
    match = None
    if isinstance(written, int | float | str) and not isinstance(written, bool):
        match = _SPAN.fullmatch(str(written).strip().lower())
    if match is None or match[2] not in _UNITS:
        raise ValueError(SPAN_HELP)
    return Span(float(match[1]), _UNITS[match[2]])


def parse_moment(written: object) -> Moment:
    """Read a moment. Raises ValueError in words for the writer of the script."""
    if isinstance(written, Moment):
        return written
    match = None
    if isinstance(written, int | float | str) and not isinstance(written, bool):
        match = _MOMENT.fullmatch(str(written).strip())
    if match is None:
        raise ValueError(MOMENT_HELP)
    offset = Span(0.0)
    if match["offset"]:
        span = parse_span(match["offset"])
        offset = Span(-span.amount if match["sign"] == "-" else span.amount, span.unit)
    if match["place"]:
        bar, beat = match["place"].split(":")
        if int(bar) < 1 or float(beat) < 1:
            raise ValueError("bars and beats counted from 1, for example 4:1")
        return Moment(Beat(int(bar), float(beat)), offset)
    if match["seconds"]:
        return Moment(float(match["seconds"]), offset)
    edge: Edge = "end" if match["edge"] == "end" else "start"
    return Moment((match["name"], edge), offset)


def _schema(words: str) -> WithJsonSchema:
    return WithJsonSchema({"type": ["string", "number"], "description": words})


When = Annotated[Moment, BeforeValidator(parse_moment), PlainSerializer(str), _schema(MOMENT_HELP)]
Lasting = Annotated[Span, BeforeValidator(parse_span), PlainSerializer(str), _schema(SPAN_HELP)]
