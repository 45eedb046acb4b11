"""Folders and zips that become a recording whole or not at all."""

from __future__ import annotations

import hashlib
import secrets
import shutil
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tryon.core.errors import OutputError
from tryon.media.drafts import draft, writing
from tryon.qa.replay.manifest import FileState

_EPOCH = (1980, 1, 1, 0, 0, 0)
"""The date of every member: the same content gives the same bytes."""


@contextmanager
def laid_out(out: Path) -> Iterator[Path]:
    """A folder to fill, which becomes `out` (a zip when it ends so) when the block ends well.

    Raises OutputError, also when there is something at `out` already.
    """
    if out.exists():
        raise OutputError(
            f"{out} is already there.", remedy="Give another name; recordings are not overwritten."
        )
    folder = out.with_name(f".{out.stem}.{secrets.token_hex(4)}.part")
    try:
        with writing(out):
            folder.mkdir(parents=True)
        yield folder
        if out.suffix.lower() == ".zip":
            contents = {each.name: each for each in sorted(folder.iterdir())}
            with draft(out) as here, writing(out):
                write_zip(here, {name: each.read_bytes() for name, each in contents.items()})
        else:
            with writing(out):
                folder.rename(out)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def write_zip(target: Path, members: Mapping[str, bytes]) -> None:
    """Members in this order, stored as they are: videos and packed numbers are compressed already."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for name, content in members.items():
            member = zipfile.ZipInfo(name, _EPOCH)
            member.external_attr = 0o644 << 16
            archive.writestr(member, content)


def file_state(path: Path) -> FileState:
    """Size and checksum of a file."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return FileState(size_bytes=path.stat().st_size, sha256=digest)
