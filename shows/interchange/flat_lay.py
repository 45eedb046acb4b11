"""A picture of a look without a model: its pieces laid out, clothes large and accessories beside."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tryon import Catalogue, Item, Look, Showroom, encode_picture

SIZE_WH = (480, 600)
PAPER = (243, 241, 237)
_SHARE = 0.68
"""How much of the width the clothes take, where there are accessories."""
_FINE = 2
"""Pieces are drawn larger and then averaged: edges of single pixels look cheap on paper."""
Floats = NDArray[np.float32]
Box = tuple[int, int, int, int]


def flat_lay(look: Look, catalogue: Catalogue, showroom: Showroom) -> bytes:
    """The PNG bytes of a look's picture. Raises UnknownItemError for an item that there is not."""
    page = np.full((SIZE_WH[1], SIZE_WH[0], 3), PAPER, np.float32)
    pieces = [(catalogue.item(entry.item), entry.variant) for entry in look.items]
    for (item, variant), (left, top, width, height) in zip(
        pieces, boxes([item for item, _ in pieces]), strict=True
    ):
        size_wh = (width * _FINE, height * _FINE)
        cutout = showroom.cutout(item, size_wh, variant=variant).astype(np.float32)
        cover, inked = _coarse(cutout[..., 3:] / 255.0, cutout[..., :3])
        part = page[top : top + height, left : left + width]
        part += inked - cover * part
    picture: NDArray[np.uint8] = np.clip(np.rint(page), 0, 255).astype(np.uint8)
    return encode_picture(picture, suffix=".png")


def _coarse(cover: Floats, colour: Floats) -> tuple[Floats, Floats]:
    """Cover and premultiplied colour, each pixel the mean of its fine ones."""
    height, width = cover.shape[0] // _FINE, cover.shape[1] // _FINE

    def mean(fine: Floats) -> Floats:
        blocks = fine.reshape(height, _FINE, width, _FINE, -1)
        return np.asarray(blocks.mean((1, 3)), np.float32)

    return mean(cover), mean(cover * colour)


def boxes(items: Sequence[Item]) -> list[Box]:
    """Left, top, width and height of each piece on the page, in pixels; none overlap."""
    large = [item for item in items if item.anchor in ("body", "waist")]
    small = [item for item in items if item not in large]
    split = round(SIZE_WH[0] * (_SHARE if large and small else float(bool(large))))
    found: list[Box] = []
    for item in items:
        column = large if item in large else small
        left, width = (0, split) if item in large else (split, SIZE_WH[0] - split)
        height = SIZE_WH[1] // len(column)
        found.append((left, column.index(item) * height, width, height))
    return found
