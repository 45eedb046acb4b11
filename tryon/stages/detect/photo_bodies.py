"""Bodies in single pictures: below every face, then wherever nobody has been found yet."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tryon.core.frame import Frame, Picture
from tryon.core.landmarks import FaceLandmarks, PoseLandmarks
from tryon.stages.detect.pose_landmarker import VIEW_BY_REACH, BodySighting, StillPose, View
from tryon.stages.detect.regions import (
    FARTHEST_FACE,
    face_distance,
    is_body,
    match_faces,
    same_person,
    search_windows,
    view_of,
    views_of_face,
    without,
)

FIRST_FACELESS_ID = 1000
"""Ids of people whose face is not known start here, those of faces far below."""
LOOKS_BY_REACH = (VIEW_BY_REACH, 2.35, 3.1)
"""Sides of the views through which a body is read again, by its reach: their mean is steadier."""
LEAST_AGREEING = 2
PASSER_BY = 0.6
"""Whoever is smaller than this share of the largest person in a photo stands in the background."""
MOST_SPREAD = 0.2
"""Further looks count while their trunks agree with the first within this share of its size."""


class PhotoBodies:
    """Owns one still landmarker."""

    def __init__(self, bundle: bytes, *, max_people: int) -> None:
        self._pose = StillPose(bundle)
        self._max_people = max_people

    def close(self) -> None:
        """Release the landmarker."""
        self._pose.close()

    def reset(self) -> None:
        """Nothing is remembered from picture to picture."""

    def detect(self, frame: Frame, faces: Sequence[FaceLandmarks]) -> tuple[PoseLandmarks, ...]:
        """Everybody found, those with faces first in the order of the faces."""
        found: list[BodySighting] = []
        for face in faces[: self._max_people]:
            body = self._below(frame, face, faces, found)
            if body is not None and not any(same_person(body, other) for other in found):
                found.append(body)
        found += self._faceless(frame, faces, found)
        found = _without_passers_by(found)
        wearers = match_faces(faces, found)
        poses = []
        for number, body in enumerate(found[: self._max_people]):
            worn = wearers.get(number)
            track = FIRST_FACELESS_ID + number if worn is None else faces[worn].track
            read = self._steady(frame.rgb, body)
            poses.append(PoseLandmarks(track, read.px, read.world, read.visibility, read.mask))
        return tuple(poses)

    def _below(
        self,
        frame: Frame,
        face: FaceLandmarks,
        faces: Sequence[FaceLandmarks],
        found: Sequence[BodySighting],
    ) -> BodySighting | None:
        """The body that wears a face, as most of it is seen."""
        views = (*views_of_face(face, frame.size_wh, faces), View.whole(frame.size_wh))
        for picture in (frame.rgb, without(frame.rgb, found)):
            looks = [self._pose.look(picture, view) for view in views]
            worn = [b for b in looks if b and face_distance(face, b) < FARTHEST_FACE]
            if worn:
                return max(worn, key=lambda b: float(b.visibility.mean()))
        return None

    def _faceless(
        self, frame: Frame, faces: Sequence[FaceLandmarks], found: Sequence[BodySighting]
    ) -> list[BodySighting]:
        """People seen from behind, turned away or masked."""
        more: list[BodySighting] = []
        known = list(found)
        for window in search_windows(frame.size_wh):
            if len(known) >= self._max_people:
                break
            body = self._pose.look(without(frame.rgb, known), view_of(window))
            if body is None or not is_body(body, frame.size_wh, known):
                continue
            if any(same_person(body, other) for other in known):
                continue
            if len(self._again(frame.rgb, body)) >= LEAST_AGREEING:
                more.append(body)
                known.append(body)
        return more

    def _again(self, picture: Picture, body: BodySighting) -> list[BodySighting]:
        """Further looks at the same body that agree with the first."""
        views = [View.square(body.hip, factor * body.reach_px) for factor in LOOKS_BY_REACH]
        looks = [self._pose.look(picture, view) for view in views]
        return [b for b in looks if b is not None and _trunk_gap(b, body) < MOST_SPREAD]

    def _steady(self, picture: Picture, body: BodySighting) -> BodySighting:
        """The mean of several looks at the same body, with the mask of the first."""
        looks = self._again(picture, body)
        if not looks:
            return body
        return BodySighting(
            np.mean([b.px for b in looks], axis=0),
            np.mean([b.world for b in looks], axis=0),
            np.mean([b.visibility for b in looks], axis=0),
            looks[0].mask,
            looks[0].view,
        )


def _trunk_gap(a: BodySighting, b: BodySighting) -> float:
    points = np.array([11, 12, 23, 24])
    gap = np.linalg.norm(a.px[points] - b.px[points], axis=1).mean()
    return float(gap / max(a.torso_px, b.torso_px))


def _without_passers_by(bodies: Sequence[BodySighting]) -> list[BodySighting]:
    """Those whom the photo is of."""
    largest = max((body.torso_px for body in bodies), default=0.0)
    return [body for body in bodies if body.torso_px >= PASSER_BY * largest]
