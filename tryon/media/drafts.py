"""Files that appear whole or not at all."""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tryon.core.errors import OutputError


@contextmanager
def draft(target: Path) -> Iterator[Path]:
    """An empty file beside `target` to fill, moved over it when the block ends well.

    Folders above the target are made. When the block raises (Ctrl-C too) the draft is removed and
    what was at `target` before stays. Raises OutputError when the target cannot be written.
    """
    # The suffix stays last: encoders choose by it.
    here = target.with_name(f".{target.stem}.{secrets.token_hex(4)}.part{target.suffix}")
    try:
        with writing(target):
            target.parent.mkdir(parents=True, exist_ok=True)
            if target.is_dir():
                raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
            here.touch(exist_ok=False)
        yield here
        with writing(target):
            _to_disk(here)
            here.replace(target)
    finally:
        with suppress(OSError):
            here.unlink(missing_ok=True)


@contextmanager
def writing(target: Path) -> Iterator[None]:
    """An OSError of this block, a full disk for example, becomes an OutputError about `target`."""
    try:
        yield
    except OSError as error:
        why = error.strerror or str(error)
        raise OutputError(
            f"{target} cannot be written: {why}.", remedy=_remedy(target, error.errno)
        ) from error


def write_whole(target: Path, content: bytes) -> None:
    """Write a file that is either complete or not there. Raises OutputError."""
    with draft(target) as here, writing(target):
        here.write_bytes(content)


def _remedy(target: Path, code: int | None) -> str:
    folder = target.absolute().parent
    free = f"Free some space on the disk of {folder}, or write to another one."
    allow = f"Choose a folder that you may write to, or allow writing to {folder}."
    taken = f"A file is where the folder {folder} should be; choose another folder."
    remedies = {
        errno.ENOSPC: free,
        errno.EDQUOT: free,
        errno.EACCES: allow,
        errno.EPERM: allow,
        errno.EROFS: allow,
        errno.ENOTDIR: taken,
        errno.EEXIST: taken,
        errno.EISDIR: "That is a folder; give the name of a file.",
        errno.ENAMETOOLONG: "Choose a shorter name.",
        errno.EFBIG: "Files may not grow so large here; write to another disk.",
    }
    return remedies.get(code or 0, "Check the disk, or write to another folder.")


def _to_disk(path: Path) -> None:
    """Have the disk say now, not later, that it is full."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
