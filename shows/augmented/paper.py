"""The light on the table, read off the white paper of the board."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from shows.augmented.board import COLUMNS, MARKER_SHARE, ROWS, Floats, Sheet
from tryon import PinholeCamera

PAPER = 0.82
"""Linear reflectance of office paper."""
_FEWEST = 24
_QUICK_HZ = 0.8
_DARKEST, _BRIGHTEST = 0.08, 1.25


def white_points(sheet: Sheet) -> Floats:
    """(N, 3) points of `table` that are bare paper: between each marker and the corners of its square."""
    square_m = sheet.square_mm / 1000
    inset = square_m * (1 - MARKER_SHARE) / 4
    width, depth = sheet.size_m
    points = []
    for row in range(ROWS):
        for column in range(COLUMNS):
            if (row + column) % 2 == 0:
                continue
            for x in (inset, square_m - inset):
                for z in (inset, square_m - inset):
                    points.append((column * square_m + x, 0.0, row * square_m + z))
    return np.asarray(np.array(points) - np.array([width / 2, 0.0, depth / 2]))


class PaperLight:
    """Follows brightness and colour of the light on a board.

    gain: (3,) linear, of red, green and blue, for what is drawn as under white light of full strength.
    """

    def __init__(self) -> None:
        self.gain: Floats = np.ones(3)
        self._t_ns: int | None = None

    def look(
        self,
        rgb: NDArray[np.uint8],
        camera: PinholeCamera,
        cam_from_table: Floats,
        sheet: Sheet,
        t_ns: int,
    ) -> None:
        """Read the paper of a board that is seen at a time."""
        seen = _paper(rgb, camera, cam_from_table, sheet)
        if seen is None:
            return
        gain = np.clip(seen / PAPER, _DARKEST, _BRIGHTEST)
        dt_s = np.inf if self._t_ns is None else max(0.0, (t_ns - self._t_ns) / 1e9)
        self.gain = self.gain + (1.0 - np.exp(-2 * np.pi * _QUICK_HZ * dt_s)) * (gain - self.gain)
        self._t_ns = t_ns


def _paper(
    rgb: NDArray[np.uint8], camera: PinholeCamera, cam_from_table: Floats, sheet: Sheet
) -> Floats | None:
    """(3,) linear colour of the paper; the brighter half, because a hand's shadow may lie on the rest."""
    points = white_points(sheet) @ cam_from_table[:3, :3].T + cam_from_table[:3, 3]
    px = np.floor(camera.project(points[points[:, 2] < -0.01])).astype(np.int64)
    inside = ((px >= 0) & (px < np.array(camera.size_wh))).all(1)
    if inside.sum() < _FEWEST:
        return None
    coded = rgb[px[inside, 1], px[inside, 0]].astype(np.float64) / 255
    linear = np.where(coded <= 0.04045, coded / 12.92, ((coded + 0.055) / 1.055) ** 2.4)
    bright = linear.mean(1) >= np.median(linear.mean(1))
    return np.asarray(linear[bright].mean(0))
