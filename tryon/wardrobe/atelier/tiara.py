"""A tiara of ogee arches and scrolls, set with diamonds, its peaks rising towards the middle.

It is designed flat, as a jeweller draws it: `along` the band from the middle to the wearer's left, and
`high` above it, in metres; then bent onto the oval that a head of hair fills and leant outward.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from tryon.core.mesh import Mesh
from tryon.core.spaces import Floats
from tryon.core.transforms import rigid
from tryon.wardrobe.asset import Asset
from tryon.wardrobe.atelier import curves, gems, solids
from tryon.wardrobe.atelier.gems import jewelled
from tryon.wardrobe.atelier.palette import Metal
from tryon.wardrobe.atelier.pearls import nacre
from tryon.wardrobe.atelier.solids import Solid

MM = 0.001
OVAL_POWER = 2.2
"""The oval is a superellipse a little fuller than an ellipse, as foreheads are."""
ORNAMENT_SHARE = 0.94
"""How much of the band's length the arches take; the rest are the plain ends in the hair."""
TUCK_M = 0.011
"""How far the ends turn inwards, into the hair."""
OGEE = np.array([[-0.5, 0.0], [-0.515, 0.30], [-0.37, 0.56], [-0.13, 0.74], [0.0, 1.0]])
SCROLL = np.array(
    [
        [-0.02, 0.02],
        [-0.23, 0.12],
        [-0.33, 0.30],
        [-0.23, 0.43],
        [-0.11, 0.37],
        [-0.13, 0.27],
        [-0.20, 0.29],
    ]
)
WIRE = np.array([[0.0, 1.0], [-1.0, -0.6], [1.0, -0.6]])
"""One side of an arch, and of the pair of scrolls in it: shares of its breadth and its height;
and a wire's section, its second axis towards the onlooker."""


