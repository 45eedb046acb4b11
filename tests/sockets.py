"""Run a Python process that may open no internet socket, and say whether it tried.

The guard is `network_guard/sitecustomize.py`. Where the kernel takes no seccomp filter, native code
is cut off by an empty network namespace instead, which hinders it but cannot tell that it tried.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

GUARD = Path(__file__).with_name("network_guard")
TRYON = ("-c", "from tryon.cli import main; main(prog_name='tryon')")
"""Arguments that make Python run the command line; append the command."""


@dataclass(frozen=True)
class GuardedRun:
    """How a guarded process ended. `attempts`: what reached for the network, [] when nothing did;
    `native`: code beneath Python was watched as well."""

    code: int
    stdout: str
    stderr: str
    attempts: list[str]
    native: bool


def run_guarded(
    arguments: Sequence[str],
    *,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    timeout_s: float = 240.0,
) -> GuardedRun:
    """Run `python ARGUMENTS…` under the guard."""
    command = [*_cut_off(), sys.executable, *arguments]
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "guard.log"
        roots = [str(GUARD), *sys.path[:1], os.environ.get("PYTHONPATH", "")]
        guarded = {
            "PYTHONPATH": os.pathsep.join(filter(None, roots)),
            "NETWORK_GUARD_LOG": str(log),
        }
        process = subprocess.run(
            command,
            env={**os.environ, **(env or {}), **guarded},
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout_s,
            check=False,
        )
        notes = log.read_text("utf-8")
    attempts = [each.strip() for each in notes.split("violation ")[1:]]
    if process.returncode == -signal.SIGSYS:
        attempts.append("native code opened an internet socket (SIGSYS)")
    return GuardedRun(
        process.returncode, process.stdout, process.stderr, attempts, "guard native" in notes
    )


def _cut_off() -> list[str]:
    """`unshare` into a network namespace that holds nothing, where this user may do so."""
    for words in (["unshare", "--net", "--"], ["unshare", "--map-root-user", "--net", "--"]):
        if shutil.which("unshare") is None:
            break
        if subprocess.run([*words, "true"], capture_output=True, check=False).returncode == 0:
            return words
    return []
