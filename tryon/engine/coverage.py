"""What is seen of each item, from the renderer's masks of regions to boxes and whole layers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from tryon.core.scene import Draw, Role

Mask = NDArray[np.uint8]
Box = tuple[int, int, int, int]
Masks = Mapping[tuple[str, int], tuple[Mask, tuple[int, int]]]
"""(item, person) → visible coverage and the picture's pixel where its top left corner lies."""


def item_boxes(masks: Masks) -> dict[tuple[str, int], Box | None]:
    """(left, top, right, bottom) of what is visible, right and bottom exclusive; None when nothing is."""
    boxes: dict[tuple[str, int], Box | None] = {}
    for key, (mask, (x, y)) in masks.items():
        columns, rows = np.flatnonzero(mask.any(0)), np.flatnonzero(mask.any(1))
        boxes[key] = (
            (
                x + int(columns[0]),
                y + int(rows[0]),
                x + int(columns[-1]) + 1,
                y + int(rows[-1]) + 1,
            )
            if len(columns)
            else None
        )
    return boxes


def by_item(masks: Masks, draws: Sequence[Draw], size_wh: tuple[int, int]) -> dict[str, Mask]:
    """Item id → (H, W) coverage on everybody; an item that is drawn but hidden has an empty one."""
    owners = {draw.owner for draw in draws if draw.owner and draw.role is Role.VISIBLE}
    return {
        owner: union({key: entry for key, entry in masks.items() if key[0] == owner}, size_wh)
        for owner in sorted(owners)
    }


def union(masks: Masks, size_wh: tuple[int, int]) -> Mask:
    """(H, W) of all masks together."""
    width, height = size_wh
    out = np.zeros((height, width), np.uint8)
    for mask, (x, y) in masks.values():
        part = out[y : y + mask.shape[0], x : x + mask.shape[1]]
        np.maximum(part, mask, out=part)
    return out
