"""Painted people of whom it is known what is hair, cloth, skin and background."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.core.camera import PinholeCamera
from tryon.core.canonical import read_canonical_face
from tryon.core.fits import FaceFit
from tryon.core.landmarks import PersonMask
from tryon.core.transforms import rigid
from tryon.supplies import supply_path

SIZE_WH = (480, 480)
BACKGROUND, SKIN, HAIR, CLOTH = (150, 170, 190), (205, 160, 135), (70, 40, 22), (60, 120, 70)
HEAD_AT = (240, 150)
PX_PER_M = 900.0


@dataclass(frozen=True, eq=False)
class Figure:
    """A head with long hair over cloth; all masks are (H, W) bool."""

    rgb: NDArray[np.uint8]
    hair: NDArray[np.bool_]
    cloth: NDArray[np.bool_]
    skin: NDArray[np.bool_]
    camera: PinholeCamera
    face: FaceFit

    @property
    def mask(self) -> PersonMask:
        inside = self.hair | self.cloth | self.skin
        return PersonMask(inside.astype(np.float32), (0, 0))


def figure(*, hair: tuple[int, int, int] = HAIR, seed: int = 5) -> Figure:
    """Somebody whose hair falls over both sides of the chest."""
    camera = PinholeCamera.default(SIZE_WH)
    depth = camera.focal_px[0] / PX_PER_M
    face = face_at(camera, depth)
    w, h = SIZE_WH
    x, y = HEAD_AT

    def drawn(*shapes: tuple[tuple[int, int], tuple[int, int]]) -> NDArray[np.bool_]:
        canvas = np.zeros((h, w), np.uint8)
        for centre, axes in shapes:
            cv2.ellipse(canvas, centre, axes, 0, 0, 360, 1, -1)
        return canvas.astype(bool)

    skin = drawn(((x, y + 15), (62, 95)))
    skin |= drawn(((x, y + 110), (40, 60)))
    cloth = drawn(((x, y + 330), (190, 220)))
    locks = [((x + side * 80, y + 120), (34, 170)) for side in (-1, 1)]
    falls = drawn(((x, y - 20), (88, 105)), *locks)
    oval = drawn(((x, y + 15), (60, 90)))
    hair_seen = falls & ~oval
    cloth_seen = cloth & ~hair_seen
    skin_seen = skin & ~hair_seen & ~cloth_seen
    rgb = np.full((h, w, 3), BACKGROUND, np.uint8)
    for where, color in ((skin_seen, SKIN), (cloth_seen, CLOTH), (hair_seen, hair)):
        rgb[where] = color
    noise = np.random.default_rng(seed).normal(0, 4, rgb.shape)
    rgb = np.clip(rgb + noise, 0, 255).astype(np.uint8)
    return Figure(rgb, hair_seen, cloth_seen, skin_seen, camera, face)


def face_at(camera: PinholeCamera, depth: float) -> FaceFit:
    """The mean face, looking into the camera at the figure's place."""
    at = camera.rays(np.array(HEAD_AT, float)) * depth
    points = read_canonical_face(supply_path("face_landmarker.task")).points
    return FaceFit(0, rigid(None, at), points, {}, 0.063, 0.002, 1.0)
