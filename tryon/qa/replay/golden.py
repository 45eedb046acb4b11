"""A golden: the readings of a replay that was looked at and found good, in one file.

A zip of `golden.json` (schema, what was replayed, provenance, checksum) and `readings.exact`. It is
replaced in one step: a full disk or Ctrl-C leaves the old one whole.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tryon.core.errors import InputError
from tryon.media.drafts import draft, writing
from tryon.qa.replay.exact import pack, unpack
from tryon.qa.replay.layout import write_zip
from tryon.qa.replay.player import Look, Start
from tryon.qa.replay.provenance import Provenance, provenance
from tryon.qa.replay.readings import READINGS, Replay
from tryon.qa.replay.recording import Recording

HEAD, READINGS_FILE = "golden.json", "readings.exact"
WHOLE_COPY = "Fetch a whole copy, or make it again with --update."


class GoldenHead(BaseModel):
    """What a golden says of itself. recording: SHA-256 of the recording's manifest."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    schema_: Literal["tryon.golden.1"] = Field(alias="schema")
    recording: str
    wear: tuple[str, ...]
    variants: dict[str, str]
    start: Start
    provenance: Provenance
    readings_sha256: str


@dataclass(frozen=True)
class Golden:
    """Readings to hold others against."""

    head: GoldenHead
    replay: Replay


def write_golden(
    path: Path, replay: Replay, *, recording: Recording, look: Look, start: Start
) -> None:
    """Write a golden, whole or not at all. Raises OutputError."""
    content = pack(replay)
    head = GoldenHead(
        schema="tryon.golden.1",
        recording=recording.digest,
        wear=look.wear,
        variants=dict(look.variants),
        start=start,
        provenance=provenance(),
        readings_sha256=hashlib.sha256(content).hexdigest(),
    )
    text = head.model_dump_json(by_alias=True, indent=1) + "\n"
    with draft(path) as here, writing(path):
        write_zip(here, {HEAD: text.encode(), READINGS_FILE: content})


def read_golden(path: Path, *, recording: Recording, look: Look) -> Golden:
    """The golden of a recording and a look. Raises InputError when it is none, or another's."""
    try:
        with zipfile.ZipFile(path) as archive:
            head = GoldenHead.model_validate(json.loads(archive.read(HEAD)))
            content = archive.read(READINGS_FILE)
    except FileNotFoundError as error:
        raise InputError(
            f"There is no golden {path}.",
            remedy="Make it with --update after a look at the result.",
        ) from error
    except (zipfile.BadZipFile, KeyError, ValueError, OSError, ValidationError) as error:
        raise InputError(f"{path} is not a whole golden: {error}.", remedy=WHOLE_COPY) from error
    if hashlib.sha256(content).hexdigest() != head.readings_sha256:
        raise InputError(f"{path} was edited: its checksum is another.", remedy=WHOLE_COPY)
    if head.recording != recording.digest:
        raise InputError(
            f"{path} belongs to another recording than {recording.path}.",
            remedy="Name the right golden, or make a new one with --update.",
        )
    if (head.wear, head.variants) != (look.wear, dict(look.variants)):
        raise InputError(
            f"{path} is of {', '.join(head.wear)}, not {', '.join(look.wear)}.",
            remedy="Wear the same, or make a new golden with --update.",
        )
    return Golden(head, unpack(content, Replay, known=READINGS, where=str(path)))
