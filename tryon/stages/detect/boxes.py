"""Rectangles in a picture: where a face may be, and where to look for one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tryon.core.spaces import Floats


@dataclass(frozen=True)
class Box:
    """An axis-aligned rectangle in pixels with the detector's score, 0 to 1."""

    left: float
    top: float
    right: float
    bottom: float
    score: float = 1.0

    @classmethod
    def around(cls, points: Floats) -> Box:
        """The tight box of (n, ≥ 2) pixel positions."""
        low, high = points[:, :2].min(0), points[:, :2].max(0)
        return cls(float(low[0]), float(low[1]), float(high[0]), float(high[1]))

    @property
    def centre(self) -> tuple[float, float]:
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2

    @property
    def side(self) -> float:
        """The longer side, pixels."""
        return max(self.right - self.left, self.bottom - self.top)

    @property
    def area(self) -> float:
        return max(self.right - self.left, 0.0) * max(self.bottom - self.top, 0.0)

    def shifted(self, dx: float, dy: float) -> Box:
        """The same rectangle elsewhere."""
        return Box(self.left + dx, self.top + dy, self.right + dx, self.bottom + dy, self.score)

    def shared(self, other: Box) -> float:
        """Area of the overlap, square pixels."""
        width = min(self.right, other.right) - max(self.left, other.left)
        height = min(self.bottom, other.bottom) - max(self.top, other.top)
        return max(width, 0.0) * max(height, 0.0)

    def iou(self, other: Box) -> float:
        """Intersection over union, 0 to 1."""
        shared = self.shared(other)
        union = self.area + other.area - shared
        return shared / union if union > 0 else 0.0

    def covers(self, other: Box) -> float:
        """Share of the smaller rectangle that lies in both, 0 to 1."""
        smaller = min(self.area, other.area)
        return self.shared(other) / smaller if smaller > 0 else 0.0


@dataclass(frozen=True)
class Window:
    """A rectangle of whole pixels inside a picture: what a detector is shown."""

    left: int
    top: int
    right: int
    bottom: int

    @classmethod
    def whole(cls, size_wh: tuple[int, int]) -> Window:
        return cls(0, 0, *size_wh)

    @classmethod
    def square(cls, centre: tuple[float, float], side: float, size_wh: tuple[int, int]) -> Window:
        """The square of that side about a centre, cut to the picture; at least 16 pixels wide."""
        (x, y), (w, h) = centre, size_wh
        half = max(side / 2, 8.0)
        left = int(np.clip(np.floor(x - half), 0, max(w - 16, 0)))
        top = int(np.clip(np.floor(y - half), 0, max(h - 16, 0)))
        right = int(np.clip(np.ceil(x + half), min(left + 16, w), w))
        bottom = int(np.clip(np.ceil(y + half), min(top + 16, h), h))
        return cls(left, top, right, bottom)

    @property
    def size_wh(self) -> tuple[int, int]:
        return self.right - self.left, self.bottom - self.top

    @property
    def centre(self) -> tuple[float, float]:
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2


def tiles(size_wh: tuple[int, int], side: float, *, overlap: float = 0.5) -> tuple[Window, ...]:
    """Square windows of about one side that cover a picture, neighbours overlapping by a share."""
    w, h = size_wh
    side = min(side, max(w, h))

    def starts(length: int) -> list[float]:
        if length <= side:
            return [length / 2]
        count = int(np.ceil((length - side) / (side * (1 - overlap)))) + 1
        return list(np.linspace(side / 2, length - side / 2, count))

    return tuple(Window.square((x, y), side, size_wh) for y in starts(h) for x in starts(w))


def without_duplicates(boxes: list[Box], *, most_overlap: float = 0.4) -> list[Box]:
    """Non-maximum suppression: the best-scored boxes that do not share a face."""
    kept: list[Box] = []
    for box in sorted(boxes, key=lambda b: b.score, reverse=True):
        if all(box.iou(other) < most_overlap and box.covers(other) < 0.7 for other in kept):
            kept.append(box)
    return kept
