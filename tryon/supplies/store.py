"""Where third-party data lies on this machine, and the check that it is what it should be.

The cache root is `$TRYON_CACHE`, else the user's cache folder. `$TRYON_MODELS` names a folder of
model files of the user's own, which are taken instead of the pinned ones of the same name.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import platformdirs

from tryon.core.errors import SuppliesError
from tryon.supplies.manifest import Supply, supply

SETUP_REMEDY = "Run `tryon setup`."
MODEL_SUFFIXES = (".task", ".tflite")

_Signature = tuple[int, int, int]
_verified: dict[Path, tuple[_Signature, str]] = {}


@dataclass(frozen=True)
class SupplyState:
    """What lies at a supply's place.

    state: "ok"; "own" (the user's file, not ours to judge); "missing"; "wrong" (other bytes than
    the pinned ones). sha256: of the file that is there, "" when there is none.
    """

    name: str
    path: Path
    state: Literal["ok", "own", "missing", "wrong"]
    sha256: str


def cache_dir() -> Path:
    """The root of everything that set-up leaves on this machine; need not exist yet."""
    chosen = os.environ.get("TRYON_CACHE")
    return Path(chosen).expanduser() if chosen else Path(platformdirs.user_cache_dir("tryon"))


def supplies_dir() -> Path:
    """The folder of verified third-party files; need not exist yet."""
    return cache_dir() / "supplies"


def baked_dir() -> Path:
    """The folder for what our recipes bake from supplies; made when missing.

    Raises SuppliesError when it cannot be made.
    """
    folder = cache_dir() / "baked"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SuppliesError(
            f"Cannot make the cache folder {folder}: {error.strerror}.",
            remedy="Set TRYON_CACHE to a folder that you may write to.",
        ) from error
    return folder


def assets_dir() -> Path:
    """The folder of the project's own data, in a clone as in an installed wheel."""
    package = Path(__file__).resolve().parents[1]
    packed = package / "_assets"
    return packed if packed.is_dir() else package.parent / "assets"


def own_model(wanted: Supply) -> Path | None:
    """The user's own file for a model, from the folder `$TRYON_MODELS`, or None."""
    folder = os.environ.get("TRYON_MODELS")
    if not folder or not wanted.name.endswith(MODEL_SUFFIXES):
        return None
    path = Path(folder).expanduser() / wanted.name
    return path if path.is_file() else None


def supply_path(name: str) -> Path:
    """The path of a third-party file whose bytes were checked.

    A file is hashed once: its size and times are remembered in this process and in a stamp beside
    it, and it is hashed again as soon as they differ.
    Raises SuppliesError when it is missing or its bytes are not the pinned ones.
    """
    wanted = supply(name)
    own = own_model(wanted)
    if own is not None:
        _check_own_model(own)
        return own
    found = inspect_supply(name)
    if found.state == "missing":
        raise SuppliesError(f"{name} is not set up ({found.path} is missing).", remedy=SETUP_REMEDY)
    if found.state == "wrong":
        raise SuppliesError(
            f"{found.path} is damaged or was replaced: its sha256 is {found.sha256}, "
            f"not {wanted.sha256}.",
            remedy=SETUP_REMEDY,
        )
    return found.path


def inspect_supply(name: str, *, rehash: bool = False) -> SupplyState:
    """What lies at a supply's place, without raising; `rehash` trusts no stamp.

    Raises SuppliesError only for a file that cannot be read.
    """
    wanted = supply(name)
    own = own_model(wanted)
    if own is not None:
        return SupplyState(name, own, "own", sha256_of(own))
    path = supplies_dir() / name
    if not path.is_file():
        return SupplyState(name, path, "missing", "")
    found = _sha256_by_stamp(path, rehash=rehash)
    return SupplyState(name, path, "ok" if found == wanted.sha256 else "wrong", found)


def sha256_of(path: Path) -> str:
    """Hexadecimal SHA-256 of a file; raises SuppliesError when it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise SuppliesError(
            f"Cannot read {path}: {error.strerror}.", remedy="Check its permissions."
        ) from error


def stamp_path(path: Path) -> Path:
    """Where the note lies that a file was hashed."""
    return path.with_name(f".{path.name}.stamp")


def _sha256_by_stamp(path: Path, *, rehash: bool) -> str:
    signature = _signature(path)
    if not rehash:
        remembered = _verified.get(path) or _read_stamp(path)
        if remembered is not None and remembered[0] == signature:
            _verified[path] = remembered
            return remembered[1]
    digest = sha256_of(path)
    _verified[path] = (signature, digest)
    # A cache that is read-only works too: every process then hashes for itself.
    with contextlib.suppress(OSError):
        _write_stamp(path, signature, digest)
    return digest


def _signature(path: Path) -> _Signature:
    # The change time cannot be set back by tools that preserve the modification time.
    status = path.stat()
    return status.st_size, status.st_mtime_ns, status.st_ctime_ns


def _read_stamp(path: Path) -> tuple[_Signature, str] | None:
    try:
        size, mtime_ns, ctime_ns, digest = json.loads(stamp_path(path).read_text("utf-8"))
    except (OSError, ValueError, TypeError):
        return None
    return (size, mtime_ns, ctime_ns), digest


def _write_stamp(path: Path, signature: _Signature, digest: str) -> None:
    draft = stamp_path(path).with_suffix(f".{os.getpid()}")
    draft.write_text(json.dumps([*signature, digest]), "utf-8")
    draft.replace(stamp_path(path))


def _check_own_model(path: Path) -> None:
    # MediaPipe can hang on a file that is no model at all; this is what can be known without it.
    with path.open("rb") as file:
        head = file.read(8)
    looks_right = zipfile.is_zipfile(path) if path.suffix == ".task" else head[4:] == b"TFL3"
    if not looks_right:
        raise SuppliesError(
            f"{path} is not a MediaPipe model.",
            remedy=f"Replace it, or unset TRYON_MODELS to use the pinned {path.name}.",
        )
