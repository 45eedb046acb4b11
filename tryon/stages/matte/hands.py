"""Hands in front of clothes, told by their skin's colour, with their real outline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.core.body_fit import BODY_JOINTS, BodyFit
from tryon.core.camera import PinholeCamera
from tryon.core.frame import Picture
from tryon.core.landmarks import PoseLandmarks
from tryon.core.spaces import Floats
from tryon.stages.matte.colours import Colours, Share, cells_of, grown_from
from tryon.stages.matte.window import Window

SIDES = ("l", "r")
MARKS = {"l": (13, 15, 17, 19, 21), "r": (14, 16, 18, 20, 22)}
"""Pose landmarks of elbow, wrist, little finger, forefinger and thumb."""
REACH_M = 0.15
ALONG_M = 0.12
"""From the wrist to the finger tips of a hand that is half open."""
PALM_M = 0.032
CUFF_M = 0.005
"""Skin counts as the hand's from so far before the wrist."""
LEAST_SEEN = 0.5
LEAST_SKIN = 0.22
"""Share of the palm's place that must be skin, else the hand is gloved, hidden or elsewhere."""
UNKNOWN = 6e-5
SURE_SKIN = 0.6
EDGE_EPSILON = (0.03 * 255) ** 2


@dataclass(frozen=True, eq=False)
class HandInPicture:
    """One hand. window: where it may be; share: (h, w) of its skin."""

    window: Window
    share: Share


def find_hand(
    rgb: Picture,
    camera: PinholeCamera,
    body: BodyFit,
    pose: PoseLandmarks,
    *,
    side: str,
    skin: Colours,
    clothes: Sequence[Colours],
    hand_px: float,
) -> HandInPicture | None:
    """One hand's skin, or None when it is not surely seen.

    rgb: (H, W, 3) the picture; skin, clothes: the person's colours; hand_px: the window's pixels for
    15 cm.
    """
    marks = MARKS[side]
    if pose.mask is None or float(pose.visibility[marks[1]]) < LEAST_SEEN:
        return None
    wrist_cam = body.joints_cam_m[BODY_JOINTS.index(f"hand_{side}")]
    px_per_m = camera.focal_px[0] / -float(wrist_cam[2])
    elbow, wrist = pose.px[marks[0]], pose.px[marks[1]]
    ahead = pose.px[list(marks[2:])].mean(0) - wrist
    if np.linalg.norm(ahead) < 0.02 * px_per_m:
        ahead = wrist - elbow
    ahead = ahead / max(float(np.linalg.norm(ahead)), 1e-6)
    middle = wrist + 0.06 * px_per_m * ahead
    reach = REACH_M * px_per_m
    window = Window.about(
        middle - reach, middle + reach, camera.size_wh, scale=hand_px / (0.15 * px_per_m)
    )
    if window is None:
        return None
    small = window.shrunk(rgb)
    per_m = px_per_m * window.small_wh[0] / window.size_wh[0]
    along, off = _place(window, window.from_px(wrist), ahead, per_m)
    likely = _skin(small, window.person(pose.mask), skin, clothes)
    likely *= np.clip((along + CUFF_M) / 0.012 + 1, 0, 1) * np.clip((0.11 - off) / 0.02, 0, 1)
    palm = (off < PALM_M) & (along > 0) & (along < ALONG_M * 0.7)
    if not palm.any() or float((likely[palm] > SURE_SKIN).mean()) < LEAST_SKIN:
        return None
    grown = grown_from(palm, likely > 0.5)
    soft = cv2.ximgproc.guidedFilter(small, likely * grown, 3, EDGE_EPSILON)
    return HandInPicture(window, np.asarray(np.clip((soft - 0.25) / 0.5, 0, 1), np.float32))


def _place(
    window: Window, wrist: Floats, ahead: Floats, per_m: float
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """(h, w) metres along the hand from the wrist and off its middle line."""
    w, h = window.small_wh
    grid = np.stack(np.meshgrid(np.arange(w) + 0.5, np.arange(h) + 0.5), -1) - wrist
    along = (grid @ ahead / per_m).astype(np.float32)
    off = np.abs(grid @ np.array([-ahead[1], ahead[0]]) / per_m).astype(np.float32)
    return along, off


def _skin(rgb: Picture, person: Share, skin: Colours, clothes: Sequence[Colours]) -> Share:
    cells = cells_of(rgb)
    own = skin.at(cells)
    rival = np.full(person.shape, UNKNOWN, np.float32)
    for cloth in clothes:
        rival += 0.5 * cloth.at(cells)
    share = own / (own + rival) * np.clip(person * 2 - 0.4, 0, 1)
    return np.asarray(cv2.blur(share, (3, 3)), np.float32)
