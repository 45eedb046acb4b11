"""The shade of what is worn on the skin beneath it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from tryon.core.spaces import Floats
from tryon.core.transforms import apply
from tryon.stages.place.placement import Placement
from tryon.wardrobe.head import FittedHead

CONTACT_SHADOW_REACH_M = 0.007
SHADOW_POINTS = 1200
CONTACT_SHADOW_STRENGTH = 0.36
BRIM_SHADOW_STRENGTH = 0.42
BRIM_SHADOW_REACH_M = 0.055
"""Below a brim the shadow fades over this length, since light comes from more than one side."""
BRIM_SHADOW_SOFT_M = 0.011
LIGHT_IN_HEAD = np.array([0.0, 0.80, 0.60])


def contact_shadow(head: FittedHead, placements: tuple[Placement, ...]) -> NDArray[np.float32]:
    """(V,) openness of each head vertex, 1 far from every item and less where one lies on the skin.

    Shadow falls a little downwards, as under light from above. What hangs free throws none, since lobes
    are small and what is not quite the model's would darken the background; necklaces bring their own.
    """
    opaque = [
        apply(p.head_from_mesh, _thinned(p).astype(np.float64))
        for p in placements
        if p.mesh.material.alpha_mode == "OPAQUE" and p.follows == "head"
    ]
    if not opaque:
        return np.ones(len(head.vertices), np.float32)
    lowered = np.concatenate(opaque) - np.array([0.0, 0.3 * CONTACT_SHADOW_REACH_M, 0.0])
    distance, _ = cKDTree(lowered).query(
        head.vertices, distance_upper_bound=4 * CONTACT_SHADOW_REACH_M
    )
    shade = CONTACT_SHADOW_STRENGTH * np.exp(-((distance / CONTACT_SHADOW_REACH_M) ** 2))
    hats = [p for p in placements if p.anchor == "crown"]
    if hats:
        shade = np.maximum(shade, _brim_shadow(head.vertices.astype(np.float64), hats))
    return np.asarray(1 - shade, np.float32)


def _brim_shadow(skin: Floats, hats: list[Placement]) -> Floats:
    """(V,) shade that the widest part of a hat casts on the skin below it, soft at its edge."""
    brim = _dense_points(max(hats, key=lambda p: float(np.ptp(p.mesh.vertices[:, 2]))))
    side = np.array([1.0, 0.0, 0.0])
    across = np.stack([side, np.cross(LIGHT_IN_HEAD, side)], axis=1)
    near = cKDTree(brim @ across).query(skin @ across, k=min(12, len(brim)))
    ahead = (brim @ LIGHT_IN_HEAD)[near[1]] - (skin @ LIGHT_IN_HEAD)[:, None]
    cover = np.exp(-((near[0] / BRIM_SHADOW_SOFT_M) ** 2))
    fade = np.where(ahead > 0, np.exp(-ahead / BRIM_SHADOW_REACH_M), 0.0)
    return np.asarray(BRIM_SHADOW_STRENGTH * (cover * fade).max(1))


def _dense_points(placement: Placement) -> Floats:
    """(n, 3) in `head`: vertices and faces' centres of a mesh."""
    vertices = placement.mesh.vertices.astype(np.float64)
    points = np.concatenate([vertices, vertices[placement.mesh.faces].mean(1)])
    return apply(placement.head_from_mesh, points)


def _thinned(placement: Placement) -> NDArray[np.float32]:
    """At most SHADOW_POINTS of the placement's vertices, which tell where it is closely enough."""
    vertices = placement.mesh.vertices if placement.vertices is None else placement.vertices
    return vertices[:: 1 + (len(vertices) - 1) // SHADOW_POINTS]
