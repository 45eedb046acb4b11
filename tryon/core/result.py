"""What comes out of one frame."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from tryon.core.body_fit import BodyFit
from tryon.core.camera import PinholeCamera
from tryon.core.fits import FaceFit
from tryon.core.frame import Picture


@dataclass(frozen=True)
class Person:
    """One person in the frame, with a stable id across frames.

    body: only looked for when something is worn on it.
    """

    id: int
    face: FaceFit | None
    body: BodyFit | None = None


@dataclass(frozen=True)
class PlacedItem:
    """Where one item ended up on one person.

    anchor_px: (x, y) of its anchor in the picture; bbox_px: (left, top, right, bottom) of what is
    visible of it, right and bottom exclusive, or None when nothing is visible or it was not measured.
    """

    id: str
    variant: str
    person: int
    anchor: str
    anchor_px: tuple[float, float]
    bbox_px: tuple[int, int, int, int] | None


@dataclass(frozen=True)
class TryonResult:
    """A dressed picture.

    image: (H, W, 3) uint8 sRGB, the frame it was computed from with the items on it;
    layers: item id → (H, W) uint8 visible coverage, only when asked for; with clothes also `body`, the
    outline of the fitted, dressed bodies;
    stages_ms: wall time by stage.
    """

    image: Picture
    people: tuple[Person, ...]
    items: tuple[PlacedItem, ...]
    camera: PinholeCamera
    t_ns: int
    index: int
    layers: Mapping[str, NDArray[np.uint8]] = field(default_factory=dict)
    stages_ms: Mapping[str, float] = field(default_factory=dict)
