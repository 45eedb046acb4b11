"""Reads the 33 landmarks and the mask of one body through a view of the picture.

The native task finds one body in what it is shown, whatever number it is asked for, so every person
gets a task and a view of their own. In video mode it does not search again but looks where the body
was in the last view: a view that travels with the body keeps that place, one that jumps loses it.
Traps: widths that are no multiple of four abort the process when the mask is read; masks are views of
memory that dies with the result; visibility may be missing (None) or NaN.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
from mediapipe.tasks.python.core.base_options import BaseOptions
from mediapipe.tasks.python.vision.core.vision_task_running_mode import VisionTaskRunningMode
from mediapipe.tasks.python.vision.pose_landmarker import (
    PoseLandmarker,
    PoseLandmarkerOptions,
    PoseLandmarkerResult,
)

from tryon.core.frame import Picture
from tryon.core.landmarks import POSE_LANDMARKS, PersonMask
from tryon.core.spaces import Floats
from tryon.stages.detect.boxes import Box
from tryon.stages.detect.runtime import (
    WIDTH_MULTIPLE,
    MillisecondClock,
    QuietUntilFound,
    as_image,
    blank_image,
    open_task,
)

LEAST_SEARCH_SCORE, LEAST_PRESENCE = 0.4, 0.4
VIEW_BY_REACH = 2.7
"""Side of a view / distance from the middle of the hips to the farthest landmark."""
WHOLE_FROM, WHOLE_UNTIL = 0.85, 0.7
"""A view that would span this share of the picture's longer side is the whole picture, until …"""
MOST_ZOOM = 1.25
ZOOM_A_FRAME = 1.03
"""A view that has become too large or small changes by at most this much from frame to frame."""
LEAST_VIEW_PX = 64
GREY = 127
LOOK_PX = 300
"""Followers see every second, third … pixel of a view whose shorter side has twice, thrice so many: the
network takes 256, and larger masks only cost time."""
FINE_MASK_PX = 360
"""Masks larger than this are kept at every second, third … pixel."""
TRUNK = np.array([11, 12, 23, 24])
HEAD = np.arange(11)


@dataclass(frozen=True)
class View:
    """A rectangle of whole pixels that may reach beyond the picture, its width a multiple of four."""

    left: int
    top: int
    width: int
    height: int

    @classmethod
    def whole(cls, size_wh: tuple[int, int]) -> View:
        """The picture, a little wider where its width demands it."""
        w, h = size_wh
        return cls(0, 0, w + -w % WIDTH_MULTIPLE, h)

    @classmethod
    def square(cls, centre: tuple[float, float], side: float) -> View:
        length = max(LEAST_VIEW_PX, round(side / WIDTH_MULTIPLE) * WIDTH_MULTIPLE)
        return cls(round(centre[0] - length / 2), round(centre[1] - length / 2), length, length)

    def cut(self, picture: Picture) -> Picture:
        """(height, width, 3) contiguous; beyond the picture its last row or column goes on."""
        h, w = picture.shape[:2]
        right, bottom = self.left + self.width, self.top + self.height
        x0, y0 = min(max(self.left, 0), w - 1), min(max(self.top, 0), h - 1)
        x1, y1 = max(min(right, w), x0 + 1), max(min(bottom, h), y0 + 1)
        inside = picture[y0:y1, x0:x1]
        beyond = (y0 - self.top, bottom - y1, x0 - self.left, right - x1)
        if not any(beyond):
            return np.ascontiguousarray(inside)
        above, below, before, behind = (max(b, 0) for b in beyond)
        grown = cv2.copyMakeBorder(inside, above, below, before, behind, cv2.BORDER_REPLICATE)
        return np.ascontiguousarray(grown[: self.height, : self.width], np.uint8)


