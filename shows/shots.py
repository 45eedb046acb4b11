"""Cameras: ready-made shots in the language of runway films, and what a camera sees at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import cos, dist, radians, sin

from shows.easing import eased
from shows.script.schema import CameraCue, StagePart
from shows.state import CameraView

Point = tuple[float, float, float]
Where = Callable[[str, float], tuple[float, float] | None]
"""(model, seconds of the show) → its place on the floor, None when it is not on stage."""


@dataclass(frozen=True)
class _Frame:
    """A ready-made shot: the eye fixed on the stage, or travelling with the model it is of.

    z of a fixed eye counts from the runway's end, the portal's x from the edge on
    whose side models come out; rise_m: how far the eye climbs.
    """

    eye_m: Point
    look_y_m: float
    focal_mm: float
    travels: bool = False
    rise_m: float = 0.0
    target_m: Point | None = None


_FRAMES: Mapping[str, _Frame] = {
    "front": _Frame((1.0, 1.25, 9.0), 0.95, 109.0),
    "shoes": _Frame((0.55, 0.22, 2.4), 0.16, 85.0, travels=True),
    "side": _Frame((3.6, 1.2, 0.3), 0.95, 35.0, travels=True),
    "low": _Frame((0.6, 0.35, 1.8), 1.05, 41.0),
    "close": _Frame((0.4, 1.5, 2.6), 1.43, 62.0, travels=True),
    "wide": _Frame((0.0, 1.8, 5.0), 0.9, 46.0, target_m=(0.0, 0.9, 2.0)),
    "portal": _Frame((0.5, 1.3, 1.4), 0.98, 52.0),
    "crane": _Frame((1.6, 0.8, 3.2), 0.95, 42.0, rise_m=2.2),
    "back": _Frame((-0.3, 1.4, 3.8), 0.98, 40.0, travels=True),
}
"""Lenses from the fields of view that looked best: 10.6° in front, 32° beside, 28° low; `back` is of a model
that walks away."""


def view_at(
    cue: CameraCue, t_s: float, *, share: float, stage: StagePart, where: Where
) -> CameraView:
    """What a camera cue shows at a time. share: of its duration that has passed, 0 to 1."""
    moved = eased(cue.ease, share)
    found = where(cue.model, t_s) if cue.model else None
    spot = found or (0.0, 0.55 * stage.length_m)
    if cue.shot is not None and cue.shot != "orbit":
        eye, target, focal = _ready_made(cue.shot, spot, moved, stage)
    else:
        eye, target = _written(cue, spot, moved, stage)
        focal = _between(cue.focal_mm, cue.to_focal_mm, moved)
    return CameraView(
        eye, target, focal, cue.roll_deg, focus_m=max(dist(eye, target), 0.1), f_number=cue.f_number
    )


def _ready_made(
    shot: str, spot: tuple[float, float], moved: float, stage: StagePart
) -> tuple[Point, Point, float]:
    frame = _FRAMES[shot]
    x, y, z = frame.eye_m
    y += frame.rise_m * moved
    if frame.travels:
        eye = (spot[0] + x, y, spot[1] + z)
    elif shot == "portal":
        eye = (stage.width_m / 2 + x, y, stage.length_m + z)
    else:
        eye = (x, y, stage.length_m + z)
    if frame.target_m is not None:
        return eye, frame.target_m, frame.focal_mm
    return eye, (spot[0], frame.look_y_m, spot[1]), frame.focal_mm


def _written(
    cue: CameraCue, spot: tuple[float, float], moved: float, stage: StagePart
) -> tuple[Point, Point]:
    centre = cue.target_m or (spot[0], 0.98, spot[1])
    if cue.move == "orbit" or cue.shot == "orbit":
        angle = radians(_between(cue.from_deg, cue.to_deg, moved))
        eye = (
            centre[0] + cue.radius_m * sin(angle), cue.height_m,
            centre[2] + cue.radius_m * cos(angle),
        )  # fmt: skip
        return eye, centre
    if cue.move == "follow":
        return (spot[0] + cue.offset_m[0], cue.offset_m[1], spot[1] + cue.offset_m[2]), centre
    first = cue.eye_m or (0.0, 1.4, stage.length_m + 5.0)
    eye = _point_between(first, cue.to_eye_m, moved)
    return eye, _point_between(centre, cue.to_target_m, moved)


def _between(a: float, b: float | None, share: float) -> float:
    return a if b is None else a + share * (b - a)


def _point_between(a: Point, b: Point | None, share: float) -> Point:
    if b is None:
        return a
    return (
        _between(a[0], b[0], share), _between(a[1], b[1], share), _between(a[2], b[2], share),
    )  # fmt: skip
