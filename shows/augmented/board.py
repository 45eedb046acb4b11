"""Printable marker boards that a show stands on: ChArUco, chessboard corners between ArUco markers.

Space `table`: metres, the origin in the middle of the board, x to the right, y up out of the paper, z
towards whoever reads the sheet the right way up. OpenCV's board has its origin in the top left corner, y
down the sheet and z into the paper: that stays in this module.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon import InputError

Floats = NDArray[np.float64]

COLUMNS, ROWS = 9, 6
MARKERS = COLUMNS * ROWS // 2
MARKER_SHARE = 22.0 / 30.0
"""Side of a marker to that of its square."""
CELLS = 7
"""Cells along a marker: five of code and the black border on both sides."""
POINTS_PER_MM = 72.0 / 25.4
RULER_MM = 100.0
DICTIONARY = cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_5X5_250)

TABLE_FROM_BOARD: Floats = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, -1.0], [0.0, 1.0, 0.0]])
"""(3, 3) rotation from OpenCV's board axes to `table`."""


@dataclass(frozen=True)
class Sheet:
    """A size of paper and the board on it. Each has markers of its own, so that the camera knows from
    them how large the squares are. paper_mm: width and height, landscape."""

    name: str
    paper_mm: tuple[float, float]
    square_mm: float
    first_marker: int

    @property
    def size_m(self) -> tuple[float, float]:
        """Width and depth of the board in `table`."""
        return COLUMNS * self.square_mm / 1000, ROWS * self.square_mm / 1000

    @cached_property
    def board(self) -> cv2.aruco.CharucoBoard:
        """OpenCV's board, in metres."""
        square_m = self.square_mm / 1000
        ids = np.arange(self.first_marker, self.first_marker + MARKERS)
        return cv2.aruco.CharucoBoard(
            (COLUMNS, ROWS), square_m, MARKER_SHARE * square_m, DICTIONARY, ids
        )

    def in_table(self, points: Floats) -> Floats:
        """(N, 3) points of OpenCV's board in `table`."""
        width, depth = self.size_m
        return np.asarray((points - np.array([width / 2, depth / 2, 0.0])) @ TABLE_FROM_BOARD.T)

    def corners(self) -> Floats:
        """(40, 3) inner chessboard corners in `table`, by OpenCV's numbers."""
        return self.in_table(np.asarray(self.board.getChessboardCorners(), np.float64))

    def black_mm(self) -> Floats:
        """(N, 4) black rectangles as left, top, width, height on the paper, from its top left corner."""
        left = (self.paper_mm[0] - COLUMNS * self.square_mm) / 2
        top = (self.paper_mm[1] - ROWS * self.square_mm) / 2
        found: list[tuple[float, float, float, float]] = []
        marker = self.first_marker
        for row in range(ROWS):
            for column in range(COLUMNS):
                x, y = left + column * self.square_mm, top + row * self.square_mm
                if (row + column) % 2 == 0:
                    found.append((x, y, self.square_mm, self.square_mm))
                    continue
                inset = self.square_mm * (1 - MARKER_SHARE) / 2
                found += _marker(marker, x + inset, y + inset, self.square_mm * MARKER_SHARE)
                marker += 1
        return np.array(found)


SHEETS = {
    sheet.name: sheet
    for sheet in (
        Sheet("A4", (297.0, 210.0), 30.0, 0),
        Sheet("Letter", (279.4, 215.9), 28.0, MARKERS),
        Sheet("A3", (420.0, 297.0), 42.0, 2 * MARKERS),
    )
}


def sheet_named(name: str) -> Sheet:
    """A sheet by its paper, in any spelling. Raises InputError."""
    for known, sheet in SHEETS.items():
        if known.lower() == name.lower():
            return sheet
    raise InputError(f"There is no board for {name} paper.", remedy=f"Take {', '.join(SHEETS)}.")


def sheet_of(marker: int) -> Sheet | None:
    """The sheet that a marker is on."""
    sheets = list(SHEETS.values())
    return sheets[marker // MARKERS] if 0 <= marker < MARKERS * len(sheets) else None


def pdf(sheet: Sheet) -> bytes:
    """One page at true scale: the board as vectors, and a line to lay a ruler on."""
    width, height = (side * POINTS_PER_MM for side in sheet.paper_mm)
    content = _content(sheet).encode("ascii")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R /ViewerPreferences << /PrintScaling /None >> >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {width:.4f} {height:.4f}] /Contents 4 0 R "
        f"/Resources << /Font << /F 5 0 R >> >> >>".encode(),
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    whole = b"%PDF-1.6\n"
    places = []
    for number, text in enumerate(objects, start=1):
        places.append(len(whole))
        whole += b"%d 0 obj\n%s\nendobj\n" % (number, text)
    index = len(whole)
    whole += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    whole += b"".join(b"%010d 00000 n \n" % place for place in places)
    whole += b"trailer\n<< /Size %d /Root 1 0 R >>\n" % (len(objects) + 1)
    return whole + b"startxref\n%d\n%%%%EOF\n" % index


def _content(sheet: Sheet) -> str:
    """PDF operators; millimetres from the bottom left corner."""
    page_mm = sheet.paper_mm[1]
    # One path, filled once: filled one by one, rectangles that touch show a bright seam.
    rectangles = "\n".join(
        f"{x:.4f} {page_mm - y - h:.4f} {w:.4f} {h:.4f} re" for x, y, w, h in sheet.black_mm()
    )
    left = (sheet.paper_mm[0] - COLUMNS * sheet.square_mm) / 2
    ruler_mm, text_mm = 5.0, 9.0
    words = (
        f"tryon board {sheet.name}, {sheet.square_mm:g} mm squares. Print at 100 % (actual size)."
    )
    right = left + COLUMNS * sheet.square_mm - RULER_MM
    return "\n".join(
        [
            f"{POINTS_PER_MM:.8f} 0 0 {POINTS_PER_MM:.8f} 0 0 cm",
            "0 g",
            rectangles,
            "f",
            f"0.25 w {right:.4f} {ruler_mm} m {right + RULER_MM:.4f} {ruler_mm} l S",
            *(
                f"{x:.4f} {ruler_mm - 1.5} m {x:.4f} {ruler_mm + 1.5} l S"
                for x in (right, right + RULER_MM)
            ),
            f"BT /F 3.2 Tf {right:.4f} {text_mm - 1.6} Td (This line is 100 mm long.) Tj ET",
            f"BT /F 3.2 Tf {left:.4f} {ruler_mm - 1} Td ({words}) Tj ET".replace(
                "(actual size)", "\\(actual size\\)"
            ),
        ]
    )


def _marker(
    number: int, left: float, top: float, side: float
) -> list[tuple[float, float, float, float]]:
    """The black cells of a marker, joined along each row."""
    cells = cv2.aruco.generateImageMarker(DICTIONARY, number, CELLS, borderBits=1) < 128
    cell = side / CELLS
    found = []
    for row, line in enumerate(cells):
        edges = np.flatnonzero(np.diff(np.pad(line.astype(np.int8), 1)))
        for first, end in edges.reshape(-1, 2):
            found.append(
                (left + float(first) * cell, top + row * cell, float(end - first) * cell, cell)
            )
    return found
