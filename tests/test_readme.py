"""The README's commands work as written, on a visitor's own files."""

from __future__ import annotations

import os
import re
import shlex
import shutil
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from click.testing import CliRunner

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


@pytest.mark.parametrize("line", TRYON)
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
