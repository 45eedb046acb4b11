"""A lookbook shows each look on all six models, in two languages, and needs nothing but its folder."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from tryon.cli import main
from tryon.wardrobe.model_bodies import model_bodies


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("lookbook")
    done = CliRunner().invoke(main, ["lookbook", "--only", "rain-check,rouge", "--out", str(out)])
    assert done.exit_code == 0, done.output
    return out


def test_every_picture_of_the_page_lies_beside_it(folder: Path) -> None:
    page = (folder / "index.html").read_text("utf-8")
    files = re.findall(r'src="([^"]+)"', page)
    assert sorted(files) == sorted(f.name for f in folder.glob("*.webp"))
    assert len(files) == 2 * len(model_bodies)
    assert "http" not in page


def test_the_page_speaks_both_languages(folder: Path) -> None:
    page = (folder / "index.html").read_text("utf-8")
    for words in ("Nocturne", "夜曲", "Rouge", "胭脂", "Journeys", "旅途", "红缎"):
        assert words in page, words


def test_the_dress_is_red_on_every_model_and_the_tall_are_taller(folder: Path) -> None:
    tops = {}
    for name in model_bodies:
        rgb = np.asarray(Image.open(folder / f"rouge-{name}.webp").convert("RGB"), np.int16)
        red = (rgb[..., 0] > 90) & (rgb[..., 0] > 2 * rgb[..., 1])
        assert red.mean() > 0.04, name
        tops[name] = int(np.flatnonzero(red.any(1)).min())
    assert tops["kofi"] < tops["ingrid"] < tops["mei"]


def test_an_unknown_look_says_which_there_are() -> None:
    done = CliRunner().invoke(main, ["lookbook", "--only", "nothing"])
    assert done.exit_code == 1
    assert "There is no look 'nothing'" in done.output
    assert "black-tie" in done.output
