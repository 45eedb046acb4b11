"""What is sewn onto the fronts of jackets and coats: lapels, overlap, flaps, belt, epaulettes."""

from __future__ import annotations

import numpy as np
from scipy.spatial import cKDTree

from tryon.core.spaces import Floats
from tryon.wardrobe.tailor.pattern import Pattern
from tryon.wardrobe.tailor.trims import Lift, Patch, raised

BELT_M = 0.008
"""A belt lies this much above the cloth."""


def lapels(
    roll: Floats, neck_y: float, *, width: float, notch_below_neck: float, peaked: bool, part: str
) -> tuple[Patch, Patch]:
    """Both lapels, outlined beyond the roll line, which is the edge of the neckline."""
    t = np.linspace(0, 1, 24)[:, None]
    # From the neck down to where the fronts close.
    line = (1 - t) ** 2 * roll[0] + 2 * t * (1 - t) * roll[1] + t**2 * roll[2]
    start = int(np.argmin(np.abs(line[:, 1] - (neck_y - notch_below_neck))))
    line = line[start:] + np.array([0.0015, 0.0])
    top, bottom = line[0], line[-1]
    peak = top + np.array([width, 0.016 if peaked else -0.028])
    notch = top + np.array([0.60 * width if peaked else 0.52 * width, -0.012])
    s = np.linspace(0, 1, 20)[:, None]
    # The outer edge bellies a little outwards on its way up.
    belly = 0.5 * (bottom + peak) + np.array([0.016, -0.020])
    outer = (1 - s) ** 2 * bottom + 2 * s * (1 - s) * belly + s**2 * peak
    outline = np.concatenate([outer, [notch], line[:-1]])
    mirror = outline[::-1] * np.array([-1.0, 1.0])
    tree = cKDTree(line)
    right = cKDTree(line * np.array([-1.0, 1.0]))
    return (
        Patch(part, "front", outline, _rolled(tree)),
        Patch(part, "front", mirror, _rolled(right)),
    )


def _rolled(roll: cKDTree) -> Lift:
    """Lies close at the roll line, swells beside it, floats flat towards the outer edge."""

    def lift(points: Floats, away: Floats) -> Floats:
        far = roll.query(points)[0]
        rise = np.clip(far / 0.010, 0, 1)
        return np.asarray(0.0008 + 0.0045 * rise + 0.0035 * np.exp(-(((far - 0.014) / 0.009) ** 2)))

    return lift


def overlap(break_y: float, hem_y: float, breasted: float) -> Floats:
    """The left front lies over the right: its edge runs down beside the middle."""
    edge, inner = -0.017 - breasted, 0.020
    return np.array(
        [
            [edge + 0.012, hem_y + 0.001],
            [inner, hem_y + 0.001],
            [inner, break_y - 0.03],
            [0.0, break_y - 0.002],
            [edge, break_y - 0.030 - 0.6 * breasted],
            [edge, hem_y + 0.030],
        ]
    )


def overlap_lift(points: Floats, away: Floats) -> Floats:
    """Thick at the edge, level with the cloth behind it."""
    return np.asarray(np.interp(points[:, 0], [-0.012, 0.02], [0.0024, 0.0002]))


def flap(middle: float, y: float, width: float, sign: float) -> Floats:
    """A pocket flap with rounded lower corners, slightly slanted down towards the back."""
    half, depth, radius, slant = width / 2, 0.052, 0.014, 0.006
    corner = np.linspace(0, np.pi / 2, 5)
    right = np.stack(
        [half - radius + radius * np.sin(corner), -depth + radius - radius * np.cos(corner)], 1
    )
    left = right[::-1] * np.array([-1.0, 1.0])
    outline = np.concatenate([left, right, [[half, 0.0], [-half, 0.0]]])
    outline[:, 1] -= sign * slant * outline[:, 0] / half
    return np.asarray(outline + np.array([middle, y]))


def belt(pattern: Pattern, y: float, width: float) -> tuple[Patch, ...]:
    """All around at a height, with a buckle in front."""
    out = []
    for panel in ("front", "back"):
        half = [pattern.half_width(panel, at) for at in (y - width / 2, y + width / 2)]
        low, high = y - width / 2, y + width / 2
        rows = np.linspace(-1, 1, 15)
        outline = np.concatenate(
            [
                np.stack([rows * half[0], np.full(15, low)], 1),
                np.stack([rows[::-1] * half[1], np.full(15, high)], 1),
            ]
        )
        out.append(Patch("trim", panel, outline, raised(BELT_M)))
    tall, wide = 0.60 * width, 0.021
    box = np.array([(-wide, y - tall), (wide, y - tall), (wide, y + tall), (-wide, y + tall)])
    return (*out, Patch("button", "front", box, raised(BELT_M + 0.003)))


def epaulettes(neck: Floats, tip: Floats) -> tuple[Patch, Patch]:
    """A strap on each shoulder, along its seam."""
    along = (tip - neck) / np.linalg.norm(tip - neck)
    down = np.array([along[1], -along[0]])
    start, end = tip - 0.115 * along, tip - 0.008 * along
    left = np.array(
        [
            start + 0.003 * down,
            start - 0.012 * along + 0.018 * down,
            start + 0.034 * down,
            end + 0.042 * down,
            end + 0.003 * down,
        ]
    )
    return (
        Patch("cloth", "front", left, raised(0.0035)),
        Patch("cloth", "front", left[::-1] * np.array([-1.0, 1.0]), raised(0.0035)),
    )
