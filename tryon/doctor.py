"""Examine this machine: what the engine needs, what is there, and what to do about the rest.

Nothing here can take the process down with it: OpenGL is tried in a process of its own.
"""

from __future__ import annotations

import ctypes
import os
import platform
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

from packaging.requirements import Requirement

from tryon.core.errors import TryonError
from tryon.supplies import SUPPLIES, Supply, baked_dir, cache_dir, inspect_supply

SYSTEM_LIBRARIES = {
    "libEGL.so.1": "libegl1",
    "libGLESv2.so.2": "libgles2",
    "libGL.so.1": "libgl1",
    "libglib-2.0.so.0": "libglib2.0-0",
}
"""Shared library → the Debian package that brings it."""

MESA_PACKAGE = "libgl1-mesa-dri"
PROBE_TIMEOUT_S = 60.0
_OTHER_OPENCV = ("opencv-python", "opencv-python-headless", "opencv-contrib-python-headless")


@dataclass(frozen=True)
class Check:
    """One finding. `needed`: the engine cannot work when this is not ok."""

    topic: str
    name: str
    ok: bool
    found: str
    remedy: str = ""
    needed: bool = True


def examine() -> list[Check]:
    """Everything worth knowing, in the order to show it; takes about a second."""
    return [
        *_machine(),
        *_packages(),
        *_libraries(),
        _graphics(),
        *(_supply(each) for each in SUPPLIES),
        *_baked(),
        *_cameras(),
    ]


def _machine() -> Iterator[Check]:
    found = f"{platform.python_version()} ({sys.executable})"
    remedy = "Install Python 3.11 or later."
    yield Check("machine", "Python", sys.version_info >= (3, 11), found, remedy)
    yield Check("machine", "system", True, platform.platform())
    cores = (
        len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    )
    yield Check(
        *("machine", "processor cores", cores >= 2, f"{cores} to use of {os.cpu_count()}"),
        remedy="Detection and drawing overlap on two cores; on one, expect half the frame rate.",
        needed=False,
    )
    yield Check("machine", "cache folder", True, str(cache_dir()))


def _packages() -> Iterator[Check]:
    try:
        wanted = [Requirement(line) for line in requires("tryon") or []]
    except PackageNotFoundError:
        yield Check(
            *("packages", "tryon", False, "not installed"),
            remedy="Run `make setup` in the project's folder, or `pip install -e .`.",
        )
        return
    for each in wanted:
        if each.marker is not None and not each.marker.evaluate({"extra": ""}):
            continue
        found = _version(each.name)
        fits = found is not None and each.specifier.contains(found)
        remedy = f"Run `make setup`, or `pip install '{each}'`."
        yield Check("packages", each.name, fits, found or "missing", remedy)
    for name in _OTHER_OPENCV:
        found = _version(name)
        if found is not None:
            remedy = (
                f"It overwrites files of opencv-contrib-python: `pip uninstall {name}`, then "
                "reinstall opencv-contrib-python."
            )
            yield Check("packages", name, False, f"{found} is in the way", remedy, needed=False)


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _libraries() -> Iterator[Check]:
    for library, package in SYSTEM_LIBRARIES.items():
        try:
            ctypes.CDLL(library)
        except OSError as error:
            yield Check("graphics", library, False, str(error), _install(package))
        else:
            yield Check("graphics", library, True, "loads")


def _install(package: str) -> str:
    return f"On Debian: apt-get install {package}"


def _graphics() -> Check:
    command = [sys.executable, "-m", "tryon.stages.render.probe"]
    try:
        probe = subprocess.run(
            command, capture_output=True, text=True, timeout=PROBE_TIMEOUT_S, check=False
        )
    except subprocess.TimeoutExpired:
        return _no_graphics(f"no answer within {PROBE_TIMEOUT_S:.0f} s")
    if probe.returncode != 0:
        said = probe.stderr.strip().splitlines() or [f"ended with code {probe.returncode}"]
        return _no_graphics(said[-1])
    return Check("graphics", "OpenGL", True, probe.stdout.splitlines()[-1])


def _no_graphics(why: str) -> Check:
    packages = " ".join([*SYSTEM_LIBRARIES.values(), MESA_PACKAGE])
    return Check("graphics", "OpenGL", False, f"no context: {why}", _install(packages))


def _supply(wanted: Supply) -> Check:
    try:
        found = inspect_supply(wanted.name, rehash=True)
    except TryonError as error:
        return Check("supplies", wanted.name, False, error.message, error.remedy)
    said = {
        "ok": f"sha256 {found.sha256}",
        "own": f"sha256 {found.sha256}, your own file {found.path}",
        "missing": "missing",
        "wrong": f"damaged: sha256 {found.sha256}, not {wanted.sha256}",
    }[found.state]
    return Check("supplies", wanted.name, found.state in ("ok", "own"), said, "Run `tryon setup`.")


def _baked() -> Iterator[Check]:
    try:
        files = sorted(path for path in baked_dir().rglob("*") if path.is_file())
    except TryonError as error:
        yield Check("baked", "folder", False, error.message, error.remedy)
        return
    if not files:
        yield Check("baked", "folder", True, f"{baked_dir()} is empty; filled on first use")
    for path in files:
        name = str(path.relative_to(baked_dir()))
        yield Check("baked", name, True, f"{path.stat().st_size / 1e6:.1f} MB")


def _cameras() -> Iterator[Check]:
    devices = sorted(Path("/dev").glob("video*"))
    if not devices:
        remedy = "Plug one in for `tryon webcam`; photos and clips work without."
        yield Check("cameras", "webcam", False, "none", remedy, needed=False)
    for device in devices:
        named = Path("/sys/class/video4linux") / device.name / "name"
        label = named.read_text("utf-8").strip() if named.is_file() else "camera"
        usable = os.access(device, os.R_OK | os.W_OK)
        remedy = "No permission: add yourself to the group `video`, then log in again."
        yield Check("cameras", str(device), usable, label, remedy, needed=False)
