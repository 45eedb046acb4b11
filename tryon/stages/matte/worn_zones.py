"""Which part of a person a pixel belongs to, by the fitted body's joints."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tryon.core.body_fit import BODY_JOINTS, BodyFit
from tryon.core.camera import PinholeCamera
from tryon.core.spaces import Floats
from tryon.stages.matte.window import Window

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
        w, h = window.small_wh
        grid = np.stack(
            np.meshgrid(np.arange(w, dtype=np.float32) + 0.5, np.arange(h, dtype=np.float32) + 0.5),
            -1,
        )
        arms, shoes = np.zeros((h, w), bool), np.zeros((h, w), bool)
        spared = (_off(grid, small["head"], small["head"])[0] < HEAD_M * per_m) & (
            _off(grid, small["head"], 2 * small["head"] - small["neck_01"])[1] > CHIN_M * per_m
        )
        for side in ("l", "r"):
            shoulder, elbow, wrist, knuckles, ankle, toe = (
                small[f"{name}_{side}"]
                for name in ("upperarm", "lowerarm", "hand", "middle_01", "foot", "ball")
            )
            for start, end in ((shoulder, elbow), (elbow, wrist)):
                arms |= _off(grid, start, end)[0] < ARM_M * per_m
            tips = knuckles + (knuckles - wrist)
            off, along = _off(grid, wrist, tips)
            spared |= (off < HAND_M * per_m) & (along > 0)
            sole = toe + 0.35 * (toe - ankle)
            shoes |= (_off(grid, ankle, sole)[0] < FOOT_M * per_m) & (
                grid[..., 1] > ankle[1] + SHOE_M * per_m
            )
        down = 0.5 * (small["thigh_l"] + small["thigh_r"]) - small["neck_01"]
        down = down / max(float(np.linalg.norm(down)), 1e-6)
        below_hips = ((grid - 0.5 * (small["thigh_l"] + small["thigh_r"])) @ down) / per_m
        lower = below_hips > 0
        return cls(
            window,
            (below_hips < -WAIST_M) | arms,
            lower & ~arms,
            arms,
            spared | shoes,
            shoes,
            float(per_m),
        )


def _off(
    grid: NDArray[np.float32], start: Floats, end: Floats
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """(h, w) distance from a segment, and how far along it (below 0 before its start), pixels."""
    line = end - start
    length = max(float(np.linalg.norm(line)), 1e-6)
    from_start = grid - start.astype(np.float32)
    along = from_start @ (line / length).astype(np.float32)
    nearest = np.clip(along, 0, length)[..., None] * (line / length).astype(np.float32)
    return np.asarray(np.linalg.norm(from_start - nearest, axis=-1)), np.asarray(along)
