"""Hoop earrings: a ring that swells towards the bottom, a post through the lobe, stones if wanted."""

from __future__ import annotations

from typing import Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from tryon.core.mesh import Mesh
from tryon.core.spaces import Floats
from tryon.core.transforms import rigid
from tryon.wardrobe.asset import Asset
from tryon.wardrobe.atelier import curves, gems, solids
from tryon.wardrobe.atelier.palette import Metal
from tryon.wardrobe.atelier.solids import Solid

MM = 0.001
GAP_RAD = float(np.radians(15.0))
"""Half of the opening at the top, which the post closes."""


def _knife_edge() -> Floats:
    """A sharp ridge outward between two nearly flat flanks, and a soft belly inward."""
    belly = np.linspace(np.radians(75), np.radians(285), 13)
    round_part = np.stack([np.cos(belly) - 0.08, 0.96 * np.sin(belly)], axis=1)
    flank = np.linspace(0, 1, 5)[:-1, None]
    upper = (1 - flank) * [1.0, 0.0] + flank * round_part[0]
    upper[:, 1] += 0.07 * np.sin(np.pi * flank[:, 0])
    return np.concatenate([upper, round_part, upper[:0:-1] * [1, -1]])


PROFILES: dict[str, Floats] = {"round": curves.circle(1.0, 18), "knife": _knife_edge()}


class HoopParameters(BaseModel):
    """Sizes of one hoop in millimetres; an earring comes as a pair.

    diameter_mm: across the outside; tube_mm, top_tube_mm: thickness at the bottom and at the lobe;
    turn_deg: how far the ring is turned out of the side of the face, 0 seen edge-on from the front,
    90 facing the front; stones: how many are set along the front, stone_mm across.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    diameter_mm: float = Field(32.0, ge=10, le=80)
    tube_mm: float = Field(3.4, ge=1.2, le=9)
    top_tube_mm: float = Field(1.7, ge=0.8, le=6)
    profile: Literal["round", "knife"] = "round"
    metal: Metal = "gold"
    turn_deg: float = Field(38.0, ge=0, le=90)
    stones: int = Field(0, ge=0, le=60)
    stone_mm: float = Field(1.5, ge=0.8, le=4)
    seed: int = Field(1, ge=0)


def make_hoops(parameters: HoopParameters, *, item_id: str, variant: str) -> Asset:
    """The left earring in `asset` space: origin the middle of the post, in the lobe."""
    p = parameters
    ring = _Ring(p)
    metal = [ring.body(), ring.post(), ring.hinge()]
    parts: list[Mesh] = []
    if p.stones:
        places = ring.settings(np.random.default_rng(p.seed))
        metal.append(ring.beads(places))
        parts.append(gems.stones("stones", "single", places, rng=np.random.default_rng(p.seed + 1)))
    crease = 50.0 if p.profile == "round" else 30.0
    return Asset(
        item_id,
        variant,
        (solids.merge(metal).mesh("hoop", gems.jewelled(p.metal), crease_deg=crease), *parts),
    )


class _Ring:
    """The hoop's circle in `asset`; angles run from the top over the front to the bottom and back."""

    def __init__(self, p: HoopParameters) -> None:
        self.p = p
        turn = np.radians(p.turn_deg)
        self.front = np.array([np.sin(turn), 0.0, np.cos(turn)])
        self.up = np.array([0.0, 1.0, 0.0])
        self.normal = np.cross(self.front, self.up)
        top = self.middle_radius(np.array([GAP_RAD]))[0] * np.cos(GAP_RAD)
        self.centre = np.array([0.0, -float(top), 0.0])

    def tube_radius(self, angle: Floats) -> Floats:
        swell = np.sin(angle / 2) ** 2
        thin, thick = self.p.top_tube_mm * MM / 2, self.p.tube_mm * MM / 2
        return thin + (thick - thin) * np.asarray(swell)

    def middle_radius(self, angle: Floats) -> Floats:
        """Of the tube's middle; the outside is a circle, the inside moves up as the tube swells."""
        return self.p.diameter_mm * MM / 2 - self.tube_radius(angle)

    def outward(self, angle: Floats) -> Floats:
        return np.asarray(np.cos(angle)[:, None] * self.up + np.sin(angle)[:, None] * self.front)

    def middle(self, angle: Floats) -> Floats:
        return self.centre + self.middle_radius(angle)[:, None] * self.outward(angle)

    def body(self) -> Solid:
        angle = np.linspace(GAP_RAD, 2 * np.pi - GAP_RAD, 89)
        return solids.sweep(
            PROFILES[self.p.profile],
            self.middle(angle),
            scale=self.tube_radius(angle),
            up=self.normal,
        )

    def post(self) -> Solid:
        ends = self.middle(np.array([2 * np.pi - GAP_RAD, GAP_RAD]))
        return solids.tube(curves.resample(ends, 7), 0.42 * MM, sides=10)

    def hinge(self) -> Solid:
        """The barrel at the back end and the collar that the post snaps into in front."""
        back, front = self.middle(np.array([2 * np.pi - GAP_RAD, GAP_RAD]))
        half = 0.5 * self.p.top_tube_mm * MM
        wide = np.array(
            [[0, -1.05], [0.62, -1.05], [0.72, -0.9], [0.72, 0.9], [0.62, 1.05], [0, 1.05]]
        )
        barrel = solids.lathe(half * 1.25 * wide, segments=16)
        across = np.stack([self.front, self.normal, np.cross(self.front, self.normal)], axis=1)
        collar = solids.sphere(half * 1.12, segments=14, rings=8)
        return solids.merge([barrel.moved(rigid(across, back)), collar.moved(rigid(None, front))])

    def settings(self, rng: np.random.Generator) -> Floats:
        """(stones, 4, 4) places along the outside of the front, sunk into the metal."""
        p = self.p
        radius = p.diameter_mm * MM / 2
        pitch = 1.06 * p.stone_mm * MM / radius
        half = min(0.5 * pitch * (p.stones - 1), np.radians(62))
        angle = np.radians(92) + np.linspace(-half, half, p.stones)
        outward = self.outward(angle)
        size = np.minimum(p.stone_mm * MM, 1.7 * self.tube_radius(angle))
        points = self.centre + (radius - 0.02 * size)[:, None] * outward
        return gems.set_at(points, outward, size, rng=rng)

    def beads(self, places: Floats) -> Solid:
        """The grains that hold the stones, two between each pair."""
        middle = 0.5 * (places[1:, :3, 3] + places[:-1, :3, 3])
        outward = middle - self.centre
        outward /= np.linalg.norm(outward, axis=1, keepdims=True)
        size = np.cbrt(np.linalg.det(places[:-1, :3, :3]))
        grain = solids.sphere(1.0, segments=6, rings=4)
        transforms = np.tile(np.eye(4), (2 * len(middle), 1, 1))
        for index, side in enumerate((1.0, -1.0)):
            at = middle + side * 0.36 * size[:, None] * self.normal - 0.02 * size[:, None] * outward
            transforms[index::2, :3, 3] = at
            transforms[index::2, :3, :3] *= 0.13 * size[:, None, None]
        return solids.instances(grain, transforms)
