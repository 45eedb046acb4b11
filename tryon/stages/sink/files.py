"""Pictures and text as files that appear whole or not at all."""

from __future__ import annotations

import os
from contextlib import ExitStack, suppress
from pathlib import Path
from types import TracebackType
from typing import TextIO

import numpy as np
from numpy.typing import NDArray

from tryon.media import pictures
from tryon.media.drafts import draft, write_whole, writing


def write_picture(path: str | os.PathLike[str], picture: NDArray[np.uint8]) -> None:
    """Write (H, W, 3) RGB, (H, W, 4) RGBA or (H, W) grey uint8 as PNG, JPEG or WebP by suffix.

    Folders are made. Raises OutputError, and then no half file is left.
    """
    pictures.write_picture(Path(path), picture)


def write_text(path: str | os.PathLike[str], text: str) -> None:
    """Write text as UTF-8, complete or not at all. Raises OutputError."""
    write_whole(Path(path), text.encode("utf-8"))


class TextSink:
    """A UTF-8 text file that grows line by line and appears when it is closed without an error.

    Raises OutputError when it cannot be written; then, and when its block raises, no file is left.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._path = Path(path)
        self._stack = ExitStack()
        self._file: TextIO | None = None

    def __enter__(self) -> TextSink:
        with ExitStack() as stack:
            here = stack.enter_context(draft(self._path))
            with writing(self._path):
                self._file = here.open("w", encoding="utf-8", newline="\n")
            stack.push(self._close)
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.__exit__(kind, error, trace)

    def write(self, text: str) -> None:
        """Add text as it is; a line brings its own line feed."""
        if self._file is None:
            raise ValueError("a TextSink is written to inside its `with` block")
        with writing(self._path):
            self._file.write(text)

    def _close(self, kind: type[BaseException] | None, *_: object) -> None:
        """Write what is still buffered, which a full disk refuses."""
        file, self._file = self._file, None
        if file is None:
            return
        if kind is None:
            with writing(self._path):
                file.close()
        else:
            with suppress(OSError):
                file.close()
