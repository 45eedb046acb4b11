"""A show in a camera's pictures, frame after frame."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from shows.augmented.compose import composed, softened
from shows.augmented.figures import FigurePainter
from shows.augmented.ground import Floats, shadow
from shows.augmented.paper import PaperLight
from shows.augmented.people import SteadyPeople, hides
from shows.augmented.plinth import Plinth, laid
from shows.augmented.tracker import BoardTracker
from shows.state import Staging
from tryon import Frame

Picture = NDArray[np.uint8]
_FAR_M = np.float32(1e3)
"""A plinth lies under everybody: whoever is seen before it hides it."""
CAMERA_BLUR_BY_WIDTH = 0.55 / 1280
"""How soft a sharp edge is in a camera's picture, in pixels of a picture this wide."""


@dataclass(frozen=True, eq=False)
class Ground:
    """Where a show stands in one picture. cam_from_floor: (4, 4) rigid, metres, y up; gain: (3,) linear of
    the light there."""

    cam_from_floor: Floats
    gain: Floats


class Anchoring(Protocol):
    """Finds the ground in picture after picture; None while it is not seen."""

    def find(self, frame: Frame) -> Ground | None: ...


def plinth_for(sheet_m: tuple[float, float], *, width_m: float, length_m: float) -> Plinth:
    """A plinth for a runway of that size that leaves nothing to be seen of a sheet of paper."""
    return Plinth(max(width_m, sheet_m[0] + 0.03), max(length_m, sheet_m[1] + 0.03))


class BoardAnchoring:
    """On the printed board."""

    def __init__(self) -> None:
        self._tracker = BoardTracker()
        self._light = PaperLight()

    def find(self, frame: Frame) -> Ground | None:
        anchor = self._tracker.look(frame.rgb, frame.camera, frame.t_ns)
        if anchor is None:
            return None
        if anchor.seen == "board":
            self._light.look(
                frame.rgb, frame.camera, anchor.cam_from_table, anchor.sheet, frame.t_ns
            )
        return Ground(anchor.cam_from_table, self._light.gain)


def floor_from_stage(
    *, scale: float, length_m: float, offset_m: tuple[float, float] = (0.0, 0.0)
) -> Floats:
    """(4, 4) that puts a runway on the ground: shrunk by scale, its middle offset_m beside the origin in x
    and z, its end towards the viewer."""
    pose = np.eye(4)
    pose[:3, :3] *= scale
    pose[:3, 3] = (offset_m[0], 0.0, offset_m[1] - scale * length_m / 2)
    return pose


class Augmenter:
    """Draws a show into frames of one camera. One a stream.

    staging: time of the show → what is on stage; place: (4, 4) floor_from_stage; people: None to draw
    over everybody; plinth: what lies under the models, None for the bare ground.
    """

    def __init__(
        self,
        staging: Callable[[float], Staging],
        painter: FigurePainter,
        anchoring: Anchoring,
        *,
        place: Floats,
        people: SteadyPeople | None,
        plinth: Plinth | None = None,
    ) -> None:
        self._staging = staging
        self._painter = painter
        self._anchoring = anchoring
        self._place = place
        self._people = people
        self._plinth = plinth

    def draw(self, frame: Frame, show_s: float) -> Picture:
        """The frame's picture with the show in it; as it is while the ground is not seen."""
        ground = self._anchoring.find(frame)
        if ground is None:
            return frame.rgb
        staging = self._staging(show_s)
        cam_from_stage = ground.cam_from_floor @ self._place
        figures = self._painter(staging, frame.camera, cam_from_stage)
        sigma_px = CAMERA_BLUR_BY_WIDTH * max(frame.size_wh)
        figures = softened(figures, sigma_px)
        shade = shadow(figures.points_m, frame.camera, cam_from_stage)
        plinth = None
        depth_m = figures.depth_m
        if self._plinth is not None:
            plinth = laid(self._plinth, frame.camera, ground.cam_from_floor)
            depth_m = np.where(plinth.cover > 0.5, np.minimum(depth_m, _FAR_M), depth_m)
        hidden = np.zeros_like(shade)
        if self._people is not None:
            share = self._people.look(frame.rgb)
            hidden = hides(share, depth_m, frame.camera, ground.cam_from_floor)
        return composed(
            frame.rgb, figures, shade=shade, hidden=hidden, gain=ground.gain, plinth=plinth
        )
