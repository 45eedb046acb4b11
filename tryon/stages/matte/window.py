"""A part of the picture at the size at which it is looked at, and back again."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.core.frame import Picture
from tryon.core.landmarks import PersonMask
from tryon.core.spaces import Floats


@dataclass(frozen=True)
class Window:
    """A rectangle of the picture, seen smaller.

    corner_xy: its top left pixel; size_wh: in pixels of the picture; scale: its own pixels for each
    of the picture's, at most 1.
    """

    corner_xy: tuple[int, int]
    size_wh: tuple[int, int]
    scale: float

    @classmethod
    def about(
        cls, low: Floats, high: Floats, picture_wh: tuple[int, int], *, scale: float
    ) -> Window | None:
        """The part of a picture between two corners, or None when that is next to nothing."""
        x0, y0 = (max(int(v), 0) for v in np.floor(low))
        x1, y1 = (min(int(v), side) for v, side in zip(np.ceil(high), picture_wh, strict=True))
        if x1 - x0 < 4 or y1 - y0 < 4:
            return None
        return cls((x0, y0), (x1 - x0, y1 - y0), min(scale, 1.0))

    @property
    def small_wh(self) -> tuple[int, int]:
        """Its own size."""
        w, h = (max(round(side * self.scale), 2) for side in self.size_wh)
        return w, h

    @property
    def slices(self) -> tuple[slice, slice]:
        """Its rows and columns in the picture."""
        (x, y), (w, h) = self.corner_xy, self.size_wh
        return slice(y, y + h), slice(x, x + w)

    def shrunk(self, rgb: Picture) -> Picture:
        """(h, w, 3) the picture within it."""
        part = np.ascontiguousarray(rgb[self.slices])
        return np.asarray(cv2.resize(part, self.small_wh, interpolation=cv2.INTER_AREA), np.uint8)

    def enlarged(self, share: NDArray[np.float32]) -> NDArray[np.float32]:
        """(H, W) of the picture's pixels from its own."""
        return np.asarray(
            cv2.resize(share, self.size_wh, interpolation=cv2.INTER_LINEAR), np.float32
        )

    def enlarged_part(
        self, plane: NDArray[np.generic], rows: slice, columns: slice, *, smooth: bool = False
    ) -> NDArray[np.generic]:
        """Some rows and columns of the picture's pixels within it, from its own (h, w) or (h, w, 3).

        smooth: by cubic rather than linear interpolation.
        """
        step = np.array(self.small_wh) / np.array(self.size_wh)
        first = (np.array([columns.start, rows.start]) + 0.5) * step - 0.5
        return np.asarray(
            cv2.warpAffine(
                np.ascontiguousarray(plane),
                np.array([[step[0], 0, first[0]], [0, step[1], first[1]]]),
                (columns.stop - columns.start, rows.stop - rows.start),
                flags=(cv2.INTER_CUBIC if smooth else cv2.INTER_LINEAR) | cv2.WARP_INVERSE_MAP,
                borderMode=cv2.BORDER_REPLICATE,
            )
        )

    def from_px(self, px: Floats) -> Floats:
        """(…, 2) its own coordinates of picture pixels."""
        factor = np.array(self.small_wh) / np.array(self.size_wh)
        return np.asarray((px - np.array(self.corner_xy)) * factor)

    def person(self, mask: PersonMask) -> NDArray[np.float32]:
        """(h, w) a person's mask within it."""
        (x, y), (w, h) = self.corner_xy, self.small_wh
        step = np.array(self.size_wh) / np.array(self.small_wh)
        # Entry k of the mask speaks for the pixels from corner + step·k: its middle is half a step on.
        across = step / mask.step
        first = (np.array([x, y]) + 0.5 * step - np.array(mask.corner_xy)) / mask.step - 0.5
        matrix = np.array([[across[0], 0, first[0]], [0, across[1], first[1]]])
        return np.asarray(
            cv2.warpAffine(
                mask.share,
                matrix,
                (w, h),
                flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
                borderMode=cv2.BORDER_CONSTANT,
            ),
            np.float32,
        )
