"""Fronts of metal wire: two eye wires, one or two bars over the nose, end pieces, and nose pads."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tryon.core.spaces import Floats
from tryon.core.transforms import rigid
from tryon.wardrobe.atelier import curves, solids
from tryon.wardrobe.atelier.rims import FrontSurface
from tryon.wardrobe.atelier.solids import Solid

RIM_COLUMNS = 72
PAD_HALF = np.array([0.0013, 0.0066, 0.0038])
"""Half axes of a nose pad: its thickness, its length down the nose, its breadth."""


@dataclass(frozen=True)
class WirePattern:
    """A front's drawing in metres, seen from the front, origin the asset's.

    outline: (N, 2) left lens about `centre`; broad, deep: section of the eye wire, in the front's plane
    and across it; bridge_y: where the bar meets the rims; bars: one, or two with a straight brow bar
    bar_rise above it; arch: how far the bar rises between the rims; end_y, half_width: the end piece.
    """

    outline: Floats
    centre: tuple[float, float]
    broad: float
    deep: float
    bridge_y: float
    bars: int
    arch: float
    bar_rise: float
    end_y: float
    half_width: float


def wire_front(pattern: WirePattern, surface: FrontSurface, hinge: Floats) -> Solid:
    """Eye wires, bridge and end pieces in `asset`; `hinge` is where the left end piece ends."""
    left = [_eye_wire(pattern, surface), _end_piece(pattern, surface, hinge)]
    return solids.merge([*both_sides(solids.merge(left)), *_bridge(pattern, surface)])


def both_sides(left: Solid) -> tuple[Solid, Solid]:
    """A part of the left half and its mirror image."""
    return left, left.moved(np.diag([-1.0, 1.0, 1.0, 1.0]))


def _eye_wire(p: WirePattern, surface: FrontSurface) -> Solid:
    """A rounded flat wire around the lens, whose inner side holds the lens."""
    rim = curves.resample(p.outline, RIM_COLUMNS, closed=True)
    tangent = np.roll(rim, -1, axis=0) - np.roll(rim, 1, axis=0)
    outward = np.stack([tangent[:, 1], -tangent[:, 0]], axis=1)
    outward /= np.linalg.norm(outward, axis=1, keepdims=True)
    section = curves.rounded_rectangle(p.broad, p.deep, 0.46 * min(p.broad, p.deep), corner_steps=2)
    middle = rim + np.array(p.centre) + 0.3 * p.broad * outward
    flat = middle[:, None] + section[None, :, :1] * outward[:, None]
    rise = np.broadcast_to(section[None, :, 1:], (*flat.shape[:2], 1))
    # Rows run around the lens, columns around the section the other way: the front is outside.
    drawn = np.concatenate([flat, rise], axis=2)[:, ::-1]
    return solids.grid(surface.place(drawn), closed_rows=True, closed_columns=True)


def _rim_point(p: WirePattern, y: float, *, nasal: bool) -> Floats:
    """(2,) where the outline is at a height, beside the nose or at the temple, in the drawing."""
    side = p.outline[(p.outline[:, 0] < 0) == nasal]
    return np.asarray(side[np.abs(side[:, 1] + p.centre[1] - y).argmin()] + np.array(p.centre))


def _bridge(p: WirePattern, surface: FrontSurface) -> list[Solid]:
    """The saddle bar, arched forward off the nose, and over it perhaps a brow bar."""
    x, y = _rim_point(p, p.bridge_y, nasal=True)
    bars = [_bar(surface, x, y, arch=p.arch, forward=0.0016, section=(p.broad * 1.05, p.deep))]
    if p.bars == 2:
        x, y = _rim_point(p, p.bridge_y + p.bar_rise, nasal=True)
        bars.append(
            _bar(surface, x, y, arch=0.0012, forward=0.0006, section=(p.broad, p.deep * 0.9))
        )
    return bars


def _bar(
    surface: FrontSurface,
    x: float,
    y: float,
    *,
    arch: float,
    forward: float,
    section: tuple[float, float],
) -> Solid:
    share = np.linspace(-1, 1, 21)
    rise = 1 - share**2 * (2 - share**2)
    ends = 0.0004
    path = surface.place(
        np.stack([share * (x + ends), y + arch * rise, forward * (1 - share**4)], axis=1)
    )
    high, deep = section
    outline = curves.rounded_rectangle(deep, high, 0.45 * min(section), corner_steps=2)
    # Strongest in the middle, like a forged bridge.
    return solids.sweep(
        outline, path, scale=1 + 0.22 * (1 - share**2), up=np.array([0.0, 1.0, 0.0])
    )


def _end_piece(p: WirePattern, surface: FrontSurface, hinge: Floats) -> Solid:
    """A strip from the eye wire to the side that bends back to the hinge."""
    x, y = _rim_point(p, p.end_y, nasal=False)
    start = surface.place(np.array([x - 0.0002, y, 0.0]))
    corner = surface.place(np.array([p.half_width - 0.0012, p.end_y, 0.0003]))
    corner[0] = p.half_width - 0.0012
    control = np.array(
        [
            start,
            0.4 * start + 0.6 * corner,
            corner + np.array([0.0006, 0, 0]),
            [p.half_width, 0.35 * corner[1] + 0.65 * hinge[1], corner[2] - 0.004],
            hinge,
        ]
    )
    path = curves.bezier(control, 16)
    outline = curves.rounded_rectangle(0.0012, 0.0030, 0.0005, corner_steps=2)
    taper = np.linspace(0.75, 1.0, 16)
    return solids.sweep(
        outline,
        path,
        scale=np.stack([np.ones(16), taper], axis=1),
        up=np.array([0.0, 1.0, 0.0]),
    )


def nose_pads(p: WirePattern, surface: FrontSurface) -> tuple[Solid, Solid]:
    """(pads, their arms) of both sides. Pads lie along the nose's flanks, a splay of about 30°."""
    centre = np.array([0.0090, p.bridge_y - 0.0135, -0.0042])
    along = np.array([0.20, -0.93, -0.05])
    outward = np.array([0.87, 0.14, 0.47])
    along /= np.linalg.norm(along)
    outward -= along * (outward @ along)
    outward /= np.linalg.norm(outward)
    turn = np.stack([outward, along, np.cross(outward, along)], axis=1)
    pad = solids.sphere(1.0, segments=14, rings=8).moved(
        rigid(turn, centre) @ np.diag([*PAD_HALF, 1.0])
    )
    x, y = _rim_point(p, p.bridge_y - 0.0085, nasal=True)
    start = surface.place(np.array([x + 0.0002, y, -0.4 * p.deep]))
    back = centre + 0.0011 * outward
    bend = start + np.array([-0.0005, -0.0006, -0.0052])
    control = np.array([start, bend, back + 0.0052 * outward, back])
    arm = solids.tube(curves.bezier(control, 12), 0.00042, sides=6)
    return solids.merge(both_sides(pad)), solids.merge(both_sides(arm))
