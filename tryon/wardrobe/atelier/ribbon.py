"""Ribbon laid round a hat's crown, and the flat bow that hides its seam."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from tryon.core.spaces import Floats
from tryon.wardrobe.atelier import solids
from tryon.wardrobe.atelier.solids import Solid

THICKNESS_M = 0.0009


@dataclass(frozen=True, eq=False)
class RibbonCourse:
    """Where a ribbon runs: `wall`(angle, height) gives (…, 3) points of the crown, both in the crown's
    own terms; from `low_m` upwards, `breadth_m` broad."""

    wall: Callable[[Floats, Floats], Floats]
    low_m: float
    breadth_m: float

    def over(self, angle: Floats, height: Floats, offset: Floats) -> Floats:
        """(…, 3) points `offset` metres outside the wall, level with it."""
        angle, height, offset = np.broadcast_arrays(angle, height, offset)
        here = self.wall(angle, height)
        along = self.wall(angle + 1e-3, height) - self.wall(angle - 1e-3, height)
        outward = np.stack([-along[..., 2], np.zeros_like(angle), along[..., 0]], axis=-1)
        outward /= np.linalg.norm(outward, axis=-1, keepdims=True)
        return np.asarray(here + offset[..., None] * outward)

    def angle_at(self, centre_angle: float, arc_m: Floats) -> Floats:
        """Angles that lie (…) metres along the ribbon from `centre_angle`, towards larger angles."""
        angle = centre_angle + np.linspace(-1.6, 1.6, 400)
        line = self.wall(angle, np.full_like(angle, self.low_m))
        arc = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(line, axis=0), axis=1))])
        out: Floats = np.interp(arc_m, arc - np.interp(centre_angle, angle, arc), angle)
        return out


def ribbon_round(course: RibbonCourse, angle: Floats) -> Solid:
    """The ribbon all the way round, its edges turned to the crown."""
    low, high = course.low_m, course.low_m + course.breadth_m
    edge = 0.0004
    heights = [
        low,
        low,
        low + edge,
        *np.linspace(low + 0.004, high - 0.004, 3),
        high - edge,
        high,
        high,
    ]
    offsets = THICKNESS_M * np.array([0, 0.7, 1, 1, 1, 1, 1, 0.7, 0])
    points = course.over(angle[None, :], np.array(heights)[:, None], offsets[:, None])
    return solids.grid(points, closed_columns=True)


def flat_bow(course: RibbonCourse, *, centre_angle: float) -> Solid:
    """A hatter's flat bow: a slanted tail under two loops, held by a knot."""
    breadth, middle = course.breadth_m, course.low_m + course.breadth_m / 2

    def piece(arc: Floats, across: Floats, offset: Floats) -> Solid:
        """`across` from −1 (lower edge) to 1; `offset` in metres over the ribbon."""
        angle = course.angle_at(centre_angle, arc)
        return solids.grid(course.over(angle, middle + across * breadth / 2, THICKNESS_M + offset))

    return solids.merge([_tail(piece), _loops(piece), _knot(piece)])


Piece = Callable[[Floats, Floats, Floats], Solid]


def _edged(length: int, breadth: int) -> tuple[Floats, Floats, Floats]:
    """Grids over (−1…1) twice, with doubled rows at the rim, and 0 on the rim, 1 inside of it."""
    u = np.concatenate([[-1, -1], np.linspace(-0.97, 0.97, length), [1, 1]])
    v = np.concatenate([[-1, -1], np.linspace(-0.96, 0.96, breadth), [1, 1]])
    uu, vv = np.meshgrid(u, v)
    inside = np.ones_like(uu)
    inside[0], inside[-1], inside[:, 0], inside[:, -1] = 0, 0, 0, 0
    return uu, vv, inside


def _tail(piece: Piece) -> Solid:
    """One layer that looks out behind the loops, its ends cut slanting."""
    u, v, inside = _edged(17, 3)
    arc = 0.041 * u + 0.006 * v * np.sign(u) * np.clip(np.abs(u) * 4 - 2.5, 0, 1)
    return piece(arc, 0.985 * v, inside * (0.0009 + 0.0006 * u**2))


def _loops(piece: Piece) -> Solid:
    """Two loops, drawn in at the knot and full at their ends."""
    u, v, inside = _edged(25, 7)
    arc = 0.033 * u
    waist = np.exp(-((u / 0.3) ** 2))
    full = np.sqrt(np.clip(1 - np.abs(u) ** 7, 0, 1)) * (1 - 0.16 * v**2)
    pleat = 0.0004 * waist * np.cos(3 * np.pi * v)
    offset = 0.0012 + 0.0034 * full * (1 - 0.35 * waist) + pleat
    return piece(arc, 0.96 * v * (1 - 0.26 * waist), inside * offset)


def _knot(piece: Piece) -> Solid:
    """The short band across the middle."""
    u, v, inside = _edged(9, 11)
    arc = 0.0062 * u * (1 - 0.06 * np.cos(np.pi * v))
    offset = 0.0012 + 0.0042 * np.sqrt(np.clip(1 - 0.75 * u**4, 0, 1)) * np.sqrt(
        np.clip(1.08 - v**6, 0, 1)
    )
    knot = piece(arc, 1.0 * v, inside * offset)
    # Its ribs lie across the hat's, because it is wound the other way.
    return Solid(knot.points, knot.faces, knot.uv[:, ::-1] * [1.0, -1.0])
