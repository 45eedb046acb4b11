"""The README's commands work as written, on a visitor's own files."""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests import sockets
from tests.clips import write_clip
from tests.conftest import REPOSITORY
from tests.models import write_glasses
from tryon.cli import main
from tryon.supplies import supply_path

README = REPOSITORY / "README.md"
NEEDS_A_SCREEN = ("webcam",)


def fenced(language: str) -> list[str]:
    """The README's fenced blocks of one language."""
    return re.findall(rf"```{language}\n(.*?)```", README.read_text("utf-8"), re.DOTALL)


def commands() -> list[str]:
    """Every line that starts with a prompt, continued lines joined."""
    text = "\n".join(fenced("console")).replace("\\\n", " ")
    return [line[2:] for line in text.splitlines() if line.startswith("$ ")]


TRYON = [line for line in commands() if line.startswith("tryon ")]
SERVING = [line for line in TRYON if line.split()[1] == "serve"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """What a visitor has lying about: photos, a clip, a model."""
    here = tmp_path_factory.mktemp("visitor")
    shutil.copy(supply_path("grace_hopper.jpg"), here / "me.jpg")
    (here / "street").mkdir()
    shutil.copy(supply_path("grace_hopper.jpg"), here / "street" / "0001.jpg")
    shutil.copy(supply_path("grace_hopper.jpg"), here / "street" / "0002.jpg")
    write_clip(here / "walk.mp4", frames=6)
    write_glasses(here / "glasses.glb")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TRYON_CATALOGUE", str(here / "catalogue"))
        patch.chdir(here)
        yield here


def test_every_make_target_of_the_readme_exists() -> None:
    targets = set(re.findall(r"^(\w+):", (REPOSITORY / "Makefile").read_text("utf-8"), re.M))
    used = {line.split()[1] for line in commands() if line.startswith("make ")}
    assert used
    assert used <= targets


def test_readme_has_commands() -> None:
    assert len(TRYON) >= 6


@pytest.mark.parametrize("line", [line for line in TRYON if line not in SERVING])
def test_command_of_the_readme_works(line: str, folder: Path) -> None:
    words = [
        str(found)
        for word in shlex.split(line, comments=True)[1:]
        for found in (
            sorted(p.relative_to(folder) for p in folder.glob(word)) if "*" in word else [word]
        )
    ]
    result = CliRunner().invoke(main, words)
    if words[0] in NEEDS_A_SCREEN and "DISPLAY" not in os.environ:
        assert result.exit_code == 1
        assert "screen" in result.stderr
        return
    assert result.exit_code == 0, result.output
    for flag, target in pairwise(words):
        if flag in ("--out", "--out-dir", "--jsonl", "--sheet"):
            assert (folder / target).exists(), target


@pytest.mark.parametrize("line", SERVING)
def test_service_of_the_readme_opens_its_page(line: str, folder: Path) -> None:
    port = line.rsplit(maxsplit=1)[-1]
    with subprocess.Popen(
        [sys.executable, *sockets.TRYON, *shlex.split(line)[1:]],
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            assert "<html" in opened(f"http://127.0.0.1:{port}/", process)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(30)


def opened(address: str, process: subprocess.Popen[bytes]) -> str:
    """The page at an address, waited for while the process that serves it lives."""
    for _ in range(240):
        with contextlib.suppress(OSError), urllib.request.urlopen(address, timeout=30) as answer:
            return str(answer.read(), "utf-8")
        assert process.poll() is None, "the service has ended"
        time.sleep(0.25)
    raise AssertionError("nobody answers")


def test_python_of_the_readme_works(folder: Path) -> None:
    (program,) = fenced("python")
    names: dict[str, object] = {}
    exec(program, names)
    result = names["result"]
    assert result.people  # type: ignore[attr-defined]


def test_pictures_of_the_readme_are_there_and_ours() -> None:
    pictures = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", README.read_text("utf-8"))
    assert pictures
    for picture in pictures:
        assert (REPOSITORY / picture).stat().st_size > 10_000
