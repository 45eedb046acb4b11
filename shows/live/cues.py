"""What the stage manager's desk knows of a cue, and the finding of cues by time and by name."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from tryon import InputError


@dataclass(frozen=True)
class DeskCue:
    """A cue as the desk lists it.

    start_s, end_s: seconds of the show, half-open; waits: the show stops before it until GO; kind: the
    word of the script, as "camera"; notes: what the script says to the stage manager.
    """

    id: str
    kind: str
    start_s: float
    end_s: float
    title: str = ""
    waits: bool = False
    notes: str = ""


@dataclass(frozen=True)
class Fired:
    """A cue that began. at_s: seconds of the run; show_s: seconds of the show."""

    cue: str
    at_s: float
    show_s: float


@dataclass(frozen=True)
class CueList:
    """All cues of a show, in the order in which they begin, and how long the show is."""

    cues: tuple[DeskCue, ...]
    duration_s: float

    @classmethod
    def of(cls, cues: Iterable[DeskCue], *, duration_s: float) -> CueList:
        """Sort the cues; cues of one instant stay in the order of the script."""
        return cls(tuple(sorted(cues, key=lambda cue: cue.start_s)), duration_s)

    def index(self, cue_id: str) -> int:
        """The place of a cue in the list. Raises InputError for a cue that the show does not have."""
        for index, cue in enumerate(self.cues):
            if cue.id == cue_id:
                return index
        near = difflib.get_close_matches(cue_id, [cue.id for cue in self.cues], n=3)
        known = ", ".join(near or [cue.id for cue in self.cues[:5]])
        raise InputError(f"The show has no cue {cue_id!r}.", remedy=f"Call one of: {known}.")

    def cue(self, cue_id: str) -> DeskCue:
        """A cue by its name. Raises InputError as `index` does."""
        return self.cues[self.index(cue_id)]

    def begun(self, show_s: float, disarmed: Collection[str] = ()) -> DeskCue | None:
        """The newest cue that has begun at a time of the show, without the disarmed ones."""
        newest = None
        for cue in self.cues:
            if cue.start_s > show_s:
                break
            if cue.id not in disarmed:
                newest = cue
        return newest

    def after(self, index: int, disarmed: Collection[str] = ()) -> int | None:
        """The first armed cue at or behind a place of the list, None at its end."""
        for k in range(index, len(self.cues)):
            if self.cues[k].id not in disarmed:
                return k
        return None

    def before(self, index: int, disarmed: Collection[str] = ()) -> int | None:
        """The last armed cue before a place of the list, None at its beginning."""
        for k in range(min(index, len(self.cues)) - 1, -1, -1):
            if self.cues[k].id not in disarmed:
                return k
        return None
