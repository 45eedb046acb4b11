"""A strand of pearls, knotted between each two, with a metal clasp at the nape."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, model_validator

from tryon.core.mesh import Material, Mesh
from tryon.core.spaces import Floats
from tryon.core.transforms import rigid
from tryon.wardrobe.asset import Asset
from tryon.wardrobe.atelier import drape, solids
from tryon.wardrobe.atelier.gems import jewelled
from tryon.wardrobe.atelier.palette import Metal, linear
from tryon.wardrobe.atelier.solids import Solid

MM = 0.001
KNOT_MM = 0.55
"""String between two pearls that the knot takes."""
CLASP_LENGTH_MM, CLASP_RADIUS_MM = 13.0, 3.4
FINE, COARSE = (16, 9), (10, 6)
"""Segments and rings of the pearls that are seen, and of those behind the neck."""
OUT_OF_ROUND = 0.012
"""Standard deviation of a good pearl's length to its breadth."""
MIRROR = 0.13
"""Share of the light that nacre's thin plates reflect as a metal would, in their own colour."""


@dataclass(frozen=True)
class _Nacre:
    """Body colour, the overtone that shows at grazing angles, and how far pearls differ."""

    body: str
    overtone: str
    spread: float
    reflectance: float


Nacre = Literal["white", "blush", "tahitian"]

NACRES: dict[Nacre, _Nacre] = {
    "white": _Nacre("#fbf3e6", "#fad4c6", 0.018, 0.12),
    "blush": _Nacre("#f7dccf", "#fbc0ba", 0.03, 0.10),
    "tahitian": _Nacre("#3f4346", "#5d8a7c", 0.16, 0.16),
}


def nacre(kind: Nacre) -> Material:
    """The pearl's surface: a soft lustre over its body colour, its overtone towards the rim."""
    pearl = NACRES[kind]
    r, g, b = linear(pearl.overtone)
    return Material(
        f"{kind} nacre",
        (*linear(pearl.body), 1.0),
        metallic=MIRROR,
        roughness=0.2,
        reflectance=pearl.reflectance,
        sheen=(0.16 * r, 0.16 * g, 0.16 * b),
    )


class PearlParameters(BaseModel):
    """Sizes of a strand in millimetres.

    strand_mm: once round, clasp included; pearl_mm: the largest pearl's diameter, at the front;
    end_pearl_mm: those beside the clasp (the same for an even strand).
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    strand_mm: float = Field(450.0, ge=380, le=560)
    pearl_mm: float = Field(8.5, ge=6, le=14)
    end_pearl_mm: float = Field(8.0, ge=5, le=14)
    nacre: Nacre = "white"
    metal: Metal = "gold"
    seed: int = Field(1, ge=0)

    @model_validator(mode="after")
    def _graduated(self) -> PearlParameters:
        if self.end_pearl_mm > self.pearl_mm:
            raise ValueError("end_pearl_mm must not be larger than pearl_mm")
        return self


def make_pearls(parameters: PearlParameters, *, item_id: str, variant: str) -> Asset:
    """The strand as it lies on a mean adult, in `asset` space: origin the centre of the neck's base."""
    p = parameters
    strand = _Strand.strung(p)
    bullion, knots = _knots(strand)
    clasp = solids.merge([_clasp(strand), bullion]).mesh("clasp", jewelled(p.metal))
    thread = Material("silk", (*linear(NACRES[p.nacre].body), 1.0), roughness=0.8)
    return Asset(
        item_id,
        variant,
        (_pearls(p, strand), clasp, knots.mesh("knots", thread, crease_deg=180)),
    )


@dataclass(frozen=True, eq=False)
class _Strand:
    """middles: (N, 3) of the clasp and then each pearl, once round; diameters: (N,) of the same along
    the string, metres; frames: (N, 3, 3) columns side, away from the skin, and along the string."""

    middles: Floats
    diameters: Floats
    frames: Floats

    @classmethod
    def strung(cls, p: PearlParameters) -> _Strand:
        pearls = diameters_m(p)
        lengths = np.concatenate([[CLASP_LENGTH_MM * MM], pearls])
        radii = np.concatenate([[CLASP_RADIUS_MM * MM], pearls / 2])
        links = 0.5 * (lengths + np.roll(lengths, -1)) + KNOT_MM * MM
        middles = drape.hang(links, radii)
        along = np.roll(middles, -1, axis=0) - np.roll(middles, 1, axis=0)
        along /= np.linalg.norm(along, axis=1, keepdims=True)
        away = drape.outward_from_skin(middles)
        away -= (away * along).sum(1, keepdims=True) * along
        away /= np.linalg.norm(away, axis=1, keepdims=True)
        return cls(middles, lengths, np.stack([np.cross(away, along), away, along], axis=2))


def diameters_m(p: PearlParameters) -> Floats:
    """(N,) diameters round the strand that fill its length with the clasp and the knots.

    The number is the one that fits best; what is left over is shared out among the pearls.
    """
    room = p.strand_mm - CLASP_LENGTH_MM - KNOT_MM
    shape = np.array([0.0])
    for count in range(20, 100):
        at = np.abs(np.linspace(-1, 1, count))
        shape = p.end_pearl_mm + (p.pearl_mm - p.end_pearl_mm) * (1 - at**2)
        if shape.sum() + count * KNOT_MM > room - 0.5 * p.end_pearl_mm:
            break
    spare = room - len(shape) * KNOT_MM
    return np.asarray(shape * (spare / shape.sum()) * MM)


