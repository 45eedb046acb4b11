"""`tryon demo` writes a page that shows what it says."""

from __future__ import annotations

import re
from pathlib import Path

import cv2
import pytest
from click.testing import CliRunner

from tryon.cli import main
from tryon.cli.demo import PORTRAITS


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("demo")
    result = CliRunner().invoke(main, ["demo", "--out", str(out)])
    assert result.exit_code == 0, result.output
    assert str(out / "index.html") in result.stderr
    return out / "index.html"


def test_page_shows_every_sitter_before_and_in_every_look(page: Path) -> None:
    sources = re.findall(r'<img src="([^"]+)"', page.read_text("utf-8"))
    assert len(sources) == sum(1 + len(portrait.looks) for portrait in PORTRAITS)
    for source in sources:
        assert cv2.imread(str(page.parent / source)) is not None, source


def test_every_look_changes_the_picture(page: Path) -> None:
    for portrait in PORTRAITS:
        stem = Path(portrait.supply).stem
        before = cv2.imread(str(page.parent / f"{stem}.jpg"))
        for number in range(1, len(portrait.looks) + 1):
            after = cv2.imread(str(page.parent / f"{stem}-{number}.jpg"))
            assert (cv2.absdiff(before, after).max(2) > 30).mean() > 0.002


def test_page_needs_nothing_from_elsewhere(page: Path) -> None:
    assert re.findall(r"https?://", page.read_text("utf-8")) == []
