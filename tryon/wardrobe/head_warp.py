"""How the base head follows a person's landmarks: one linear map, made once.

Displacements of the landmarks spread over the head as a biharmonic spline in 3D, φ(r) = r with a
linear polynomial (Duchon 1977), smoothed for the detector's noise. Pins at the back of the head and
on the neck keep the spline from running away where nothing is measured.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.distance import cdist

from tryon.core.spaces import Floats

SMOOTHING_M = 2.0e-4
"""Added to the spline's diagonal: how far from a landmark the surface may pass."""
RANK = 64
"""Displacement fields kept, those that matter most for smooth changes of a face."""
FACE_CHANGE_REACH_M = 0.03
"""How far apart two landmarks still move alike between people."""
PIN_WIDTH_SHARE = 0.6
"""How much of a wider (or narrower) face's breadth the back of the skull and the neck take over."""


@dataclass(frozen=True)
class LinearWarp:
    """vertex displacements = spread @ (gather @ landmark displacements), in metres.

    spread: (V, RANK) float32; gather: (RANK, L) float32.
    """

    spread: NDArray[np.float32]
    gather: NDArray[np.float32]

    def __call__(self, landmark_shift: Floats) -> NDArray[np.float32]:
        """(V, 3) displacements for (L, 3) landmark displacements."""
        return np.asarray(self.spread @ (self.gather @ landmark_shift.astype(np.float32)))


def spline_map(sites: Floats, points: Floats, smoothing: Floats) -> Floats:
    """(V, S) matrix that carries values at (S, 3) sites to (V, 3) points by the smoothed spline."""
    count = len(sites)
    system = np.zeros((count + 4, count + 4))
    system[:count, :count] = -cdist(sites, sites) + np.diag(smoothing)
    system[:count, count] = system[count, :count] = 1.0
    system[:count, count + 1 :] = sites
    system[count + 1 :, :count] = sites.T
    basis = np.concatenate([-cdist(points, sites), np.ones((len(points), 1)), points], axis=1)
    values = np.zeros((count + 4, count))
    values[:count] = np.eye(count)
    return np.asarray(basis @ np.linalg.solve(system, values))


def pin_map(pins: Floats, ears: tuple[Floats, Floats], ear_rows: tuple[Floats, Floats]) -> Floats:
    """(P, L) displacement of each pin from the landmarks': breadth alone, as the ears show it.

    ears: the two ears' (3,) positions, left first; ear_rows: (L,) weights that give each ear's
    displacement. The mirror-even part is left out, since the similarity fit took it up.
    """
    share = PIN_WIDTH_SHARE * np.clip(pins[:, 0] / (0.5 * (ears[0][0] - ears[1][0])), -1.0, 1.0)
    return np.asarray(share[:, None] * 0.5 * (ear_rows[0] - ear_rows[1])[None, :])


def linear_warp(
    vertices: Floats,
    landmarks: Floats,
    pins: Floats,
    *,
    rigid_to: tuple[tuple[Floats, Floats], ...],
    pin_rows: Floats,
) -> LinearWarp:
    """The map for a base head.

    vertices: (V, 3); landmarks: (L, 3) on it; pins: (P, 3); pin_rows: (P, L) how pins follow the
    landmarks; rigid_to: pairs of (V,) shares and (L,) rows, for parts that move as one (the ears).
    """
    sites = np.concatenate([landmarks, pins])
    smoothing = np.full(len(sites), SMOOTHING_M)
    full = spline_map(sites, vertices, smoothing)
    matrix = full[:, : len(landmarks)] + full[:, len(landmarks) :] @ pin_rows
    for share, row in rigid_to:
        matrix += share[:, None] * (row[None, :] - matrix)
    return _truncated(matrix, landmarks)


def _truncated(matrix: Floats, landmarks: Floats) -> LinearWarp:
    """The rank-limited map nearest to `matrix` on faces whose neighbouring landmarks move alike."""
    alike = np.exp(-cdist(landmarks, landmarks) / FACE_CHANGE_REACH_M)
    root = np.linalg.cholesky(alike + 1e-3 * np.eye(len(landmarks)))
    u, d, vt = np.linalg.svd(matrix @ root, full_matrices=False)
    gather = np.linalg.solve(root.T, vt[:RANK].T).T
    return LinearWarp((u[:, :RANK] * d[:RANK]).astype(np.float32), gather.astype(np.float32))
