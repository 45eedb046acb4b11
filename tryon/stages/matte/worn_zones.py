"""Which part of a person a pixel belongs to, by the fitted body's joints."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.core.body_fit import BODY_JOINTS, BodyFit
from tryon.core.camera import PinholeCamera
from tryon.core.spaces import Floats
from tryon.stages.matte.window import Window

FARTHEST_PX, MOST_THICK_PX = 5000, 2000
"""Joints of people who are partly outside of the picture may be anywhere."""
MARGIN_M = 0.30
ARM_M = 0.14
"""A sleeve is so far from the arm's axis at most."""
HAND_M = 0.10
HEAD_M = 0.22
CHIN_M = 0.01
"""The chin is so far above the joint of the head."""
WAIST_M = 0.12
FOOT_M = 0.13
SHOE_M = 0.01
"""Shoes begin so far below the ankle's joint."""


@dataclass(frozen=True, eq=False)
class BodyInPicture:
    """One body in one window; the zones are (h, w) bool and overlap nowhere but for `arms`.

    upper: arms, and trunk above the waist; lower: below the hips; arms: near an arm's axis; spared:
    head, hands and feet; shoes: the feet; px_per_m: of the window.
    """

    window: Window
    upper: NDArray[np.bool_]
    lower: NDArray[np.bool_]
    arms: NDArray[np.bool_]
    spared: NDArray[np.bool_]
    shoes: NDArray[np.bool_]
    px_per_m: float

    @classmethod
    def of(cls, body: BodyFit, camera: PinholeCamera, *, body_px: float) -> BodyInPicture | None:
        """None when the body is outside of the picture. body_px: most pixels for the window's height."""
        at = {name: body.joints_px[k] for k, name in enumerate(BODY_JOINTS)}
        depth = -float(body.joints_cam_m[BODY_JOINTS.index("spine_01"), 2])
        scale = camera.focal_px[0] / max(depth, 0.05)
        low, high = body.joints_px.min(0) - MARGIN_M * scale, body.joints_px.max(0)
        high = high + MARGIN_M * scale
        low, high = np.maximum(low, 0), np.minimum(high, np.array(camera.size_wh))
        tall = max(float((high - low).max()), 1.0)
        window = Window.about(low, high, camera.size_wh, scale=body_px / tall)
        if window is None:
            return None
        small = {name: window.from_px(px) for name, px in at.items()}
        per_m = scale * window.small_wh[0] / window.size_wh[0]
        size = window.small_wh
        arms, shoes, spared = (np.zeros(size[::-1], np.uint8) for _ in range(3))
        head, hips = small["head"], 0.5 * (small["thigh_l"] + small["thigh_r"])
        _draw(spared, head, head, HEAD_M * per_m)
        spared[_ahead(size, head, head - small["neck_01"]) < CHIN_M * per_m] = 0
        hands = np.zeros_like(spared)
        for side in ("l", "r"):
            shoulder, elbow, wrist, knuckles, ankle, toe = (
                small[f"{name}_{side}"]
                for name in ("upperarm", "lowerarm", "hand", "middle_01", "foot", "ball")
            )
            _draw(arms, shoulder, elbow, ARM_M * per_m)
            _draw(arms, elbow, wrist, ARM_M * per_m)
            hand = np.zeros_like(spared)
            _draw(hand, wrist, 2 * knuckles - wrist, HAND_M * per_m)
            hand[_ahead(size, wrist, knuckles - wrist) < 0] = 0
            hands |= hand
            shoe = np.zeros_like(spared)
            _draw(shoe, ankle, toe + 0.35 * (toe - ankle), FOOT_M * per_m)
            shoe[: max(round(float(ankle[1]) + SHOE_M * per_m), 0)] = 0
            shoes |= shoe
        below_hips = _ahead(size, hips, hips - small["neck_01"]) / per_m
        near_arms = arms > 0
        return cls(
            window,
            (below_hips < -WAIST_M) | near_arms,
            (below_hips > 0) & ~near_arms,
            near_arms,
            (spared | hands | shoes) > 0,
            shoes > 0,
            float(per_m),
        )


def _draw(canvas: NDArray[np.uint8], start: Floats, end: Floats, radius_px: float) -> None:
    """Mark what is near a segment."""
    (x0, y0), (x1, y1) = np.clip(np.round([start, end]), -FARTHEST_PX, FARTHEST_PX).astype(int)
    thick = min(max(round(2 * radius_px), 1), MOST_THICK_PX)
    cv2.line(canvas, (int(x0), int(y0)), (int(x1), int(y1)), 1, thick)


def _ahead(size_wh: tuple[int, int], origin: Floats, direction: Floats) -> NDArray[np.float32]:
    """(h, w) how far each pixel lies from a point in a direction, pixels."""
    x, y = direction / max(float(np.linalg.norm(direction)), 1e-6)
    across = (np.arange(size_wh[0]) + 0.5 - origin[0]) * x
    down = (np.arange(size_wh[1]) + 0.5 - origin[1]) * y
    return np.asarray(down[:, None] + across, np.float32)
