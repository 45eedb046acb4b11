"""A stranger's model is parsed in a process of its own, with limits on memory, time and files.

The child runs `python -m service.sandbox`; whatever the file does to a parser, the service stays.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tryon

REFUSED, OK = 3, 0
MOST_FILE_MB = 128
_MB = 1024 * 1024


@dataclass(frozen=True)
class ImportLimits:
    """Address space and seconds (of the clock and of the processor) of one import."""

    memory_mb: int
    timeout_s: float


def import_apart(
    model: Path, folder: Path, wishes: dict[str, Any], limits: ImportLimits
) -> dict[str, list[str]]:
    """Import a model into a folder; the report (found, assumed, lost).

    wishes: the arguments of `tryon.import_item` besides the paths. Raises ImportError3D for what cannot
    be imported, also when it took too much memory or time.
    """
    request = json.dumps(
        {
            "model": str(model),
            "folder": str(folder),
            "wishes": wishes,
            "memory_mb": limits.memory_mb,
            "cpu_s": int(limits.timeout_s) + 1,
        }
    )
    try:
        done = subprocess.run(
            [sys.executable, "-m", "service.sandbox"],
            input=request,
            capture_output=True,
            text=True,
            timeout=limits.timeout_s,
            check=False,
            start_new_session=True,
            cwd=folder,
            env=_environment(),
        )
    except subprocess.TimeoutExpired as error:
        raise tryon.ImportError3D(
            f"The model took longer than {limits.timeout_s:g} s.",
            remedy="Reduce its triangles and textures.",
        ) from error
    if done.returncode == REFUSED:
        told = json.loads(done.stdout.splitlines()[-1])
        raise tryon.ImportError3D(_unplaced(told["message"], model), remedy=told["remedy"])
    if done.returncode != OK:
        raise tryon.ImportError3D(
            "The model could not be parsed within the limits of memory.",
            remedy="Reduce its triangles and textures, or export it again as GLB.",
        )
    report: dict[str, list[str]] = json.loads(done.stdout.splitlines()[-1])
    return report


def _environment() -> dict[str, str]:
    """Nothing of the service's own settings, tokens least of all, and one thread."""
    kept = (
        "PATH",
        "HOME",
        "LANG",
        "LC_ALL",
        "TMPDIR",
        "TRYON_CACHE",
        "VIRTUAL_ENV",
        "LD_LIBRARY_PATH",
    )
    given = {name: os.environ[name] for name in kept if name in os.environ}
    # The child is started in the draft's folder, and must still find this package in a clone.
    roots = str(Path(__file__).resolve().parents[1])
    return {
        **given,
        "PYTHONPATH": roots,
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "NUMBA_NUM_THREADS": "1",
        "PYTHONSAFEPATH": "1",
    }


def _unplaced(message: str, model: Path) -> str:
    """Without this machine's folders, which are nobody's business."""
    return message.replace(str(model), "The model").replace(str(model.parent), "…")


def main() -> int:
    """Read the request from standard input, import, print the report or the refusal as JSON."""
    request = json.load(sys.stdin)
    _limit(request["memory_mb"], request["cpu_s"])
    try:
        found = tryon.import_item(
            Path(request["model"]), folder=Path(request["folder"]), **request["wishes"]
        )
    except tryon.TryonError as error:
        print(json.dumps({"message": error.message, "remedy": error.remedy}))
        return REFUSED
    print(json.dumps({"found": found.found, "assumed": found.assumed, "lost": found.lost}))
    return OK


def _limit(memory_mb: int, cpu_s: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (memory_mb * _MB, memory_mb * _MB))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_s, cpu_s))
    resource.setrlimit(resource.RLIMIT_FSIZE, (MOST_FILE_MB * _MB, MOST_FILE_MB * _MB))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    sys.exit(main())
