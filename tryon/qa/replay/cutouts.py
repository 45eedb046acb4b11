"""Parts of pictures, kept as PNG, and pictures put together again from them."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.core.frame import Picture


@dataclass(frozen=True, eq=False)
class Cutout:
    """A part of the picture as a PNG: its top left pixel and (n,) uint8 of the file."""

    corner_xy: tuple[int, int]
    png: NDArray[np.uint8]

    def pixels(self) -> NDArray[np.uint8]:
        """(h, w) grey or (h, w, 3) RGB."""
        decoded = cv2.imdecode(self.png, cv2.IMREAD_UNCHANGED)
        assert decoded is not None
        return np.ascontiguousarray(decoded[..., ::-1] if decoded.ndim == 3 else decoded, np.uint8)


def cutout(
    pixels: NDArray[np.uint8], kept: NDArray[np.bool_], *, corner_xy: tuple[int, int] = (0, 0)
) -> Cutout | None:
    """The smallest rectangle that holds every pixel of `kept`, None when there is none.

    pixels: (h, w) grey or (h, w, 3) RGB, whose top left is the picture's `corner_xy`.
    """
    if not kept.any():
        return None
    rows, columns = np.flatnonzero(kept.any(1)), np.flatnonzero(kept.any(0))
    part = pixels[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    coded, png = cv2.imencode(".png", part[..., ::-1] if part.ndim == 3 else part)
    assert coded
    return Cutout((int(columns[0]) + corner_xy[0], int(rows[0]) + corner_xy[1]), png)


def whole(part: Cutout | None, size_wh: tuple[int, int]) -> Picture:
    """(H, W) the grey cutout in its place on black."""
    out = np.zeros((size_wh[1], size_wh[0]), np.uint8)
    if part is not None:
        pixels, (x, y) = part.pixels(), part.corner_xy
        out[y : y + pixels.shape[0], x : x + pixels.shape[1]] = pixels
    return out


def restored(part: Cutout | None, rgb: Picture) -> Picture:
    """The dressed picture: the cutout laid over the frame that it came from."""
    out = rgb.copy()
    if part is not None:
        pixels, (x, y) = part.pixels(), part.corner_xy
        out[y : y + pixels.shape[0], x : x + pixels.shape[1]] = pixels
    return out