def _pearls(p: PearlParameters, strand: _Strand) -> Mesh:
    """All pearls, each a little out of round and of a colour of its own."""
    rng = np.random.default_rng(p.seed)
    kind = NACRES[p.nacre]
    pieces = [_Ball.made(*(FINE if middle[2] > -0.03 else COARSE)) for middle in strand.middles[1:]]
    vertices, normals, colors, openness, faces, first = [], [], [], [], [], 0
    for ball, middle, diameter, frame in zip(
        pieces, strand.middles[1:], strand.diameters[1:], strand.frames[1:], strict=True
    ):
        # Never longer along the string than its place, so that neighbours do not meet.
        shape = 1 - np.abs(rng.normal(0, OUT_OF_ROUND, 3))
        vertices.append(middle + (ball.points * shape * diameter / 2) @ frame.T)
        out = (ball.points / shape) @ frame.T
        normals.append(out / np.linalg.norm(out, axis=1, keepdims=True))
        colors.append(_tinted(kind, ball.points, rng))
        openness.append(_openness(ball.points))
        faces.append(ball.faces + first)
        first += len(ball.points)
    color = np.concatenate(colors)
    return Mesh(
        "pearls",
        np.concatenate(vertices).astype(np.float32),
        np.concatenate(faces).astype(np.int32),
        np.concatenate(normals).astype(np.float32),
        color=np.concatenate([color, np.ones((len(color), 1))], axis=1).astype(np.float32),
        occlusion=np.concatenate(openness).astype(np.float32),
        # The tone is in the vertices.
        material=replace(nacre(p.nacre), base_color=(1.0, 1.0, 1.0, 1.0)),
    )


@dataclass(frozen=True, eq=False)
class _Ball:
    """A unit sphere with its poles along z, where the string runs."""

    points: Floats
    faces: NDArray[np.int32]

    @classmethod
    def made(cls, segments: int, rings: int) -> _Ball:
        ball = solids.sphere(1.0, segments=segments, rings=rings)
        turned = ball.moved(rigid(np.array([[1.0, 0, 0], [0, 0, -1.0], [0, 1.0, 0]])))
        used, faces = np.unique(turned.faces, return_inverse=True)
        return cls(turned.points[used], faces.reshape(turned.faces.shape).astype(np.int32))


def _tinted(kind: _Nacre, unit: Floats, rng: np.random.Generator) -> Floats:
    """(V, 3) linear colours: the pearl's own tone, and overtones that drift over its surface."""
    body, overtone = np.array(linear(kind.body)), np.array(linear(kind.overtone))
    own = body * np.exp(rng.normal(0, kind.spread, 3) * 0.6 + rng.normal(0, kind.spread))
    wave = unit @ rng.normal(0, 1.0, 3) + 0.5 * (unit @ rng.normal(0, 1.0, 3)) ** 2
    share = (0.08 + 1.5 * kind.spread) * (0.5 + 0.5 * np.sin(2.2 * wave))
    mixed = own + share[:, None] * (overtone - own)
    return np.asarray(np.clip(mixed, 0, 0.95))


def _openness(unit: Floats) -> Floats:
    """(V,) 1 where the sky is seen, less towards the neighbours and towards the skin."""
    towards_neighbours = np.abs(unit[:, 2]) ** 5
    towards_skin = np.clip(-unit[:, 1], 0, 1)
    return np.asarray((1 - 0.62 * towards_neighbours) * (1 - 0.55 * towards_skin**1.2))


def _clasp(strand: _Strand) -> Solid:
    """A fluted barrel with a ring at each end."""
    half, radius = 0.5 * CLASP_LENGTH_MM * MM, CLASP_RADIUS_MM * MM
    profile = np.array(
        [[0, -1], [0.34, -1], [0.42, -0.93], [0.42, -0.8], [0.7, -0.72], [0.94, -0.45], [1.0, 0]]
    )
    outline = np.concatenate([profile, profile[-2::-1] * [1, -1]])
    barrel = solids.lathe(outline * [radius, half], segments=20)
    onto_string = strand.frames[0] @ np.array([[1.0, 0, 0], [0, 0, -1.0], [0, 1.0, 0]])
    return barrel.moved(rigid(onto_string, strand.middles[0]))


def _knots(strand: _Strand) -> tuple[Solid, Solid]:
    """The metal bullion wire at both ends, and a knot of silk between each two pearls."""
    along = np.roll(strand.middles, -1, axis=0) - strand.middles
    along /= np.linalg.norm(along, axis=1, keepdims=True)
    at = strand.middles + (0.5 * strand.diameters + 0.5 * KNOT_MM * MM)[:, None] * along
    grain = solids.sphere(1.0, segments=5, rings=3)
    places = np.tile(np.eye(4), (len(at), 1, 1))
    places[:, :3, :3] *= 0.8 * MM
    places[:, :3, 3] = at
    return solids.instances(grain, places[[0, -1]]), solids.instances(grain, places[1:-1])
