"""How the landmark network reads a face whose truth is known: what the fit corrects for.

Landmarks on the cheek, the jaw and before the ear have no feature that marks them: the network slides
them along the outline, and it flattens depth. `assets/head/readings.json` says what it makes of the
base head, measured with `tryon qa readings` on drawn portraits.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tryon.core.errors import SuppliesError
from tryon.core.landmarks import FACE_LANDMARKS
from tryon.core.spaces import Floats
from tryon.supplies import assets_dir

FLIP = np.array([-1.0, 1.0, 1.0])
"""Carries a point of `head` to its mirror image: only ever to compare a face's two sides."""
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
FIRST_IRIS = 468
LIPS_SHARE, LIDS_SHARE, BROWS_SHARE, JAW_SHARE = 0.3, 0.3, 0.4, 0.5
JAW_FADE_M = (-0.035, -0.060)
"""Heights in `head` between which cheeks pass from the skull's motion to the jaw's."""
SKULL_AXIS_Z_M = -0.075
"""Depth of the upright axis from which the face's surface is seen to bulge."""
HIDDEN_COSINE, SEEN_COSINE = 0.1, 0.7
_TABLES = ("seen_m", "lifted_m", "spread_m", "person_share")
PERSON_SD_M = 0.004
"""How far people's landmarks lie from the mean head's."""
LEAST_SEEN = 0.02
"""Landmarks on the far side are guesses of the network; they still count a little."""


@dataclass(frozen=True, eq=False)
class Reading:
    """The base head as the network reads it, in `head`, metres.

    seen: (478, 3) the points whose pictures are the landmarks' x and y; lifted: (478, 3) the points
    whose depths are the landmarks' z; spread: (478,) standard deviation across the line of sight;
    person_share: (478, 3) how much of a deviation from `seen` is the person's own, 0 to 1; outward:
    (478, 3) unit, the way the surface faces, roughly; mirror: (478,) each landmark's counterpart.
    """

    seen: Floats
    lifted: Floats
    spread: Floats
    person_share: Floats
    outward: Floats
    mirror: NDArray[np.intp]

    @classmethod
    def load(cls) -> Reading:
        """Read the table. Raises SuppliesError when it is missing or is not one."""
        path = assets_dir() / "head" / "readings.json"
        try:
            table = json.loads(path.read_text())
            return cls.of(*(np.array(table[name], np.float64) for name in _TABLES))
        except (OSError, KeyError, ValueError) as error:
            raise SuppliesError(
                f"the table of landmark readings {path} cannot be read: {error}.",
                remedy="Install tryon again, or measure it anew with `tryon qa readings`.",
            ) from error

    @classmethod
    def of(cls, seen: Floats, lifted: Floats, spread: Floats, person_share: Floats) -> Reading:
        """From the four tables. Raises ValueError when a shape is wrong."""
        wide, narrow = (FACE_LANDMARKS, 3), (FACE_LANDMARKS,)
        shapes = (seen.shape, lifted.shape, spread.shape, person_share.shape)
        if shapes != (wide, wide, narrow, wide):
            raise ValueError(f"tables must be {wide}, {wide}, {narrow}, {wide}, got {shapes}")
        away = seen - np.array([0.0, 0.0, SKULL_AXIS_Z_M])
        away[:, 1] = 0.3 * seen[:, 1]
        away /= np.linalg.norm(away, axis=1, keepdims=True)
        between = np.linalg.norm(seen[:, None] * FLIP - seen[None], axis=2)
        return cls(seen, lifted, spread, person_share, away, between.argmin(1))

    def trust(self) -> Floats:
        """(478,) weight of each landmark in the head's pose: precise and moving with the skull."""
        rigid = np.ones(FACE_LANDMARKS)
        upper, lower = JAW_FADE_M
        skull = np.clip((self.seen[:, 1] - lower) / (upper - lower), 0.0, 1.0)
        rigid *= JAW_SHARE + (1.0 - JAW_SHARE) * skull
        for marks, share in ((LIPS, LIPS_SHARE), (LIDS, LIDS_SHARE), (BROWS, BROWS_SHARE)):
            rigid[list(marks)] = share
        rigid[FIRST_IRIS:] = 0.0
        weight = rigid / (self.spread**2 + PERSON_SD_M**2)
        return np.asarray(weight / weight.max())

    def seen_share(self, cam_from_head: Floats) -> Floats:
        """(478,) 1 where a landmark faces the camera, LEAST_SEEN where it is turned away."""
        towards = cam_from_head[:3, :3].T @ -cam_from_head[:3, 3] - self.seen
        cosine = (self.outward * towards).sum(1) / np.sqrt((towards**2).sum(1))
        return np.asarray(
            np.clip((cosine - HIDDEN_COSINE) / (SEEN_COSINE - HIDDEN_COSINE), LEAST_SEEN, 1.0)
        )
