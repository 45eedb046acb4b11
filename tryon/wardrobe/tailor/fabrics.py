"""Cloths as the tailor's parameters name them: finish, colour and stripes."""

from __future__ import annotations

from tryon.core.mesh import Material
from tryon.wardrobe.fabrics import FABRICS, bolt
from tryon.wardrobe.fabrics.prints import Stripe

FINISHES = FABRICS
"""Name → fabric of the cloths that catalogue files may name."""


def cloth(finish: str, color: str, *, stripe: tuple[str, float, float] | None = None) -> Material:
    """A material of that finish in a web colour. Raises KeyError for an unknown finish.

    stripe: web colour, width and distance from one to the next in centimetres, across the panel.
    """
    return bolt(finish, color, stripe=Stripe(*stripe) if stripe else None).material


def tile_cm(finish: str, stripe: tuple[str, float, float] | None = None) -> tuple[float, float]:
    """The size of one repeat of the material's textures."""
    color = FABRICS[finish].color
    return bolt(finish, color, stripe=Stripe(*stripe) if stripe else None).tile_cm
