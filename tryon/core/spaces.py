"""Coordinate spaces, and every sign flip between them.

| space   | origin                              | axes                                   | unit   |
|---------|-------------------------------------|----------------------------------------|--------|
| `cam`   | the camera's centre                 | x right (unmirrored), y up, looks along −z | metre |
| `px`    | the picture's top left corner       | x right, y down                        | pixel  |
| `head`  | midway between the inner eye corners | x to the wearer's left, y up, z out of the face | metre |
| `body`  | the floor between the feet          | x to the wearer's left, y up, z forward | metre |
| `asset` | the item's own point of contact     | x to the wearer's left, y up, z forward | metre |

A person who faces the camera therefore has `cam_from_head` with the identity rotation. OpenCV and
MediaPipe look along +z with y down: a half turn about x (determinant +1) leads to `cam`. A change
of signs with determinant −1 would swap the person's left and right.

Pixel coordinates count the top left *corner* of the picture as (0, 0): the centre of the first
pixel is (0.5, 0.5), as in MediaPipe's normalised landmarks times the size, and in OpenGL.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

CAM_FROM_OPENCV: Floats = np.diag([1.0, -1.0, -1.0])
"""(3, 3) rotation from y-down, z-forward camera axes (OpenCV, MediaPipe world) to `cam`. Its own inverse."""

CENTIMETRE_M = 0.01


def flip_opencv(points: Floats) -> Floats:
    """Turn (…, 3) points or directions between OpenCV-style camera axes and `cam`, either way."""
    return np.asarray(points * np.array([1.0, -1.0, -1.0]))
