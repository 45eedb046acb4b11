"""Results kept in memory."""

from __future__ import annotations

from types import TracebackType

from tryon.core.result import TryonResult


class MemorySink:
    """Keeps every result, in order, for as long as it lives.

    results: what was written so far.
    """

    def __init__(self) -> None:
        self.results: list[TryonResult] = []

    def __enter__(self) -> MemorySink:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Nothing to let go of; the results stay."""

    def write(self, result: TryonResult) -> None:
        self.results.append(result)
