"""Hats over the crown, tiaras in the hair."""

from __future__ import annotations

import numpy as np

from tryon.core.spaces import Floats
from tryon.core.transforms import exp_so3, rigid, scaling
from tryon.stages.place.placement import Placement
from tryon.wardrobe.asset import Asset
from tryon.wardrobe.head import FittedHead, HeadEllipse

HAT_SCALE = (0.82, 1.3)
HAT_LIFT_M = 0.003
"""A felt hat is set on the head, not pulled over it: so far its band lies over the head's widest ring."""
HAT_TIP_BACK_RAD = np.radians(3.0)
MEAN_HAT_HALF_WIDTH_M = 0.0779
TIARA_BEHIND_HAIRLINE_M = (0.0, 0.024, -0.0135)
"""From the forehead's anchor to a tiara's lower edge, up and back through the hair of a mean head."""
TIARA_TIP_BACK_RAD = float(np.radians(30.0))


def hat(asset: Asset, head: FittedHead) -> tuple[Placement, ...]:
    assert asset.band is not None
    ellipse = head.hat_ellipse
    scale = _fit_band((asset.band.half_width_m, asset.band.half_depth_m), ellipse)
    tipped = rigid(exp_so3(np.array([-HAT_TIP_BACK_RAD, 0, 0])), np.array([0, HAT_LIFT_M, 0]))
    head_from_asset = ellipse.head_from_ellipse @ tipped @ scale
    return tuple(
        Placement(mesh, head_from_asset, asset.item_id, "crown", head_from_asset[:3, 3])
        for mesh in asset.parts
    )


def tiara(asset: Asset, head: FittedHead) -> tuple[Placement, ...]:
    """A band in the hair behind the forehead's anchor, tipped back, its ends over the ears."""
    widest = max(float(np.abs(mesh.vertices[:, 0]).max()) for mesh in asset.parts)
    half_width = head.hat_ellipse.half_width_m
    forehead = head.anchors["forehead"]
    at = forehead + half_width / MEAN_HAT_HALF_WIDTH_M * np.array(TIARA_BEHIND_HAIRLINE_M)
    head_from_asset = rigid(exp_so3(np.array([-TIARA_TIP_BACK_RAD, 0.0, 0.0])), at) @ scaling(
        float(np.clip(half_width / widest, *HAT_SCALE))
    )
    return tuple(
        Placement(mesh, head_from_asset, asset.item_id, "forehead", at) for mesh in asset.parts
    )


def _fit_band(asset_half: tuple[float, float], ellipse: HeadEllipse) -> Floats:
    """(4, 4) scaling that makes an opening of these half axes fit the head's ellipse."""
    across = np.clip(ellipse.half_width_m / asset_half[0], *HAT_SCALE)
    along = np.clip(ellipse.half_depth_m / asset_half[1], *HAT_SCALE)
    return scaling(np.array([across, np.sqrt(across * along), along]))
