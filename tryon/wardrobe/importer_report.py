"""What the import of a stranger's model tells its owner."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class ImportReport:
    """found: read off the model; assumed: guessed, with the flag that overrides it; lost: could not be
    kept, or was kept in another form. Sentences without a full stop, in the order they came up."""

    found: list[str] = field(default_factory=list)
    assumed: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
