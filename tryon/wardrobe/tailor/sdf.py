"""How far each place is from the body's skin: a grid that draping samples."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
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
        out = np.zeros(len(points))
        _sample_many(self.values, self.origin, self.step, points, out)
        return out

    def pushed_out(self, points: Floats, gap: Floats | float, *, rounds: int = 4) -> Floats:
        """(N, 3) the points, those nearer than `gap` metres moved out along the gradient."""
        out = np.ascontiguousarray(points, np.float64).copy()
        wanted = np.ascontiguousarray(np.broadcast_to(np.asarray(gap, np.float64), (len(out),)))
        for _ in range(rounds):
            _push_many(self.values, self.origin, self.step, out, wanted)
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


def _sample_plain(values, origin, step, x, y, z):  # type: ignore[no-untyped-def]  # noqa: PLR0917  compiled
    """Distance and gradient (not of unit length) at one point; far outside, 1 m and no gradient."""
    u, v, w = (x - origin[0]) / step, (y - origin[1]) / step, (z - origin[2]) / step
    i, j, k = int(np.floor(u)), int(np.floor(v)), int(np.floor(w))
    if i < 0 or j < 0 or k < 0:
        return 1.0, 0.0, 0.0, 0.0
    if i >= values.shape[0] - 1 or j >= values.shape[1] - 1 or k >= values.shape[2] - 1:
        return 1.0, 0.0, 0.0, 0.0
    a, b, c = u - i, v - j, w - k
    v000, v100 = values[i, j, k], values[i + 1, j, k]
    v010, v110 = values[i, j + 1, k], values[i + 1, j + 1, k]
    v001, v101 = values[i, j, k + 1], values[i + 1, j, k + 1]
    v011, v111 = values[i, j + 1, k + 1], values[i + 1, j + 1, k + 1]
    x00, x10 = v000 + a * (v100 - v000), v010 + a * (v110 - v010)
    x01, x11 = v001 + a * (v101 - v001), v011 + a * (v111 - v011)
    y0, y1 = x00 + b * (x10 - x00), x01 + b * (x11 - x01)
    gx = (1 - c) * ((1 - b) * (v100 - v000) + b * (v110 - v010)) + c * (
        (1 - b) * (v101 - v001) + b * (v111 - v011)
    )
    gy = (1 - c) * (x10 - x00) + c * (x11 - x01)
    return y0 + c * (y1 - y0), gx / step, gy / step, (y1 - y0) / step


sample = njit(cache=True)(_sample_plain)
"""Compiled: (values, origin, step, x, y, z) → distance and its gradient's x, y, z."""


def _sample_many_plain(values, origin, step, points, out):  # type: ignore[no-untyped-def]
    for n in range(len(points)):
        out[n] = sample(values, origin, step, points[n, 0], points[n, 1], points[n, 2])[0]


def _push_many_plain(values, origin, step, points, gap):  # type: ignore[no-untyped-def]
    for n in range(len(points)):
        d, gx, gy, gz = sample(values, origin, step, points[n, 0], points[n, 1], points[n, 2])
        length = np.sqrt(gx * gx + gy * gy + gz * gz)
        if d < gap[n] and length > 1e-6:
            move = (gap[n] - d) / length
            points[n, 0] += move * gx
            points[n, 1] += move * gy
            points[n, 2] += move * gz


_sample_many = njit(cache=True)(_sample_many_plain)
_push_many = njit(cache=True)(_push_many_plain)
