"""How large a head is, in metres: the iris against the ordinary head.

The visible iris measures 11.7 ± 0.5 mm across in adults (Rüfer, Schröder and Erb 2005), whatever the
head; heads themselves differ too. Both are weighed by their uncertainty, in logarithms.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tryon.core.landmarks import FaceMark
from tryon.core.spaces import Floats

IRIS_DIAMETER_M, IRIS_DIAMETER_SD_M = 0.0117, 0.0005
HEAD_SIZE_SD = 0.06
"""Relative spread of face sizes about the base head's, teenagers included."""
IRIS_MARK_SD_PX = 0.7
"""How well the network places an iris's rim, one picture."""
IRIS_SYSTEMATIC_SD = 0.02
"""What does not average out over pictures of one person: gaze, lids, make-up."""


@dataclass(frozen=True)
class Size:
    """Factor from the base head's size to the person's, and the standard deviation of its logarithm."""

    factor: float = 1.0
    sd: float = HEAD_SIZE_SD


@dataclass(frozen=True)
class IrisTally:
    """Irises of one person so far: sum of information and of information times log size."""

    information: float = 0.0
    total: float = 0.0

    def seen(self, log_size: float, sd: float) -> IrisTally:
        """With one more picture, whose measurement alone has this standard deviation."""
        return IrisTally(self.information + sd**-2, self.total + log_size * sd**-2)

    def size(self) -> Size:
        """Irises and the ordinary head, blended."""
        prior = HEAD_SIZE_SD**-2
        if not self.information:
            return Size()
        floor = (IRIS_DIAMETER_SD_M / IRIS_DIAMETER_M) ** 2 + IRIS_SYSTEMATIC_SD**2
        iris = 1.0 / (floor + 1.0 / self.information)
        log_size = iris * self.total / self.information / (iris + prior)
        return Size(float(np.exp(log_size)), float((iris + prior) ** -0.5))


def iris_diameter(points: Floats) -> float:
    """Diameter of an iris from its (5, 3) centre and rim points: the long axis of the seen ellipse.

    The rim's two diameters are conjugate: the larger singular value of their matrix is the half axis
    that gaze and turn have not foreshortened.
    """
    across, up = points[1, :2] - points[3, :2], points[2, :2] - points[4, :2]
    return float(np.linalg.svd(np.stack([across, up]), compute_uv=False)[0])


def log_size_by_iris(in_cam: Floats) -> float | None:
    """Log factor that makes the irises of (478, 3) points in `cam` as wide as they are; None if unseen.

    The points must be those of a head of the base head's size.
    """
    found = [
        iris_diameter(in_cam[start : start + 5])
        for start in (FaceMark.RIGHT_IRIS, FaceMark.LEFT_IRIS)
    ]
    mean = float(np.mean(found))
    return float(np.log(IRIS_DIAMETER_M / mean)) if np.isfinite(mean) and mean > 0 else None
