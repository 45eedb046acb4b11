"""What a stream has learnt of one person: how their face differs from the base head, and its size."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from tryon.core.landmarks import FACE_LANDMARKS, FaceMark
from tryon.core.spaces import Floats
from tryon.core.transforms import apply, inverse, rigid
from tryon.stages.fit_face.gauge import Gauge
from tryon.stages.fit_face.reading import FLIP, Reading
from tryon.stages.fit_face.sighting import Sighting
from tryon.stages.fit_face.size import (
    IRIS_DIAMETER_M,
    IrisTally,
    iris_diameter,
    log_size,
    measurement_sd,
)

MOST_FRAMES = 90.0
"""The person's face goes on changing no faster than the mean of so many frames."""
MOST_STEP_M = 0.0008
"""A landmark farther off the person's face is expression, and counts as if it were this far."""
RELIEF_SHARE = 0.5
"""How much of a landmark's unexpected depth is believed: z is the network's guess."""
LEAST_WORTH = 0.02
PRIOR_FRAMES = 0.1
"""How many frontal frames the mean head is worth against the person's own."""
MIRROR_SHARE = 0.5
"""How much the other side of the face says of this one, seen equally well."""


@dataclass(frozen=True, eq=False)
class PersonShape:
    """A running estimate, at the base head's size.

    deviation: (478, 3) metres in `head` from the base head's reading to this person's; frames: how
    many frontal frames it is worth; irises: their sizes so far.
    """

    deviation: Floats = field(default_factory=lambda: np.zeros((FACE_LANDMARKS, 3)))
    frames: float = 0.0
    irises: IrisTally = field(default_factory=IrisTally)

    def seen(
        self,
        sighting: Sighting,
        cam_from_head: Floats,
        reading: Reading,
        gauge: Gauge,
        *,
        focal_px: float,
    ) -> PersonShape:
        """With one more sighting, whose pose is for a head of base size."""
        view_from_head = rigid(sighting.cam_from_view.T) @ cam_from_head
        cosine = float(np.clip(-view_from_head[:3, 2] @ _line(view_from_head), 0.0, 1.0))
        worth = max(cosine**4, LEAST_WORTH)
        frames = min(self.frames + worth, MOST_FRAMES)
        found = deviation_of(sighting, view_from_head, reading, self.deviation)
        step = found - self.deviation
        if self.frames > 0:
            step = gauge(found) - self.deviation
            length = np.sqrt((step**2).sum(1))
            step = step * np.minimum(1.0, MOST_STEP_M / np.maximum(length, 1e-9))[:, None]
        step[~sighting.finite] = 0.0
        return PersonShape(
            self.deviation + worth / frames * step,
            frames,
            self._irises(sighting, view_from_head, cosine, focal_px),
        )

    def believed(self) -> Floats:
        """(478, 3) the deviation, drawn towards the mean head while little of the face was seen."""
        return np.asarray(self.frames / (self.frames + PRIOR_FRAMES) * self.deviation)

    def _irises(
        self, sighting: Sighting, view_from_head: Floats, cosine: float, focal_px: float
    ) -> IrisTally:
        tally = self.irises
        for mark in (FaceMark.RIGHT_IRIS, FaceMark.LEFT_IRIS):
            if not sighting.finite[mark : mark + 5].all():
                continue
            # The eye's corners are told better than the iris's own depth.
            depth = -view_from_head[2, 3]
            across = iris_diameter(sighting.at[mark + 1 : mark + 5])
            width_px = max(IRIS_DIAMETER_M / depth * focal_px, 0.1)
            if across > 0:
                tally = tally.seen(log_size(across * depth), measurement_sd(width_px, cosine))
        return tally


def deviation_of(
    sighting: Sighting, view_from_head: Floats, reading: Reading, expected: Floats
) -> Floats:
    """(478, 3) metres in `head`: how one sighting differs from the base head's reading.

    expected: (478, 3) the deviation known so far, which says where along its ray a landmark lies.
    """
    depth = -apply(view_from_head, reading.seen + expected)[:, 2]
    relief = -apply(view_from_head, reading.lifted + expected)[:, 2]
    trust = 1.0 / reading.spread**2
    trust = trust / trust.sum()
    middle = float(trust @ depth)
    surprise = sighting.relief - relief / middle
    depth = depth + RELIEF_SHARE * middle * (surprise - trust @ surprise)
    found = np.concatenate([sighting.at * depth[:, None], -depth[:, None]], axis=1)
    own = apply(inverse(view_from_head), found) - reading.seen
    share = reading.seen_share(view_from_head)[:, None]
    other = MIRROR_SHARE * share[reading.mirror]
    return np.asarray((share * own + other * own[reading.mirror] * FLIP) / (share + other))


def _line(view_from_head: Floats) -> Floats:
    """(3,) unit direction in `view` from the camera to the head."""
    shift = view_from_head[:3, 3]
    return np.asarray(shift / np.linalg.norm(shift))
