"""Levels of detail of a stranger's mesh: some of its own vertices, seams and borders kept."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tryon.core.mesh import Mesh
from tryon.core.spaces import Floats
from tryon.wardrobe.body_lod import Decimator
from tryon.wardrobe.importer_repair import welded


def coarser(mesh: Mesh, dense: Floats, counts: Sequence[int]) -> tuple[NDArray[np.int32], ...]:
    """For each count, in falling order, (F, 3) triangles of the mesh's own vertices, at most so many.

    Where edges belong to more than two triangles nothing can be left out, so more may stay.
    dense: (V, J) weights of the joints, which should not change across what is left out.
    """
    place = welded(mesh)
    corners = place[mesh.faces].astype(np.int64)
    # The decimator wants triangles of three places, and each set of places once.
    whole = (
        (corners[:, 0] != corners[:, 1])
        & (corners[:, 1] != corners[:, 2])
        & (corners[:, 2] != corners[:, 0])
    )
    if len(mesh.faces) <= counts[-1] or not whole.any():
        return (mesh.faces,) * len(counts)
    first = np.zeros(int(place.max()) + 1, np.int64)
    first[place[::-1]] = np.arange(len(place))[::-1]
    faces, own = corners[whole], mesh.faces[whole].astype(np.int64)
    decimator = Decimator(
        mesh.vertices[first].astype(np.float64),
        faces,
        # Vertices are split at seams: as corners of the texture they stand for themselves.
        own,
        importance=np.ones(len(faces)),
        features=dense[first],
    )
    out = []
    for count in counts:
        if len(mesh.faces) <= count:
            out.append(mesh.faces)
        else:
            out.append(decimator.collapse_to(count)[1].astype(np.int32))
    return tuple(out)
