"""Finds where faces are: the short-range face detector, looking at windows of the picture.

The detector sees 128×128 pixels and finds faces of about a fifth of what it is shown, so that a
distant face needs a window of its own. One look takes about 2 ms whatever the size of the window.
"""

from __future__ import annotations

from collections.abc import Iterable

from mediapipe.tasks.python.core.base_options import BaseOptions
from mediapipe.tasks.python.vision.face_detector import FaceDetector as _FaceDetectorTask
from mediapipe.tasks.python.vision.face_detector import FaceDetectorOptions

from tryon.core.frame import Picture
from tryon.stages.detect.boxes import Box, Window, tiles, without_duplicates
from tryon.stages.detect.runtime import as_image, blank_image, open_task, padded

LEAST_SCORE = 0.45
TILE_RATIO = 0.62
"""Each finer sweep uses tiles of this share of the coarser one's side."""
LEAST_TILE_PX = 112
MOST_TILES = 220
"""A photo is swept by at most this many tiles (about half a second)."""
EDGE_SHARE = 0.02


class FaceScout:
    """Owns one native face detector; use it from one thread at a time and close it."""

    def __init__(self, network: bytes) -> None:
        options = FaceDetectorOptions(
            base_options=BaseOptions(model_asset_buffer=network),
            min_detection_confidence=LEAST_SCORE,
        )
        self._task: _FaceDetectorTask = open_task(
            lambda: _FaceDetectorTask.create_from_options(options),
            lambda task: task.detect(blank_image()),
        )

    def close(self) -> None:
        """Release the native detector."""
        self._task.close()

    def look(self, picture: Picture, windows: Iterable[Window]) -> list[Box]:
        """Boxes of the faces seen through any of the windows, best first, in picture pixels.

        A face cut by a window's edge is left to the neighbouring window.
        """
        found = [box for window in windows for box in self._through(picture, window)]
        return without_duplicates(found)

    def _through(self, picture: Picture, window: Window) -> list[Box]:
        crop = padded(picture[window.top : window.bottom, window.left : window.right])
        result = self._task.detect(as_image(crop))
        boxes = []
        for detection in result.detections:
            seen = detection.bounding_box
            box = Box(
                window.left + seen.origin_x,
                window.top + seen.origin_y,
                window.left + seen.origin_x + seen.width,
                window.top + seen.origin_y + seen.height,
                float(detection.categories[0].score),
            )
            if not _cut(box, window, picture.shape[1::-1]):
                boxes.append(box)
        return boxes


def sweep(size_wh: tuple[int, int]) -> tuple[Window, ...]:
    """Windows of a thorough search, coarse to fine: the whole picture, then ever smaller tiles."""
    windows = [Window.whole(size_wh)]
    side = TILE_RATIO * max(size_wh)
    while side >= min(LEAST_TILE_PX, 0.9 * min(size_wh)):
        level = tiles(size_wh, side)
        if len(windows) + len(level) > MOST_TILES:
            break
        windows += level
        side *= TILE_RATIO
    return tuple(windows)


def _cut(box: Box, window: Window, size_wh: tuple[int, ...]) -> bool:
    """Whether an inner edge of the window cuts the box."""
    margin = EDGE_SHARE * box.side
    return (
        (window.left > 0 and box.left < window.left + margin)
        or (window.top > 0 and box.top < window.top + margin)
        or (window.right < size_wh[0] and box.right > window.right - margin)
        or (window.bottom < size_wh[1] and box.bottom > window.bottom - margin)
    )
