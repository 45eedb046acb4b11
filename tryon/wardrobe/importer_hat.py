"""A stranger's hat: its inner opening, found by rays from the axis outwards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tryon.core.errors import ImportError3D
from tryon.core.mesh import Mesh
from tryon.core.spaces import Floats
from tryon.core.transforms import rigid, scaling
from tryon.wardrobe.asset import HatBand
from tryon.wardrobe.importer_axes import scale_to_metres
from tryon.wardrobe.importer_cut import joined, moved
from tryon.wardrobe.importer_report import ImportReport
from tryon.wardrobe.rays import RayScene

PLAUSIBLE_HALF_WIDTH_M = (0.068, 0.092)
USUAL_HALF_WIDTH_M = 0.0795
"""Of a band of 58 cm whose length is 1.27 of its width."""
ROUND_BELOW = 0.03
"""An opening whose radius varies by a smaller share is round."""
PINCH_SHARE = 0.04
WALL_LEVELS = 5
RAYS = 72
LEVELS = 60
BAND_LEVELS_UP = 3
"""The head meets the band a little inside the opening: so many sixtieths of the hat's height."""


@dataclass(frozen=True, eq=False)
class ShapedHat:
    """parts in `asset` space, their band, and sizes by name in mm."""

    parts: tuple[Mesh, ...]
    band: HatBand
    sizes: dict[str, float]


@dataclass(frozen=True)
class _Opening:
    """In the file's units: centre (3,), half axes across and along, (RAYS,) radii of the inside from the
    front over +x round."""

    centre: Floats
    half_width: float
    half_depth: float
    radii: Floats


def shape_hat(meshes: Sequence[Mesh], report: ImportReport, *, width_mm: float | None) -> ShapedHat:
    """A hat with y up in any unit, brought to metres and onto the centre of its band.

    width_mm: of the whole hat across. Raises ImportError3D when it has no opening for a head.
    """
    vertices = np.concatenate([m.vertices for m in meshes]).astype(np.float64)
    opening = _opening(meshes, vertices)
    if opening is None:
        raise ImportError3D(
            "The hat has no opening that a head fits into.",
            remedy="Say which side is up with --up, or model the inside of the crown.",
        )
    if width_mm is not None:
        scale = scale_to_metres(
            float(np.ptp(vertices[:, 0])),
            (0, 0),
            0,
            wanted_mm=width_mm,
            name="its width",
            report=report,
        )
    else:
        half = 2 * PLAUSIBLE_HALF_WIDTH_M[0], 2 * PLAUSIBLE_HALF_WIDTH_M[1]
        scale = scale_to_metres(
            2 * opening.half_width, half, 2 * USUAL_HALF_WIDTH_M,
            wanted_mm=None, name="the opening across", report=report,
        )  # fmt: skip
    asset_from_file = scaling(scale) @ rigid(None, -opening.centre)
    band = HatBand(scale * opening.half_width, scale * opening.half_depth)
    girth = _ellipse_girth(band.half_width_m, band.half_depth_m)
    report.found.append(
        f"its opening is {2000 * band.half_width_m:.0f} × {2000 * band.half_depth_m:.0f} mm, "
        f"for a head of {100 * girth:.0f} cm"
    )
    size = scale * np.ptp(vertices, axis=0) * 1000
    sizes = {
        "head_mm": round(1000 * girth, 1),
        "width_mm": round(float(size[0]), 1),
        "height_mm": round(float(size[1]), 1),
    }
    return ShapedHat(joined([moved(m, asset_from_file) for m in meshes]), band, sizes)


def hat_yaw(meshes: Sequence[Mesh], report: ImportReport) -> Floats:
    """(3, 3) turn about y that brings the length of a hat's opening to z and its front to +z.

    The front is where the crown is narrower (the pinch) or, if neither end is, where the file has it.
    """
    vertices = np.concatenate([m.vertices for m in meshes]).astype(np.float64)
    opening = _opening(meshes, vertices)
    if opening is None:
        return np.eye(3)
    # The second harmonic of the radius is the long axis of the ellipse.
    angle = np.linspace(0, 2 * np.pi, RAYS, endpoint=False)
    wave = complex((opening.radii * np.exp(2j * angle)).mean())
    yaw = 0.5 * float(np.angle(wave))
    if 2 * abs(wave) < ROUND_BELOW * float(opening.radii.mean()):
        report.assumed.append("its opening is round, and its front where the file has it (--front)")
        return np.eye(3)
    turn = _about_y(-yaw)
    ends = _widths_of_ends(vertices @ turn.T, opening.centre @ turn.T)
    if ends[0] > (1 + PINCH_SHARE) * ends[1]:
        turn, yaw = _about_y(np.pi - yaw), yaw - np.copysign(np.pi, yaw)
    if abs(yaw) > np.radians(2):
        report.assumed.append(
            f"its front is {abs(np.degrees(yaw)):.0f}° to the "
            f"{'left' if yaw > 0 else 'right'} of where the file has it, by the length of its opening "
            "and the pinch of its crown (--front)"
        )
    return turn


