"""What a person really wears: colours sampled along trunk, arms and thighs."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tryon.core.frame import Picture
from tryon.core.landmarks import PersonMask
from tryon.core.spaces import Floats
from tryon.stages.matte.colours import Colours, cells_of

SURE = 0.8
SHOULDERS, ELBOWS, HIPS, KNEES = slice(11, 13), slice(13, 15), slice(23, 25), slice(25, 27)
"""Pose landmarks."""


def upper_colours(rgb: Picture, px: Floats, mask: PersonMask) -> Colours | None:
    """Of the trunk below the chest and the upper arms, or None when they are not seen.

    rgb: (H, W, 3) the picture; px: (33, 2) pose landmarks.
    """
    shoulders, hips, elbows = px[SHOULDERS], px[HIPS], px[ELBOWS]
    inner = 0.5 * (shoulders + shoulders.mean(0))
    across = np.linspace(-0.3, 1.3, 40)
    down = np.linspace(0.25, 1.0, 60)
    sides = inner[None] + down[:, None, None] * (0.5 * (hips + hips.mean(0)) - inner)[None]
    trunk = sides[:, 0, None] + across[:, None] * (sides[:, 1] - sides[:, 0])[:, None]
    return _seen(rgb, mask, [trunk, _between(shoulders, elbows)])


def lower_colours(rgb: Picture, px: Floats, mask: PersonMask) -> Colours | None:
    """Of the thighs; arguments as for `upper_colours`."""
    return _seen(rgb, mask, [_between(px[HIPS], px[KNEES])])


def _between(start: Floats, end: Floats) -> Floats:
    """(n, 2, 2) places along two limbs."""
    along = np.linspace(0.25, 0.9, 60)[:, None, None]
    return np.asarray(start + along * (end - start))


def _seen(rgb: Picture, mask: PersonMask, places: list[Floats]) -> Colours | None:
    points = np.concatenate([place.reshape(-1, 2) for place in places])
    inside = (points >= 0).all(1) & (points < np.array(rgb.shape[1::-1])).all(1)
    points = points[inside]
    points = points[mask.at(points) > SURE]
    if not len(points):
        return None
    at: NDArray[np.int64] = points.astype(np.int64)
    seen = np.ascontiguousarray(rgb[at[:, 1], at[:, 0]])[None]
    return Colours.of(cells_of(seen), np.ones((1, len(at)), bool))
