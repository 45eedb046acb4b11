"""How far each place is from the body's skin: a grid that draping samples."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import zoom
from scipy.spatial import cKDTree

from tryon.core.spaces import Floats

STEP_M = 0.008
"""Width of a cell."""
COARSE = 4
"""Cells of the first, coarse pass are this many times wider; only near the skin is it refined."""
NEAR_M = 0.06
PLANE_M = 0.02
"""Closer than this the distance is to the nearest face's plane, which is smooth across the skin."""


@dataclass(frozen=True, eq=False)
class DistanceField:
    """Signed distance in metres, negative inside.

    values: (X, Y, Z) float32 at the corners `origin` + `step` · (i, j, k); linear between them.
    """

    values: NDArray[np.float32]
    origin: Floats
    step: float

    @classmethod
    def of(cls, vertices: Floats, faces: NDArray[np.integer], *, margin: float) -> DistanceField:
        """The field of a closed surface, known up to `margin` metres around it."""
        low, high = vertices.min(0) - margin, vertices.max(0) + margin
        tiles = np.ceil((high - low) / (STEP_M * COARSE)).astype(int)
        coarse = _distances(vertices, faces, _corners(low, STEP_M * COARSE, tuple(tiles + 1)))
        coarse = coarse.reshape(tiles + 1)
        fine_shape = tuple(int(n) * COARSE + 1 for n in tiles)
        ratio = [fine / rough for fine, rough in zip(fine_shape, coarse.shape, strict=True)]
        values = np.asarray(zoom(coarse, ratio, order=1, grid_mode=False), np.float64)
        near = np.abs(values) < NEAR_M
        points = _corners(low, STEP_M, fine_shape)[near.ravel()]
        values[near] = _distances(vertices, faces, points)
        return cls(values.astype(np.float32), low, STEP_M)

    def at(self, points: Floats) -> Floats:
        """(N,) distances of (N, 3) points."""
        from tryon.wardrobe.tailor.drape_kernel import sample_many  # noqa: PLC0415  # loads numba

        out = np.zeros(len(points))
        sample_many(self.values, self.origin, self.step, points, out)
        return out

    def pushed_out(self, points: Floats, gap: Floats | float, *, rounds: int = 4) -> Floats:
        """(N, 3) the points, those nearer than `gap` metres moved out along the gradient."""
        from tryon.wardrobe.tailor.drape_kernel import push_many  # noqa: PLC0415  # loads numba

        out = np.ascontiguousarray(points, np.float64).copy()
        wanted = np.ascontiguousarray(np.broadcast_to(np.asarray(gap, np.float64), (len(out),)))
        for _ in range(rounds):
            push_many(self.values, self.origin, self.step, out, wanted)
        return out


def _corners(low: Floats, step: float, shape: tuple[int, ...]) -> Floats:
    axes = [low[k] + step * np.arange(shape[k]) for k in range(3)]
    return np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3)


def _distances(vertices: Floats, faces: NDArray[np.integer], points: Floats) -> Floats:
    corner = vertices[faces]
    cross = np.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0])
    around = np.zeros_like(vertices)
    for k in range(3):
        np.add.at(around, faces[:, k], cross)
    spots = np.concatenate([vertices, corner.mean(1)])
    normals = np.concatenate([around, cross])
    normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-20)
    far, nearest = cKDTree(spots).query(points)
    plane = np.einsum("ij,ij->i", points - spots[nearest], normals[nearest])
    signed: Floats = np.where(np.abs(plane) < PLANE_M, plane, np.sign(plane) * far)
    # A point beside the skin's edge lies in the plane of a face that is far away.
    return np.where(far > 2 * PLANE_M, np.sign(plane) * far, signed)