def _about_y(angle: float) -> Floats:
    cosine, sine = np.cos(angle), np.sin(angle)
    return np.array([[cosine, 0.0, sine], [0.0, 1.0, 0.0], [-sine, 0.0, cosine]])


def _widths_of_ends(vertices: Floats, centre: Floats) -> tuple[float, float]:
    """How broad the crown is near its top, before and behind its middle."""
    top = float(vertices[:, 1].max())
    upper = vertices[vertices[:, 1] > centre[1] + 0.6 * (top - centre[1])] - centre
    reach = float(np.abs(upper[:, 2]).max())
    ends = []
    for sign in (1.0, -1.0):
        end = upper[(sign * upper[:, 2] > 0.35 * reach) & (sign * upper[:, 2] < 0.8 * reach)]
        ends.append(float(np.ptp(end[:, 0])) if len(end) else 0.0)
    return ends[0], ends[1]


def _opening(meshes: Sequence[Mesh], vertices: Floats) -> _Opening | None:
    """The lowest level at which the inside goes all the way round and rises steeply.

    Under the brim rays from the axis meet nothing, or the brim far out; where the brim turns into the
    crown they still shorten quickly from level to level.
    """
    axis = _axis_of_crown(vertices)
    low, high = float(vertices[:, 1].min()), float(vertices[:, 1].max())
    heights = np.linspace(low, high, LEVELS + 2)[1:-1]
    scene = RayScene(meshes)
    distance = _round(scene, axis, heights)
    closed = np.isfinite(distance).mean(1) > 0.9
    distance = np.where(np.isfinite(distance), distance, np.nan)
    radius = np.full(LEVELS, np.inf)
    if closed.any():
        radius[closed] = np.nanmedian(distance[closed], axis=1)
    level = _foot_of_wall(heights, radius)
    if level is None or not _opens_below(scene, axis, heights[level], radius[level]):
        return None
    inside = min(level + BAND_LEVELS_UP, LEVELS - 1)
    angle = np.linspace(0, 2 * np.pi, RAYS, endpoint=False)
    row = np.where(np.isfinite(distance[inside]), distance[inside], radius[inside])
    ring = np.stack([row * np.sin(angle), row * np.cos(angle)], axis=1)
    middle = axis + 0.5 * (ring.max(0) + ring.min(0))
    half = 0.5 * np.ptp(ring, axis=0)
    return _Opening(
        np.array([middle[0], heights[level], middle[1]]), float(half[0]), float(half[1]), row
    )


def _foot_of_wall(heights: Floats, radius: Floats) -> int | None:
    """The first of `WALL_LEVELS` levels in a row that are closed, and steeper than 45°."""
    step = heights[1] - heights[0]
    known = np.isfinite(radius)
    drop = np.full(LEVELS, np.inf)
    both = known[:-1] & known[1:]
    drop[:-1][both] = radius[:-1][both] - radius[1:][both]
    wall = known & (drop < step)
    run = np.lib.stride_tricks.sliding_window_view(wall, WALL_LEVELS).all(1)
    return int(np.argmax(run)) if run.any() else None


def _opens_below(scene: RayScene, axis: Floats, height: float, radius: float) -> bool:
    """Whether most rays straight down from inside get out."""
    angle = np.linspace(0, 2 * np.pi, RAYS, endpoint=False)
    away = 0.6 * radius * np.sqrt((np.arange(RAYS) + 0.5) / RAYS)
    x, z = axis[0] + away * np.sin(7 * angle), axis[1] + away * np.cos(7 * angle)
    starts = np.stack([x, np.full(RAYS, height), z], axis=1)
    down = np.tile([0.0, -1.0, 0.0], (RAYS, 1))
    return bool(np.isinf(scene.distances(starts, down)).mean() > 0.5)


def _axis_of_crown(vertices: Floats) -> Floats:
    """(2,) x and z of the middle of the upper half."""
    low, high = vertices[:, 1].min(), vertices[:, 1].max()
    upper = vertices[vertices[:, 1] > low + 0.6 * (high - low)]
    return np.asarray(0.5 * (upper[:, [0, 2]].min(0) + upper[:, [0, 2]].max(0)))


def _round(scene: RayScene, axis: Floats, heights: Floats) -> Floats:
    """(LEVELS, RAYS) distance to the wall from the axis at these heights, from the front over x round."""
    angle = np.linspace(0, 2 * np.pi, RAYS, endpoint=False)
    directions = np.stack([np.sin(angle), np.zeros(RAYS), np.cos(angle)], axis=1)
    starts = np.zeros((len(heights), RAYS, 3))
    starts[..., 0], starts[..., 2] = axis
    starts[..., 1] = heights[:, None]
    distance = scene.distances(starts.reshape(-1, 3), np.tile(directions, (len(heights), 1)))
    return np.asarray(distance, np.float64).reshape(len(heights), RAYS)


def _ellipse_girth(a: float, b: float) -> float:
    """Circumference of an ellipse (Ramanujan, 1914)."""
    return float(np.pi * (3 * (a + b) - np.sqrt((3 * a + b) * (a + 3 * b))))
