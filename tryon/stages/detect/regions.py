"""Which face belongs to which body, where a face's body must be, and which finds are the same person."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.core.frame import Picture
from tryon.core.landmarks import FaceLandmarks, FaceMark
from tryon.core.spaces import Floats
from tryon.stages.detect.boxes import Box, Window
from tryon.stages.detect.pairing import cheapest_pairs
from tryon.stages.detect.pose_landmarker import GREY, TRUNK, BodySighting, View

FACE_POINTS = (
    FaceMark.NOSE_TIP,
    FaceMark.LEFT_EYE_INNER,
    FaceMark.LEFT_EYE_OUTER,
    FaceMark.RIGHT_EYE_INNER,
    FaceMark.RIGHT_EYE_OUTER,
)
POSE_POINTS = np.array([0, 1, 3, 4, 6])
"""The same points of nose and eyes in face and pose landmarks."""
FARTHEST_FACE = 0.55
"""A face and a body's head this far apart, in face sizes, are still one person."""
VIEWS_BY_FACE = ((11.5, 4.0), (7.0, 2.2), (4.5, 1.2))
"""Side of a view and how far its centre lies below the face, in face sizes: whole body, half, bust."""
FARTHEST_NEIGHBOUR = 8.0
"""Faces this far apart, in face sizes, share no view."""
SAME_BODY = 0.38
"""Two finds whose trunks and heads are this near, in trunk sizes, are one person."""
SAME_MASK = 0.55
"""… or whose masks share this much of the smaller one."""
ENTANGLED, ENTANGLED_MASK = 0.7, 0.3
LEAST_FIND_SCORE, LEAST_FIND_VISIBILITY = 0.85, 0.5
"""Mean visibility of head and shoulders, and of all landmarks, of somebody found without a face."""
LEAST_TORSO_PX, LEAST_TORSO_BY_LONG_SIDE = 16.0, 0.03
LEAST_SHARE_OF_LARGEST = 0.45
LEAST_TRUNK_MASK = 0.7
LEAST_INSIDE = 0.5
SURE_MASK = 0.7


def is_body(
    body: BodySighting, size_wh: tuple[int, int], known: Sequence[BodySighting] = ()
) -> bool:
    """Whether a find without a face may be somebody, and not a table, a bag or a far passer-by."""
    points = body.px[:13]
    inside = ((points >= 0) & (points < np.array(size_wh))).all(1).mean()
    largest = max((other.torso_px for other in known), default=0.0)
    return (
        body.score >= LEAST_FIND_SCORE
        and float(body.visibility.mean()) >= LEAST_FIND_VISIBILITY
        and body.torso_px >= max(LEAST_TORSO_BY_LONG_SIDE * max(size_wh), LEAST_TORSO_PX)
        and body.torso_px >= LEAST_SHARE_OF_LARGEST * largest
        and float(inside) >= LEAST_INSIDE
        and trunk_mask(body) >= LEAST_TRUNK_MASK
    )


def trunk_mask(body: BodySighting) -> float:
    """Share of the trunk that its own mask covers, 0 to 1."""
    if body.mask is None:
        return 0.0
    corners = body.px[[11, 12, 24, 23]]
    return float((body.mask.at(_grid(corners, shrink=0.7)) > 0.5).mean())


def face_distance(face: FaceLandmarks, body: BodySighting) -> float:
    """How far a face is from a body's head, in face sizes."""
    gap = face.px[list(FACE_POINTS), :2] - body.px[POSE_POINTS]
    return float(np.linalg.norm(gap, axis=1).mean() / max(Box.around(face.px).side, 1.0))


def match_faces(faces: Sequence[FaceLandmarks], bodies: Sequence[BodySighting]) -> dict[int, int]:
    """Which body wears which face: {index of body: index of face}, nearest in total."""
    if not faces or not bodies:
        return {}
    costs = np.array([[face_distance(face, body) for face in faces] for body in bodies])
    return cheapest_pairs(np.minimum(costs, 10 * FARTHEST_FACE), below=FARTHEST_FACE)


def views_of_face(
    face: FaceLandmarks, size_wh: tuple[int, int], others: Sequence[FaceLandmarks] = ()
) -> tuple[View, ...]:
    """Where the body of a face may be, largest view first, cut to the picture and halfway to the faces
    beside it: the landmarker reads whoever is most prominent in a view."""
    box = Box.around(face.px)
    x, y = box.centre
    beside = [Box.around(other.px).centre[0] for other in others if other.track != face.track]
    near = FARTHEST_NEIGHBOUR * box.side
    left = max((0.5 * (x + o) for o in beside if x - near < o < x - 0.5 * box.side), default=0.0)
    right = min(
        (0.5 * (x + o) for o in beside if x + 0.5 * box.side < o < x + near), default=size_wh[0]
    )
    views: list[View] = []
    for side, below in VIEWS_BY_FACE:
        window = Window.square((x, y + below * box.side), side * box.side, size_wh)
        from_x, to_x = max(window.left, int(left)), min(window.right, int(right))
        view = view_of(Window(from_x, window.top, max(to_x, from_x + 16), window.bottom))
        if view not in views:
            views.append(view)
    return tuple(views)


