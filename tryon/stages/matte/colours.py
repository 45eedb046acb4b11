"""What colours something has: smoothed histograms in CIE Lab, compared pixel by pixel."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.core.frame import Picture

BINS = (16, 32, 32)
"""Cells of L, a and b; those of the colours are finer, since light changes lightness most."""
SPREAD = (1.1, 1.0, 1.0)
"""Deviation of the smoothing, in cells."""
FEWEST = 24
"""Pixels without which a histogram says nothing."""

Share = NDArray[np.float32]
"""(h, w) float32, 0 to 1."""


@dataclass(frozen=True, eq=False)
class Colours:
    """Density of the colours of some pixels, as (16, 32, 32) cells of 8-bit Lab that sum to 1."""

    density: NDArray[np.float32]

    @classmethod
    def of(cls, cells: NDArray[np.int32], chosen: NDArray[np.bool_]) -> Colours | None:
        """Of the chosen pixels of `cells_of`, or None when there are too few."""
        picked = cells[chosen]
        if len(picked) < FEWEST:
            return None
        count = np.bincount(picked, minlength=int(np.prod(BINS))).reshape(BINS)
        # Takes longer to load than all else here, and not every stream comes to this.
        from scipy.ndimage import gaussian_filter  # noqa: PLC0415

        smooth = gaussian_filter(count.astype(np.float32), SPREAD, truncate=2.5)
        return cls(np.asarray(smooth / smooth.sum(), np.float32))

    def at(self, cells: NDArray[np.int32]) -> NDArray[np.float32]:
        """(h, w) density at each pixel."""
        return np.asarray(self.density.ravel()[cells], np.float32)

    def mixed(self, newer: Colours, share: float) -> Colours:
        """Moved towards newer colours."""
        return Colours(np.asarray((1 - share) * self.density + share * newer.density, np.float32))

    def overlap(self, other: Colours) -> float:
        """Bhattacharyya coefficient: 1 for the same colours, 0 for none in common."""
        return float(np.sqrt(self.density * other.density).sum())


def cells_of(rgb: Picture) -> NDArray[np.int32]:
    """(h, w) number of the histogram cell of each pixel."""
    lab = cv2.cvtColor(rgb, cv2.COLOR_RGB2LAB)
    light, a, b = (lab[..., k].astype(np.int32) for k in range(3))
    # Chroma of people and cloth is in the middle half of the range: cells there are half as wide.
    a, b = (np.clip((plane - 64) // 4, 0, BINS[1] - 1) for plane in (a, b))
    return np.asarray((light // 16 * BINS[1] + a) * BINS[2] + b, np.int32)


def lab_of(rgb: Picture) -> NDArray[np.float32]:
    """(h, w, 3) float32 CIE L, a, b."""
    return np.asarray(
        cv2.cvtColor(rgb.astype(np.float32) * np.float32(1 / 255), cv2.COLOR_RGB2LAB), np.float32
    )


def grown_from(seeds: NDArray[np.bool_], likely: NDArray[np.bool_]) -> NDArray[np.float32]:
    """(h, w) 1 in the parts of `likely` that reach a seed."""
    closed = cv2.morphologyEx(likely.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
    count, labels = cv2.connectedComponents(closed, connectivity=4)
    touching = np.zeros(count, bool)
    touching[labels[seeds & likely]] = True
    touching[0] = False
    return np.asarray(touching[labels], np.float32)
