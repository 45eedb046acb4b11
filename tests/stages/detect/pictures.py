"""Frames with the astronaut's face at a chosen place and size."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.core.camera import PinholeCamera
from tryon.core.frame import Frame
from tryon.supplies import supply_path

FACE_PX = 110.0
"""Height of the astronaut's face (its landmarks) in the supplied portrait."""
FACE_AT = np.array([224.0, 123.0])
FRAME_NS = 33_333_333


def frame_with_faces(
    *faces: tuple[float, float, float], size_wh: tuple[int, int] = (640, 480), index: int = 0
) -> Frame:
    """A noisy grey frame with one portrait for each (x, y, height of the face in pixels)."""
    width, height = size_wh
    rgb = np.full((height, width, 3), 120, np.uint8)
    for x, y, face_px in faces:
        rgb = _pasted(rgb, x, y, face_px / FACE_PX)
    noise = np.random.default_rng(index).normal(0, 2, rgb.shape)
    noisy = np.clip(rgb + noise, 0, 255).astype(np.uint8)
    return Frame(noisy, index * FRAME_NS, index, PinholeCamera.default(size_wh))


def _pasted(rgb: NDArray[np.uint8], x: float, y: float, scale: float) -> NDArray[np.uint8]:
    bgr = cv2.imread(str(supply_path("astronaut.png")))
    assert bgr is not None
    part = np.ascontiguousarray(bgr[20:330, 80:370, ::-1])
    matrix = np.array([[scale, 0, 0], [0, scale, 0]])
    matrix[:, 2] = np.array([x, y]) - scale * (FACE_AT - [80, 20])
    size_wh = (rgb.shape[1], rgb.shape[0])
    mask = cv2.warpAffine(np.ones(part.shape[:2], np.uint8), matrix, size_wh) > 0
    shrunk = cv2.GaussianBlur(part, (0, 0), 0.4 / scale) if scale < 1 else part
    drawn = cv2.warpAffine(shrunk, matrix, size_wh)
    return np.where(mask[..., None], drawn, rgb).astype(np.uint8)
