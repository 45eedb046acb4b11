"""Cuts loose cloth so that its own weight brings it to the shape that it was draped in.

The drape is a shape under weight. Hung up with those very lengths it would sag anew, and one sweep in
each small step lets it sag further. So it is hung up once, and every side and fold is cut by as much as it
gave, again and again, until it hangs as it was draped.
"""

from __future__ import annotations

import hashlib
import os
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np

from tryon.core.spaces import Floats
from tryon.supplies import baked_dir
from tryon.wardrobe import cloth_kernel as kernel
from tryon.wardrobe.body_capsules import BodyCapsules
from tryon.wardrobe.cloth import LooseCloth
from tryon.wardrobe.cloth_mesh import fold_heights, fold_sizes

GRAVITY = 9.81
"""Metres a second squared."""
TICK_S = 1 / 240
"""The step that cloth is cut for; one sweep gives in proportion to the square of it."""
STRETCH, BEND = 2e-7, 1e-4
"""Compliances of sides and of folds, for particles of unit mass; softer folds cling and lose their flutes."""
SLACK_LIMIT_M = -0.08
"""Cloth that lies within a capsule at rest may stay there, down to this depth."""
ROUNDS, TICKS, GAIN, DRAG = 320, 8, 0.12, 8.0
VERSION = 6
"""Raised when the same cloth is cut differently."""


def balanced(cloth: LooseCloth, capsules: BodyCapsules) -> LooseCloth:
    """The same cloth with its `give` and `lift`: from the cache, or cut now, which takes a second."""
    path = baked_dir() / f"cloth-{_digest(cloth, capsules)}.npz"
    found = _read(path, cloth)
    if found is None:
        give, lift = _cut(cloth, capsules)
        draft = path.with_suffix(f".{os.getpid()}.npz")
        np.savez(draft, give=give, lift=lift)
        draft.replace(path)
        found = give, lift
    return replace(cloth, give=found[0], lift=found[1])


def slack(points: Floats, middles: Floats, radii: Floats, cones: np.ndarray) -> Floats:
    """(N, M) how deep in each capsule each particle may lie, ≤ 0: as deep as at rest, since the drape
    knows the skin better."""
    gaps = np.zeros((len(points), len(cones)))
    kernel.gaps(points, middles, radii, cones, gaps)
    return np.clip(gaps - 0.001, SLACK_LIMIT_M, 0.0)


def _cut(cloth: LooseCloth, capsules: BodyCapsules) -> tuple[Floats, Floats]:
    points = cloth.points.copy()
    velocity = np.zeros_like(points)
    middles, radii = capsules.spheres()
    cones = capsules.near(cloth)
    allowed = slack(points, middles, radii, cones)
    sizes = fold_sizes(points, cloth.folds)
    length, height = _lengths(points, cloth), fold_heights(points, cloth.folds, sizes)
    give, lift = np.zeros_like(length), np.zeros_like(height)
    up = np.array([0.0, 1.0, 0.0])
    for _ in range(ROUNDS):
        kernel.advance(
            points,
            velocity,
            cloth.hold,
            cloth.points,
            cloth.points,
            cloth.pairs,
            length - give,
            STRETCH,
            cloth.folds,
            sizes,
            height - lift,
            BEND,
            cloth.mass,
            cloth.anchor,
            cloth.reach,
            allowed,
            middles,
            middles,
            radii,
            cones,
            -GRAVITY * up,
            up,
            -np.inf,
            np.zeros(3),
            np.zeros_like(points),
            TICK_S,
            TICKS,
            DRAG,
        )
        give += GAIN * (_lengths(points, cloth) - length)
        lift += GAIN * (fold_heights(points, cloth.folds, sizes) - height)
    return give, lift


def _lengths(points: Floats, cloth: LooseCloth) -> Floats:
    away = points[cloth.pairs[:, 0]] - points[cloth.pairs[:, 1]]
    return np.asarray(np.linalg.norm(away, axis=1))


def _digest(cloth: LooseCloth, capsules: BodyCapsules) -> str:
    digest = hashlib.sha256(f"{VERSION} {STRETCH} {BEND} {ROUNDS} {GAIN} {DRAG}".encode())
    for array in (cloth.points, cloth.hold, cloth.pairs, cloth.folds, *capsules.spheres()):
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()[:24]


def _read(path: Path, cloth: LooseCloth) -> tuple[Floats, Floats] | None:
    """What an earlier cut gave, or None when there is none or its file is broken."""
    try:
        with np.load(path, allow_pickle=False) as data:
            give, lift = data["give"], data["lift"]
    except (OSError, KeyError, ValueError, EOFError, zipfile.BadZipFile):
        return None
    fits = give.shape == (len(cloth.pairs),) and lift.shape == (len(cloth.folds),)
    return (give, lift) if fits else None
