"""Where the board is: from its markers, or for a while from whatever lies around them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
from cv2.typing import MatLike
from numpy.typing import NDArray

from shows.augmented.board import DICTIONARY, MARKERS, SHEETS, Floats, Sheet, sheet_of
from shows.augmented.follower import PlaneFollower, as_numbers
from shows.augmented.steady import SteadyPose
from tryon import PinholeCamera

Seen = Literal["board", "followed", "held"]

HOLD_S = 2.0
"""How long a show stands where it stood, with nothing to see it by."""
FOLLOW_S = 10.0
"""How long the surroundings alone are trusted: small errors add up."""
FEWEST_CORNERS = 6
_WORST_PX = 3.0
"""Corners that miss their place by more, on average in a picture 1,280 wide, are no board."""
CAM_FROM_OPENCV: Floats = np.diag([1.0, -1.0, -1.0])


@dataclass(frozen=True, eq=False)
class Anchor:
    """Where a show stands.

    cam_from_table: (4, 4) rigid, metres, see `shows.augmented.board`; sheet: the board; seen: whether by
    its markers, by its surroundings, or only remembered.
    """

    cam_from_table: Floats
    sheet: Sheet
    seen: Seen


class BoardTracker:
    """Finds the board in picture after picture of one camera. One tracker a stream."""

    def __init__(self) -> None:
        parameters = cv2.aruco.DetectorParameters()
        parameters.cornerRefinementMethod = cv2.aruco.CORNER_REFINE_SUBPIX
        self._markers = cv2.aruco.ArucoDetector(DICTIONARY, parameters)
        self._boards = {
            sheet.name: cv2.aruco.CharucoDetector(sheet.board) for sheet in SHEETS.values()
        }
        self._follower = PlaneFollower()
        self._steady = SteadyPose()
        self.reset()

    def reset(self) -> None:
        """Forget everything: another clip, or a cut."""
        self._follower.reset()
        self._steady.reset()
        self._last: Anchor | None = None
        self._raw: Floats | None = None
        self._board_ns = self._seen_ns = 0

    def look(self, rgb: NDArray[np.uint8], camera: PinholeCamera, t_ns: int) -> Anchor | None:
        """The anchor in a (H, W, 3) picture at its time; None until the board is seen, and when it has
        been out of sight too long. Times grow."""
        grey = np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), np.uint8)
        found = self._by_markers(grey, camera)
        seen: Seen = "board"
        if found is not None:
            sheet, pose = found
            if self._last is None or self._last.sheet != sheet:
                self._steady.reset()
            self._board_ns = self._seen_ns = t_ns
        elif self._last is None or self._raw is None:
            return None
        else:
            sheet, pose, seen = self._last.sheet, self._raw, "held"
            if t_ns - self._board_ns <= FOLLOW_S * 1e9:
                followed = self._follower.follow(grey, camera, self._raw, reach_m=sheet.size_m)
                if followed is not None:
                    pose, seen, self._seen_ns = followed, "followed", t_ns
            if t_ns - self._seen_ns > HOLD_S * 1e9:
                self.reset()
                return None
        self._raw = pose
        self._follower.remember(grey)
        smooth = self._steady.step(pose, t_ns) if seen != "held" else self._last_pose(pose)
        self._last = Anchor(smooth, sheet, seen)
        return self._last

    def _last_pose(self, pose: Floats) -> Floats:
        return pose if self._last is None else self._last.cam_from_table

    def _by_markers(
        self, grey: NDArray[np.uint8], camera: PinholeCamera
    ) -> tuple[Sheet, Floats] | None:
        corners, ids, _ = self._markers.detectMarkers(grey)
        numbered = as_numbers(ids)
        if not len(numbered):
            return None
        sheet = _most_seen(numbered)
        if sheet is None:
            return None
        found, numbers, _, _ = self._boards[sheet.name].detectBoard(
            grey, markerCorners=corners, markerIds=ids
        )
        chosen = as_numbers(numbers)
        if len(chosen) < FEWEST_CORNERS:
            return None
        px = np.asarray(found, np.float64).reshape(-1, 2)
        pose = plane_pose(sheet.corners()[chosen], px + 0.5, camera, near=self._raw)
        return None if pose is None else (sheet, pose)


def plane_pose(
    points: Floats, px: Floats, camera: PinholeCamera, *, near: Floats | None
) -> Floats | None:
    """(4, 4) cam_from_table from (N, 3) points with y = 0 in `table` and their (N, 2) pixels, in which the
    first pixel's centre is (0.5, 0.5).

    A plane seen from far has two poses that look alike (Schweighofer and Pinz 2006): the one that fits
    better is taken, or when neither does clearly, the one nearer to `near`. None when none fits.
    """
    matrix = _matrix(camera)
    # IPPE wants the plane as z = 0: (x, −z, y) is a rotation of `table` about x.
    flat = np.ascontiguousarray(points[:, [0, 2, 1]] * [1.0, -1.0, 1.0])
    try:
        count, turns, places, _ = cv2.solvePnPGeneric(
            flat, px, matrix, None, flags=cv2.SOLVEPNP_IPPE
        )
    except cv2.error:
        return None
    if not count:
        return None
    candidates = []
    for turn, place in zip(turns, places, strict=True):
        refined, moved = cv2.solvePnPRefineLM(flat, px, matrix, None, turn.copy(), place.copy())
        seen, _ = cv2.projectPoints(flat, refined, moved, matrix, None)
        error = float(np.sqrt(((seen.reshape(-1, 2) - px) ** 2).sum(1).mean()))
        pose = _in_cam(refined, moved)
        # What is seen of the sheet is its printed side.
        if pose[:3, 1] @ pose[:3, 3] < 0:
            candidates.append((error, pose))
    candidates.sort(key=lambda each: each[0])
    if not candidates or candidates[0][0] > _WORST_PX * max(camera.size_wh) / 1280:
        return None
    best = candidates[0]
    if len(candidates) > 1 and near is not None and candidates[1][0] < 1.5 * best[0] + 0.05:
        best = min(candidates, key=lambda each: _turned_rad(each[1], near))
    return best[1]


def _in_cam(turn: MatLike, place: MatLike) -> Floats:
    pose = np.eye(4)
    flat_from_table = np.array([[1.0, 0, 0], [0, 0, -1.0], [0, 1.0, 0]])
    pose[:3, :3] = CAM_FROM_OPENCV @ cv2.Rodrigues(turn)[0] @ flat_from_table
    pose[:3, 3] = CAM_FROM_OPENCV @ np.asarray(place).ravel()
    return pose


def _matrix(camera: PinholeCamera) -> Floats:
    (fx, fy), (cx, cy) = camera.focal_px, camera.centre_px
    return np.array([[fx, 0.0, cx], [0.0, fy, cy], [0.0, 0.0, 1.0]])


def _turned_rad(a: Floats, b: Floats) -> float:
    cosine = (np.trace(a[:3, :3].T @ b[:3, :3]) - 1) / 2
    return float(np.arccos(np.clip(cosine, -1.0, 1.0)))


def _most_seen(ids: NDArray[np.int64]) -> Sheet | None:
    """The board that most of the markers are of."""
    numbers, counts = np.unique(ids // MARKERS, return_counts=True)
    return sheet_of(int(numbers[counts.argmax()]) * MARKERS)
