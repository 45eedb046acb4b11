"""Which pixels are a person, hair included: MediaPipe's selfie segmenter."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from mediapipe.tasks.python import BaseOptions
from mediapipe.tasks.python.vision import ImageSegmenter, ImageSegmenterOptions
from numpy.typing import NDArray

from tryon.core.frame import Picture
from tryon.core.landmarks import PersonMask
from tryon.stages.detect.runtime import (
    ProcessGuard,
    as_image,
    blank_image,
    close_with,
    open_task,
    padded,
)
from tryon.supplies import supply_path

MODEL = "selfie_segmenter.tflite"
MOST_STEP_PX = 256
"""The network's own side: finer entries than this would say nothing more."""


class PersonSegmenter:
    """Tells people from background; owns one native object, for one thread at a time.

    model: a network of one's own, else the checked one that `tryon setup` fetched. Raises SuppliesError
    when it is missing, DetectorError when it cannot run.
    """

    def __init__(self, *, model: Path | None = None) -> None:
        network = (supply_path(MODEL) if model is None else model).read_bytes()
        options = ImageSegmenterOptions(
            base_options=BaseOptions(model_asset_buffer=network), output_confidence_masks=True
        )
        self._guard = ProcessGuard()
        self._task = open_task(
            lambda: ImageSegmenter.create_from_options(options),
            lambda task: task.segment(blank_image()),
        )
        self._finalizer = close_with(self, (self._task,))

    def close(self) -> None:
        """Release the native object; closing twice does no harm."""
        self._finalizer()

    def look(self, rgb: Picture, *, low: tuple[int, int], high: tuple[int, int]) -> PersonMask:
        """Who is in a rectangle of the picture, from its top left pixel to its bottom right, exclusive.

        Nobody where the rectangle is empty. Raises DetectorError in a forked child.
        """
        self._guard.check()
        x0, y0 = max(low[0], 0), max(low[1], 0)
        part = rgb[y0 : max(high[1], y0), x0 : max(high[0], x0)]
        if 0 in part.shape:
            return PersonMask(np.zeros((0, 0), np.float32), (x0, y0))
        # The network shrinks it anyway, and its mask comes in the size of what it is given.
        step = max(1, max(part.shape[:2]) // MOST_STEP_PX)
        if step > 1:
            h, w = (side // step for side in part.shape[:2])
            part = np.asarray(
                cv2.resize(part[: h * step, : w * step], (w, h), interpolation=cv2.INTER_AREA),
                np.uint8,
            )
        result = self._task.segment(as_image(padded(part)))
        share: NDArray[np.float32] = result.confidence_masks[0].numpy_view()
        share = share.reshape(share.shape[:2])[:, : part.shape[1]]
        return PersonMask(np.array(share, np.float32, order="C"), (x0, y0), step)
