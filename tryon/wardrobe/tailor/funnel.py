"""Collars that stand around the neck: turtlenecks, funnels and ribs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tryon.core.spaces import Floats
from tryon.wardrobe.atelier.curves import lengths_along
from tryon.wardrobe.body_parts import Part
from tryon.wardrobe.tailor.form import Form
from tryon.wardrobe.tailor.trims import Draped, Sheet, creased, panel_number, strip

ANGLES, ROWS = 48, 14
CHIN_M = 0.036
"""A collar is so much lower in front."""


@dataclass(frozen=True, eq=False)
class NeckShape:
    """How far the neck's skin is from a leaning middle line.

    low, high: (3,) ends of the line; radius: (ROWS, ANGLES) metres, evenly along and around it.
    """

    low: Floats
    high: Floats
    radius: Floats

    @classmethod
    def of(cls, form: Form) -> NeckShape:
        skin = form.part(Part.NECK, Part.TORSO)
        low, high = form.joint("neck_01"), form.joint("head")
        low, high = low + 0.15 * (low - high), high + 0.25 * (high - low)
        along = (skin - low) @ (high - low) / ((high - low) @ (high - low))
        away = skin - low - along[:, None] * (high - low)
        far, angle = np.hypot(away[:, 0], away[:, 2]), np.arctan2(away[:, 0], away[:, 2])
        near = (far < 0.085) & (along > -0.1) & (along < 1.1)
        key = np.column_stack([along[near] * 4, np.cos(angle[near]), np.sin(angle[near])])
        radius = np.zeros((ROWS, ANGLES))
        around = 2 * np.pi * np.arange(ANGLES) / ANGLES
        for row, share in enumerate(np.linspace(0, 1, ROWS)):
            want = np.column_stack([np.full(ANGLES, share * 4), np.cos(around), np.sin(around)])
            gap = np.linalg.norm(key[None] - want[:, None], axis=2)
            weight = np.exp(-((gap / 0.22) ** 2)) + 1e-9
            radius[row] = (weight * far[near]).sum(1) / weight.sum(1)
        return cls(low, high, radius)

    def at(self, y: Floats, angle: Floats, off_m: Floats) -> Floats:
        """(N, 3) places at heights and angles (0 in front, towards the left) off the skin."""
        share = np.clip((y - self.low[1]) / (self.high[1] - self.low[1]), 0, 1)
        row = share * (ROWS - 1)
        first = np.minimum(row.astype(int), ROWS - 2)
        column = (angle % (2 * np.pi)) / (2 * np.pi) * ANGLES
        left = column.astype(int) % ANGLES
        right, part = (left + 1) % ANGLES, column - np.floor(column)

        def ring(k: Floats) -> Floats:
            return np.asarray((1 - part) * self.radius[k, left] + part * self.radius[k, right])

        up = row - first
        radius = (1 - up) * ring(first) + up * ring(first + 1) + off_m
        middle = self.low + share[:, None] * (self.high - self.low)
        out = middle + np.stack(
            [radius * np.sin(angle), np.zeros(len(radius)), radius * np.cos(angle)], axis=1
        )
        out[:, 1] = y
        return np.asarray(out)


@dataclass(frozen=True, eq=False)
class Funnel:
    """A tube from the neckline up around the neck.

    edges: (panel, edge) of the neckline, around it; height_m: over the neckline's back; folded_m: how
    far its upper edge is turned down over it again, 0 for a plain edge; off_m: air over the skin.
    """

    part: str
    edges: tuple[tuple[str, str], ...]
    neck: NeckShape
    height_m: float
    folded_m: float = 0.0
    off_m: float = 0.006

    def sheets(self, draped: Draped, *, spacing_m: float) -> list[Sheet]:
        """One grid: up from the seam, over the edge, down again outside or in."""
        places, shares = [], []
        for panel, edge in self.edges:
            flat = draped.cloth.flat[draped.cloth.edges[panel, edge]]
            seam, dense = draped.on(panel_number(draped.cloth, panel), flat, 0.0006)
            places.append(seam)
            shares.append(dense)
        seam, dense = np.concatenate(places), np.concatenate(shares)
        angle = np.arctan2(seam[:, 0], seam[:, 2] - self.neck.low[2])
        order = np.argsort(angle)
        wanted = np.linspace(-np.pi, np.pi, 48 if spacing_m < 0.03 else 28)
        at = np.concatenate([angle[order] - 2 * np.pi, angle[order], angle[order] + 2 * np.pi])

        def around(values: Floats) -> Floats:
            values = np.tile(values[order], (3, 1))
            return np.stack([np.interp(wanted, at, column) for column in values.T], axis=1)

        base, weights = around(seam), around(dense)
        # The front's edge is lower, as the chin asks.
        top = base[:, 1].max() + self.height_m - CHIN_M * (0.5 + 0.5 * np.cos(wanted))
        up = np.array([0.0, 1.0, 0.0])
        rows = [base - 0.004 * up, base + 0.001 * up]
        for share, off in ((0.25, 0.002), (0.5, 0.0), (0.75, 0.0), (0.96, 0.0)):
            y = base[:, 1] + share * (top - base[:, 1])
            free = self.neck.at(y, wanted, np.full(len(y), self.off_m + off))
            hold = (1 - share) ** 3
            rows.append(free + hold * ((base - free) * (1, 0, 1)))
        thick = self.off_m + 0.003
        rows.append(self.neck.at(top, wanted, np.full(len(top), thick)))
        if self.folded_m:
            for share, bulge in ((0.12, 0.006), (0.5, 0.008), (0.85, 0.0085), (1.0, 0.007)):
                y = top - share * self.folded_m
                rows.append(self.neck.at(y, wanted, np.full(len(y), thick + bulge)))
            y = top - 0.97 * self.folded_m
            rows.append(self.neck.at(y, wanted, np.full(len(y), thick + 0.001)))
        else:
            rows.append(self.neck.at(top - 0.001, wanted, np.full(len(top), self.off_m - 0.002)))
            rows.append(self.neck.at(top - 0.03, wanted, np.full(len(top), self.off_m - 0.003)))
        grid = np.array(rows)
        u = lengths_along(grid[3])
        v = np.concatenate(
            [[0.0], np.cumsum(np.linalg.norm(np.diff(grid, axis=0), axis=2).mean(1))]
        )
        uv = np.stack([np.tile(u, len(grid)), np.repeat(v, len(wanted))], axis=1)
        faces = strip(len(grid), len(wanted))
        spread = np.tile(weights, (len(grid), 1))
        return [creased(grid.reshape(-1, 3), faces, uv * 100, spread)]
