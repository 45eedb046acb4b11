"""What the recipes of fine jewellery make, under one name."""

from __future__ import annotations

from tryon.wardrobe.atelier.hoops import HoopParameters, make_hoops
from tryon.wardrobe.atelier.pearls import PearlParameters, make_pearls
from tryon.wardrobe.atelier.tiara import TiaraParameters, make_tiara

__all__ = [
    "HoopParameters",
    "PearlParameters",
    "TiaraParameters",
    "make_hoops",
    "make_pearls",
    "make_tiara",
]
