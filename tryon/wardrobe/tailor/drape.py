"""Draping: extended position-based dynamics (XPBD) of sewn cloth on the body at rest.

Macklin, Müller and Chentanez, "XPBD: position-based simulation of compliant constrained dynamics"
(2016), with the small steps of Macklin et al. (2019): one sweep of Gauss–Seidel in each substep. All
constraints are distances: sides of triangles (stretch), the points across a shared side (bending) and
every second and fourth point of a free edge (hem tape, without which hems go jagged). They are visited
in one random order from a seeded generator, in one thread, so that the same recipe drapes to the same bits.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tryon.core.spaces import Floats
from tryon.wardrobe.tailor.cloth import Cloth
from tryon.wardrobe.tailor.sdf import DistanceField

Progress = Callable[[float], None]
"""Told the share that is done, 0 to 1."""

GRAVITY = 4.0
"""Metres a second squared. The sweeps do not converge under full weight, and long garments would
stretch; the bending compliances are chosen to go with this."""
REST_GRAVITY = 1.0
"""While cloth comes to rest it sheds what its weight has stretched it by."""
SEWING_SPEED, SPEED = 1.2, 3.0
"""Fastest cloth while it is sewn and while it settles, metres a second."""


@dataclass(frozen=True)
class Fabric:
    """How cloth behaves; compliances are inverse stiffness, for particles of unit mass.

    stretch, bend, tape: of sides, of folds, of free edges; friction: of the body.
    """

    stretch: float = 2e-7
    bend: float = 6e-5
    tape: float = 2e-6
    friction: float = 0.35


JERSEY = Fabric()
WOOL = Fabric(bend=3e-5)
SATIN = Fabric(bend=1.5e-4, friction=0.3)


@dataclass(frozen=True)
class Schedule:
    """Frames of sewing without weight, of settling with it, and of coming to rest."""

    sew: int = 60
    settle: int = 110
    rest: int = 30


@dataclass(frozen=True, eq=False)
class Links:
    """Distances that the cloth keeps: (C, 2) particles, (C,) metres and (C,) compliances."""

    pairs: NDArray[np.int64]
    length: Floats
    compliance: Floats


def links_of(cloth: Cloth, fabric: Fabric) -> Links:
    """Every constraint of a sewn cloth, sides first."""
    faces, flat = cloth.welded_faces, cloth.flat[cloth.faces]
    sides, lengths = _sides(faces, flat)
    folds, across = _folds(faces, flat)
    tape, along = _tape(cloth)
    return Links(
        np.concatenate([sides, folds, tape]),
        np.concatenate([lengths, across, along]),
        np.concatenate(
            [
                np.full(len(sides), fabric.stretch),
                np.full(len(folds), fabric.bend),
                np.full(len(tape), fabric.tape),
            ]
        ),
    )


def drape(
    cloth: Cloth,
    field: DistanceField,
    *,
    fabric: Fabric,
    schedule: Schedule,
    rng: np.random.Generator,
    floor_m: float = -np.inf,
    progress: Progress | None = None,
) -> Floats:
    """(N, 3) where the cloth's particles come to rest on the body, metres.

    Sewn without weight from where the panels are placed, then settled with it. floor_m: height under
    which no cloth can be.
    """
    from tryon.wardrobe.tailor.drape_kernel import run  # noqa: PLC0415  # loads numba

    points = _placed(cloth)
    links = links_of(cloth, fabric)
    order = rng.permutation(len(links.pairs))
    links = Links(links.pairs[order], links.length[order], links.compliance[order])
    gap = cloth.by_particle(_gaps(cloth))
    free = np.ones(len(points))
    for panel, edge in cloth.pattern.held:
        free[cloth.particle[cloth.edges[panel, edge]]] = 0.0
    velocity = np.zeros_like(points)
    total = schedule.sew + schedule.settle + schedule.rest
    done = 0
    for frames, gravity, keep, speed in (
        (schedule.sew, 0.0, 0.98, SEWING_SPEED),
        (schedule.settle, GRAVITY, 0.998, SPEED),
        (schedule.rest, REST_GRAVITY, 0.9, SPEED),
    ):
        for _ in range(frames):
            run(
                points,
                velocity,
                free,
                links.pairs,
                links.length,
                links.compliance,
                gap,
                field.values,
                field.origin,
                field.step,
                gravity,
                keep,
                speed,
                fabric.friction,
                floor_m,
            )
            done += 1
            if progress is not None and done % 10 == 0:
                progress(done / total)
    return points


def _placed(cloth: Cloth) -> Floats:
    points = np.zeros((len(cloth.flat), 3))
    for panel in cloth.pattern.panels:
        here = cloth.in_panel(panel.name)
        points[here] = panel.place(cloth.flat[here])
    return np.ascontiguousarray(cloth.by_particle(points))


def _gaps(cloth: Cloth) -> Floats:
    out = np.zeros(len(cloth.flat))
    for panel in cloth.pattern.panels:
        here = cloth.in_panel(panel.name)
        out[here] = panel.gap_m(cloth.flat[here])
    return out


def _sides(faces: NDArray[np.int64], flat: Floats) -> tuple[NDArray[np.int64], Floats]:
    """Particles and mean flat length of each side."""
    ends = np.concatenate([faces[:, [k, (k + 1) % 3]] for k in range(3)])
    length = np.concatenate(
        [np.linalg.norm(flat[:, (k + 1) % 3] - flat[:, k], axis=1) for k in range(3)]
    )
    pairs, inverse = np.unique(np.sort(ends, axis=1), axis=0, return_inverse=True)
    total = np.bincount(inverse.ravel(), length)
    return pairs, np.asarray(total / np.bincount(inverse.ravel()))


def _folds(faces: NDArray[np.int64], flat: Floats) -> tuple[NDArray[np.int64], Floats]:
    """Particles across each shared side, and their distance when both triangles lie flat."""
    rows: dict[tuple[int, int], list[tuple[int, float, float]]] = {}
    for face, corner in zip(faces.tolist(), flat, strict=True):
        for k in range(3):
            a, b, c = k, (k + 1) % 3, (k + 2) % 3
            start, end = (a, b) if face[a] < face[b] else (b, a)
            along = corner[end] - corner[start]
            length = float(np.hypot(*along))
            to = corner[c] - corner[start]
            x = float(to @ along) / length
            y = abs(float(along[0] * to[1] - along[1] * to[0])) / length
            rows.setdefault((face[start], face[end]), []).append((face[c], x, y))
    pairs, lengths = [], []
    for across in rows.values():
        if len(across) == 2 and across[0][0] != across[1][0]:
            (p, px, py), (q, qx, qy) = across
            pairs.append((p, q))
            lengths.append(float(np.hypot(px - qx, py + qy)))
    return np.array(pairs, np.int64).reshape(-1, 2), np.array(lengths)


def _tape(cloth: Cloth) -> tuple[NDArray[np.int64], Floats]:
    """Every second and fourth particle along the free edges."""
    sewn = {end for seam in cloth.pattern.seams for end in (seam.one, seam.other)}
    pairs, lengths = [], []
    for key, points in cloth.edges.items():
        if key in sewn:
            continue
        for skip in (2, 4):
            a, b = points[:-skip], points[skip:]
            pairs.append(np.stack([cloth.particle[a], cloth.particle[b]], axis=1))
            lengths.append(np.linalg.norm(cloth.flat[a] - cloth.flat[b], axis=1))
    return np.concatenate(pairs), np.concatenate(lengths)
