"""Linear blend skinning as one matrix product."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

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
    """A mesh bound to J joints: P = Φ · M, with Φ = [weight · (x, y, z, 1)] for each used joint.

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
        columns = columns.reshape(bones.shape)
        share = np.zeros((len(vertices), len(self._used)), np.float32)
        np.put_along_axis(share, columns, 0.0, axis=1)
        rows = np.arange(len(vertices))
        for k in range(bones.shape[1]):
            np.add.at(share, (rows, columns[:, k]), weights[:, k].astype(np.float32))
        self._share = share
        self._points = self._spread(vertices, homogeneous=True)
        self._normals = None if normals is None else self._spread(normals, homogeneous=False)

    def _spread(self, rows: NDArray[np.floating], *, homogeneous: bool) -> NDArray[np.float32]:
        local = rows.astype(np.float32)
        if homogeneous:
            local = np.concatenate([local, np.ones((len(local), 1), np.float32)], axis=1)
        return (self._share[:, :, None] * local[:, None, :]).reshape(len(local), -1)

    def reshape(
        self,
        vertices: NDArray[np.floating],
        *,
        normals: NDArray[np.floating] | None = None,
    ) -> None:
        """Bind another (V, 3) rest shape of the same mesh with the same weights."""
        self._points = self._spread(vertices, homogeneous=True)
        if normals is not None:
            self._normals = self._spread(normals, homogeneous=False)

    def posed(self, target_from_rest: Floats) -> NDArray[np.float32]:
        """(V, 3) the vertices moved by (J, 4, 4) affine transforms, one for each joint."""
        rows = target_from_rest[self._used, :3, :].transpose(0, 2, 1).reshape(-1, 3)
        return self._points @ rows.astype(np.float32)

    def posed_normals(self, target_from_rest: Floats) -> NDArray[np.float32]:
        """(V, 3) unit normals, turned as the vertices are.

        Stretches turn normals by the inverse transpose; its scale does not matter.
        Raises ValueError if the mesh was bound without normals.
        """
        if self._normals is None:
            raise ValueError("this mesh was bound without normals")
        linear = target_from_rest[self._used, :3, :3]
        # The cofactor matrix: inverse transpose up to the determinant, defined even when singular.
        cofactor = np.stack(
            [
                np.cross(linear[:, 1], linear[:, 2]),
                np.cross(linear[:, 2], linear[:, 0]),
                np.cross(linear[:, 0], linear[:, 1]),
            ],
            axis=1,
        )
        size = np.cbrt(np.maximum(np.abs(np.linalg.det(linear)), 1e-12)) ** 2
        rows = (cofactor / size[:, None, None]).transpose(0, 2, 1).reshape(-1, 3)
        out = self._normals @ rows.astype(np.float32)
        length = np.linalg.norm(out, axis=1, keepdims=True)
        return np.asarray(out / np.maximum(length, np.float32(1e-12)))
