"""The sheet shows each look once drawn, and tells the stage manager when to call."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from shows.interchange.flat_lay import SIZE_WH, boxes, flat_lay
from shows.interchange.sheet import clock, sheet_of
from shows.script.schema import Bilingual
from shows.sequencer import compile_show
from tests.shows.programmes import minute, script_of
from tryon import Catalogue, decode_picture
from tryon.wardrobe.item import Item

RUN = (
    "acts:\n  - {id: one, title: {en: 'Night & day', zh: 夜与昼}, at: 2:1}\n"
    "run_of_show:\n  - {look: gala, model: ada, notes: <b>slow</b>}\n"
    "  - {look: gala, id: again, model: bo}\n"
    "cues:\n  - {id: first, cue: light, lamp: key, at: 2:3, auto_continue: false}\n"
    "  - {id: called, cue: light, lamp: key, at: 4:1}\n"
)


def test_a_sheet_has_times_places_titles_and_calls(tmp_path: Path) -> None:
    show = compile_show(script_of(tmp_path, RUN), music=minute())
    asked: list[str] = []

    def picture(look: str) -> bytes:
        asked.append(look)
        return b"png"

    page = sheet_of(show, titles={"gala": Bilingual(en="Gala", zh="盛典")}, picture=picture)
    assert asked == ["gala"]
    assert page.count("data:image/png;base64,cG5n") == 2
    assert "0:08.0 – 0:27.0 · 5:1" in page
    assert "盛典" in page
    assert "Night &amp; day" in page
    assert "&lt;b&gt;slow&lt;/b&gt;" in page
    assert page.count('class="go"') == 1
    assert "<td>2:3</td><td>first</td>" in page
    assert "no picture" in sheet_of(show, titles={})


def test_the_clock_carries_tenths_into_minutes() -> None:
    assert [clock(t) for t in (0, 59.96, 61.25)] == ["0:00.0", "1:00.0", "1:01.2"]


class PlainRoom:
    """Fills each cutout with one colour."""

    def cutout(
        self, item: Item, size_wh: tuple[int, int], *, variant: str | None
    ) -> NDArray[np.uint8]:
        picture = np.zeros((size_wh[1], size_wh[0], 4), np.uint8)
        picture[...] = (200, 0, 0, 255) if item.anchor in ("body", "waist") else (0, 0, 200, 255)
        return picture


def test_a_flat_lay_shows_clothes_large_and_accessories_beside() -> None:
    catalogue = Catalogue.load()
    look = catalogue.looks["departure"]
    picture = decode_picture(flat_lay(look, catalogue, PlainRoom()), name="flat lay").rgb  # type: ignore[arg-type]
    red, blue = picture[..., 0] == 200, picture[..., 2] == 200
    assert red.sum() > 1.8 * blue.sum()
    assert (red | blue).mean() > 0.98


def test_pieces_never_overlap() -> None:
    catalogue = Catalogue.load()
    for look in catalogue.looks.values():
        cover = np.zeros((SIZE_WH[1], SIZE_WH[0]), int)
        for left, top, width, height in boxes([catalogue.item(e.item) for e in look.items]):
            cover[top : top + height, left : left + width] += 1
        assert cover.max() == 1
