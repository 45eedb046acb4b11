"""How large a head is, in metres: the iris against the ordinary head.

The visible iris measures 11.7 ± 0.5 mm across in adults (Rüfer, Schröder and Erb 2005), whatever the
head; heads themselves differ too. Both are weighed by their uncertainty, in logarithms.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tryon.core.spaces import Floats

IRIS_DIAMETER_M, IRIS_DIAMETER_SD_M = 0.0117, 0.0005
HEAD_SIZE_SD = 0.06
"""Relative spread of face sizes about the base head's, teenagers included."""
NETWORK_SD = 0.03
"""The network draws an iris too ordinary for its face: this does not average out over frames."""
MARK_SD_PX = 0.7
"""How well it places an iris's rim in one picture."""
TURNED_SD = 0.3
"""Relative error, times 1 − cosine, of an iris in a face that is turned away."""


@dataclass(frozen=True)
class Size:
    """Factor from the base head's size to the person's, and the standard deviation of its logarithm."""

    factor: float
    sd: float


@dataclass(frozen=True)
class IrisTally:
    """One person's irises so far: sum of information, and of information times log size."""

    information: float = 0.0
    total: float = 0.0

    def seen(self, log_size: float, sd: float) -> IrisTally:
        """With one more picture, whose measurement alone has this standard deviation."""
        return IrisTally(self.information + sd**-2, self.total + log_size * sd**-2)

    def size(self) -> Size:
        """Irises and the ordinary head, blended by their certainty."""
        prior = HEAD_SIZE_SD**-2
        if not self.information:
            return Size(1.0, HEAD_SIZE_SD)
        person = (IRIS_DIAMETER_SD_M / IRIS_DIAMETER_M) ** 2 + NETWORK_SD**2
        iris = 1.0 / (person + 1.0 / self.information)
        log_size = iris * self.total / self.information / (iris + prior)
        return Size(float(np.exp(log_size)), float((iris + prior) ** -0.5))


def log_size(diameter: float) -> float:
    """Log factor that makes an iris, measured in metres on a head of base size, as wide as it is."""
    return float(np.log(IRIS_DIAMETER_M / diameter))


def iris_diameter(rim: Floats) -> float:
    """Diameter of an iris from its (4, 2) rim points, in their unit: the long axis of the ellipse seen.

    The rim's two diameters are conjugate: the larger singular value of the matrix they make is the
    diameter that gaze and turn have not foreshortened.
    """
    diameters = np.stack([rim[0] - rim[2], rim[1] - rim[3]])
    return float(np.linalg.svd(diameters, compute_uv=False)[0])


def measurement_sd(diameter_px: float, cosine: float) -> float:
    """Relative standard deviation of an iris so wide, in a face whose cosine to the camera is this."""
    return float(np.hypot(MARK_SD_PX / diameter_px, TURNED_SD * (1.0 - cosine)))
