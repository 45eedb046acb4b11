"""Writes a script, and changes the times of its cues."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import yaml

from shows.script.places import Moment, Span
from shows.script.schema import Cue, Script

HEADER = "# yaml-language-server: $schema=show.schema.json\n"


def script_text(script: Script) -> str:
    """The script as YAML, without what is left at its defaults; reading it gives the same script."""
    document = script.model_dump(mode="json", by_alias=True, exclude_unset=True)
    return HEADER + str(yaml.safe_dump(document, allow_unicode=True, sort_keys=False, width=100))


def retimed(
    script: Script, cues: Iterable[Cue], times: Mapping[str, tuple[float, float | None]]
) -> Script:
    """The script with some cues at other times.

    cues: all of the show, as `expanded` makes them; times: by cue, new start and duration in seconds of
    the show (None: as before). A cue that the run of show brought becomes one of the script's own.
    """
    by_id = {cue.id: cue for cue in cues}
    changed = {name: _at(by_id[name], *time) for name, time in times.items() if name in by_id}
    own = []
    for index, cue in enumerate(script.cues):
        name = cue.id or f"{cue.cue}-{index + 1}"
        own.append(changed.pop(name, cue))
    return script.model_copy(update={"cues": (*own, *changed.values())})


def _at(cue: Cue, start_s: float, duration_s: float | None) -> Cue:
    update: dict[str, object] = {"at": Moment(start_s), "pre_wait": Span(0.0)}
    if duration_s is not None:
        update["duration"] = Span(duration_s)
    return cue.model_copy(update=update)
