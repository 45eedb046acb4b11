"""The command line says what is wrong in a line, and starts quickly."""

from __future__ import annotations

import subprocess
import sys

import pytest
from click.testing import CliRunner

from tryon import cli
from tryon.cli import main

HEAVY = ("mediapipe", "cv2", "pyrender", "OpenGL", "trimesh", "av", "numba", "scipy", "flask")


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> None:
    names = ("broken-picture", "interrupted", "bug")
    monkeypatch.setattr(cli, "COMMANDS", dict.fromkeys(names, "tests.cli.failing"))


def test_our_errors_are_two_lines_with_the_remedy_and_no_traceback(failing: None) -> None:
    result = CliRunner().invoke(main, ["broken-picture"])
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr == ("tryon: cat.jpg is not a picture.\n  Give a JPEG, PNG or WebP file.\n")


def test_ctrl_c_exits_as_shells_expect(failing: None) -> None:
    result = CliRunner().invoke(main, ["interrupted"])
    assert result.exit_code == 130
    assert "Traceback" not in result.output


def test_bugs_of_ours_stay_visible(failing: None) -> None:
    result = CliRunner().invoke(main, ["bug"])
    assert isinstance(result.exception, ZeroDivisionError)


def test_unknown_command_is_refused() -> None:
    result = CliRunner().invoke(main, ["fly"])
    assert result.exit_code == 2
    assert "No such command 'fly'" in result.output


@pytest.mark.parametrize("command", list(cli.COMMANDS))
def test_every_command_explains_itself_with_examples(command: str) -> None:
    result = CliRunner().invoke(main, [command, "--help"])
    assert result.exit_code == 0, result.output
    assert f"tryon {command}" in result.output.partition("Examples:")[2]


def test_help_loads_no_heavy_library() -> None:
    program = (
        "import sys\nfrom tryon.cli import main\n"
        "main(['--help'], standalone_mode=False)\n"
        f"print('heavy:', [name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "heavy: []"
