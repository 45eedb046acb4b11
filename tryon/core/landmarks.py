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


@dataclass(frozen=True)
class PoseLandmarks:
    """One body of one frame.

    track: stable id; px: (33, 2) float64 pixels; world: (33, 3) float64 metres about the mid-hip in
    OpenCV-style axes (x right, y down, z away); visibility: (33,) 0 to 1; mask: (H, W) float32 share
    of each pixel that is this person, or None; age_s as for faces.
    """

    track: int
    px: Floats
    world: Floats
    visibility: Floats
    mask: NDArray[np.float32] | None = None
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
