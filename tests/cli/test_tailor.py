"""`tryon tailor show` and `sizes`: what is cut, in which size, and what it measures."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from tryon.cli import main
from tryon.cli.tailor import SIZES
from tryon.wardrobe.sizes import WOMEN
from tryon.wardrobe.tailor.dress import GarmentParameters


def run(*words: str) -> str:
    done = CliRunner().invoke(main, ["tailor", *words])
    assert done.exit_code == 0, done.output
    return done.output


def test_letters_are_those_of_the_wardrobe() -> None:
    assert tuple(WOMEN) == SIZES
    for letter in SIZES:
        assert GarmentParameters(cut="tee", size=letter).size == letter


def test_show_tells_of_body_garment_and_stretch(tmp_path: Path) -> None:
    told = run("show", "skirt", "--size", "XL", "--turntable", str(tmp_path / "skirt.png"))
    assert "bust 1130, waist 978, hip 1195 mm" in told
    assert "recipe" in told
    assert "stretch" in told
    assert (tmp_path / "skirt.png").stat().st_size > 10_000


def test_sizes_prints_a_chart_of_every_size() -> None:
    told = run("sizes", "loafers")
    assert all(letter in told for letter in SIZES)
    assert "1250" in told
    assert "loafers" in told


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["show", "tee", "--size", "M2"], "M2"),
        (["sizes", "cape"], "There is no cut cape"),
        (["sizes"], "Missing"),
    ],
)
def test_strange_words_are_told(words: list[str], told: str) -> None:
    done = CliRunner().invoke(main, ["tailor", *words])
    assert done.exit_code == 2
    assert told in done.output
