"""Easing: how far a change has come when a share of its time has passed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal

Ease = Literal["linear", "in", "out", "in-out", "step"]

EASINGS: Mapping[Ease, Callable[[float], float]] = {
    "linear": lambda u: u,
    "in": lambda u: u * u * u,
    "out": lambda u: 1.0 - (1.0 - u) ** 3,
    "in-out": lambda u: u * u * (3.0 - 2.0 * u),
    "step": lambda u: 1.0,
}
"""Each takes 0..1 to 0..1 and ends on 1; all but step begin on 0 and never turn back."""


def eased(ease: Ease, share: float) -> float:
    """The eased share; shares beyond 0 and 1 are cut off."""
    return EASINGS[ease](min(max(share, 0.0), 1.0))
