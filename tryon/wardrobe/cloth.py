"""Loose cloth: what of a garment hangs free, as a few hundred particles that can be moved by physics.

Derived from the garment alone. Cloth that goes round both legs (skirts, dresses, coats) is loose below
the waist; sleeves and trouser legs are where they stand well off the limb. The particles are the welded
vertices of the coarsest level; the drawn vertices of any level follow them (see `cloth_follower`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import cKDTree

from tryon.core.spaces import Floats
from tryon.wardrobe.body import Body
from tryon.wardrobe.body_girth import dense_of
from tryon.wardrobe.cloth_looseness import looseness
from tryon.wardrobe.cloth_mesh import particle_normals, side_graph, sides_and_folds, thinned
from tryon.wardrobe.garment import Garment
from tryon.wardrobe.skinning import top_weights
from tryon.wardrobe.tailor.cover import CLOTH_INSIDE_M, CLOTH_LEAST_HITS, covered, welded

Indices = NDArray[np.int64]

HELD = 0.999
"""Particles that follow the skin at least this much follow nothing else."""
REACH_SLACK = 1.02
"""Cloth comes no farther from what holds it than its own length times this."""
HALF_MASS_M = 0.2
"""Particles weigh half as much this much farther down, so that one sweep carries the rest better."""
BESIDE = 0.6
"""Share of the skin's motion that particles beside those under another garment take."""
LEAST_PARTICLES = 12
"""Fewer are not worth moving."""


@dataclass(frozen=True, eq=False)
class LooseCloth:
    """The particles of one garment, at rest on the neutral figure, metres in `body`.

    points: (N, 3); faces: (F, 3); bones, weights: (N, 4); hold: (N,) 1 follows the skin to 0 free;
    pairs: (C, 2) particles that keep their distance; folds: (B, 4) two triangles' shared side and their
    other corners, which keep the height of the last over the first three; mass: (N,), 1 at the top;
    anchor: (N,) the held particle that each hangs from, and reach: (N,) how far along the cloth; give:
    (C,) and lift: (B,), metres by which pairs and folds are cut differently from how they hang at rest
    under their weight (see `cloth_balance`).
    """

    points: Floats
    faces: Indices
    bones: NDArray[np.uint8]
    weights: NDArray[np.float32]
    hold: Floats
    pairs: Indices
    folds: Indices
    mass: Floats
    anchor: Indices
    reach: Floats
    give: Floats
    lift: Floats

    @property
    def held(self) -> NDArray[np.bool_]:
        """(N,) whether each particle follows the skin exactly."""
        return self.hold >= HELD


def loose_cloth(
    body: Body, garment: Garment, *, under: Sequence[Garment] = ()
) -> LooseCloth | None:
    """What of a garment moves by itself, or None when all of it follows the skin.

    under: garments that are worn over it and follow the skin; what lies under them does so too.
    """
    parts = garment.levels[-1]
    main = [number for number, part in enumerate(parts) if not part.trim]
    if not main:
        return None
    counts = [len(parts[k].mesh.vertices) for k in main]
    starts = np.cumsum([0, *counts[:-1]])
    points = np.concatenate([parts[k].mesh.vertices for k in main]).astype(np.float64)
    corners = np.concatenate([parts[k].mesh.faces + s for k, s in zip(main, starts, strict=True)])
    dense = np.concatenate(
        [dense_of(parts[k].bones, parts[k].weights, len(body.names)) for k in main]
    )
    places, faces = welded(points, corners)
    # `welded` merges equal places; the first vertex of each stands for it.
    source = cKDTree(points).query(places)[1]
    dense, faces = dense[source].astype(np.float64), faces.astype(np.int64)
    faces = faces[(faces != np.roll(faces, 1, axis=1)).all(1)]
    hold = 1 - looseness(body, places, faces, dense)
    if under and (hold < HELD).any():
        hold = np.maximum(hold, _pressed(places, faces, under))
    kept = _kept(faces, hold)
    if kept.sum() < LEAST_PARTICLES:
        return None
    faces = thinned(places, faces[kept[faces].all(1)])
    used, faces = np.unique(faces, return_inverse=True)
    faces = faces.reshape(-1, 3)
    bones, weights = top_weights(dense[used])
    return _bound(places[used], faces, bones, weights, hold[used])


def _pressed(points: Floats, faces: Indices, outer: Sequence[Garment]) -> Floats:
    """(N,) 1 where outer garments lie on the cloth, less around it."""
    shells = [
        welded(part.mesh.vertices, part.mesh.faces)
        for garment in outer
        for part in garment.levels[-1]
        if not part.trim
    ]
    hidden = covered(
        points,
        particle_normals(points, faces),
        shells,
        inside_m=CLOTH_INSIDE_M,
        edge_m=0.0,
        least_hits=CLOTH_LEAST_HITS,
    ).astype(np.float64)
    sides, _ = sides_and_folds(faces)
    near = np.zeros(len(points))
    np.maximum.at(near, sides.ravel(), hidden[sides[:, ::-1]].ravel())
    return np.maximum(hidden, BESIDE * near)


def _kept(faces: Indices, hold: Floats) -> NDArray[np.bool_]:
    """What is loose, and two rings of the held cloth around it."""
    kept = hold < HELD
    for _ in range(2):
        kept = kept.copy()
        kept[faces[kept[faces].any(1)]] = True
    return kept


def _bound(
    points: Floats,
    faces: Indices,
    bones: NDArray[np.uint8],
    weights: NDArray[np.float32],
    hold: Floats,
) -> LooseCloth:
    sides, folds = sides_and_folds(faces)
    held = hold >= HELD
    if not held.any():
        # Nothing holds it: the highest particles do.
        held = points[:, 1] > points[:, 1].max() - 0.03
        hold = np.where(held, 1.0, hold)
    far, _, anchor = dijkstra(
        side_graph(points, sides),
        directed=False,
        indices=np.flatnonzero(held),
        min_only=True,
        return_predecessors=True,
    )
    # An island that nothing holds moves with the skin.
    lost = ~np.isfinite(far)
    hold = np.where(lost, 1.0, hold)
    anchor = np.where(lost | held, np.arange(len(points)), anchor).astype(np.int64)
    reach = np.where(lost | held, 0.0, far) * REACH_SLACK
    # From what is held downwards, so that one sweep carries a pull all the way.
    depth = np.where(lost, 0.0, far)
    sides = sides[np.lexsort((sides[:, 1], sides[:, 0], depth[sides].min(1)))]
    folds = folds[np.lexsort((*folds.T[::-1], depth[folds].min(1)))]
    return LooseCloth(
        points,
        faces,
        bones,
        weights,
        hold,
        sides,
        folds,
        0.5 ** (depth / HALF_MASS_M),
        anchor,
        reach,
        np.zeros(len(sides)),
        np.zeros(len(folds)),
    )
