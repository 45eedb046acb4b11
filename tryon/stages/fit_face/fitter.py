"""Faces of one stream: where each head is, how large, and whose shape it has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from tryon.core.camera import PinholeCamera
from tryon.core.filters import dropout_opacity
from tryon.core.fits import FaceFit, HeadAnchor
from tryon.core.landmarks import FaceLandmarks, FaceMark
from tryon.core.spaces import Floats
from tryon.core.transforms import align, apply, inverse, rigid
from tryon.stages.fit_face.gauge import Gauge
from tryon.stages.fit_face.person import PersonShape
from tryon.stages.fit_face.pose import solve_pose
from tryon.stages.fit_face.reading import FIRST_IRIS, Reading
from tryon.stages.fit_face.sighting import Sighting
from tryon.wardrobe.head import HeadModel

LEAST_LANDMARKS, LEAST_SIDE_PX = 100, 4.0
"""Fewer finite landmarks, or all of them so close together, are no face."""
SHOWN_CHANGE_M = 0.00025
"""The shape that is shown changes when it is this far off (root mean square), else not at all."""


@dataclass(frozen=True, eq=False)
class _Shown:
    """A shape on display: kept as it is until the estimate has moved noticeably.

    landmarks: (478, 3) in `head`, metres; model_from_head: (4, 4) similarity to the space in which the
    pose is solved, a head of base size turned as the landmarks in the middle of the face have it.
    """

    landmarks: Floats
    anchors: Mapping[HeadAnchor, Floats]
    model_from_head: Floats


@dataclass(frozen=True, eq=False)
class _Known:
    shape: PersonShape
    shown: _Shown
    fit: FaceFit


class FaceFitter:
    """Fits heads to faces; remembers each track's shape and size until `reset`.

    Raises SuppliesError when the table of landmark readings is missing.
    """

    def __init__(self, head_model: HeadModel) -> None:
        self._model = head_model
        self._reading = Reading.load()
        self._trust = self._reading.trust()
        self._gauge = Gauge(self._reading.seen, self._trust)
        self._known: dict[int, _Known] = {}

    def reset(self) -> None:
        """Forget everybody."""
        self._known.clear()

    def fit(self, faces: Sequence[FaceLandmarks], camera: PinholeCamera) -> tuple[FaceFit, ...]:
        """The heads of one frame, in the order of its faces.

        A face that is held (age_s > 0) or unreadable keeps its last head; one that never was read is
        left out.
        """
        now: dict[int, _Known] = {}
        for face in faces:
            known = self._known.get(face.track)
            if face.age_s == 0 and _is_readable(face.px):
                known = self._see(face, camera, known)
            if known is not None:
                now[face.track] = known
        self._known = now
        return tuple(
            replace(now[face.track].fit, opacity=dropout_opacity(face.age_s))
            for face in faces
            if face.track in now
        )

    def _see(self, face: FaceLandmarks, camera: PinholeCamera, known: _Known | None) -> _Known:
        sighting = Sighting.of(face.px, camera)
        trust = self._trust * sighting.finite
        before = PersonShape() if known is None else known.shape
        pose = solve_pose(sighting, self._reading, before.deviation, trust=trust)
        focal_px = float(np.mean(camera.focal_px))
        shape = before.seen(sighting, pose, self._reading, self._gauge, focal_px=focal_px)
        shown = self._show(shape, None if known is None else known.shown)
        if known is not None and shown is not known.shown:
            pose = solve_pose(sighting, self._reading, shape.deviation, trust=trust)
        size = shape.irises.size()
        landmarks = shown.landmarks
        pd_m = float(np.linalg.norm(landmarks[FaceMark.LEFT_IRIS] - landmarks[FaceMark.RIGHT_IRIS]))
        fit = FaceFit(
            face.track,
            _rigid_part(pose @ shown.model_from_head),
            landmarks,
            shown.anchors,
            pd_m,
            pd_m * size.sd,
            float(np.clip(np.nan_to_num(face.confidence), 0.0, 1.0)),
        )
        return _Known(shape, shown, fit)

    def _show(self, shape: PersonShape, shown: _Shown | None) -> _Shown:
        """The shape to display: the one before, unless the person's has moved away from it."""
        own = self._model.landmarks + self._reading.person_share * shape.believed()
        model_from_head = head_frame(own, self._model.landmarks, shape.irises.size().factor)
        landmarks = apply(inverse(model_from_head), own)
        if shown is not None and _rms(landmarks - shown.landmarks) < SHOWN_CHANGE_M:
            return shown
        return _Shown(landmarks, self._model.fitted(landmarks).anchors, model_from_head)


def head_frame(own: Floats, base: Floats, size: float) -> Floats:
    """(4, 4) similarity from `head` to where (478, 3) landmarks `own` of a base-sized head are.

    A head is turned as all of its face, not its features alone, lies best on the base head.
    """
    face = np.arange(len(base)) < FIRST_IRIS
    turn = align(base, own, face.astype(np.float64), scaled=False)[:3, :3]
    inner = own[[FaceMark.LEFT_EYE_INNER, FaceMark.RIGHT_EYE_INNER]].mean(0)
    return rigid(turn / size, inner)


def _is_readable(marks: Floats) -> bool:
    seen = marks[np.isfinite(marks).all(1), :2]
    return len(seen) >= LEAST_LANDMARKS and float(np.ptp(seen, axis=0).max()) > LEAST_SIDE_PX


def _rigid_part(similarity: Floats) -> Floats:
    """(4, 4) rigid: the same picture by a head of true size, farther off as it is larger."""
    size = float(np.cbrt(np.linalg.det(similarity[:3, :3])))
    return rigid(similarity[:3, :3] / size, similarity[:3, 3] / size)


def _rms(shift: Floats) -> float:
    return float(np.sqrt((shift**2).sum(1).mean()))
