"""Trying a garment on: the form in every test pose, and how deep cloth dips into its skin there.

Only the skin that a garment lies on counts: where an arm is pressed against the trunk the body runs into
itself, and no cut can help that.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import trimesh
from numpy.typing import NDArray
from scipy.sparse import coo_matrix, csr_matrix
from scipy.spatial import cKDTree

from tryon.core.mesh import smooth_normals
from tryon.core.spaces import Floats
from tryon.wardrobe.body_girth import dense_of
from tryon.wardrobe.skinning import Skinning
from tryon.wardrobe.tailor.form import Form
from tryon.wardrobe.tailor.poses import TEST_POSES, posed

NEAR_M = 0.06
"""Skin farther from the cloth than this, in a pose, says nothing."""
OWN_M = 0.10
"""Skin that is farther away at rest belongs to another limb …"""
OWN_SHARE, RELATED_SHARE = 0.6, 0.3
"""… and so does skin that shares less of its joints with the cloth than the first. Cloth is kept out of
skin that shares more than the second."""
CLEAR_M = 0.001
"""Cloth is bound so that it stays at least so far outside."""
FULL_M = 0.008
"""Cloth that dips in by this much is bound to the skin under it altogether in one round."""
ROUNDS, LAST_ROUNDS = 6, 3
SPREAD, LAST_SPREAD = 6, 3
UNTIL_STILL = 1e-3


@dataclass(frozen=True, eq=False)
class Stance:
    """A form in one pose. motion: (J, 4, 4); skin, normals: (V, 3); tree: of the skin."""

    name: str
    motion: Floats
    skin: Floats
    normals: Floats
    tree: cKDTree


@dataclass(frozen=True, eq=False)
class Trial:
    """A form in all test poses; shares: (V, J) of the joints in each vertex of the skin; around: (V, K)
    triangles at each vertex."""

    form: Form
    shares: Floats
    around: NDArray[np.int64]
    stances: tuple[Stance, ...]

    @classmethod
    def of(cls, form: Form) -> Trial:
        """The trial of a form, kept for the next garment. Takes a third of a second."""
        return _trial(form)

    def heights(
        self, stance: Stance, points: Floats, dense: Floats, *, least_share: float = RELATED_SHARE
    ) -> tuple[Floats, NDArray[np.int64]]:
        """(N,) metres of cloth over the skin under it in a stance, negative inside, 1 where there is
        none, and (N,) the vertices of that skin.

        points: (N, 3) at rest; dense: (N, J) shares of the joints; least_share: see `OWN_SHARE`.
        """
        moved = moved_by(stance.motion, points, dense)
        far, near = stance.tree.query(moved, distance_upper_bound=NEAR_M)
        met = np.isfinite(far)
        near = np.where(met, near, 0)
        own = np.linalg.norm(points - self.form.points[near], axis=1) < OWN_M
        own &= np.minimum(dense, self.shares[near]).sum(1) > least_share
        height = np.einsum("nk,nk->n", moved - stance.skin[near], stance.normals[near])
        height = np.where(own & met, height, 1.0)
        dipped = np.flatnonzero(height < 0)
        height[dipped] = self._exact(stance, moved[dipped], near[dipped])
        return height, near.astype(np.int64)

    def _exact(self, stance: Stance, moved: Floats, near: NDArray[np.integer]) -> Floats:
        """(N,) distances of places from the triangles around the vertices that are nearest to them."""
        around = self.around[near]
        corners = stance.skin[self.form.body.faces[around]].reshape(-1, 3, 3)
        places = np.repeat(moved, around.shape[1], axis=0)
        on_face: Floats = trimesh.triangles.closest_point(corners, places)  # type: ignore[no-untyped-call]  # trimesh has no types
        apart = (places - on_face).reshape(*around.shape, 3)
        far = np.linalg.norm(apart, axis=2)
        rows, best = np.arange(len(moved)), far.argmin(1)
        outward = np.einsum("nk,nk->n", apart[rows, best], stance.normals[near])
        return np.asarray(np.where(outward < 0, -far[rows, best], far[rows, best]))

    def depths(
        self, points: Floats, dense: Floats, *, hidden: NDArray[np.bool_] | None = None
    ) -> dict[str, float]:
        """Metres by which cloth dips into its wearer's skin at most, by stance; 0 where it never does.

        points, dense: see `heights`; hidden: (V,) skin that is not drawn and so does not count.
        """
        out = {}
        for stance in self.stances:
            height, near = self.heights(stance, points, dense, least_share=OWN_SHARE)
            if hidden is not None:
                height = np.where(hidden[near], 1.0, height)
            out[stance.name] = max(0.0, -float(height.min()))
        return out

    def dipped(self, points: Floats, dense: Floats) -> NDArray[np.bool_]:
        """(V,) skin that cloth dips into in any stance."""
        out = np.zeros(len(self.shares), bool)
        for stance in self.stances:
            height, near = self.heights(stance, points, dense)
            out[near[height < 0]] = True
        return out


@lru_cache(maxsize=2)
def _trial(form: Form) -> Trial:
    body = form.body
    bound = Skinning(form.figure.vertices, body.bones, body.weights)
    stances = []
    for name, turns in TEST_POSES.items():
        motion = posed(body, turns)
        skin = bound.posed(motion)
        normals = smooth_normals(skin, body.faces).astype(np.float64)
        places = skin.astype(np.float64)
        stances.append(Stance(name, motion, places, normals, cKDTree(places)))
    shares = dense_of(body.bones, body.weights, len(body.names)).astype(np.float64)
    return Trial(form, shares, _triangles_around(body.faces, len(form.points)), tuple(stances))


def _triangles_around(faces: NDArray[np.integer], count: int) -> NDArray[np.int64]:
    """(count, K) triangles at each vertex; where there are fewer than K the first stands for the rest."""
    vertex, face = faces.T.ravel(), np.tile(np.arange(len(faces)), 3)
    order = np.argsort(vertex, kind="stable")
    times = np.bincount(vertex, minlength=count)
    first = np.minimum(np.cumsum(times) - times, len(face) - 1)
    step = np.arange(times.max())[None]
    return np.asarray(
        face[order][first[:, None] + np.where(step < times[:, None], step, 0)], np.int64
    )


def moved_by(motion: Floats, points: Floats, dense: Floats) -> Floats:
    """(N, 3) points at rest, moved with (N, J) shares of (J, 4, 4) motions."""
    blend = (dense @ motion.reshape(len(motion), 16)).reshape(-1, 4, 4)
    return np.asarray(np.einsum("nij,nj->ni", blend[:, :3, :3], points) + blend[:, :3, 3])


def kept_out(
    trial: Trial, points: Floats, faces: NDArray[np.integer], dense: Floats, on_skin: Floats
) -> Floats:
    """(N, J) shares like `dense`, nearer to those of the skin underneath wherever cloth would dip in.

    points: (N, 3) of a draped cloth at rest; faces: (F, 3); on_skin: (N, J) of the skin under each. What
    that does not help is bound to the skin that it meets.
    """
    graph = _beside(faces, len(points))
    blend = dense
    for number in range(ROUNDS + LAST_ROUNDS):
        is_last = number >= ROUNDS
        share = OWN_SHARE if is_last else RELATED_SHARE
        found = [
            trial.heights(stance, points, blend, least_share=share) for stance in trial.stances
        ]
        height = np.array([row for row, _ in found])
        worst = height.argmin(0)[None]
        more = np.clip((CLEAR_M - np.take_along_axis(height, worst, 0)[0]) / FULL_M, 0, 1)
        if more.max() < UNTIL_STILL:
            continue
        target = on_skin
        if is_last:
            near = np.array([row for _, row in found])
            target = trial.shares[np.take_along_axis(near, worst, 0)[0]]
        for _ in range(LAST_SPREAD if is_last else SPREAD):
            more = np.maximum(more, 0.9 * (graph @ more))
        blend = blend + more[:, None] * (target - blend)
    return np.asarray(blend)


def _beside(faces: NDArray[np.integer], count: int) -> csr_matrix:
    """(count, count) means over each vertex's neighbours."""
    sides = np.concatenate([faces[:, [k, (k + 1) % 3]] for k in range(3)])
    one, other = np.concatenate([sides, sides[:, ::-1]]).T
    graph = coo_matrix((np.ones(len(one)), (one, other)), (count, count)).tocsr()
    return graph.multiply(1 / np.maximum(np.asarray(graph.sum(1)), 1)).tocsr()
