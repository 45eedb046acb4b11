"""The dress form: the neutral body as a tailor sees it, with measures, levels and a distance field.

Every height comes from joints, landmarks or the skin, so that any body and size can be the form.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import ConvexHull

from tryon.core.spaces import Floats
from tryon.wardrobe.atelier.curves import resample
from tryon.wardrobe.body import Body, Figure
from tryon.wardrobe.body_measure import Measurements
from tryon.wardrobe.body_parts import LEGS, Part
from tryon.wardrobe.tailor.sdf import DistanceField

RINGS, RING_POINTS = 64, 96
FIELD_MARGIN_M = 0.05


@dataclass(frozen=True, eq=False)
class Form:
    """A body at rest to cut and drape for."""

    body: Body
    figure: Figure

    @classmethod
    def of(cls, body: Body) -> Form:
        """The neutral figure of a body."""
        return cls(body, body.figure)

    @cached_property
    def measures(self) -> Measurements:
        """ISO 8559-1 measures."""
        return self.body.measure(self.figure)

    @cached_property
    def points(self) -> Floats:
        """(V, 3) the skin."""
        return self.figure.vertices.astype(np.float64)

    @cached_property
    def field(self) -> DistanceField:
        """Distance from the skin, without the head."""
        keep = (self.body.parts != Part.HEAD)[self.body.faces].any(1)
        used, faces = np.unique(self.body.faces[keep], return_inverse=True)
        return DistanceField.of(self.points[used], faces.reshape(-1, 3), margin=FIELD_MARGIN_M)

    def joint(self, name: str) -> Floats:
        """(3,) where a bone starts."""
        return np.asarray(self.figure.heads[self.body.bone(name)])

    def landmark(self, name: str) -> Floats:
        """(3,) an anatomical point."""
        return np.asarray(self.points[self.body.landmarks[name]])

    def part(self, *parts: Part) -> Floats:
        """(n, 3) the skin of some parts."""
        return self.points[np.isin(self.body.parts, parts)]

    @cached_property
    def armpit_y(self) -> float:
        """Height of the armpit: the highest free place between trunk and left arm."""
        shoulder, elbow = self.joint("upperarm_l"), self.joint("lowerarm_l")
        x = np.linspace(0.5 * shoulder[0], elbow[0], 80)
        for y in np.arange(shoulder[1], elbow[1], -0.002):
            row = np.stack([x, np.full_like(x, y), np.full_like(x, shoulder[2])], axis=1)
            out = self.field.at(row) > 0
            inside = np.flatnonzero(~out)
            if len(inside) and out[inside[0] : inside[-1]].any():
                return float(y)
        return float(shoulder[1] - 0.1)

    @cached_property
    def waist_y(self) -> float:
        """Height of the natural waist."""
        return float(self.landmark("waist_back")[1])

    @cached_property
    def hip_y(self) -> float:
        """Height of the widest seat."""
        return float(self.landmark("buttock_l")[1])

    @cached_property
    def crotch_y(self) -> float:
        """Height of the crotch."""
        return float(self.landmark("crotch")[1])

    @cached_property
    def knee_y(self) -> float:
        """Height of the knees."""
        return float(self.joint("calf_l")[1])

    def ridge(self, x: float) -> Floats:
        """(3,) the top of the left shoulder at a distance from the middle."""
        skin = self.part(Part.TORSO, Part.NECK, Part.LEFT_UPPER_ARM)
        near = skin[np.abs(skin[:, 0] - x) < 0.012]
        top = near[near[:, 1] > near[:, 1].max() - 0.006]
        return np.array([x, near[:, 1].max(), top[:, 2].mean()])

    @cached_property
    def rings(self) -> tuple[Floats, Floats, Floats]:
        """Convex hulls around the trunk and both legs at RINGS heights, as a tape lies.

        (R,) heights upwards, (R, RING_POINTS, 3) points from the middle of the front to the wearer's
        left, evenly spaced, and (R,) girths.
        """
        edges = self._trunk_edges
        low, high = self.joint("foot_l")[1] + 0.05, self.armpit_y - 0.005
        heights = np.linspace(low, high, RINGS)
        hulls = np.zeros((RINGS, RING_POINTS, 3))
        girths = np.zeros(RINGS)
        for k, y in enumerate(heights):
            start, end = self.points[edges[:, 0]], self.points[edges[:, 1]]
            cut = (start[:, 1] > y) != (end[:, 1] > y)
            start, end = start[cut], end[cut]
            along = (y - start[:, 1]) / (end[:, 1] - start[:, 1])
            near = (start + along[:, None] * (end - start))[:, [0, 2]]
            loop = near[ConvexHull(near).vertices]
            loop, girths[k] = _from_front(loop), ConvexHull(near).area
            hulls[k, :, [0, 2]] = loop.T
            hulls[k, :, 1] = y
        return heights, hulls, girths

    @cached_property
    def _trunk_edges(self) -> NDArray[np.int64]:
        """(E, 2) edges of the skin of trunk and legs."""
        parts = (Part.TORSO, *LEGS)
        sides = np.concatenate([self.body.faces[:, [k, (k + 1) % 3]] for k in range(3)])
        sides = np.unique(np.sort(sides, axis=1), axis=0)
        return np.asarray(sides[np.isin(self.body.parts[sides], parts).all(1)], np.int64)

    def girth_at(self, y: Floats) -> Floats:
        """(N,) the tape's girth around trunk or legs at heights."""
        heights, _, girths = self.rings
        return np.asarray(np.interp(y, heights, girths))

    def around(self, y: Floats, share: Floats, girth: Floats) -> Floats:
        """(N, 3) places on rings of a given girth around the trunk.

        y: (N,) heights; share: (N,) of the way round from the front's middle to the wearer's left.
        """
        heights, hulls, girths = self.rings
        row = np.interp(y, heights, np.arange(len(heights)))
        lower = np.clip(row.astype(int), 0, len(heights) - 2)
        up = (row - lower)[:, None]
        at = (share % 1.0) * RING_POINTS
        first = at.astype(int) % RING_POINTS
        second, along = (first + 1) % RING_POINTS, (at - np.floor(at))[:, None]

        def on(k: NDArray[np.int64]) -> Floats:
            return np.asarray((1 - along) * hulls[k, first] + along * hulls[k, second])

        place = (1 - up) * on(lower) + up * on(lower + 1)
        middle = (1 - up) * hulls[lower].mean(1) + up * hulls[lower + 1].mean(1)
        size = (girth / np.interp(y, heights, girths))[:, None]
        out = middle + size * (place - middle)
        out[:, 1] = y
        return np.asarray(out)


def _from_front(loop: Floats) -> Floats:
    """(RING_POINTS, 2) of a closed (n, 2) loop in x and z, from the front's middle to the left."""
    area = np.sum(loop[:, 0] * np.roll(loop[:, 1], -1) - np.roll(loop[:, 0], -1) * loop[:, 1])
    # From +z (front) to +x (left) is clockwise in the (x, z) plane.
    loop = loop if area < 0 else loop[::-1]
    dense = resample(loop, 2000, closed=True)
    start = int(np.argmin(np.abs(dense[:, 0]) + 10 * (dense[:, 1] < dense[:, 1].mean())))
    return resample(np.roll(dense, -start, axis=0), RING_POINTS, closed=True)
