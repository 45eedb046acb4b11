"""Measures people with the body's own mesh: growths from masks, sizes from growths."""

from __future__ import annotations

from dataclasses import asdict

import numpy as np
from numpy.typing import NDArray

from tryon.core.camera import PinholeCamera
from tryon.core.landmarks import PersonMask
from tryon.core.spaces import Floats
from tryon.stages.fit_body.girth import BAND, FOOT_AT, GirthReading, Slices, measure_girth
from tryon.wardrobe.body import Body, Figure
from tryon.wardrobe.body_girth import (
    LEG_AT,
    TRUNK_AT,
    Axes,
    dense_of,
    girth_directions,
    grown,
)
from tryon.wardrobe.body_parts import FEET, Part

MEASURE_LEVEL = 1
"""The level of detail that girths are measured on; a coarser one misses the calf's widest part."""
NEAREST_M = 0.05
GROWTH_LIMITS = (-0.35, 0.7)
LEAST_VERTICES = 6
THIGHS, CALVES = (Part.LEFT_THIGH, Part.RIGHT_THIGH), (Part.LEFT_CALF, Part.RIGHT_CALF)
UPPER_ARMS = (Part.LEFT_UPPER_ARM, Part.RIGHT_UPPER_ARM)
FOREARMS = (Part.LEFT_FOREARM, Part.RIGHT_FOREARM)


class Gauge:
    """Measures girths on the coarsest level of detail of a figure."""

    def __init__(self, body: Body, figure: Figure) -> None:
        level = body.levels[MEASURE_LEVEL]
        self._body, self._figure = body, figure
        self._skinning = body.skinning(MEASURE_LEVEL, figure)
        self.slices = slices_of(body, figure, level.source)
        dense = dense_of(body.bones, body.weights, len(body.names))
        self._directions = girth_directions(body, figure, figure.vertices, dense)
        self._points = figure.vertices[level.source]
        self._point_directions = np.ascontiguousarray(self._directions[:, level.source])

    def measure(
        self,
        mask: PersonMask,
        joints_px: Floats,
        px_per_m: Floats,
        cam_from_rest: Floats,
        *,
        camera: PinholeCamera,
        girth: Floats,
        clothes_m: Floats,
    ) -> GirthReading:
        """What a mask tells of the figure in a pose; further arguments as for `measure_girth`.

        girth: (G,) what is known so far; the outline is compared with that of the figure so grown, for
        where limbs join, a girth moves the outline less than by itself.
        """
        self._skinning.reshape(grown(self._points, self._point_directions, girth))
        vertices = self._skinning.posed(cam_from_rest).astype(np.float64)
        vertices[:, 2] = np.minimum(vertices[:, 2], -NEAREST_M)
        reading = measure_girth(
            mask,
            camera.project(vertices),
            joints_px,
            px_per_m,
            slices=self.slices,
            clothes_m=clothes_m,
        )
        growth = (1 + girth) * (1 + reading.growth) - 1
        return GirthReading(np.clip(growth, *GROWTH_LIMITS), reading.weight)

    def sizes(self, girth: Floats) -> dict[str, float]:
        """Measures of the figure with a girth, metres, not yet scaled to the person."""
        vertices = grown(self._figure.vertices, self._directions, girth)
        measured = self._body.measure(Figure(vertices, self._figure.heads, self._figure.tails))
        return {name: float(value) for name, value in asdict(measured).items()}


def slices_of(body: Body, figure: Figure, source: NDArray[np.int32]) -> Slices:
    """Which vertices of a level of detail speak for each girth.

    source: (n,) the body vertex behind each of the level's vertices.
    """
    axes = Axes.of(body, figure)
    points, parts = figure.vertices[source].astype(np.float64), body.parts[source]
    trunk = np.isin(parts, (Part.TORSO, *THIGHS))
    share = axes.trunk_share(points[:, 1])
    legs, arms, feet = [], [], []
    for side in (0, 1):
        ankle, toe = axes.feet[side]
        foot = np.isin(parts, FEET[side])
        along = (points - ankle) @ (toe - ankle) / ((toe - ankle) @ (toe - ankle))
        feet.append((*(_nearest(foot, along, at) for at in FOOT_AT), np.flatnonzero(foot)))
        leg = np.isin(parts, (THIGHS[side], CALVES[side]))
        along = _along(points, axes.legs[side])
        legs.append(tuple(_nearest(leg, along, at) for at in LEG_AT))
        along = _along(points, axes.arms[side])
        arms.append(
            tuple(
                _nearest(parts == part[side], along, at)
                for part, at in ((UPPER_ARMS, 0.5), (FOREARMS, 1.5))
            )
        )
    return Slices(
        tuple(_nearest(trunk, share, at) for at in TRUNK_AT),
        tuple(legs),
        tuple(arms),
        tuple(feet),
        TRUNK_AT,
        LEG_AT,
    )


def _along(points: Floats, line: Floats) -> Floats:
    """(n,) 0 at a limb's start, 1 at its middle joint, 2 at its end."""
    start, middle, end = line
    first, second = (
        (points - a) @ (b - a) / ((b - a) @ (b - a)) for a, b in ((start, middle), (middle, end))
    )
    return np.asarray(np.where(first > 1, 1 + np.clip(second, 0, None), first))


def _nearest(allowed: NDArray[np.bool_], along: Floats, at: float) -> NDArray[np.int64]:
    """Numbers of the vertices within a band, at least a few."""
    distance = np.where(allowed, np.abs(along - at), np.inf)
    within = np.flatnonzero(distance < BAND)
    if len(within) < LEAST_VERTICES:
        within = np.argsort(distance)[:LEAST_VERTICES]
    return np.asarray(within)
