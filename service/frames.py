"""Pictures from and to visitors: checked before they are decoded."""

from __future__ import annotations

import io

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

import tryon

MOST_FRAME_PIXELS = 1_600_000
"""A live frame may not have more; the page sends at most 1280 × 720."""
LEAST_SIDE = 32


def decode_frame(jpeg: bytes) -> NDArray[np.uint8]:
    """(H, W, 3) RGB of one live frame. Raises InputError for anything but a small, whole JPEG."""
    try:
        with Image.open(io.BytesIO(jpeg), formats=("JPEG",)) as header:
            width, height = header.size
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise tryon.InputError("A frame is no JPEG.", remedy="Reload the page.") from error
    if width * height > MOST_FRAME_PIXELS or min(width, height) < LEAST_SIDE:
        raise tryon.InputError(
            f"A frame has {width}×{height} pixels.",
            remedy=f"Send at least {LEAST_SIDE} a side and at most {MOST_FRAME_PIXELS} in all.",
        )
    rgb = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR_RGB)
    if rgb is None:
        raise tryon.InputError("A frame is cut off.", remedy="Send it again.")
    return np.asarray(rgb, np.uint8)


def encode_jpeg(rgb: NDArray[np.uint8], quality: int) -> bytes:
    """A JPEG for a screen: sRGB, chroma subsampled."""
    bgr = cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR)
    good, data = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, quality])
    if not good:
        raise tryon.OutputError("A picture could not be encoded.", remedy="Try again.")
    return data.tobytes()


def within(rgb: NDArray[np.uint8], max_side: int) -> NDArray[np.uint8]:
    """The picture, scaled down when its longer side is larger."""
    height, width = rgb.shape[:2]
    shrink = max_side / max(height, width)
    if shrink >= 1:
        return rgb
    size_wh = (max(1, round(width * shrink)), max(1, round(height * shrink)))
    return np.asarray(cv2.resize(rgb, size_wh, interpolation=cv2.INTER_AREA), np.uint8)
