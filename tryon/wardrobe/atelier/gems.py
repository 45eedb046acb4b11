"""Cut stones that sparkle, and the places where a jeweller sets them.

A stone has its table towards +y, its girdle in the plane y = 0 and a girdle diameter of one. What an
eye sees in a diamond is light that went in through one facet and came back through another; an opaque
mesh cannot do that, so every facet of the crown reflects along a normal of its own, scattered as the
pavilion would scatter it. Faces stay where they are cut: only the shading normals are scattered.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import numpy as np

from tryon.core.mesh import Material, Mesh
from tryon.core.spaces import Floats
from tryon.wardrobe.atelier import curves
from tryon.wardrobe.atelier.palette import Metal, polished

Cut = Literal["brilliant", "single", "melee"]

TABLE_RADIUS, STAR_RADIUS, GIRDLE_RADIUS = 0.285, 0.40, 0.5
TABLE_HEIGHT, STAR_HEIGHT, PAVILION_DEPTH = 0.16, 0.085, 0.43
"""Tolkowsky's proportions (1919): table 57 %, crown 16 %, pavilion 43 % of the girdle's diameter."""
MOST_SCATTER_RAD = float(np.radians(50.0))
FIRE = np.array([[1.0, 0.80, 0.62], [0.72, 0.86, 1.0], [0.86, 0.74, 1.0], [1.0, 0.94, 0.66]])
"""Linear tints of the facets that show dispersed light."""
FIRE_SHARE = 0.22

DIMMEST, BRIGHTEST = 0.7, 2.8
"""Gain of a facet's reflection: what it shows has come from more than one direction."""
LUSTRE, POLISH = 0.74, 0.2
"""Metal of jewellery: the rest is white light scattered by a hand's polish, as in a light tent; and
its roughness."""
DEPTHS: dict[Metal, float] = {"gold": 1.7, "rose": 1.2, "silver": 1.0, "platinum": 1.0}
"""How often light is coloured on its way, since small curved metal sees itself."""
DIAMOND = Material("diamond", (0.96, 0.97, 1.0, 1.0), metallic=1.0, roughness=0.05)


def jewelled(metal: Metal) -> Material:
    """A precious metal as it looks on small pieces: never black, though the room behind may be."""
    plain = polished(metal)
    r, g, b, alpha = plain.base_color
    top = max(r, g, b)
    deep = [top * (level / top) ** DEPTHS[metal] for level in (r, g, b)]
    return replace(
        plain, base_color=(deep[0], deep[1], deep[2], alpha), metallic=LUSTRE, roughness=POLISH
    )


def cut(kind: Cut) -> Floats:
    """(T, 3, 3) triangles of a closed stone, counter-clockwise from outside.

    "brilliant" has table, stars, kites, halves and mains; "single" is the eight-cut of small stones,
    "melee" the same with six sides for those that are set by the hundred.
    """
    if kind == "brilliant":
        return _brilliant()
    return _single(8 if kind == "single" else 6)


def stones(
    name: str,
    kind: Cut,
    target_from_stone: Floats,
    *,
    rng: np.random.Generator,
    material: Material = DIAMOND,
) -> Mesh:
    """One mesh of a stone at (N, 4, 4) places, each facet with a reflection and a fire of its own."""
    facets = cut(kind)
    count, triangles = len(target_from_stone), len(facets)
    turn = target_from_stone[:, :3, :3]
    corners = np.einsum("nij,tcj->ntci", turn, facets) + target_from_stone[:, None, None, :3, 3]
    size = np.cbrt(np.linalg.det(turn))[:, None, None]
    normals = np.einsum("nij,ntj->nti", turn / size, _scattered(facets, count, rng))
    color = np.ones((count, triangles, 4))
    fiery = rng.random((count, triangles)) < FIRE_SHARE
    color[fiery, :3] = FIRE[rng.integers(0, len(FIRE), int(fiery.sum()))]
    color[..., :3] *= rng.uniform(DIMMEST, BRIGHTEST, (count, triangles, 1))
    vertices = corners.reshape(-1, 3)
    return Mesh(
        name,
        vertices.astype(np.float32),
        np.arange(len(vertices), dtype=np.int32).reshape(-1, 3),
        np.repeat(normals.reshape(-1, 3), 3, axis=0).astype(np.float32),
        color=np.repeat(color.reshape(-1, 4), 3, axis=0).astype(np.float32),
        # What shades a stone leaves it bright: it collects light from all sides.
        occlusion=np.ones(len(vertices), np.float32),
        material=material,
    )


