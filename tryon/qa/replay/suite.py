"""Suites: which recordings are replayed in which looks, and the gates that must hold."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from tryon.core.errors import InputError
from tryon.qa.replay.faults import FAULTS
from tryon.qa.replay.player import STARTS, Look, Start
from tryon.qa.replay.tolerances import Limit, read_form
from tryon.supplies import assets_dir

Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=60)]
SHARED_DATA = "TRYON_SHARED_DATA"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Gate(Limit):
    """A limit that breaks the build; measures of items are held for every item."""


class Case(_Part):
    """One recording in one look.

    recording: a recording beside the suite, or clip: a clip in the folder of shared clips, which is
    recorded on the way and left out where it is absent. golden: beside the suite; a clip's golden is
    kept in the cache. fault: what is done to the frames, judged against the same replay without it.
    """

    name: Name
    recording: str | None = None
    clip: str | None = None
    wear: Annotated[tuple[str, ...], Field(min_length=1)]
    variants: Mapping[str, str] = Field(default_factory=dict)
    starts: Annotated[tuple[Start, ...], Field(alias="from", min_length=1)] = STARTS
    golden: str | None = None
    bodies: bool = False
    fault: str | None = None
    pictures_every: Annotated[int, Field(ge=0)] = 5
    gates: tuple[Gate, ...] = ()

    @model_validator(mode="after")
    def _consistent(self) -> Case:
        if (self.recording is None) == (self.clip is None):
            raise ValueError("give either `recording` or `clip`")
        if self.fault is not None and self.fault.partition(":")[0] not in FAULTS:
            raise ValueError(f"there is no fault {self.fault!r}; there are {', '.join(FAULTS)}")
        if self.fault is not None and self.starts != ("pixels",):
            raise ValueError("a fault is replayed from: [pixels]")
        return self

    @property
    def look(self) -> Look:
        return Look(self.wear, self.variants)


class SuiteFile(_Part):
    """A suite as it is written."""

    schema_: Literal["tryon.suite.1"] = Field(alias="schema")
    title: Annotated[str, Field(min_length=1, max_length=120)]
    gates: tuple[Gate, ...] = ()
    cases: Annotated[tuple[Case, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _names_once(self) -> SuiteFile:
        names = [case.name for case in self.cases]
        twice = {name for name in names if names.count(name) > 1}
        if twice:
            raise ValueError(f"{', '.join(sorted(twice))} is there twice")
        return self


class Suite:
    """A suite and where it lies. Raises InputError with file, field and remedy."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.name = path.stem
        self.file = read_form(path, SuiteFile)

    def gates(self, case: Case) -> tuple[Gate, ...]:
        """Those of the suite, but where the case has its own for a measure."""
        own = {gate.measure for gate in case.gates}
        return (*(gate for gate in self.file.gates if gate.measure not in own), *case.gates)

    def beside(self, name: str) -> Path:
        """A file that the suite names."""
        return self.path.parent / name


def bundled_suites() -> tuple[Path, ...]:
    """The project's own suites by name."""
    folder = assets_dir() / "qa"
    return tuple(sorted(p for p in folder.glob("*.yaml") if p.name != "tolerances.yaml"))


def open_suites(paths: Sequence[Path]) -> tuple[Suite, ...]:
    """Suites by file; the bundled ones when none is named. Raises InputError."""
    chosen = tuple(paths) or bundled_suites()
    if not chosen:
        raise InputError("There is no suite to run.", remedy="Name one: tryon qa run FILE.yaml.")
    return tuple(Suite(path) for path in chosen)


def shared_clips() -> Path | None:
    """The folder of developers' clips: `$TRYON_SHARED_DATA/clips`, else ../shared/data/clips."""
    root = os.environ.get(SHARED_DATA)
    folder = (Path(root) if root else assets_dir().parent.parent / "shared" / "data") / "clips"
    return folder if folder.is_dir() else None
