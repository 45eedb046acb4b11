"""Rays against meshes (Embree)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from embreex.mesh_construction import TriangleMesh
from embreex.rtcore_scene import EmbreeScene
from numpy.typing import NDArray

from tryon.core.mesh import Mesh

FAR_M = 1e18


class RayScene:
    """Meshes that rays can meet, from either side."""

    def __init__(self, meshes: Sequence[Mesh]) -> None:
        self._scene = EmbreeScene()
        # Embree does not keep its geometries alive.
        self._geometries = [
            TriangleMesh(self._scene, np.ascontiguousarray(mesh.vertices[mesh.faces], np.float32))
            for mesh in meshes
            if len(mesh.faces)
        ]

    def distances(
        self, starts: NDArray[np.floating], directions: NDArray[np.floating]
    ) -> NDArray[np.float32]:
        """(N,) way of each ray to what it meets, or inf; starts: (N, 3); directions: (N, 3) unit."""
        if not self._geometries or not len(starts):
            return np.full(len(starts), np.inf, np.float32)
        distance = self._scene.run(
            np.ascontiguousarray(starts, np.float32),
            np.ascontiguousarray(directions, np.float32),
            query="DISTANCE",
        )
        return np.where(distance < FAR_M, distance, np.inf).astype(np.float32)
