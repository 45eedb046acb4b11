"""The numbers of every build in one small SQLite file, for trends."""

from __future__ import annotations

import math
import sqlite3
import subprocess
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from tryon.core.errors import OutputError
from tryon.qa.replay.case import Outcome
from tryon.qa.replay.provenance import provenance
from tryon.supplies import assets_dir, cache_dir

_TABLES = """
CREATE TABLE IF NOT EXISTS builds (
    id INTEGER PRIMARY KEY, at TEXT NOT NULL, revision TEXT NOT NULL, machine TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS numbers (
    build INTEGER NOT NULL REFERENCES builds(id), suite TEXT NOT NULL, name TEXT NOT NULL,
    measure TEXT NOT NULL, value REAL NOT NULL,
    PRIMARY KEY (build, suite, name, measure)
);
CREATE INDEX IF NOT EXISTS by_measure ON numbers (suite, name, measure, build);
"""
KEPT_BUILDS = 500
"""Older ones are forgotten."""


@dataclass(frozen=True)
class Point:
    """One value of one build."""

    revision: str
    at: str
    value: float


def history_file() -> Path:
    """Where the history lies unless another file is named."""
    return cache_dir() / "qa" / "history.sqlite"


def revision() -> str:
    """The revision of this build: git's short hash, with a + when files differ, else the version."""
    folder = assets_dir().parent
    try:
        short = _git(folder, "rev-parse", "--short", "HEAD")
        changed = _git(folder, "status", "--porcelain", "--untracked-files=no")
    except (OSError, subprocess.CalledProcessError):
        return provenance().versions["tryon"]
    return f"{short}+" if changed else short


class History:
    """Keeps and tells the numbers of builds. Raises OutputError when the file cannot be used."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with closing(self._open()) as database, database:
                database.executescript(_TABLES)
        except (sqlite3.Error, OSError) as error:
            raise self._failed(error) from error

    def add(self, outcomes: Iterable[Outcome], *, revision: str, at: datetime) -> None:
        """Keep the numbers of one run."""
        here = provenance().machine
        try:
            with closing(self._open()) as database, database:
                build = database.execute(
                    "INSERT INTO builds (at, revision, machine) VALUES (?, ?, ?)",
                    (at.isoformat(timespec="seconds"), revision, f"{here.system} {here.features}"),
                ).lastrowid
                database.executemany(
                    "INSERT INTO numbers VALUES (?, ?, ?, ?, ?)",
                    [
                        (build, outcome.suite, outcome.name, measure, value)
                        for outcome in outcomes
                        for measure, value in outcome.values.items()
                        if math.isfinite(value)
                    ],
                )
                database.execute(
                    "DELETE FROM numbers WHERE build <= ?", ((build or 0) - KEPT_BUILDS,)
                )
                database.execute("DELETE FROM builds WHERE id <= ?", ((build or 0) - KEPT_BUILDS,))
        except sqlite3.Error as error:
            raise self._failed(error) from error

    def trend(self, suite: str, name: str, measure: str, *, most: int = 40) -> Sequence[Point]:
        """The last builds' values, oldest first."""
        try:
            with closing(self._open()) as database:
                rows = database.execute(
                    "SELECT revision, at, value FROM numbers JOIN builds ON builds.id = build "
                    "WHERE suite = ? AND name = ? AND measure = ? ORDER BY build DESC LIMIT ?",
                    (suite, name, measure, most),
                ).fetchall()
        except sqlite3.Error as error:
            raise self._failed(error) from error
        return [Point(*row) for row in reversed(rows)]

    def _open(self) -> sqlite3.Connection:
        # Two runs at once wait for each other.
        return sqlite3.connect(self._path, timeout=20)

    def _failed(self, error: Exception) -> OutputError:
        return OutputError(
            f"The history {self._path} cannot be used: {error}.",
            remedy="Name another with --history, or delete it: it only holds trends.",
        )


def _git(folder: Path, *words: str) -> str:
    done = subprocess.run(
        ["git", "-C", str(folder), *words], capture_output=True, text=True, check=True
    )
    return done.stdout.strip()
