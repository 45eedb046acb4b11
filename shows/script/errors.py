"""What is wrong with a script, for the person who writes it."""

from __future__ import annotations

from tryon import TryonError


class ScriptError(TryonError):
    """A script cannot be played: file, line, field or cue, what is wrong there, and how to mend it."""
