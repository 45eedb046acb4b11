"""Text files of MakeHuman, and the files beside them that they name."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tryon.core.errors import ImportError3D

MOST_BYTES = 64 * 1024**2


def inside(path: Path, name: str) -> Path | None:
    """A file named by another, if it lies in that one's folder or below."""
    folder = path.parent.resolve()
    target = (folder / name.replace("\\", "/")).resolve()
    return target if target.is_relative_to(folder) else None


def numbered_lines(path: Path) -> Iterator[tuple[int, str]]:
    """Numbered lines that are not blank. Raises ImportError3D."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise ImportError3D(
                f"{path} is larger than {MOST_BYTES // 1024**2} MB.", remedy="Reduce its triangles."
            )
        text = path.read_text("utf-8", errors="replace")
    except OSError as error:
        raise ImportError3D(
            f"Cannot read {path}: {error.strerror}.", remedy="Check the path and permissions."
        ) from error
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip():
            yield number, line.strip()