@dataclass(frozen=True, eq=False)
class BodySighting:
    """One look at one body through a view; arrays as in `PoseLandmarks`."""

    px: Floats
    world: Floats
    visibility: Floats
    mask: PersonMask | None
    view: View

    @cached_property
    def hip(self) -> tuple[float, float]:
        """Middle of the hips, pixels: what a view is centred on."""
        x, y = self.px[23:25].mean(0)
        return float(x), float(y)

    @cached_property
    def reach_px(self) -> float:
        """From the middle of the hips to the farthest landmark."""
        return float(np.linalg.norm(self.px - np.array(self.hip), axis=1).max())

    @cached_property
    def torso_px(self) -> float:
        """Size of the trunk, from the front or from the side."""
        middle = self.px[11:13].mean(0) - np.array(self.hip)
        width = np.linalg.norm(self.px[11] - self.px[12])
        return max(float(np.linalg.norm(middle)), float(width), 1.0)

    @cached_property
    def box(self) -> Box:
        """About all landmarks."""
        return Box.around(self.px)

    @cached_property
    def score(self) -> float:
        """Mean visibility of shoulders and head, 0 to 1."""
        return float(
            np.concatenate([self.visibility[11:13], [self.visibility[HEAD].mean()]]).mean()
        )


def only_within(picture: Picture, view: View) -> Picture:
    """The picture with everything outside of a view painted grey."""
    out = np.full_like(picture, GREY)
    part = np.s_[
        max(view.top, 0) : view.top + view.height, max(view.left, 0) : view.left + view.width
    ]
    out[part] = picture[part]
    return out


_quiet = QuietUntilFound()
# The native task warns of a view that is not square when it sees its first body.


def _is_somebody(result: PoseLandmarkerResult) -> bool:
    return bool(result.pose_landmarks)


class StillPose:
    """Bodies in single pictures; owns one native object."""

    def __init__(self, bundle: bytes) -> None:
        self._task = _open(bundle, VisionTaskRunningMode.IMAGE)

    def close(self) -> None:
        """Release the native object."""
        self._task.close()

    def look(self, picture: Picture, view: View) -> BodySighting | None:
        """The most prominent body in a view, in picture pixels."""
        image = as_image(view.cut(picture))
        return _sighting(_quiet(lambda: self._task.detect(image), _is_somebody), view, picture)


class BodyFollower:
    """One body through a stream; owns one native object and the view it looks through."""

    def __init__(self, bundle: bytes) -> None:
        self._task = _open(bundle, VisionTaskRunningMode.VIDEO)
        self._clock = MillisecondClock()
        self._clock.nudge()
        self._side = 0.0
        self._whole = False

    def close(self) -> None:
        """Release the native object."""
        self._task.close()

    def point_at(self, body: BodySighting, size_wh: tuple[int, int]) -> None:
        """Follow this body from now on, forgetting the one before."""
        self._side = VIEW_BY_REACH * body.reach_px
        self._whole = self._side > WHOLE_FROM * max(size_wh)
        self._forget()

    def look(
        self, picture: Picture, t_ns: int, *, expected: tuple[float, float], reach_px: float
    ) -> BodySighting | None:
        """The body in this frame, the middle of its hips expected at a place; None when it is lost."""
        view = self._view(expected, reach_px, (picture.shape[1], picture.shape[0]))
        image, t_ms = as_image(_shrunk(view.cut(picture))), self._clock.tick(t_ns)
        result = _quiet(lambda: self._task.detect_for_video(image, t_ms), _is_somebody)
        return _sighting(result, view, picture)

    def _view(self, centre: tuple[float, float], reach: float, size_wh: tuple[int, int]) -> View:
        wanted, long_side = VIEW_BY_REACH * reach, max(size_wh)
        if self._whole and wanted < WHOLE_UNTIL * long_side:
            self._whole, self._side = False, wanted
            self._forget()
        elif not self._whole and wanted > WHOLE_FROM * long_side:
            self._whole = True
            self._forget()
        if self._whole:
            return View.whole(size_wh)
        if not 1 / MOST_ZOOM < wanted / self._side < MOST_ZOOM:
            self._side *= float(np.clip(wanted / self._side, 1 / ZOOM_A_FRAME, ZOOM_A_FRAME))
        return View.square(centre, self._side)

    def _forget(self) -> None:
        self._task.detect_for_video(blank_image(), self._clock.nudge())


