"""What the detectors saw in one frame, in the frame's pixels."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from tryon.core.spaces import Floats

FACE_LANDMARKS = 478
POSE_LANDMARKS = 33


class FaceMark(IntEnum):
    """MediaPipe face-mesh indices by name; left and right are the wearer's."""

    NOSE_TIP = 1
    BETWEEN_EYES = 168
    FOREHEAD_TOP = 10
    CHIN = 152
    LEFT_EYE_INNER = 362
    LEFT_EYE_OUTER = 263
    RIGHT_EYE_INNER = 133
    RIGHT_EYE_OUTER = 33
    LEFT_TRAGUS = 454
    RIGHT_TRAGUS = 234
    RIGHT_IRIS = 468
    LEFT_IRIS = 473


@dataclass(frozen=True)
class FaceLandmarks:
    """One face of one frame.

    track: stable id of the person's face across frames; px: (478, 3) float64, x and y in pixels
    (y down), z in the same unit, smaller is nearer, zero near the head's centre (weak perspective);
    confidence: 0 to 1; mediapipe_matrix: (4, 4) MediaPipe's own facial transformation
    (centimetres, 63° vertical field of view), kept for comparison; age_s: 0 for a face seen in this
    frame, else seconds since it was last seen (a held dropout).
    """

    track: int
    px: Floats
    confidence: float = 1.0
    mediapipe_matrix: Floats | None = None
    age_s: float = 0.0

    def __post_init__(self) -> None:
        if self.px.shape != (FACE_LANDMARKS, 3):
            raise ValueError(f"face landmarks must be ({FACE_LANDMARKS}, 3), got {self.px.shape}")


@dataclass(frozen=True, eq=False)
class PersonMask:
    """Which pixels of a part of the picture are one person.

    share: (h, w) float32, 0 to 1; corner_xy: the picture pixel at its top left; step: picture pixels
    from one of its entries to the next (entry [i, j] speaks for the pixels from corner + step · (j, i)).
    Outside of it nothing is the person.
    """

    share: NDArray[np.float32]
    corner_xy: tuple[int, int]
    step: int = 1

    def __post_init__(self) -> None:
        if self.share.ndim != 2 or self.share.dtype != np.float32 or self.step < 1:
            raise ValueError(
                f"a person mask needs (h, w) float32 and a step from 1, got {self.share.shape} "
                f"{self.share.dtype} and {self.step}"
            )

    def at(self, px: Floats) -> NDArray[np.float32]:
        """(…,) share at (…, 2) positions in pixels."""
        place = np.floor((px - np.array(self.corner_xy)) / self.step).astype(np.int64)
        h, w = self.share.shape
        inside = ((place >= 0) & (place < np.array([w, h]))).all(-1)
        x, y = np.where(inside, place[..., 0], 0), np.where(inside, place[..., 1], 0)
        return np.where(inside, self.share[y, x] if self.share.size else 0.0, 0.0).astype(
            np.float32
        )

    def whole(self, size_wh: tuple[int, int]) -> NDArray[np.float32]:
        """(H, W) share in a picture of that size."""
        w, h = size_wh
        out = np.zeros((h, w), np.float32)
        fine = self.share.repeat(self.step, 0).repeat(self.step, 1)
        x, y = self.corner_xy
        left, top = max(x, 0), max(y, 0)
        part = fine[top - y : max(h - y, 0), left - x : max(w - x, 0)]
        out[top : top + part.shape[0], left : left + part.shape[1]] = part
        return out


@dataclass(frozen=True)
class PoseLandmarks:
    """One body of one frame.

    track: stable id; px: (33, 2) float64 pixels; world: (33, 3) float64 metres about the mid-hip in
    OpenCV-style axes (x right, y down, z away); visibility: (33,) 0 to 1; mask: which pixels are this
    person, or None; age_s as for faces.
    """

    track: int
    px: Floats
    world: Floats
    visibility: Floats
    mask: PersonMask | None = None
    age_s: float = 0.0

    def __post_init__(self) -> None:
        shapes = (self.px.shape, self.world.shape, self.visibility.shape)
        if shapes != ((POSE_LANDMARKS, 2), (POSE_LANDMARKS, 3), (POSE_LANDMARKS,)):
            raise ValueError(f"pose landmarks must be (33, 2), (33, 3), (33,), got {shapes}")


@dataclass(frozen=True)
class Detections:
    """Everything seen in one frame; empty tuples when nobody is there."""

    faces: tuple[FaceLandmarks, ...] = ()
    poses: tuple[PoseLandmarks, ...] = ()
