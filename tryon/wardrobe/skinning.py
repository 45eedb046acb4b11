"""Linear blend skinning with one sparse product a mesh."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from tryon.core.spaces import Floats


def top_weights(dense: Floats, count: int = 4) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """The `count` strongest bones of each vertex.

    dense: (V, J) shares. Returns (V, count) bones, strongest first, and their (V, count) shares,
    which sum to 1.
    """
    bones = np.argsort(-dense, axis=1, kind="stable")[:, :count]
    shares = np.take_along_axis(dense, bones, axis=1)
    shares = shares / np.maximum(shares.sum(1, keepdims=True), 1e-12)
    return bones.astype(np.uint8), shares.astype(np.float32)


class Skinning:
    """A mesh bound to J joints, moved by blended matrices: each vertex by its own, Σ weight · joint.

    vertices: (V, 3) metres in the rest pose; bones, weights: (V, K) as from `top_weights`; normals:
    (V, 3) unit, in the rest pose, or None.
    """

    def __init__(
        self,
        vertices: NDArray[np.floating],
        bones: NDArray[np.integer],
        weights: NDArray[np.floating],
        *,
        normals: NDArray[np.floating] | None = None,
    ) -> None:
        self._used, columns = np.unique(bones, return_inverse=True)
        count, most = bones.shape
        rows = np.repeat(np.arange(count), most)
        entries = (weights.astype(np.float32).ravel(), (rows, columns.ravel()))
        self._share = sparse.csr_matrix(entries, shape=(count, len(self._used)))
        self._vertices = np.asarray(vertices, np.float32)
        self._normals = None if normals is None else np.asarray(normals, np.float32)

    def reshape(
        self,
        vertices: NDArray[np.floating],
        *,
        normals: NDArray[np.floating] | None = None,
    ) -> None:
        """Bind another (V, 3) rest shape of the same mesh with the same weights."""
        self._vertices = np.asarray(vertices, np.float32)
        if normals is not None:
            self._normals = np.asarray(normals, np.float32)

    def posed(self, target_from_rest: Floats) -> NDArray[np.float32]:
        """(V, 3) the vertices moved by (J, 4, 4) affine transforms, one for each joint."""
        blended = self._blended(target_from_rest[self._used, :3, :])
        return _turned(blended, self._vertices) + blended[:, 9:]

    def posed_normals(self, target_from_rest: Floats) -> NDArray[np.float32]:
        """(V, 3) unit normals, turned as the vertices are.

        Stretches turn normals by the inverse transpose; its scale does not matter.
        Raises ValueError if the mesh was bound without normals.
        """
        if self._normals is None:
            raise ValueError("this mesh was bound without normals")
        linear = target_from_rest[self._used, :3, :3]
        # The cofactor matrix: inverse transpose up to the determinant, defined even when singular.
        after, before = linear[:, [1, 2, 0]], linear[:, [2, 0, 1]]
        cofactor = after[..., [1, 2, 0]] * before[..., [2, 0, 1]]
        cofactor -= after[..., [2, 0, 1]] * before[..., [1, 2, 0]]
        volume = (linear[:, 0] * cofactor[:, 0]).sum(1)
        size = np.cbrt(np.maximum(np.abs(volume), 1e-12)) ** 2
        out = _turned(self._blended(cofactor / size[:, None, None]), self._normals)
        length = np.sqrt((out**2).sum(1, keepdims=True))
        return np.asarray(out / np.maximum(length, np.float32(1e-12)))

    def _blended(self, matrices: Floats) -> NDArray[np.float32]:
        """(V, 3 C) each vertex's mean of (J, 3, C) matrices, column after column."""
        columns = matrices.transpose(0, 2, 1).reshape(len(matrices), -1)
        return np.asarray(self._share @ columns.astype(np.float32))


def _turned(columns: NDArray[np.float32], rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """(V, 3) vectors times each one's own matrix, given as (V, ≥ 9) columns."""
    out = columns[:, :3] * rows[:, :1]
    out += columns[:, 3:6] * rows[:, 1:2]
    out += columns[:, 6:9] * rows[:, 2:]
    return out
