"""Temples of acetate or wire, with their hinges and pins. The left one is made, the right mirrored."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tryon.core.spaces import Floats
from tryon.core.transforms import rigid
from tryon.wardrobe.atelier import curves, solids
from tryon.wardrobe.atelier.solids import Solid

TIP_M = 0.042
"""From the bend over the ear to the end of a temple (ISO 8624 measures the whole)."""
DROP_RAD = np.radians(50.0)
ROWS = 40


@dataclass(frozen=True)
class TempleLine:
    """A left temple's middle line: hinge (3,) in `asset`, whole length, and the length to the bend."""

    hinge: Floats
    length: float

    @property
    def to_bend(self) -> float:
        """Hinge to the ear's top, where the temple turns down."""
        return self.length - TIP_M

    def path(self, count: int, *, start: float = 0.0, end: float = 1.0) -> Floats:
        """(count, 3) points between two shares of the length: straight back, then down and inwards."""
        s = np.linspace(start, end, count) * self.length
        dense = np.linspace(0, self.length, 400)
        over = np.clip((dense - self.to_bend + 0.009) / 0.022, 0, 1)
        drop = DROP_RAD * over * over * (3 - 2 * over)
        inward = np.radians(21.0) * over
        step = self.length / 399
        bow = 0.0011 * np.sin(np.pi * np.clip(dense / self.to_bend, 0, 1))
        x = bow - np.cumsum(np.sin(inward) * np.cos(drop)) * step
        y = -np.cumsum(np.sin(drop)) * step
        z = -np.cumsum(np.cos(drop) * np.cos(inward)) * step
        line = self.hinge + np.stack([x, y, z], axis=1)
        line = line - line[0] + self.hinge
        return np.stack([np.interp(s, dense, line[:, k]) for k in range(3)], axis=1)


def acetate_temple(line: TempleLine, *, high: float, thick: float) -> Solid:
    """A plank, high at the front, slim over the ear, with a paddle at its end; edges rounded."""
    share = _denser_at_ends(ROWS)
    path = _at(line, share)
    ear = line.to_bend / line.length
    known = np.array([0.0, 0.12, 0.5 * ear, ear, 0.5 * (1 + ear), 0.97, 1.0])
    height = curves.smooth_values(
        share, known, high * np.array([1.0, 0.96, 0.62, 0.46, 0.50, 0.62, 0.58])
    )
    depth = curves.smooth_values(
        share, known, thick * np.array([1.0, 1.0, 0.94, 0.86, 0.84, 0.84, 0.7])
    )
    # The end is a half round.
    left = np.clip((1 - share) * line.length / (0.3 * high), 0, 1)
    round_off = np.sqrt(np.clip(1 - (1 - left) ** 2, 0.02, 1))
    outline = _milled()
    scale = np.stack([depth, height * round_off], axis=1)
    return solids.sweep(outline, path, scale=scale, up=np.array([0.0, 1.0, 0.0]))


def _milled() -> Floats:
    """(12, 2) unit section: flat sides, both edges milled round."""
    side = np.array(
        [[0.5, -0.36], [0.5, 0.36], [0.42, 0.45], [0.2, 0.5], [-0.2, 0.5], [-0.42, 0.45]]
    )
    return np.concatenate([side, -side])


def _denser_at_ends(count: int) -> Floats:
    t = np.linspace(0, 1, count)
    out: Floats = t + 0.11 * np.sin(2 * np.pi * t) / (2 * np.pi) * -1 * np.cos(np.pi * t) ** 2
    out = np.sort(out)
    last = 1 - np.array([0.0, 0.004, 0.012, 0.025])
    return np.sort(np.concatenate([out[out < 0.97], last]))


def _at(line: TempleLine, share: Floats) -> Floats:
    dense = line.path(400)
    at = np.linspace(0, 1, 400)
    return np.stack([np.interp(share, at, dense[:, k]) for k in range(3)], axis=1)


def temple_core(line: TempleLine) -> Solid:
    """The wire inside an acetate temple, seen where the acetate is clear."""
    path = _at(line, np.linspace(0.03, 0.92, 22))
    outline = curves.rounded_rectangle(0.0009, 0.0022, 0.0004, corner_steps=1)
    return solids.sweep(outline, path, up=np.array([0.0, 1.0, 0.0]))


def wire_temple(line: TempleLine, *, high: float) -> Solid:
    """A flat metal strip that tapers to the tip."""
    end = (line.to_bend - 0.020) / line.length
    share = np.linspace(0, end, 18)
    taper = curves.smooth_values(share / end, np.array([0, 0.25, 1]), np.array([1.0, 0.92, 0.55]))
    outline = curves.rounded_rectangle(0.0011, high, 0.0005, corner_steps=2)
    scale = np.stack([np.ones_like(taper), taper], axis=1)
    return solids.sweep(outline, _at(line, share), scale=scale, up=np.array([0.0, 1.0, 0.0]))


def wire_tip(line: TempleLine) -> Solid:
    """The acetate sleeve over the ear, drop-shaped towards its end."""
    start = (line.to_bend - 0.028) / line.length
    share = np.concatenate(
        [np.linspace(start, start + 0.02, 4)[:-1], np.linspace(start + 0.02, 1, 22)]
    )
    known = np.array([0, 0.03, 0.1, 0.4, 0.8, 0.95, 0.985, 1.0])
    at = (share - start) / (1 - start)
    high = curves.smooth_values(
        at, known, 0.001 * np.array([1.9, 2.5, 2.9, 3.3, 5.2, 5.2, 4.0, 1.6])
    )
    thick = curves.smooth_values(
        at, known, 0.001 * np.array([1.4, 1.9, 2.3, 2.5, 2.7, 2.5, 2.0, 0.8])
    )
    outline = curves.circle(0.5, 12)
    scale = np.stack([thick, high], axis=1)
    return solids.sweep(outline, _at(line, share), scale=scale, up=np.array([0.0, 1.0, 0.0]))


def hinge(at: Floats, *, high: float, leaf: float) -> Solid:
    """A three-barrel hinge at a (3,) point of the left side, with two leaves along z."""
    third = high / 3
    barrels = [
        solids.tube(
            at + np.array([[0, y - 0.46 * third, 0], [0, y + 0.46 * third, 0]]), 0.00105, sides=8
        )
        for y in (-third, 0.0, third)
    ]
    plate = solids.rounded_box(np.array([0.0008, 0.82 * high, leaf]), 0.0003, steps=1)
    leaves = [
        plate.moved(rigid(None, at + np.array([0.0005, 0.0, side * leaf / 2]))) for side in (1, -1)
    ]
    return solids.merge([*barrels, *leaves])


def pin(at: Floats, outward: Floats, *, radius: float = 0.00085, stretch: float = 1.9) -> Solid:
    """The polished head of a rivet on a surface at a (3,) point with a (3,) outward normal: an oval
    that lies lengthwise, `stretch` times as long as it is high."""
    outward = outward / np.linalg.norm(outward)
    up = np.array([0.0, 1.0, 0.0])
    up = up - outward * (up @ outward)
    up /= np.linalg.norm(up)
    along = np.cross(up, outward)
    turn = np.stack([along, outward, up], axis=1)
    rings = np.array([[0, -0.3], [1.0, -0.3], [0.9, 0.16], [0.55, 0.30], [0, 0.34]])
    head = solids.lathe(rings, segments=14)
    return head.moved(rigid(turn, at) @ np.diag([radius * stretch, radius, radius, 1.0]))
