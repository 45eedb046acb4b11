"""The printed board is at true scale, and the camera reads what the printer prints."""

from __future__ import annotations

import re

import cv2
import numpy as np
import pytest

from shows.augmented.board import DICTIONARY, MARKERS, SHEETS, pdf, sheet_named, sheet_of
from tests.shows.augmented.rendered import PX_PER_MM, black_in_pdf, printed
from tryon import InputError


@pytest.mark.parametrize("name", sorted(SHEETS))
def test_all_corners_are_where_the_sheet_says_in_millimetres(name: str) -> None:
    sheet = SHEETS[name]
    page = printed(sheet, pdf(sheet))
    assert page.shape == (
        round(sheet.paper_mm[1] * PX_PER_MM), round(sheet.paper_mm[0] * PX_PER_MM)
    )  # fmt: skip
    small = cv2.resize(page, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    found, numbers, _, _ = cv2.aruco.CharucoDetector(sheet.board).detectBoard(small)
    assert len(numbers) == 40
    mm = (found.reshape(-1, 2) + 0.5) * 2 / PX_PER_MM
    centre_mm = np.array(sheet.paper_mm) / 2
    told_mm = sheet.corners()[numbers.ravel()][:, [0, 2]] * 1000 + centre_mm
    np.testing.assert_allclose(mm, told_mm, atol=0.1)


@pytest.mark.parametrize("name", sorted(SHEETS))
def test_everything_lies_within_what_printers_can_print(name: str) -> None:
    sheet = SHEETS[name]
    black = black_in_pdf(pdf(sheet))
    margins = (
        *black[:, :2].min(0),
        *(np.array(sheet.paper_mm) - (black[:, :2] + black[:, 2:]).max(0)),
    )
    assert min(margins) > 12


def test_sheets_share_no_marker() -> None:
    ids = np.concatenate([sheet.board.getIds().ravel() for sheet in SHEETS.values()])
    assert len(set(ids)) == 3 * MARKERS <= len(DICTIONARY.bytesList)
    for sheet in SHEETS.values():
        assert {sheet_of(int(k)) for k in sheet.board.getIds().ravel()} == {sheet}
    assert sheet_of(3 * MARKERS) is None


def test_the_file_is_a_pdf_whose_index_is_right() -> None:
    content = pdf(SHEETS["A4"])
    assert content.startswith(b"%PDF-1.")
    assert content.rstrip().endswith(b"%%EOF")
    index = int(re.search(rb"startxref\n(\d+)", content)[1])
    assert content[index:].startswith(b"xref")
    for number, place in enumerate(re.findall(rb"(\d{10}) 00000 n", content), start=1):
        assert content[int(place) :].startswith(b"%d 0 obj" % number)
    stream = re.search(rb"/Length (\d+) >>\nstream\n(.*?)\nendstream", content, re.S)
    assert int(stream[1]) == len(stream[2])
    assert b"/PrintScaling /None" in content
    assert b"This line is 100 mm long" in content


def test_the_ruler_is_100_mm() -> None:
    text = pdf(SHEETS["A4"]).decode()
    x0, x1 = re.search(r"([\d.]+) 5.0 m ([\d.]+) 5.0 l S", text).groups()
    assert float(x1) - float(x0) == pytest.approx(100.0)
    assert re.search(r"^([\d.]+) 0 0", text, re.M) is not None
    assert float(re.search(r"([\d.]+) 0 0 [\d.]+ 0 0 cm", text)[1]) == pytest.approx(72 / 25.4)


def test_paper_is_named_in_any_spelling() -> None:
    assert sheet_named("letter") is SHEETS["Letter"]
    with pytest.raises(InputError, match="no board for A5") as caught:
        sheet_named("A5")
    assert "A4" in caught.value.remedy
