"""The floor under a seen person, for a show in life size beside him."""

from __future__ import annotations

from collections import deque

import numpy as np
from numpy.typing import NDArray

from tryon import Person

Floats = NDArray[np.float64]

REMEMBERED = 60
"""Sightings that the floor is the median of: it does not move, the fit of a body does."""
FEWEST_SIGHTINGS = 5
SOLE_UNDER_BALL_M = 0.025
_FOOT_L, _FOOT_R, _BALL_L, _BALL_R, _NECK = 8, 9, 11, 12, 15
_SURE = 0.5


class FloorTracker:
    """Where the floor is, from the bodies that the engine fitted. Space `floor`: metres, the origin under
    the person, y up along the standing body, z on the floor towards the camera.

    It is remembered when the person leaves: the camera is taken to stand still.
    """

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Forget the floor: another clip, or another camera."""
        self._places: deque[Floats] = deque(maxlen=REMEMBERED)
        self._ups: deque[Floats] = deque(maxlen=REMEMBERED)

    def look(self, people: tuple[Person, ...]) -> Floats | None:
        """(4, 4) cam_from_floor from the nearest person who is seen down to the feet, or from before; None
        until somebody was seen for a moment."""
        found = [under for person in people if (under := _under(person)) is not None]
        if found:
            place, up = min(found, key=lambda each: -each[0][2])
            self._places.append(place)
            self._ups.append(up)
        if len(self._places) < FEWEST_SIGHTINGS:
            return None
        return standing(np.median(self._places, axis=0), np.median(self._ups, axis=0))


def standing(place: Floats, up: Floats) -> Floats:
    """(4, 4) cam_from_floor of a floor through a place of `cam` with this upward direction."""
    y = up / np.linalg.norm(up)
    towards = -place - y * (-place @ y)
    z = towards / np.linalg.norm(towards)
    pose = np.eye(4)
    pose[:3, 0], pose[:3, 1], pose[:3, 2], pose[:3, 3] = np.cross(y, z), y, z, place
    return pose


def _under(person: Person) -> tuple[Floats, Floats] | None:
    """Where a person stands and which way he is upright, in `cam`; None for one without feet."""
    body = person.body
    if body is None or body.confidence[[_FOOT_L, _FOOT_R]].min() < _SURE:
        return None
    joints = body.joints_cam_m
    up = joints[_NECK] - joints[[_FOOT_L, _FOOT_R]].mean(0)
    length = float(np.linalg.norm(up))
    if length < 0.3:
        return None
    up = up / length
    feet = joints[[_BALL_L, _BALL_R]]
    # The lower foot stands; the other may be in the air.
    ground = feet[np.argmin(feet @ up)]
    middle = joints[[_FOOT_L, _FOOT_R]].mean(0)
    place = middle + up * float((ground - middle) @ up - SOLE_UNDER_BALL_M * body.scale)
    return place, up
