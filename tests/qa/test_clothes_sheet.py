"""The sheet shows each garment nine times, on every body and in every pose."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from click.testing import CliRunner
from PIL import Image

from tryon.cli import main
from tryon.qa.clothes_sheet import CELL_WH


def test_a_red_skirt_is_in_all_nine_pictures_and_each_differs(tmp_path: Path) -> None:
    out = tmp_path / "sheet.png"
    done = CliRunner().invoke(main, ["qa", "clothes", "--only", "aurelle-skirt", "--out", str(out)])
    assert done.exit_code == 0, done.output
    page = np.asarray(Image.open(out), np.int16)
    assert page.shape == (CELL_WH[1], 9 * CELL_WH[0], 3)
    cells = [page[:, k * CELL_WH[0] : (k + 1) * CELL_WH[0]] for k in range(9)]
    reds = [(c[..., 0] > 70) & (c[..., 0] > 2 * c[..., 1]) for c in cells]
    assert min(red.mean() for red in reds) > 0.02
    for one in range(9):
        for other in range(one):
            assert (np.abs(cells[one] - cells[other]).max(2) > 30).sum() > 200
