"""How what is drawn follows the particles of loose cloth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from tryon.core.spaces import Floats
from tryon.wardrobe.cloth import HELD, LooseCloth
from tryon.wardrobe.cloth_mesh import particle_normals, unit

CANDIDATES = 10
"""So many triangles near a drawn vertex are tried for the one that carries it."""
FARTHEST = 1.5
"""Shares of a drawn vertex beside its triangle differ from a third by no more than this."""
BEYOND_M = 0.08
"""What is farther than this from all particles belongs to what follows the skin."""


@dataclass(frozen=True, eq=False)
class Follower:
    """How V drawn vertices follow the particles of a cloth.

    corner: (V, 3) particles of the triangle that carries each, share: (V, 3) of them (beyond 0 to 1
    outside of the triangle), rise: (V,) metres along the cloth's normal; lean: (V, 3) its own normal
    in terms of two sides of the triangle and of the cloth's normal; hold: (V,) how much it follows
    the skin instead.
    """

    corner: NDArray[np.int32]
    share: Floats
    rise: Floats
    lean: Floats
    hold: Floats

    @classmethod
    def of(
        cls,
        cloth: LooseCloth,
        points: Floats,
        vertices: NDArray[np.floating],
        normals: NDArray[np.floating],
        *,
        known: Follower | None = None,
    ) -> Follower:
        """Bind drawn vertices at rest to the particles at rest.

        points: (N, 3) the particles, which may be grown to a girth; vertices, normals: (V, 3); known:
        an earlier binding of the same vertices to the same cloth, whose triangles are kept.
        """
        places, facing = vertices.astype(np.float64), normals.astype(np.float64)
        chosen = _carriers(cloth, points, places) if known is None else known.corner
        triangle = points[chosen]
        normal = particle_normals(points, cloth.faces)
        share = _shares(places, triangle)
        # Far beyond the triangle, as on a collar, extrapolation would swing too much.
        off = share - 1 / 3
        share = 1 / 3 + off * np.minimum(1, FARTHEST / np.abs(off).max(1, keepdims=True))
        carried = unit(np.einsum("vk,vkd->vd", share, normal[chosen]))
        rise = np.einsum("vd,vd->v", places - np.einsum("vk,vkd->vd", share, triangle), carried)
        basis = np.stack(
            [triangle[:, 1] - triangle[:, 0], triangle[:, 2] - triangle[:, 0], carried], axis=2
        )
        lean = np.linalg.solve(basis, facing[:, :, None])[:, :, 0]
        if known is None:
            hold = np.clip(np.einsum("vk,vk->v", share, cloth.hold[chosen]), 0.0, 1.0)
            hold = np.where(cKDTree(points).query(places)[0] > BEYOND_M, 1.0, hold)
        else:
            hold = known.hold
        return cls(chosen, share, np.asarray(rise), np.asarray(lean), np.asarray(hold))

    @property
    def moves(self) -> bool:
        """Whether any of the vertices does not simply follow the skin."""
        return bool((self.hold < HELD).any())


def _carriers(cloth: LooseCloth, points: Floats, places: Floats) -> NDArray[np.int32]:
    """(V, 3) corners of the triangle nearest to each place."""
    corners = points[cloth.faces]
    near = cKDTree(corners.mean(1)).query(places, k=min(CANDIDATES, len(corners)))[1]
    near = near.reshape(len(places), -1)
    triangles = corners[near]
    share = np.stack([_shares(places, triangles[:, k]) for k in range(near.shape[1])], axis=1)
    inside = np.clip(share, 0, None)
    inside /= inside.sum(2, keepdims=True)
    foot = np.einsum("vck,vckd->vcd", inside, triangles)
    best = np.linalg.norm(foot - places[:, None], axis=2).argmin(1)
    return np.asarray(cloth.faces[near[np.arange(len(places)), best]], np.int32)


def _shares(places: Floats, triangle: Floats) -> Floats:
    """(V, 3) barycentric shares of the places projected onto the planes of (V, 3, 3) triangles."""
    one, two = triangle[:, 1] - triangle[:, 0], triangle[:, 2] - triangle[:, 0]
    to = places - triangle[:, 0]
    a, b, c = (np.einsum("vd,vd->v", p, q) for p, q in ((one, one), (one, two), (two, two)))
    d, e = np.einsum("vd,vd->v", to, one), np.einsum("vd,vd->v", to, two)
    size = np.maximum(a * c - b * b, 1e-18)
    second, third = (c * d - b * e) / size, (a * e - b * d) / size
    return np.stack([1 - second - third, second, third], axis=1)
