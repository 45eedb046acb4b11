"""`tryon tailor fabrics` and `--print`."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from click.testing import CliRunner

from tryon.cli import main
from tryon.wardrobe.fabrics import FABRICS


def test_list_names_every_fabric_with_its_repeat() -> None:
    result = CliRunner().invoke(main, ["tailor", "fabrics"])
    assert result.exit_code == 0, result.output
    lines = {line.split()[0]: line for line in result.stdout.splitlines()}
    assert list(lines) == list(FABRICS)
    assert "2.00 ×  2.00 cm" in lines["gingham"]


def test_sheet_shows_each_fabric_hung_and_flat(tmp_path: Path) -> None:
    sheet = tmp_path / "sheet.png"
    words = ["tailor", "fabrics", "--only", "gingham,velvet", "--sheet", str(sheet)]
    result = CliRunner().invoke(main, words)
    assert result.exit_code == 0, result.output
    page = cv2.imread(str(sheet))
    assert page is not None
    # Flat swatches are life-size at 254 dpi: checks of a centimetre are 100 pixels wide.
    rows = page[60 + 440 + 8 + 190 : 60 + 440 + 8 + 210, 60:560].astype(np.float64)
    soft = cv2.blur(rows.mean((0, 2)), (1, 21)).ravel()
    turns = np.flatnonzero(np.diff((soft > soft.mean()).astype(int)))
    assert len(turns) >= 4
    np.testing.assert_allclose(np.diff(turns), 100, atol=12)


def test_unknown_fabric_is_refused_with_what_there_is() -> None:
    result = CliRunner().invoke(main, ["tailor", "fabrics", "--only", "tinfoil"])
    assert result.exit_code == 2
    assert "tinfoil" in result.stderr
    assert "jersey" in result.stderr


@pytest.mark.parametrize(
    ("word", "complaint"),
    [
        ("roses.png", "ID=FILE"),
        ("tee=", "ID=FILE"),
        ("tee=a.png@0.1", "0.1 cm"),
        ("tee=a.png@900cm", "900 cm"),
    ],
)
def test_print_that_says_too_little_or_too_much(word: str, complaint: str) -> None:
    result = CliRunner().invoke(main, ["photo", "me.jpg", "--wear", "tee", "--print", word])
    assert result.exit_code == 2
    assert complaint in " ".join(result.stderr.split())


def test_print_on_a_hat_is_refused(tmp_path: Path) -> None:
    words = ["photo", "me.jpg", "--wear", "aurelle-fedora", "--print", "aurelle-fedora=a.png"]
    result = CliRunner().invoke(main, [*words, "--out", str(tmp_path / "o.png")])
    assert result.exit_code != 0
    assert "aurelle-fedora" in result.output
