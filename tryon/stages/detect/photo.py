"""Faces in single pictures, where time may be spent: every scale, several looks at each face."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tryon.core.canonical import CanonicalFace
from tryon.core.frame import Frame, Picture
from tryon.core.landmarks import FaceLandmarks
from tryon.stages.detect.boxes import Box, Window
from tryon.stages.detect.landmarker import Sighting, StillLandmarker, averaged
from tryon.stages.detect.plausibility import judge
from tryon.stages.detect.scout import FaceScout, sweep

LEAST_SCORE = 0.8
"""True faces of 60 street photos score 0.88 to 0.995; all but a few of 280 false finds less than 0.8."""
LOOKS_BY_FACE = (1.8, 2.1, 2.4, 2.8, 3.3)
"""Sides of the windows through which a face is read, by the scout's box."""
LEAST_AGREEING = 3
MOST_SPREAD = 0.05
"""Looks at a real face differ from their mean by less than this share of its size (median 0.2 %)."""
DUPLICATE_IOU = 0.45
LEAST_SHARE_OF_LARGEST = 0.12


class PhotoFaces:
    """Owns one landmarker; ids are 0 for the largest face, then 1, 2, …"""

    def __init__(
        self, scout: FaceScout, bundle: bytes, canonical: CanonicalFace, *, max_faces: int
    ) -> None:
        self._scout = scout
        self._canonical = canonical
        self._max_faces = max_faces
        self._landmarker = StillLandmarker(bundle)

    def close(self) -> None:
        """Release the landmarker; the scout belongs to the caller."""
        self._landmarker.close()

    def reset(self) -> None:
        """Nothing is remembered from picture to picture."""

    def detect(self, frame: Frame, hints: Sequence[Box]) -> tuple[FaceLandmarks, ...]:
        """Every face that several looks agree upon, largest first."""
        size_wh = frame.size_wh
        windows = [Window.square(h.centre, 2.5 * h.side, size_wh) for h in hints]
        boxes = self._scout.look(frame.rgb, [*windows, *sweep(size_wh)])
        found: list[tuple[Sighting, float]] = []
        for box in (b for b in boxes if b.score >= LEAST_SCORE):
            sighting = self._read(frame.rgb, box)
            if sighting is None:
                continue
            verdict = judge(sighting.px, self._canonical, size_wh)
            known = any(sighting.box.iou(s.box) > DUPLICATE_IOU for s, _ in found)
            if verdict.is_face and not known:
                found.append((sighting, verdict.confidence * box.score))
        found.sort(key=lambda entry: entry[0].box.area, reverse=True)
        worth = [
            (s, c) for s, c in found if s.box.side > LEAST_SHARE_OF_LARGEST * found[0][0].box.side
        ]
        return tuple(
            FaceLandmarks(track, sighting.px, min(confidence, 1.0), sighting.matrix)
            for track, (sighting, confidence) in enumerate(worth[: self._max_faces])
        )

    def _read(self, picture: Picture, box: Box) -> Sighting | None:
        """The mean of the looks that agree, or None."""
        size_wh = (picture.shape[1], picture.shape[0])
        looks = [
            sighting
            for factor in LOOKS_BY_FACE
            if (
                sighting := self._landmarker.look(
                    picture, Window.square(box.centre, factor * box.side, size_wh)
                )
            )
            and sighting.box.iou(box) > 0
        ]
        if len(looks) < LEAST_AGREEING:
            return None
        middle = np.median([s.px for s in looks], axis=0)
        agreeing = [
            s
            for s in looks
            if float(np.linalg.norm(s.px[:, :2] - middle[:, :2], axis=1).mean())
            < MOST_SPREAD * s.box.side
        ]
        return averaged(agreeing) if len(agreeing) >= LEAST_AGREEING else None