def _open(bundle: bytes, mode: VisionTaskRunningMode) -> PoseLandmarker:
    options = PoseLandmarkerOptions(
        base_options=BaseOptions(model_asset_buffer=bundle),
        running_mode=mode,
        num_poses=1,
        min_pose_detection_confidence=LEAST_SEARCH_SCORE,
        min_pose_presence_confidence=LEAST_PRESENCE,
        min_tracking_confidence=LEAST_PRESENCE,
        output_segmentation_masks=True,
    )

    def warm_up(task: PoseLandmarker) -> None:
        if mode is VisionTaskRunningMode.VIDEO:
            task.detect_for_video(blank_image(), 0)
        else:
            task.detect(blank_image())

    return open_task(lambda: PoseLandmarker.create_from_options(options), warm_up)


def read_visibility(values: list[float | None]) -> Floats:
    """(n,) visibilities, 0 where one is missing (None or NaN)."""
    array = np.array([np.nan if value is None else value for value in values], np.float64)
    return np.asarray(np.clip(np.nan_to_num(array, nan=0.0, posinf=0.0, neginf=0.0), 0.0, 1.0))


def _sighting(result: PoseLandmarkerResult, view: View, picture: Picture) -> BodySighting | None:
    if not result.pose_landmarks:
        return None
    marks, world = result.pose_landmarks[0], result.pose_world_landmarks[0]
    px = np.array([[m.x * view.width, m.y * view.height] for m in marks], np.float64)
    metres = np.array([[m.x, m.y, m.z] for m in world], np.float64)
    if px.shape != (POSE_LANDMARKS, 2) or not (np.isfinite(px).all() and np.isfinite(metres).all()):
        return None
    px += np.array([view.left, view.top])
    visibility = read_visibility([m.visibility for m in marks])
    if result.segmentation_masks:
        mask = _mask(result.segmentation_masks[0].numpy_view(), view, picture, px)
        return BodySighting(px, metres, visibility, mask, view)
    return BodySighting(px, metres, visibility, None, view)


def _shrunk(picture: Picture) -> Picture:
    """A picture whose shorter side is at least `LOOK_PX`, its width a multiple of four."""
    h, w = picture.shape[:2]
    factor = min(w, h) // LOOK_PX
    if factor < 2:  # nothing to leave out
        return picture
    width = max(round(w / factor / WIDTH_MULTIPLE), 1) * WIDTH_MULTIPLE
    return np.asarray(
        cv2.resize(picture, (width, h // factor), interpolation=cv2.INTER_AREA), np.uint8
    )


def _mask(share: np.ndarray, view: View, picture: Picture, px: Floats) -> PersonMask:
    """The body's part of the mask, copied out of native memory."""
    share = share.reshape(share.shape[0], share.shape[1])
    h, w = picture.shape[:2]
    low, high = px.min(0), px.max(0)
    margin = 0.25 * float((high - low).max()) + 8
    low, high = np.floor(low - margin).astype(int), np.ceil(high + margin).astype(int)
    x0, y0 = max(int(low[0]), view.left, 0), max(int(low[1]), view.top, 0)
    x1 = max(min(int(high[0]), view.left + view.width, w), x0)
    y1 = max(min(int(high[1]), view.top + view.height, h), y0)
    step = 1 + (max(x1 - x0, y1 - y0) - 1) // FINE_MASK_PX if max(x1 - x0, y1 - y0) else 1
    # The middle of each step's pixels speaks for them.
    first = step // 2
    rows = (np.arange(y0 + first, y1, step) - view.top) * share.shape[0] // view.height
    columns = (np.arange(x0 + first, x1, step) - view.left) * share.shape[1] // view.width
    return PersonMask(share[np.ix_(rows, columns)].astype(np.float32), (x0, y0), step)