class TiaraParameters(BaseModel):
    """Sizes of a tiara in millimetres.

    half_width_mm, half_depth_mm: of the oval whose front the band follows; band_mm: its height;
    peak_mm, side_mm: height of the middle arch and of the outermost, without the stones on them;
    lean_deg: how far it leans outward in the middle.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    half_width_mm: float = Field(77.0, ge=60, le=95)
    half_depth_mm: float = Field(103.0, ge=70, le=130)
    band_mm: float = Field(4.2, ge=3, le=8)
    peak_mm: float = Field(36.0, ge=15, le=60)
    side_mm: float = Field(13.0, ge=6, le=40)
    arches: Literal[7, 9] = 9
    lean_deg: float = Field(14.0, ge=-10, le=30)
    metal: Metal = "platinum"
    tips: Literal["diamond", "pearl"] = "diamond"
    seed: int = Field(1, ge=0)


def make_tiara(parameters: TiaraParameters, *, item_id: str, variant: str) -> Asset:
    """A tiara in `asset` space: origin the middle of the band's lower edge, the band level."""
    p = parameters
    band, arches = _Band(p), _arches(p)
    rng = np.random.default_rng(p.seed)
    wires = [_rails(p, band)]
    for arch in arches:
        wires += arch.wires(band)
    wires += [_wire(band, spike, 0.45 * MM) for spike in _spikes(arches)]
    metal = solids.merge(wires).mesh("setting", jewelled(p.metal), crease_deg=50)
    melee = gems.stones("melee", "melee", _melee(p, band, arches, rng), rng=rng)
    large = [arch.drop(band, rng) for arch in arches]
    ends = np.array([spike[-1] for spike in _spikes(arches)])
    between = np.linspace(0.7, 1.0, len(ends) // 2)
    fleurons = gems.set_at(
        band.bent(ends, 0.3 * MM),
        band.facing(ends),
        3.0 * MM * np.concatenate([between, between[::-1]]),
        rng=rng,
    )
    tips = np.array([arch.tip() for arch in arches])
    sizes = np.array([arch.tip_m for arch in arches])
    parts: list[Mesh] = [metal, melee, gems.stones("fleurons", "single", fleurons, rng=rng)]
    if p.tips == "diamond":
        large.append(gems.set_at(band.bent(tips, 0.0), band.facing(tips), sizes, rng=rng))
    else:
        parts.append(_pearl_tips(band.bent(tips, 0.0), 1.25 * sizes))
    parts.append(gems.stones("stones", "brilliant", np.concatenate(large), rng=rng))
    return Asset(item_id, variant, tuple(parts))


class _Band:
    """The oval in the plane y = 0 through the origin, and what stands on it."""

    def __init__(self, p: TiaraParameters) -> None:
        angle = np.linspace(-np.pi / 2, np.pi / 2, 1001)
        sine, cosine = np.sin(angle), np.cos(angle)
        a, b = p.half_width_mm * MM, p.half_depth_mm * MM
        power = 2 / OVAL_POWER
        self._oval = np.stack(
            [
                a * np.sign(sine) * np.abs(sine) ** power,
                0 * angle,
                b * (np.abs(cosine) ** power - 1),
            ],
            axis=1,
        )
        length = curves.lengths_along(self._oval)
        self._at = length - length[-1] / 2
        self.half_length = float(self._at[-1])
        self.half_ornament = ORNAMENT_SHARE * self.half_length
        self._lean = np.radians(p.lean_deg)

    def bent(self, flat: Floats, outward: Floats | float) -> Floats:
        """(N, 3) places of (N, 2) points of the drawing, `outward` metres in front of it."""
        base, out, up = self._frame(flat[:, 0])
        facing = np.cross(np.cross(up, out), up)
        offset = np.broadcast_to(np.asarray(outward, float), (len(flat),))
        return np.asarray(base + flat[:, 1:] * up + offset[:, None] * facing)

    def facing(self, flat: Floats) -> Floats:
        """(N, 3) unit directions that the drawing faces there."""
        _, out, up = self._frame(flat[:, 0])
        return np.cross(np.cross(up, out), up)

    def _frame(self, along: Floats) -> tuple[Floats, Floats, Floats]:
        """Points of the oval, outward and upward directions, (N, 3) each."""
        base = np.stack([np.interp(along, self._at, self._oval[:, k]) for k in range(3)], axis=1)
        ahead = np.stack(
            [
                np.interp(along + 0.5 * MM, self._at, self._oval[:, k])
                - np.interp(along - 0.5 * MM, self._at, self._oval[:, k])
                for k in range(3)
            ],
            axis=1,
        )
        out = np.cross(ahead, [0.0, 1.0, 0.0])
        out /= np.linalg.norm(out, axis=1, keepdims=True)
        lean = self._lean * np.cos(np.pi / 2 * np.clip(along / self.half_length, -1, 1))
        up = np.cos(lean)[:, None] * np.array([0.0, 1.0, 0.0]) + np.sin(lean)[:, None] * out
        return base, out, up


class _Arch:
    """One arch of the row: its middle, breadth and height in the drawing, metres."""

    def __init__(self, middle: float, breadth: float, height: float, *, foot: float) -> None:
        self.middle, self.breadth, self.height, self.foot = middle, breadth, height, foot
        self.tip_m = float(np.clip(0.105 * height + 1.5 * MM, 2.6 * MM, 5.2 * MM))

    def placed(self, share: Floats) -> Floats:
        """(N, 2) points of the drawing from shares of the arch."""
        return np.array([self.middle, self.foot]) + share * [self.breadth, self.height]

    def tip(self) -> Floats:
        """Middle of the stone or pearl that crowns it."""
        return np.asarray(self.placed(np.array([[0.0, 1.0]]))[0] + [0.0, 0.5 * self.tip_m])

    def sides(self, count: int) -> tuple[Floats, Floats]:
        left = self.placed(curves.catmull_rom(OGEE, count))
        right = self.placed(curves.catmull_rom(OGEE * [-1, 1], count))
        return left, right

    def wires(self, band: _Band) -> list[Solid]:
        """Its two sides, the pair of scrolls, and the stem of the stone inside."""
        scrolls = [self.placed(curves.catmull_rom(SCROLL * [s, 1], 16)) for s in (1, -1)]
        taper = np.linspace(0.66, 0.40, 16) * MM
        out = [_wire(band, side, 0.58 * MM) for side in self.sides(12)]
        out += [_wire(band, line, taper) for line in scrolls]
        stem = self.placed(np.array([[0.0, 0.0], [0.0, 0.58]]))
        return [*out, _wire(band, curves.resample(stem, 4), 0.42 * MM)]

    def drop(self, band: _Band, rng: np.random.Generator) -> Floats:
        """The large stone inside, above the scrolls."""
        flat = self.placed(np.array([[0.0, 0.57]]))
        size = 0.34 * min(self.breadth, 0.72 * self.height)
        return gems.set_at(band.bent(flat, 0.5 * MM), band.facing(flat), size, rng=rng)


def _wire(band: _Band, flat: Floats, radius: Floats | float) -> Solid:
    """A thin wire along (N, 2) points of the drawing, its ridge in front."""
    facing = band.facing(flat[:1])[0]
    return solids.sweep(WIRE, band.bent(flat, 0.0), scale=radius, up=facing)


def _arches(p: TiaraParameters) -> list[_Arch]:
    """Broad and tall in the middle, narrower and lower towards the ends."""
    half_ornament = _Band(p).half_ornament
    rank = np.abs(np.linspace(-1, 1, p.arches))
    breadths = 1.0 - 0.30 * rank
    breadths *= 2 * half_ornament / breadths.sum()
    edges = np.concatenate([[0.0], np.cumsum(breadths)]) - half_ornament
    heights = (p.side_mm + (p.peak_mm - p.side_mm) * (1 - rank) ** 1.25) * MM
    return [
        _Arch(0.5 * (low + high), high - low, height, foot=p.band_mm * MM)
        for low, high, height in zip(edges[:-1], edges[1:], heights, strict=True)
    ]


def _spikes(arches: list[_Arch]) -> list[Floats]:
    """(4, 2) upright wires of the drawing, one in each gap between two arches."""
    spikes = []
    for left, right in pairwise(arches):
        joint = left.middle + 0.5 * left.breadth
        low = min(left.height, right.height)
        heights = left.foot + np.linspace(0.2, 0.74, 4) * low
        spikes.append(np.stack([np.full(4, joint), heights], axis=1))
    return spikes


def _rails(p: TiaraParameters, band: _Band) -> Solid:
    """The two rails of the band, and the ends that turn into the hair."""
    reach = band.half_length
    along = np.linspace(-reach, reach, 51)
    beyond = np.clip((np.abs(along) - band.half_ornament) / (reach - band.half_ornament), 0, 1)
    closing = beyond**1.5
    middle = 0.5 * p.band_mm * MM
    inward = -TUCK_M * beyond**1.3
    rails = []
    for height in (0.0, p.band_mm * MM):
        level = height + (middle - height) * closing
        path = band.bent(np.stack([along, level], axis=1), inward)
        rails.append(solids.tube(path, (0.62 - 0.22 * beyond) * MM, sides=4))
    return solids.merge(rails)


def _melee(
    p: TiaraParameters, band: _Band, arches: list[_Arch], rng: np.random.Generator
) -> Floats:
    """(N, 4, 4) places of the small stones: along the band, and up the sides of every arch."""
    size = 0.78 * p.band_mm * MM
    count = int(2 * band.half_ornament / (1.03 * size))
    along = np.linspace(-band.half_ornament, band.half_ornament, count)
    rows = [(np.stack([along, np.full(count, 0.5 * p.band_mm * MM)], axis=1), size)]
    for arch in arches:
        for side in arch.sides(200):
            reach = float(curves.lengths_along(side)[-1])
            stones = max(4, int(reach / (2.7 * MM)))
            places = curves.resample(side, 2 * stones + 1)[1::2]
            rows.append((places, min(2.2 * MM, 0.96 * reach / stones)))
        eyes = arch.placed(np.array([[-0.19, 0.34], [0.19, 0.34]]))
        rows.append((eyes, 0.15 * min(arch.breadth, 0.72 * arch.height)))
    flat = np.concatenate([points for points, _ in rows])
    sizes = np.concatenate([np.full(len(points), size) for points, size in rows])
    return gems.set_at(band.bent(flat, 0.5 * MM), band.facing(flat), sizes, rng=rng)


def _pearl_tips(places: Floats, diameters: Floats) -> Mesh:
    ball = solids.sphere(0.5, segments=8, rings=5)
    transforms = np.array(
        [rigid(size * np.eye(3), place) for size, place in zip(diameters, places, strict=True)]
    )
    return solids.instances(ball, transforms).mesh("pearls", nacre("white"), crease_deg=180)
