"""People in a real picture, and which of them stand before the models."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from shows.augmented.ground import Floats, Share, depth_on_floor
from tryon import PinholeCamera

Picture = NDArray[np.uint8]
Segmenter = Callable[[Picture], Share]
"""(H, W, 3) picture → (H, W) share that is a person."""

_SURE, _LIKELY = 0.85, 0.35
_SMALLEST_SHARE = 0.0006
_FOOT_QUANTILE = 0.995


def hides(share: Share, depth_m: Share, camera: PinholeCamera, cam_from_floor: Floats) -> Share:
    """(H, W) how much each pixel of a model is hidden by somebody in front of it.

    share: of persons; depth_m: of the models. A person stands where the lowest of him that is seen meets
    the floor; who reaches in from the lower edge of the picture, as the viewer's own hand, is before
    everything. With one camera no more can be known.
    """
    hidden = np.zeros_like(share)
    count, labels, stats, _ = cv2.connectedComponentsWithStats((share > 0.5).astype(np.uint8))
    height = share.shape[0]
    for label in range(1, count):
        left, top, w, h, area = (int(each) for each in stats[label])
        if area < _SMALLEST_SHARE * share.size:
            continue
        depth = 0.0
        if top + h < height - 1:
            rows, columns = np.nonzero(labels[top : top + h, left : left + w] == label)
            lowest = rows >= np.quantile(rows, _FOOT_QUANTILE)
            foot = np.array([[left + columns[lowest].mean() + 0.5, top + rows.max() + 1.0]])
            depth = float(depth_on_floor(foot, camera, cam_from_floor)[0])
        # Soft edges lie around the component, not in it.
        y0, y1, x0, x1 = max(0, top - 8), top + h + 8, max(0, left - 8), left + w + 8
        own = cv2.dilate((labels[y0:y1, x0:x1] == label).astype(np.uint8), np.ones((9, 9)))
        near = (depth_m[y0:y1, x0:x1] > depth) & (own > 0)
        soft = np.clip((share[y0:y1, x0:x1] - _LIKELY) / (_SURE - _LIKELY), 0.0, 1.0)
        hidden[y0:y1, x0:x1] = np.maximum(hidden[y0:y1, x0:x1], np.where(near, soft, 0.0))
    return hidden


class SteadyPeople:
    """A segmenter's answer over time: edges that flicker from frame to frame are averaged."""

    def __init__(self, segmenter: Segmenter, *, keep: float = 0.4) -> None:
        self._segmenter = segmenter
        self._keep = keep
        self._last: Share | None = None

    def look(self, rgb: Picture) -> Share:
        """(H, W) share that is a person."""
        share = self._segmenter(rgb)
        if self._last is not None and self._last.shape == share.shape:
            calm = np.abs(share - self._last) < 0.5
            share = np.where(calm, share + self._keep * (self._last - share), share)
        self._last = share.astype(np.float32)
        return self._last
