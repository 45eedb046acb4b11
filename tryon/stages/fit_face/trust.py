"""How far each face landmark is believed to move with the skull.

Lips, jaw, lids and brows move with expression. They shape the face, but do not turn the head.
"""

from __future__ import annotations

import numpy as np

from tryon.core.landmarks import FACE_LANDMARKS, FaceMark
from tryon.core.spaces import Floats

LIPS = (
    61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291, 409, 270, 269, 267, 0, 37, 39, 40, 185,
    78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308, 415, 310, 311, 312, 13, 82, 81, 80, 191,
)  # fmt: skip
LIDS = (
    7, 163, 144, 145, 153, 154, 155, 173, 157, 158, 159, 160, 161, 246,
    249, 390, 373, 374, 380, 381, 382, 398, 384, 385, 386, 387, 388, 466,
)  # fmt: skip
BROWS = (
    70, 63, 105, 66, 107, 46, 53, 52, 65, 55, 300, 293, 334, 296, 336, 276, 283, 282, 295, 285,
)  # fmt: skip
IRISES = tuple(range(468, FACE_LANDMARKS))
MOVABLE_LIDS, MOVABLE_BROWS = 0.2, 0.4
JAW_FADE_M = (-0.030, -0.055)
"""Heights in `head` between which cheeks pass from the skull's motion to the jaw's."""
SKULL_AXIS_Z_M = -0.075
"""Depth of the upright axis from which the face's surface is seen to bulge."""
HIDDEN_COSINE, SEEN_COSINE = -0.15, 0.45
LEAST_SEEN = 0.05
"""Landmarks on the far side are guesses of the network; they still count a little."""


def rigidity(base: Floats) -> Floats:
    """(478,) 0 to 1: weight of each landmark in the head's pose, from the base head's (478, 3)."""
    upper, lower = JAW_FADE_M
    trust = np.clip((base[:, 1] - lower) / (upper - lower), 0.0, 1.0)
    trust[list(LIDS)] *= MOVABLE_LIDS
    trust[list(BROWS)] *= MOVABLE_BROWS
    trust[list(LIPS)] = 0.0
    trust[list(IRISES)] = 0.0
    nose_base = base[FaceMark.NOSE_TIP, 1] - 0.010
    nose = (np.abs(base[:, 0]) < 0.020) & (base[:, 1] > nose_base)
    trust[nose] = np.maximum(trust[nose], MOVABLE_LIDS)
    return np.asarray(trust)


def outward(base: Floats) -> Floats:
    """(478, 3) unit directions in which the surface faces, roughly, in `head`."""
    away = base - np.array([0.0, 0.0, SKULL_AXIS_Z_M])
    away[:, 1] = 0.3 * base[:, 1]
    return np.asarray(away / np.linalg.norm(away, axis=1, keepdims=True))


def seen_share(normals: Floats, cam_from_head: Floats, head: Floats) -> Floats:
    """(n,) 1 where a landmark faces the camera, LEAST_SEEN where it is turned away."""
    centre = cam_from_head[:3, :3].T @ -cam_from_head[:3, 3]
    towards = centre - head
    towards /= np.linalg.norm(towards, axis=1, keepdims=True)
    cosine = (normals * towards).sum(1)
    return np.asarray(
        np.clip((cosine - HIDDEN_COSINE) / (SEEN_COSINE - HIDDEN_COSINE), LEAST_SEEN, 1.0)
    )
