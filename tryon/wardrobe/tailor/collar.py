"""A folded collar, lofted along a neckline."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tryon.core.spaces import Floats
from tryon.wardrobe.atelier.curves import lengths_along, resample
from tryon.wardrobe.tailor.trims import Draped, Sheet, creased, inward_of, panel_number, strip


@dataclass(frozen=True)
class Collar:
    """A folded collar: a stand that rises from the neckline and a fall that turns down over it.

    edges: (panel, edge) of the neckline in order from the wearer's left front, around the back of the
    neck, to the right front; stand_m: height at the back; fall_m: from the fold down; skip_m: it begins
    and ends so far along the first and the last edge; off_m: air between the fall and the cloth;
    point_m: how much longer the fall is at its two ends.
    """

    part: str
    edges: tuple[tuple[str, str], ...]
    stand_m: float
    fall_m: float
    skip_m: float
    off_m: float = 0.008
    point_m: float = 0.0

    def sheets(self, draped: Draped, *, spacing_m: float) -> list[Sheet]:
        """The stand, the fold and both sides of the fall in one grid."""
        seam, outward, over, dense = self._neckline(draped, spacing_m)
        at = lengths_along(seam)
        share = np.clip(np.minimum(at, at[-1] - at) / (0.42 * at[-1]), 0, 1)
        rise = (self.stand_m * (0.18 + 0.82 * share**0.8))[:, None]
        up = np.array([0.0, 1.0, 0.0])
        fold = seam + rise * (0.92 * up - 0.10 * outward)
        low = over + 0.0
        middle = 0.5 * (fold + low) + 0.004 * outward
        inner = seam - 0.002 * outward
        thick = 0.0022
        rows = np.stack(
            [
                inner,
                0.5 * (inner + fold) - 0.002 * outward,
                fold - 0.0025 * outward,
                fold + 0.0025 * up,
                fold + 0.0045 * outward,
                middle + thick * outward,
                low + thick * outward,
                low - 0.0015 * up,
                low - thick * outward,
                fold + 0.001 * outward - 0.004 * up,
            ]
        )
        count, columns = rows.shape[:2]
        # Left to right along the neckline runs to the viewer's left when seen from in front.
        faces = strip(count, columns)[:, ::-1]
        uv = np.stack(
            [
                np.tile(at, count),
                np.repeat(np.arange(count) * 0.012, columns),
            ],
            axis=1,
        )
        return [creased(rows.reshape(-1, 3), faces, uv * 100, np.tile(dense, (count, 1)))]

    def _neckline(self, draped: Draped, spacing: float) -> tuple[Floats, Floats, Floats, Floats]:
        """Evenly along the seam: (N, 3) places, outward directions, the fall's edge; (N, J) shares."""
        places, falls, shares, lean = [], [], [], []
        for number, (panel, edge) in enumerate(self.edges):
            index = panel_number(draped.cloth, panel)
            line = draped.cloth.flat[draped.cloth.edges[panel, edge]]
            dense_line = resample(line, 40)
            # Outlines run counter-clockwise, which is against the way around the neck.
            dense_line, inward = dense_line[::-1], inward_of(dense_line)[::-1]
            at = lengths_along(dense_line)
            keep = np.ones(len(at), bool)
            if number == 0:
                keep = at >= at[-1] - self.skip_m
            elif number == len(self.edges) - 1:
                keep = at <= self.skip_m
            flat, into = dense_line[keep], inward[keep]
            seam, dense = draped.on(index, flat, 0.001)
            reach = np.full(len(flat), max(self.fall_m - self.stand_m, 0.008))
            if number in (0, len(self.edges) - 1):
                end = np.linspace(0, 1, len(flat))
                reach += self.point_m * (1 - end if number == 0 else end) ** 2
            fall, _ = draped.on(index, flat + reach[:, None] * into, self.off_m)
            normal = draped.on(index, flat, 0.011)[0] - seam
            places.append(seam)
            falls.append(fall)
            shares.append(dense)
            lean.append(normal / np.linalg.norm(normal, axis=1, keepdims=True))
        seam, fall = np.concatenate(places), np.concatenate(falls)
        dense, outward = np.concatenate(shares), np.concatenate(lean)
        at = lengths_along(seam)
        wanted = np.linspace(0, at[-1], max(12, round(at[-1] / min(spacing, 0.016))))

        def along(values: Floats) -> Floats:
            return np.stack(
                [np.interp(wanted, at, values[:, k]) for k in range(values.shape[1])], axis=1
            )

        flat_out = along(outward) * np.array([1.0, 0.3, 1.0])
        flat_out /= np.maximum(np.linalg.norm(flat_out, axis=1, keepdims=True), 1e-9)
        return along(seam), flat_out, along(fall), along(dense)
