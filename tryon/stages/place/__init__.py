"""Puts items where they are worn: from an asset's own point of contact to the fitted head.

Placement happens in `head` space and depends on the person's shape alone, so a stream computes it
once a person and only follows the head afterwards. What hangs (earrings) or lies on the shoulders
(necklaces) is turned frame by frame, since it does not tilt with the head.
"""

from __future__ import annotations

from tryon.stages.place.earrings_necklaces import earrings, mirrored, necklace
from tryon.stages.place.eyewear import eyewear
from tryon.stages.place.headwear import hat, tiara
from tryon.stages.place.joining import joined
from tryon.stages.place.placement import (
    Placement,
    at_anchor,
    cam_from_shoulders,
    draw_head,
    draw_worn,
)
from tryon.stages.place.shadow import contact_shadow
from tryon.wardrobe.asset import Asset
from tryon.wardrobe.head import FittedHead

__all__ = [
    "Placement",
    "cam_from_shoulders",
    "contact_shadow",
    "draw_head",
    "draw_worn",
    "joined",
    "mirrored",
    "place_on_head",
]


def place_on_head(asset: Asset, category: str, head: FittedHead) -> tuple[Placement, ...]:
    """Where each part of an asset goes on this head. `category` is the catalogue's."""
    if category in ("eyeglasses", "sunglasses"):
        return eyewear(asset, head)
    if category in ("hat", "headwear") and asset.band is not None:
        return hat(asset, head)
    if category == "headwear":
        return tiara(asset, head)
    if category == "earrings":
        return earrings(asset, head)
    if category == "necklace":
        return necklace(asset, head)
    return at_anchor(asset, head, "bridge")
