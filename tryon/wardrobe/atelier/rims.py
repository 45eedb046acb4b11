"""Outlines of lenses in their box (ISO 8624), and the curved, tilted surface that a front lies on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from tryon.core.spaces import Floats
from tryon.core.transforms import apply, exp_so3, rigid

RimShape = Literal[
    "round", "panto", "rectangle", "wayfarer", "hexagon", "cat_eye", "butterfly", "aviator"
]
DENSE = 480

CONTROL: dict[RimShape, tuple[tuple[float, float], ...]] = {
    "round": (
        (1.00, 0.00), (0.87, 0.50), (0.50, 0.87), (0.00, 1.00), (-0.50, 0.87), (-0.87, 0.50),
        (-1.00, 0.00), (-0.87, -0.50), (-0.50, -0.87), (0.00, -1.00), (0.50, -0.87), (0.87, -0.50),
    ),
    "panto": (
        (1.02, 0.22), (0.97, 0.62), (0.70, 0.96), (0.25, 1.06), (-0.25, 1.05), (-0.70, 0.96),
        (-0.97, 0.66), (-1.02, 0.26), (-0.92, -0.26), (-0.66, -0.74), (-0.24, -1.04),
        (0.22, -1.05), (0.66, -0.76), (0.93, -0.28),
    ),
    "rectangle": (
        (1.03, 0.10), (1.03, 0.62), (0.90, 1.00), (0.45, 1.05), (-0.40, 1.05), (-0.86, 1.01),
        (-1.02, 0.66), (-1.00, 0.12), (-0.92, -0.45), (-0.74, -0.95), (-0.30, -1.06),
        (0.30, -1.06), (0.78, -1.00), (0.98, -0.50),
    ),
    "wayfarer": (
        (1.04, 0.42), (1.06, 0.92), (0.86, 1.10), (0.40, 1.02), (-0.30, 0.94), (-0.80, 0.90),
        (-1.02, 0.62), (-0.96, 0.10), (-0.84, -0.48), (-0.58, -0.94), (-0.15, -1.06),
        (0.34, -1.04), (0.74, -0.82), (0.94, -0.22),
    ),
    "hexagon": (
        (1.06, 0.04), (1.00, 0.38), (0.78, 0.86), (0.52, 1.08), (0.00, 1.08), (-0.50, 1.08),
        (-0.76, 0.88), (-1.00, 0.42), (-1.06, 0.08), (-0.98, -0.28), (-0.72, -0.84),
        (-0.44, -1.07), (0.00, -1.07), (0.46, -1.07), (0.74, -0.82), (0.99, -0.28),
    ),
    "cat_eye": (
        (1.02, 0.30), (1.12, 0.72), (1.06, 1.06), (0.66, 1.06), (0.10, 0.96), (-0.50, 0.90),
        (-0.94, 0.64), (-1.03, 0.14), (-0.90, -0.42), (-0.56, -0.90), (-0.06, -1.08),
        (0.46, -1.00), (0.82, -0.64), (0.97, -0.16),
    ),
    "butterfly": (
        (1.08, 0.20), (1.12, 0.72), (0.98, 1.08), (0.52, 1.10), (-0.10, 1.00), (-0.62, 0.90),
        (-0.98, 0.56), (-0.98, 0.06), (-0.84, -0.46), (-0.54, -0.86), (-0.08, -1.06),
        (0.48, -1.10), (0.88, -0.84), (1.04, -0.36),
    ),
    "aviator": (
        (1.02, 0.26), (1.00, 0.74), (0.70, 1.04), (0.15, 1.08), (-0.42, 1.06), (-0.90, 0.98),
        (-1.06, 0.60), (-1.00, 0.12), (-0.82, -0.38), (-0.50, -0.84), (0.00, -1.08),
        (0.50, -1.02), (0.84, -0.70), (0.99, -0.22),
    ),
}  # fmt: skip
"""Control polygons of the left lens, x towards the temple: the curve lies inside, and fills the box."""


def rim_outline(control: RimShape | Floats, *, a_m: float, b_m: float) -> Floats:
    """(DENSE, 2) left lens outline about its box's centre, counter-clockwise from the wearer's view
    turned to the front, x towards the temple.

    control: a family, or (N, 2) control points of a closed uniform cubic B-spline, which is curvature
    continuous, so that light runs along the rim unbroken. The box is a_m wide and b_m high exactly.
    """
    points = np.array(CONTROL[control]) if isinstance(control, str) else np.asarray(control, float)
    curve = _b_spline(points)
    low, high = curve.min(0), curve.max(0)
    out: Floats = (curve - 0.5 * (low + high)) / (high - low) * np.array([a_m, b_m])
    return out


def _b_spline(control: Floats) -> Floats:
    """(DENSE, 2) points of the closed uniform cubic B-spline."""
    at = np.arange(DENSE) / DENSE * len(control)
    first = at.astype(int)
    t = (at - first)[:, None]
    before, p, q, after = (control[(first + k) % len(control)] for k in (-1, 0, 1, 2))
    out: Floats = (
        (1 - t) ** 3 * before
        + (3 * t**3 - 6 * t**2 + 4) * p
        + (-3 * t**3 + 3 * t**2 + 3 * t + 1) * q
        + t**3 * after
    ) / 6
    return out


@dataclass(frozen=True)
class FrontSurface:
    """Where a front's flat drawing goes: each eye on its own sphere, turned towards its temple.

    centre_m: (x, y) of the left lens's box; nasal_x_m: half the distance between the lenses;
    depth_m: z of the surface at the lens centre; radius_m: of the front curve; wrap_rad: each lens's
    turn about y; tilt_rad: pantoscopic, about the line z = depth_m, y = 0.
    """

    centre_m: tuple[float, float]
    nasal_x_m: float
    depth_m: float
    radius_m: float
    wrap_rad: float
    tilt_rad: float

    def place(self, flat: Floats) -> Floats:
        """(…, 3) points of the drawing (x and y as seen from the front, z above the surface) in `asset`.

        Seen from the front before the tilt, nothing moves: sizes stay those of the drawing.
        """
        x, y, rise = flat[..., 0], flat[..., 1], flat[..., 2]
        z = self._sag(np.abs(x), y) + rise
        return apply(self.asset_from_upright, np.stack([x, y, z], axis=-1))

    @property
    def asset_from_upright(self) -> Floats:
        """(4, 4) the pantoscopic tilt."""
        turn = exp_so3(np.array([self.tilt_rad, 0.0, 0.0]))
        pivot = np.array([0.0, 0.0, self.depth_m])
        return rigid(turn, pivot - turn @ pivot)

    def _sag(self, x: Floats, y: Floats) -> Floats:
        nasal = self.nasal_x_m
        slope = self._slope(nasal)
        # Between the lenses an even parabola continues both sides without a kink.
        bridge = self._across(np.full_like(x, nasal)) + slope * (x**2 - nasal**2) / (2 * nasal)
        across = np.where(x < nasal, bridge, self._across(x))
        out: Floats = self.depth_m + across - (y - self.centre_m[1]) ** 2 / (2 * self.radius_m)
        return out

    def _across(self, x: Floats) -> Floats:
        s = x - self.centre_m[0]
        out: Floats = -(s**2) / (2 * self.radius_m) - np.tan(self.wrap_rad) * s
        return out

    def _slope(self, x: float) -> float:
        return float(-(x - self.centre_m[0]) / self.radius_m - np.tan(self.wrap_rad))
