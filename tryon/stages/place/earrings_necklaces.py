"""Earrings hang from the lobes, necklaces lie on the base of the neck."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import numpy as np

from tryon.core.transforms import rigid, scaling
from tryon.stages.place.headwear import MEAN_HAT_HALF_WIDTH_M
from tryon.stages.place.placement import Placement, at_anchor, neck_base, neck_joint
from tryon.wardrobe.asset import Asset
from tryon.wardrobe.beads import off_the_skin, shadow_mesh, shadow_on_skin
from tryon.wardrobe.head import FittedHead

NECKLACE_HALF_WIDTH_M = 0.0670
"""Half axes of the neck's base of a mean adult, which necklaces are made for."""
NECKLACE_HALF_DEPTH_M = 0.0495
NECKLACE_SCALE = (0.8, 1.25)
NECKLACE_BIAS_M, SHADOW_BIAS_M = 0.008, 0.003
"""Pearls and their shadows win over a neck that is not quite the person's."""
PIERCING_OVER_TIP_M = 0.0045


def earrings(asset: Asset, head: FittedHead) -> tuple[Placement, ...]:
    """One hanging from each lobe, a little above the lobe's tip."""
    size = head.hat_ellipse.half_width_m / MEAN_HAT_HALF_WIDTH_M
    rise = np.array([0.0, size * PIERCING_OVER_TIP_M, 0.0])
    left = at_anchor(asset, head, "left_lobe")
    right = at_anchor(mirrored(asset), head, "right_lobe")
    return tuple(
        replace(
            p,
            head_from_mesh=rigid(None, p.pivot_in_head + rise),
            pivot_in_head=p.pivot_in_head + rise,
            follows="gravity",
        )
        for p in left + right
    )


def necklace(asset: Asset, head: FittedHead) -> tuple[Placement, ...]:
    """Round the neck's base at the neck's own size, every bead outside the skin."""
    ellipse = head.neck_ellipse
    girth = ellipse.half_width_m * ellipse.half_depth_m
    size = np.sqrt(girth / (NECKLACE_HALF_WIDTH_M * NECKLACE_HALF_DEPTH_M))
    head_from_asset = ellipse.head_from_ellipse @ scaling(float(np.clip(size, *NECKLACE_SCALE)))
    base, joint = neck_base(head), neck_joint(head)
    placements = []
    for mesh in asset.parts:
        vertices = off_the_skin(mesh, head_from_asset, head)
        lying = Placement(
            mesh,
            head_from_asset,
            asset.item_id,
            "neck",
            joint,
            "shoulders",
            vertices,
            base_in_head=base,
        )
        shadow = shadow_on_skin(mesh, vertices, head_from_asset, head)
        placements += [
            replace(lying, depth_bias_m=NECKLACE_BIAS_M),
            # Nobody's: a shadow is not part of what the item covers.
            replace(
                lying,
                mesh=shadow_mesh(mesh),
                owner="",
                vertices=shadow,
                depth_bias_m=SHADOW_BIAS_M,
            ),
        ]
    return tuple(placements)


@lru_cache(maxsize=64)
def mirrored(asset: Asset) -> Asset:
    """The asset for the other side of the body, x turned round, faces still outward.

    The same object on every call, so that a renderer keeps its meshes.
    """
    flip = np.array([-1.0, 1.0, 1.0], np.float32)
    parts = tuple(
        replace(
            mesh,
            vertices=mesh.vertices * flip,
            normals=mesh.normals * flip,
            faces=np.ascontiguousarray(mesh.faces[:, ::-1]),
        )
        for mesh in asset.parts
    )
    return replace(asset, parts=parts)