def view_of(window: Window) -> View:
    """The view of a window, widened to a multiple of four."""
    width, height = window.size_wh
    return View(window.left, window.top, width + -width % 4, height)


def search_windows(size_wh: tuple[int, int]) -> tuple[Window, ...]:
    """Where bodies without a face are looked for: the picture, then overlapping upright parts of it."""
    w, h = size_wh
    windows = [Window.whole(size_wh)]
    for width in (0.6 * w, 0.4 * w):
        if width < min(w, 0.6 * h) * 0.5:
            continue
        count = int(np.ceil((w - width) / (0.6 * width))) + 1
        for x in np.linspace(0, w - width, count):
            windows.append(Window(int(x), 0, int(x + width), h))
    return tuple(windows)


def same_person(a: BodySighting, b: BodySighting) -> bool:
    """Whether two looks are at one person."""
    points = np.array([0, 7, 8, *TRUNK])
    gap = np.linalg.norm(a.px[points] - b.px[points], axis=1).mean()
    if gap < SAME_BODY * max(a.torso_px, b.torso_px):
        return True
    return shared_mask(a, b) > SAME_MASK and gap < 1.2 * max(a.torso_px, b.torso_px)


def is_hidden_by(body: BodySighting, other: BodySighting) -> bool:
    """Whether a find is so entangled with somebody followed that it may be a part of them."""
    gap = np.linalg.norm(body.px[TRUNK] - other.px[TRUNK], axis=1).mean()
    near = gap < ENTANGLED * max(body.torso_px, other.torso_px)
    return bool(near) or shared_mask(body, other) > ENTANGLED_MASK


def shared_mask(a: BodySighting, b: BodySighting) -> float:
    """Share of the smaller of two masks that lies in both, 0 to 1."""
    if a.mask is None or b.mask is None:
        return 0.0
    first, second = _points_in(a), _points_in(b)
    if not len(first) or not len(second):
        return 0.0
    return float(max((b.mask.at(first) > 0.5).mean(), (a.mask.at(second) > 0.5).mean()))


def without(picture: Picture, bodies: Sequence[BodySighting]) -> Picture:
    """The picture with those people painted over, so that only others are found."""
    if not bodies:
        return picture
    out = picture.copy()
    for body in bodies:
        if body.mask is None:
            continue
        (x, y), step = body.mask.corner_xy, body.mask.step
        solid = (body.mask.share > 0.3).astype(np.uint8)
        grown = np.asarray(cv2.dilate(solid, np.ones((5, 5), np.uint8)))
        solid = grown.repeat(step, 0).repeat(step, 1).astype(np.uint8)
        part = out[y : y + solid.shape[0], x : x + solid.shape[1]]
        part[solid[: part.shape[0], : part.shape[1]] > 0] = GREY
    return out


def signature(picture: Picture, body: BodySighting) -> Floats:
    """(6,) mean colour of trunk and thighs, 0 to 1: tells people apart whose faces are not seen.

    Read where the mask says person, at the height of the trunk and below it: from the side, the
    landmarks of left and right leave no area between them.
    """
    points = _points_in(body, least=SURE_MASK)
    place = np.floor(points).astype(np.int64)
    h, w = picture.shape[:2]
    inside = ((place >= 0) & (place < np.array([w, h]))).all(1)
    points, place = points[inside], place[inside]
    top, low = body.px[11:13].mean(0), body.px[23:25].mean(0)
    trunk = low - top
    height = (points - top) @ trunk / max(float(trunk @ trunk), 1e-9)
    colours = picture[place[:, 1], place[:, 0]].astype(np.float64) / 255
    return np.concatenate(
        [
            colours[band].mean(0) if band.any() else np.full(3, 0.5)
            for band in ((height > 0.1) & (height < 0.8), (height > 1.1) & (height < 1.8))
        ]
    )


def _grid(corners: Floats, *, shrink: float) -> Floats:
    """(49, 2) points inside a (4, 2) quadrangle that is shrunk towards its middle."""
    middle = corners.mean(0)
    a, b, c, d = middle + shrink * (corners - middle)
    s, t = (g.ravel()[:, None] for g in np.meshgrid(np.linspace(0, 1, 7), np.linspace(0, 1, 7)))
    return np.asarray((1 - t) * ((1 - s) * a + s * b) + t * ((1 - s) * d + s * c))


def _points_in(body: BodySighting, *, least: float = 0.5) -> NDArray[np.float64]:
    """(n, 2) picture positions of about a thousand entries of a mask that are the person."""
    if body.mask is None:
        return np.zeros((0, 2))
    rows, columns = np.nonzero(body.mask.share > least)
    stride = 1 + len(rows) // 1000
    place = np.stack([columns[::stride], rows[::stride]], axis=1) + 0.5
    return np.asarray(place * body.mask.step + np.array(body.mask.corner_xy))
