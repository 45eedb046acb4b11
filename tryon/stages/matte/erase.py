"""Takes old clothes out of a picture: background where they stuck out, skin where they covered limbs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.core.frame import Picture
from tryon.core.scene import Layer
from tryon.stages.matte.colours import Share
from tryon.stages.matte.fill import filled
from tryon.stages.matte.window import Window

RIM_PX = 3
"""The soft rim of a person's outline, taken out with the cloth, in pixels of the window."""
SOFT_PX = 4
"""Half the width of the soft edge of what is taken out, at the most, in pixels of the window."""
NOBODY = 0.05
KNOWN_FROM_PX = 5
"""Background counts as such from so far off everybody."""


@dataclass(frozen=True, eq=False)
class OldPart:
    """Old cloth of one person in one window.

    hole: (h, w) bool, what becomes background unless bare skin lies there; skin: (h, w) share, where bare
    skin may be painted; known: (h, w) bool, certainly background.
    """

    window: Window
    hole: NDArray[np.bool_]
    skin: Share
    known: NDArray[np.bool_]

    @classmethod
    def of(
        cls,
        window: Window,
        old: NDArray[np.bool_],
        *,
        painted: NDArray[np.bool_],
        person: Share,
        anybody: Share,
        covered: NDArray[np.bool_],
        rim_px: int = RIM_PX,
    ) -> OldPart:
        """From what is old cloth in a window, and what of it may become skin.

        person, anybody: masks of this person and of all people; covered: by virtual garments;
        rim_px: how soft the outline is, in pixels of the window.
        """
        wide = cv2.dilate(old.astype(np.uint8), _disc(rim_px)) > 0
        hole = wide & (old | covered | (person < 0.5)) & ~((anybody > 0.5) & (person < 0.5) & ~old)
        people = (
            cv2.dilate((anybody > NOBODY).astype(np.uint8), _disc(KNOWN_FROM_PX - RIM_PX + rim_px))
            > 0
        )
        rim = cv2.dilate(painted.astype(np.uint8), _disc(1)) > 0
        skin = cv2.GaussianBlur((rim & (painted | hole)).astype(np.float32), (0, 0), 0.8)
        return cls(window, np.asarray(hole), np.asarray(skin, np.float32), ~people & ~hole)


@dataclass(frozen=True, eq=False)
class OldClothes:
    """What is to be taken out of one frame."""

    parts: tuple[OldPart, ...] = ()

    def taken_out(self, rgb: Picture) -> Picture:
        """The picture with background in place of the cloth; elsewhere equal to the byte."""
        if not any(part.hole.any() for part in self.parts):
            return rgb
        out = rgb.copy()
        for part in self.parts:
            if not part.hole.any():
                continue
            new = filled(part.window.shrunk(rgb), part.hole, part.known)
            share = cv2.GaussianBlur(part.hole.astype(np.float32), (0, 0), 0.7)
            rows, columns = _about(part.hole, part.window)
            soft = np.asarray(part.window.enlarged_part(share, rows, columns), np.float32)
            there = soft > 1 / 255
            large = np.asarray(
                part.window.enlarged_part(new, rows, columns, smooth=True)[there], np.float32
            )
            mine = out[part.window.slices][rows, columns]
            old = mine[there].astype(np.float32)
            mixed = old + soft[there][:, None] * (large - old)
            mine[there] = np.clip(np.rint(mixed), 0, 255).astype(np.uint8)
        return out

    def bared(self, layer: Layer) -> Layer:
        """The part of a layer of skin that lies where cloth was taken out."""
        (x, y), (h, w) = layer.corner_xy, layer.rgba.shape[:2]
        share = np.zeros((h, w), np.float32)
        for part in self.parts:
            (left, top), (width, height) = part.window.corner_xy, part.window.size_wh
            x0, y0 = max(left, x), max(top, y)
            x1, y1 = min(left + width, x + w), min(top + height, y + h)
            if x1 > x0 and y1 > y0:
                piece = part.window.enlarged(part.skin)[y0 - top : y1 - top, x0 - left : x1 - left]
                mine = share[y0 - y : y1 - y, x0 - x : x1 - x]
                np.maximum(mine, piece, out=mine)
        rgba = np.rint(layer.rgba * share[..., None]).astype(np.uint8)
        return replace(layer, rgba=rgba)


def _about(hole: NDArray[np.bool_], window: Window) -> tuple[slice, slice]:
    """Rows and columns of the window's part of the picture that hold a hole and its soft edge."""
    found = []
    for axis, (own, large) in enumerate(
        zip(window.small_wh[::-1], window.size_wh[::-1], strict=True)
    ):
        there = np.flatnonzero(hole.any(1 - axis))
        first, last = max(int(there[0]) - SOFT_PX, 0), min(int(there[-1]) + 1 + SOFT_PX, own)
        found.append(slice(first * large // own, min(-(-last * large // own), large)))
    return found[0], found[1]


def skin_tone(rgb: Picture, chosen: NDArray[np.bool_]) -> tuple[int, int, int] | None:
    """Middle sRGB colour of lit skin among the chosen pixels of a window, or None when there is none."""
    picked = rgb[chosen]
    if len(picked) < 12:
        return None
    light = picked.sum(1)
    low, high = np.quantile(light, [0.4, 0.9])
    r, g, b = np.median(picked[(light >= low) & (light <= high)], axis=0)
    return int(r), int(g), int(b)


def over_everybody(window: Window, masks: Sequence[Share]) -> Share:
    """(h, w) of a window: whoever is there."""
    w, h = window.small_wh
    out = np.zeros((h, w), np.float32)
    for mask in masks:
        np.maximum(out, mask, out=out)
    return out


def _disc(radius: int) -> NDArray[np.uint8]:
    return np.asarray(
        cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1)), np.uint8
    )
