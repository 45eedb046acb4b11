"""What was shown when, on disk: every command, every cue that began, and a pulse between them.

One JSON object a line. A line is on disk before the show goes on, so that a run that dies can be taken
up where it was; a last line that was cut off in the middle is passed over.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from shows.live.cues import CueList, Fired
from shows.live.running import Command, RunState, advance, apply, opening
from tryon import InputError, OutputError

VERSION = 1


@dataclass(frozen=True)
class Past:
    """What a journal tells: the state at its last line, whether the run was ended on purpose, and how
    often it had been taken up again."""

    state: RunState
    closed: bool
    resumptions: int


class Journal:
    """Appends to a journal. A new one begins with the show's fingerprint, which a resumed run must have.

    Raises OutputError when the file cannot be written.
    """

    def __init__(self, path: Path, *, fingerprint: str, began: str) -> None:
        self.path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            fresh = not path.exists() or path.stat().st_size == 0
            self._file = path.open("a", encoding="utf-8")
        except OSError as error:
            raise OutputError(
                f"The journal {path} cannot be written: {error.strerror}.",
                remedy="Name another file with --journal, or make room.",
            ) from error
        if fresh:
            self._write({"journal": VERSION, "show": fingerprint, "began": began})
        else:
            self._mend()

    def command(self, command: Command) -> None:
        self._write({"at_s": command.at_s, "command": asdict(command)})

    def fired(self, fired: Fired) -> None:
        self._write({"at_s": fired.at_s, "fired": asdict(fired)})

    def pulse(self, state: RunState) -> None:
        """The show was here and well."""
        self._write({"at_s": state.at_s, "pulse": state.show_s, "mode": state.mode})

    def resumed(self, at_s: float, *, lost_s: float) -> None:
        """A run goes on after nothing was shown for lost_s seconds."""
        self._write({"at_s": at_s, "resumed": lost_s})

    def close(self, at_s: float) -> None:
        """The run ends on purpose."""
        if not self._file.closed:
            self._write({"at_s": at_s, "closed": True})
            self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()

    def _mend(self) -> None:
        """End a line that a crash cut off, so that the next one is whole."""
        with self.path.open("rb") as file:
            file.seek(-1, os.SEEK_END)
            if file.read(1) != b"\n":
                self._file.write("\n")

    def _write(self, entry: Mapping[str, Any]) -> None:
        self._file.write(json.dumps(entry, ensure_ascii=False) + "\n")
        self._file.flush()
        os.fsync(self._file.fileno())


def entries(path: Path) -> Iterator[Mapping[str, Any]]:
    """The whole lines of a journal. Raises InputError when it is none."""
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            f"The journal {path} cannot be read: {error}.", remedy="Name the right file."
        ) from error
    for number, line in enumerate(lines):
        try:
            entry = json.loads(line)
        except ValueError:
            entry = None
        if number == 0 and (not isinstance(entry, dict) or entry.get("journal") != VERSION):
            raise InputError(
                f"{path} is not the journal of a show.", remedy="Name the right file, or a new one."
            )
        if entry is not None:
            yield entry


def past(path: Path, cues: CueList, *, fingerprint: str) -> Past:
    """Fold a journal's commands over the cues of the same show.

    Raises InputError when the journal is of another show, or none.
    """
    state, closed, resumptions = opening(cues), False, 0
    for entry in entries(path):
        if "journal" in entry:
            if entry["show"] != fingerprint:
                raise InputError(
                    f"{path} is the journal of another show, or of this one before it was changed.",
                    remedy="Run the script as it was, or begin anew with --journal and a new file.",
                )
            continue
        at_s = float(entry["at_s"])
        if "resumed" in entry:
            state = replace(state, at_s=at_s)
            resumptions, closed = resumptions + 1, False
        elif "command" in entry:
            state, _ = apply(state, cues, Command(**entry["command"]))
        else:
            state, _ = advance(state, cues, max(at_s, state.at_s))
            closed = "closed" in entry
    return Past(state, closed, resumptions)
