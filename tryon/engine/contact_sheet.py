"""All items of a catalogue on one page, as a brand lays them before a buyer."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from tryon.core.frame import Picture
from tryon.engine.showcase import pair_of, picture_of, studio_backdrop, view_of
from tryon.stages.render import Renderer
from tryon.wardrobe.asset import Asset
from tryon.wardrobe.item import Item
from tryon.wardrobe.load import load_asset

CARD_WH = (600, 540)
PHOTO_WH = (600, 400)
GAP = 20
MARGIN = 60
INK, PALE, GROUND = (238, 236, 232), (150, 148, 146), (17, 17, 19)
SWATCH_PX = 26


FEW_ITEMS = 12
FONT_SIGNS = {"·"}
"""What the font has beyond ASCII."""


def shown_asset(item: Item, variant: str) -> Asset:
    """The asset as it is shown: earrings come as a pair."""
    asset = load_asset(item, variant)
    return pair_of(asset) if item.category == "earrings" else asset


def contact_sheet(
    items: Sequence[Item],
    renderer: Renderer,
    *,
    columns: int | None = None,
    progress: Callable[[Item], None] = lambda item: None,
) -> Picture:
    """(H, W, 3) page: each item in its first variant, with title, brand, price and swatches.

    columns: three for a dozen items, six for more, unless given; progress: called with each item before
    it is drawn.
    """
    columns = max(1, min(columns or (3 if len(items) <= FEW_ITEMS else 6), len(items)))
    rows = -(-len(items) // columns)
    width = 2 * MARGIN + columns * CARD_WH[0] + (columns - 1) * GAP
    height = 2 * MARGIN + rows * CARD_WH[1] + max(rows - 1, 0) * GAP
    page = Image.new("RGB", (width, height), GROUND)
    for index, item in enumerate(items):
        progress(item)
        x = MARGIN + index % columns * (CARD_WH[0] + GAP)
        y = MARGIN + index // columns * (CARD_WH[1] + GAP)
        page.paste(_card(item, renderer), (x, y))
    return np.asarray(page, np.uint8).copy()


def _card(item: Item, renderer: Renderer) -> Image.Image:
    card = Image.new("RGB", CARD_WH, GROUND)
    photo = picture_of(
        shown_asset(item, item.variants[0].name), renderer, PHOTO_WH,
        view=view_of(item.category), background=studio_backdrop(PHOTO_WH),
    )  # fmt: skip
    card.paste(Image.fromarray(photo), (0, 0))
    pen = ImageDraw.Draw(card)
    top = PHOTO_WH[1] + 22
    pen.text((4, top), _drawable(item.title.en), INK, ImageFont.load_default(26))
    words = [item.brand, item.category] + ([str(item.price)] if item.price else [])
    pen.text((4, top + 40), _drawable("   ·   ".join(words)), PALE, ImageFont.load_default(17))
    card.paste(_swatches(item), (4, top + 76))
    return card


def _drawable(text: str) -> str:
    """Text in the letters of the font that comes with the picture library, which has no accents."""
    stroked = text.translate(str.maketrans("łŁđĐıœŒ’‘“”–—", "lLdDioO''\"\"--"))
    known = FONT_SIGNS | set(map(chr, range(128)))
    out = (char if char in known else unicodedata.normalize("NFKD", char)[0] for char in stroked)
    return "".join(char if char in known else "?" for char in out)


def _swatches(item: Item) -> Image.Image:
    """Discs in the variants' colours, in halves where a variant has two; drawn large and shrunk."""
    size, step, factor = SWATCH_PX, SWATCH_PX + 12, 4
    strip = Image.new("RGB", (CARD_WH[0] * factor, size * factor), GROUND)
    pen = ImageDraw.Draw(strip)
    for index, variant in enumerate(item.variants[: CARD_WH[0] // step]):
        left = index * step * factor
        box = (left, 0, left + size * factor - 1, size * factor - 1)
        colors = variant.colors or ("#8a8884",)
        share = 360 / len(colors)
        for number, color in enumerate(colors):
            pen.pieslice(box, 135 + number * share, 135 + (number + 1) * share, fill=color)
        pen.ellipse(box, outline=(70, 70, 74), width=factor)
    return strip.resize((CARD_WH[0], size), Image.Resampling.BOX)