def set_at(
    points: Floats, facing: Floats, diameter: Floats | float, *, rng: np.random.Generator
) -> Floats:
    """(N, 4, 4) places for stones: girdle centres (N, 3), (N, 3) directions that their tables face,
    diameters in metres; each is turned about its axis at random, as stones are set."""
    up = facing / np.linalg.norm(facing, axis=1, keepdims=True)
    away = np.eye(3)[np.abs(up).argmin(1)]
    side = np.cross(up, away)
    side /= np.linalg.norm(side, axis=1, keepdims=True)
    angle = rng.uniform(0, 2 * np.pi, len(up))[:, None]
    x = np.cos(angle) * side + np.sin(angle) * np.cross(up, side)
    out = np.tile(np.eye(4), (len(up), 1, 1))
    size = np.broadcast_to(np.asarray(diameter, float), (len(up),))[:, None, None]
    out[:, :3, :3] = size * np.stack([x, up, np.cross(x, up)], axis=2)
    out[:, :3, 3] = points
    return out


def _ring(radius: float, height: float, count: int, *, shift: float = 0.0) -> Floats:
    """(count, 3) points about the y axis, counter-clockwise as seen from above."""
    flat = curves.circle(radius, count)
    turn = shift * 2 * np.pi / count
    x = flat[:, 0] * np.cos(turn) - flat[:, 1] * np.sin(turn)
    z = flat[:, 0] * np.sin(turn) + flat[:, 1] * np.cos(turn)
    return np.stack([x, np.full(count, height), -z], axis=1)


def _fan(ring: Floats, tip: Floats) -> Floats:
    tips = np.broadcast_to(tip, ring.shape)
    return np.stack([ring, np.roll(ring, -1, axis=0), tips], axis=1)


def _single(sides: int) -> Floats:
    table = _ring(TABLE_RADIUS, TABLE_HEIGHT, sides)
    girdle = _ring(GIRDLE_RADIUS, 0.0, sides)
    next_table, next_girdle = np.roll(table, -1, axis=0), np.roll(girdle, -1, axis=0)
    return np.concatenate(
        [
            _flat(table),
            np.stack([girdle, next_girdle, table], axis=1),
            np.stack([next_girdle, next_table, table], axis=1),
            _fan(girdle, np.array([0, -PAVILION_DEPTH, 0]))[:, ::-1],
        ]
    )


def _flat(ring: Floats) -> Floats:
    """A facet without a point in its middle."""
    first = np.broadcast_to(ring[0], (len(ring) - 2, 3))
    return np.stack([first, ring[1:-1], ring[2:]], axis=1)


def _brilliant() -> Floats:
    table = _ring(TABLE_RADIUS, TABLE_HEIGHT, 8)
    star = _ring(STAR_RADIUS, STAR_HEIGHT, 8, shift=0.5)
    girdle = _ring(GIRDLE_RADIUS, 0.0, 16)
    main, half = girdle[::2], girdle[1::2]
    next_table, next_main = np.roll(table, -1, axis=0), np.roll(main, -1, axis=0)
    last_star = np.roll(star, 1, axis=0)
    return np.concatenate(
        [
            _fan(table, np.array([0, TABLE_HEIGHT, 0])),
            np.stack([table, star, next_table], axis=1),
            np.stack([table, main, star], axis=1),
            np.stack([table, last_star, main], axis=1),
            np.stack([main, half, star], axis=1),
            np.stack([half, next_main, star], axis=1),
            _fan(girdle, np.array([0, -PAVILION_DEPTH, 0]))[:, ::-1],
        ]
    )


def _scattered(facets: Floats, count: int, rng: np.random.Generator) -> Floats:
    """(count, T, 3) shading normals: the crown's scattered about the axis, the pavilion's as cut."""
    a, b, c = facets[:, 0], facets[:, 1], facets[:, 2]
    flat = np.cross(b - a, c - a)
    flat /= np.linalg.norm(flat, axis=1, keepdims=True)
    tilt = MOST_SCATTER_RAD * rng.random((count, len(facets)))
    around = rng.uniform(0, 2 * np.pi, (count, len(facets)))
    scattered = np.stack(
        [np.sin(tilt) * np.cos(around), np.cos(tilt), np.sin(tilt) * np.sin(around)], axis=2
    )
    # A facet's own slope still decides where most of its light comes from.
    crown = flat[:, 1:2] > 0.2
    mixed = np.where(crown, scattered + 0.5 * flat, flat)
    out: Floats = mixed / np.linalg.norm(mixed, axis=2, keepdims=True)
    return out
