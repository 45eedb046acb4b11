"""Drawn people to look for: the base body in plain clothes, cut out once and pasted where wanted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.core.camera import PinholeCamera
from tryon.core.frame import Frame
from tryon.qa.bodies import MODELS, BodyTruth, backdrop
from tryon.qa.body_poses import STANCES, cam_from_stance, rest_from_stance

SIZE_WH = (480, 640)


@dataclass(frozen=True)
class Cutout:
    """A person cut out of an even background: rgb (h, w, 3), share (h, w, 1) 0 to 1."""

    rgb: NDArray[np.float32]
    share: NDArray[np.float32]


@cache
def cutout(model: int, yaw_deg: float, *, height_px: int = 420) -> Cutout:
    """One of the models, standing, turned to the left by an angle."""
    with BodyTruth() as truth:
        chosen = MODELS[model]
        figure = truth.body.shaped(chosen.shape)
        camera = PinholeCamera.default(SIZE_WH)
        tall = float(np.ptp(figure.vertices[:, 1]))
        motion = cam_from_stance(yaw_deg, height_m=tall, distance_m=4.2) @ rest_from_stance(
            truth.body, figure, STANCES[0]
        )
        rgba = truth.layer(figure, chosen, motion, camera)
    factor = height_px / rgba.shape[0]
    size = (round(rgba.shape[1] * factor), height_px)
    small = cv2.resize(rgba, size, interpolation=cv2.INTER_AREA).astype(np.float32)
    return Cutout(small[..., :3], small[..., 3:] / 255)


def scene(
    people: Sequence[tuple[Cutout, int, int]], *, size_wh: tuple[int, int], t_ns: int = 0
) -> Frame:
    """A frame with cutouts whose top left corners are at (x, y), later ones in front."""
    out = backdrop(size_wh, np.random.default_rng(3)).astype(np.float32)
    w, h = size_wh
    for person, x, y in people:
        ph, pw = person.share.shape[:2]
        left, top, right, bottom = max(x, 0), max(y, 0), min(x + pw, w), min(y + ph, h)
        if right <= left or bottom <= top:
            continue
        part = np.s_[top - y : bottom - y, left - x : right - x]
        under = out[top:bottom, left:right]
        out[top:bottom, left:right] = person.rgb[part] + (1 - person.share[part]) * under
    return Frame(np.clip(out, 0, 255).astype(np.uint8), t_ns, 0, PinholeCamera.default(size_wh))
