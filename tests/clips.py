"""Short clips of a real face, made on the spot."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.supplies import supply_path


def portrait(size_wh: tuple[int, int] = (320, 240)) -> NDArray[np.uint8]:
    """(h, w, 3) RGB: the astronaut's head and shoulders, filling the picture."""
    bgr = cv2.imread(str(supply_path("astronaut.png")))
    assert bgr is not None
    width, height = size_wh
    part = bgr[0 : 390 * height // width, 20:410]
    return np.ascontiguousarray(cv2.resize(part, size_wh, interpolation=cv2.INTER_AREA)[..., ::-1])


def write_clip(path: Path, *, frames: int = 8, size_wh: tuple[int, int] = (320, 240)) -> Path:
    """An H.264 clip in which the portrait drifts sideways by two pixels a frame, at 25 a second."""
    still = portrait(size_wh)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("h264", rate=25)
        stream.width, stream.height = size_wh
        stream.pix_fmt = "yuv420p"
        stream.time_base = Fraction(1, 25)
        for index in range(frames):
            moved = np.roll(still, 2 * index, axis=1)
            frame = av.VideoFrame.from_ndarray(moved, format="rgb24")
            frame.pts, frame.time_base = index, Fraction(1, 25)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path
