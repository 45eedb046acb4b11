"""What is left of an export to do: its parts, in a work folder beside the film."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from fractions import Fraction
from pathlib import Path

from filelock import FileLock, Timeout

from tryon import OutputError

PART_S = 2.0
"""Seconds of a part: what a killed export loses at most for each of its processes."""
VERSION = 1


@dataclass(frozen=True)
class Plan:
    """A film to make. Two plans that are equal give the same pictures.

    fingerprint: of everything that its pictures depend on; start_s, end_s: of the show, half-open.
    """

    fingerprint: str
    size_wh: tuple[int, int]
    fps: Fraction
    start_s: float
    end_s: float

    @property
    def frames(self) -> int:
        return max(1, round((self.end_s - self.start_s) * self.fps))

    def parts(self) -> list[range]:
        """Numbers of frames, in order, each range about PART_S long."""
        step = max(1, round(PART_S * self.fps))
        return [
            range(first, min(first + step, self.frames)) for first in range(0, self.frames, step)
        ]

    def t_s(self, frame: int) -> float:
        """The time of the show that a frame shows."""
        return self.start_s + float(frame / self.fps)

    def text(self) -> str:
        values = {**asdict(self), "fps": str(self.fps), "version": VERSION}
        return json.dumps(values, sort_keys=True)


@dataclass(frozen=True)
class DonePart:
    """A part on disk. sha256: of its frames' pixels, one after the other."""

    path: Path
    sha256: str


class WorkFolder:
    """Finished parts of one plan; parts of another plan are thrown away.

    Raises OutputError when it cannot be written, or while another export uses it.
    """

    def __init__(self, out: Path, plan: Plan) -> None:
        self.path = out.with_name(f".{out.stem}.film")
        self._plan = plan

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep other exports out of it."""
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            with FileLock(self.path / "lock", timeout=0):
                self._begin()
                try:
                    yield
                finally:
                    # Processes that were ended in the middle of a part could not clean up.
                    _remove(self.path, ".*.part.nut", ".*.tmp")
        except Timeout as error:
            raise OutputError(
                f"Another export is writing into {self.path}.",
                remedy="Wait for it, or name another file with --out.",
            ) from error
        except OSError as error:
            raise OutputError(
                f"{self.path} cannot be written: {error.strerror or error}.",
                remedy="Make room, or write to another folder.",
            ) from error

    def part(self, number: int) -> Path:
        return self.path / f"{number:05d}.nut"

    def done(self) -> Mapping[int, DonePart]:
        """Parts that are finished, by number."""
        found = {}
        for number in range(len(self._plan.parts())):
            note = self.part(number).with_suffix(".json")
            with suppress(OSError, ValueError, KeyError):
                sha256 = str(json.loads(note.read_text("utf-8"))["sha256"])
                if self.part(number).is_file():
                    found[number] = DonePart(self.part(number), sha256)
        return found

    def clear(self) -> None:
        """Remove everything that exports leave here, and the folder when it is empty then."""
        _remove(self.path, "*.nut", "*.json", "*.tmp", "lock")
        with suppress(OSError):
            self.path.rmdir()

    def _begin(self) -> None:
        kept = self.path / "plan.json"
        with suppress(OSError):
            if kept.read_text("utf-8") == self._plan.text():
                return
        _remove(self.path, "*.nut", "*.json", "*.tmp")
        write_note(kept, self._plan.text())


def _remove(folder: Path, *patterns: str) -> None:
    for pattern in patterns:
        for path in folder.glob(pattern):
            path.unlink(missing_ok=True)


def write_note(path: Path, text: str) -> None:
    """Write a small file that is either whole or not there."""
    draft = path.with_name(f".{secrets.token_hex(4)}.tmp")
    try:
        draft.write_text(text, "utf-8")
        os.replace(draft, path)
    finally:
        draft.unlink(missing_ok=True)


def film_sha256(parts: Mapping[int, DonePart]) -> str:
    """One hash for the pixels of all frames."""
    whole = hashlib.sha256()
    for number in sorted(parts):
        whole.update(parts[number].sha256.encode())
    return whole.hexdigest()
