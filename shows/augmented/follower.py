"""Follows a plane by what lies on and around it, while its markers are hidden."""

from __future__ import annotations

import cv2
import numpy as np
from cv2.typing import MatLike
from numpy.typing import NDArray

from tryon import PinholeCamera

Floats = NDArray[np.float64]
Grey = NDArray[np.uint8]

_LONG_SIDE_PX = 960
_FEATURES = 300
_FEWEST = 16
_AROUND = 2.4
"""How far around the board its plane is believed to go on, in sizes of the board."""
_BACK_PX = 0.7
_OUTLIER_PX = 1.5


class PlaneFollower:
    """Pyramidal Lucas and Kanade on corners of the last picture, forth and back; what is off the plane or
    moves on its own, as the hand that hides the board, is thrown out by RANSAC."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        self._grey: Grey | None = None
        self._scale = 1.0

    def remember(self, grey: Grey) -> None:
        """This is the picture that the next one is compared to."""
        self._grey, self._scale = _small(grey)

    def follow(
        self,
        grey: Grey,
        camera: PinholeCamera,
        cam_from_table: Floats,
        *,
        reach_m: tuple[float, float],
    ) -> Floats | None:
        """The pose in this picture, when it was cam_from_table in the remembered one; None when too
        little can be followed. reach_m: width and depth of the board."""
        before = self._grey
        now, scale = _small(grey)
        if before is None or before.shape != now.shape:
            return None
        area = _region(camera, cam_from_table, reach_m, scale, before.shape)
        first = cv2.goodFeaturesToTrack(before, _FEATURES, 0.01, 6, mask=area)
        if np.size(first) < 2 * _FEWEST:  # one, when OpenCV says None
            return None
        then, ok = _flow(before, now, first)
        back, again = _flow(now, before, then)
        kept = ok & again
        kept &= np.linalg.norm((back - first).reshape(-1, 2), axis=1) < _BACK_PX
        if kept.sum() < _FEWEST:
            return None
        was_px = (first.reshape(-1, 2)[kept].astype(np.float64) + 0.5) / scale
        is_px = (then.reshape(-1, 2)[kept].astype(np.float64) + 0.5) / scale
        return _moved(was_px, is_px, camera, cam_from_table, outlier_px=_OUTLIER_PX / scale)


def _flow(before: Grey, now: Grey, points: MatLike) -> tuple[MatLike, NDArray[np.bool_]]:
    """Where points went, and which of them were found again."""
    moved, ok, _ = cv2.calcOpticalFlowPyrLK(before, now, points, None, winSize=(21, 21), maxLevel=3)  # type: ignore[call-overload]  # OpenCV's stub knows no first guess of None
    return moved, np.asarray(ok).ravel() == 1


def as_numbers(found: object) -> NDArray[np.int64]:
    """Numbers that OpenCV found, which says None for none."""
    return np.zeros(0, np.int64) if found is None else np.asarray(found, np.int64).ravel()


def _moved(
    was_px: Floats,
    is_px: Floats,
    camera: PinholeCamera,
    cam_from_table: Floats,
    *,
    outlier_px: float,
) -> Floats | None:
    """The pose that takes points of the plane, seen before at was_px, to is_px."""
    points = on_plane(was_px, camera, cam_from_table)
    (fx, fy), (cx, cy) = camera.focal_px, camera.centre_px
    matrix = np.array([[fx, 0.0, cx], [0.0, fy, cy], [0.0, 0.0, 1.0]])
    flip = np.diag([1.0, -1.0, -1.0])
    turn: MatLike = cv2.Rodrigues(flip @ cam_from_table[:3, :3])[0]
    place: MatLike = flip @ cam_from_table[:3, 3]
    cv2.setRNGSeed(0)
    ok, turn, place, inliers = cv2.solvePnPRansac(
        points, is_px, matrix, None, turn.copy(), place.copy(), useExtrinsicGuess=True,
        iterationsCount=100, reprojectionError=outlier_px, flags=cv2.SOLVEPNP_ITERATIVE,
    )  # fmt: skip
    chosen = as_numbers(inliers)
    if not ok or len(chosen) < _FEWEST:
        return None
    turn, place = cv2.solvePnPRefineLM(points[chosen], is_px[chosen], matrix, None, turn, place)
    pose = np.eye(4)
    pose[:3, :3] = flip @ cv2.Rodrigues(turn)[0]
    pose[:3, 3] = flip @ np.asarray(place).ravel()
    return pose


def on_plane(px: Floats, camera: PinholeCamera, cam_from_table: Floats) -> Floats:
    """(N, 3) points of `table` with y = 0 that are seen at (N, 2) pixels."""
    rays = camera.rays(px) @ cam_from_table[:3, :3]
    eye = -cam_from_table[:3, :3].T @ cam_from_table[:3, 3]
    return np.asarray(eye - rays * (eye[1] / rays[:, 1:2]))


def _region(
    camera: PinholeCamera,
    cam_from_table: Floats,
    reach_m: tuple[float, float],
    scale: float,
    shape: tuple[int, ...],
) -> Grey:
    """Mask of the small picture in which the plane around the board is."""
    x, z = (_AROUND * side / 2 for side in reach_m)
    corners = np.array([[-x, 0, -z], [x, 0, -z], [x, 0, z], [-x, 0, z]], np.float64)
    in_cam = corners @ cam_from_table[:3, :3].T + cam_from_table[:3, 3]
    mask = np.zeros(shape[:2], np.uint8)
    if (in_cam[:, 2] < -0.01).all():
        polygon = np.rint(camera.project(in_cam) * scale).astype(np.int32)
        cv2.fillConvexPoly(mask, polygon, 255)
    return mask


def _small(grey: Grey) -> tuple[Grey, float]:
    scale = min(1.0, _LONG_SIDE_PX / max(grey.shape))
    if scale == 1.0:
        return grey, 1.0
    size = (round(grey.shape[1] * scale), round(grey.shape[0] * scale))
    small = cv2.resize(grey, size, interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.uint8), size[0] / grey.shape[1]
