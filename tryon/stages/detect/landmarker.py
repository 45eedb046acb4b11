"""Reads the 478 landmarks of one face through a window of the picture.

The native landmarker works on 128 (search) and 256 (landmarks) pixels whatever it is shown. Given a
window of a few face sizes it sees a distant face as well as a near one. For one face it also
smooths its landmarks over time; the filter is forgotten whenever it is shown a blank picture, which
is how a window may move and an object may change from one person to the next.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from mediapipe.tasks.python.core.base_options import BaseOptions
from mediapipe.tasks.python.vision.core.vision_task_running_mode import VisionTaskRunningMode
from mediapipe.tasks.python.vision.face_landmarker import (
    FaceLandmarker,
    FaceLandmarkerOptions,
    FaceLandmarkerResult,
)

from tryon.core.frame import Picture
from tryon.core.landmarks import FACE_LANDMARKS
from tryon.core.spaces import Floats
from tryon.stages.detect.boxes import Box, Window
from tryon.stages.detect.runtime import (
    MillisecondClock,
    as_image,
    blank_image,
    open_task,
    padded,
)

LEAST_SEARCH_SCORE = 0.3
"""Low, because the scout has already judged the face."""
LEAST_PRESENCE = 0.3
WINDOW_BY_FACE = 2.8
"""Side of a window / longer side of the face's landmark box."""
WHOLE_BY_FACE = 3.6
"""A face whose size times this exceeds the picture's longer side is followed in the whole picture."""
MOST_DRIFT = 0.45
"""A window stays until the face is off its centre by this share of the face's size …"""
MOST_ZOOM = 1.5
"""… or has grown or shrunk by this factor."""


@dataclass(frozen=True)
class Sighting:
    """One look at one face. px: (478, 3) as in `FaceLandmarks`; matrix: MediaPipe's own (4, 4)."""

    px: Floats
    matrix: Floats

    @property
    def box(self) -> Box:
        return Box.around(self.px)


class StillLandmarker:
    """Landmarks in single pictures; owns one native object."""

    def __init__(self, bundle: bytes) -> None:
        self._task = _open(bundle, VisionTaskRunningMode.IMAGE)

    def close(self) -> None:
        """Release the native object."""
        self._task.close()

    def look(self, picture: Picture, window: Window) -> Sighting | None:
        """The most prominent face in a window, in picture pixels."""
        crop = padded(picture[window.top : window.bottom, window.left : window.right])
        return _sighting(self._task.detect(as_image(crop)), window, crop)


class Follower:
    """Landmarks of one face through a stream; owns one native object and the window it looks through.

    `point_at` a box, then `look` at every frame; None means that the face was lost.
    """

    def __init__(self, bundle: bytes) -> None:
        self._task = _open(bundle, VisionTaskRunningMode.VIDEO)
        self._clock = MillisecondClock()
        self._clock.nudge()
        self._window: Window | None = None
        self._side = 0.0

    def close(self) -> None:
        """Release the native object."""
        self._task.close()

    def point_at(self, box: Box, size_wh: tuple[int, int]) -> None:
        """Look for a face around a box from now on, forgetting the face before."""
        self._window, self._side = _window_for(box, size_wh), box.side
        self._forget()

    def look(self, picture: Picture, t_ns: int, expected: Box) -> Sighting | None:
        """The face in this frame, which is expected about a box."""
        size_wh = (picture.shape[1], picture.shape[0])
        if self._window is None or self._strayed(expected, self._window, size_wh):
            self.point_at(expected, size_wh)
        window = self._window
        if window is None:
            return None
        crop = padded(picture[window.top : window.bottom, window.left : window.right])
        result = self._task.detect_for_video(as_image(crop), self._clock.tick(t_ns))
        return _sighting(result, window, crop)

    def _strayed(self, face: Box, window: Window, size_wh: tuple[int, int]) -> bool:
        if window.right > size_wh[0] or window.bottom > size_wh[1]:
            return True
        zoom = face.side / max(self._side, 1.0)
        # A window that the picture's edge cuts is judged by where its centre would be now.
        wanted = _window_for(face, size_wh)
        if window == wanted:
            return False
        (x, y), (wx, wy) = window.centre, wanted.centre
        drift = max(abs(x - wx), abs(y - wy)) / max(face.side, 1.0)
        return drift > MOST_DRIFT or not 1 / MOST_ZOOM < zoom < MOST_ZOOM

    def _forget(self) -> None:
        self._task.detect_for_video(blank_image(), self._clock.nudge())


def _open(bundle: bytes, mode: VisionTaskRunningMode) -> FaceLandmarker:
    options = FaceLandmarkerOptions(
        base_options=BaseOptions(model_asset_buffer=bundle),
        running_mode=mode,
        num_faces=1,
        min_face_detection_confidence=LEAST_SEARCH_SCORE,
        min_face_presence_confidence=LEAST_PRESENCE,
        output_face_blendshapes=False,
        output_facial_transformation_matrixes=True,
    )

    def warm_up(task: FaceLandmarker) -> None:
        if mode is VisionTaskRunningMode.VIDEO:
            task.detect_for_video(blank_image(), 0)
        else:
            task.detect(blank_image())

    return open_task(lambda: FaceLandmarker.create_from_options(options), warm_up)


def _window_for(face: Box, size_wh: tuple[int, int]) -> Window:
    if face.side * WHOLE_BY_FACE > max(size_wh):
        return Window.whole(size_wh)
    return Window.square(face.centre, WINDOW_BY_FACE * face.side, size_wh)


def _sighting(result: FaceLandmarkerResult, window: Window, crop: Picture) -> Sighting | None:
    if not result.face_landmarks:
        return None
    marks = result.face_landmarks[0]
    height, width = crop.shape[:2]
    unit = np.array([[mark.x, mark.y, mark.z] for mark in marks], np.float64)
    if unit.shape != (FACE_LANDMARKS, 3) or not np.isfinite(unit).all():
        return None
    # z is given in shares of the width, like x.
    px = unit * np.array([width, height, width]) + np.array([window.left, window.top, 0.0])
    return Sighting(px, np.asarray(result.facial_transformation_matrixes[0], np.float64))


def averaged(sightings: Sequence[Sighting]) -> Sighting:
    """The mean of several looks at the same still face; the matrix is that of the look nearest to it."""
    mean = np.mean([s.px for s in sightings], axis=0)
    nearest = min(sightings, key=lambda s: float(np.abs(s.px[:, :2] - mean[:, :2]).sum()))
    return Sighting(mean, nearest.matrix)
