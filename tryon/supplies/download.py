"""One pinned wheel, downloaded by pip and checked."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from tryon.core.errors import SuppliesError
from tryon.supplies.manifest import Wheel
from tryon.supplies.store import sha256_of

_POLL_S = 0.1


def download_wheel(
    wheel: Wheel,
    target: Path,
    *,
    wheels_in: Path | None,
    report: Callable[[str, int, int], None],
) -> None:
    """Put the wheel at `target`, or raise SuppliesError and leave nothing.

    pip itself is held to the pinned hash, so a registry that offers other bytes is refused.
    """
    label = f"{wheel.package} {wheel.version}"
    with tempfile.TemporaryDirectory(dir=target.parent, prefix="download-") as folder:
        here = Path(folder)
        requirement = here / "requirement.txt"
        requirement.write_text(
            f"{wheel.package}=={wheel.version} --hash=sha256:{wheel.sha256}\n", "utf-8"
        )
        command = pip_command(wheel, requirement, here / "wheels", wheels_in)
        code, output = _run(command, here, lambda done: report(label, done, wheel.size_bytes))
        path = here / "wheels" / wheel.file
        if code != 0 or not path.is_file():
            raise _failed(wheel, output, wheels_in)
        found = sha256_of(path)
        if found != wheel.sha256:
            raise SuppliesError(
                f"{wheel.file} came with sha256 {found}, not {wheel.sha256}.",
                remedy="The index that pip uses offers another file; use the official one.",
            )
        path.replace(target)
    report(label, wheel.size_bytes, wheel.size_bytes)


def pip_command(wheel: Wheel, requirement: Path, folder: Path, wheels_in: Path | None) -> list[str]:
    """The pip call that downloads this one file and nothing that it depends on."""
    command = [
        *(sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary=:all:"),
        *("--require-hashes", "--disable-pip-version-check", "--no-input", "--quiet"),
        *("--retries", "2", "--timeout", "20", "--progress-bar", "off"),
        *("--dest", str(folder), "--requirement", str(requirement)),
    ]
    if wheel.platform:
        python = ("--python-version", "3.11", "--implementation", "cp", "--abi", "cp311")
        command += ["--platform", wheel.platform, *python]
    if wheels_in is not None:
        command += ["--no-index", "--find-links", str(wheels_in)]
    return command


def _run(command: list[str], folder: Path, grown: Callable[[int], None]) -> tuple[int, str]:
    """Run pip with its scratch space in `folder`; its exit code and what it said."""
    log = folder / "pip.log"
    scratch = {"TMPDIR": str(folder), "PIP_USER": "0"}
    with log.open("wb") as sink:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=subprocess.STDOUT,
            env=os.environ | scratch,
        )
        try:
            while process.poll() is None:
                grown(_bytes_below(folder))
                time.sleep(_POLL_S)
        finally:
            if process.poll() is None:
                process.terminate()
                process.wait()
    return process.returncode, log.read_text("utf-8", errors="replace")


def _bytes_below(folder: Path) -> int:
    """Size of the largest wheel in a folder. pip moves and removes files and folders while we look."""
    sizes = [0]
    # Unlike `Path.rglob`, it passes over a folder that is gone.
    for where, _, names in os.walk(folder):
        for name in names:
            if name.endswith(".whl"):
                with suppress(FileNotFoundError):
                    sizes.append((Path(where) / name).stat().st_size)
    return max(sizes)


def _failed(wheel: Wheel, output: str, wheels_in: Path | None) -> SuppliesError:
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [line.removeprefix("ERROR: ") for line in lines if line.startswith("ERROR")]
    said = (errors or lines or ["pip said nothing"])[-1]
    what = f"Cannot get {wheel.package} {wheel.version} ({wheel.file}): {said}"
    if "No module named pip" in output:
        remedy = f"Install pip for {sys.executable} (`python -m ensurepip`)."
    elif "No space left" in output:
        remedy = "Make room or set TRYON_CACHE to a folder on another disk."
    elif wheels_in is not None:
        remedy = f"Put that file into {wheels_in}."
    else:
        remedy = (
            "Check the network and the index that pip is set to use, or copy the file here and "
            "run `tryon setup --from FOLDER`."
        )
    return SuppliesError(f"{what.rstrip('.')}.", remedy=f"{remedy} Then run `tryon setup` again.")
