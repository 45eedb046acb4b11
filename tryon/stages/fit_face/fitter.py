"""Faces of one stream: where each head is, how large, and whose shape it has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tryon.core.camera import PinholeCamera
from tryon.core.filters import dropout_opacity
from tryon.core.fits import FaceFit, HeadAnchor
from tryon.core.landmarks import FaceLandmarks, FaceMark
from tryon.core.spaces import Floats
from tryon.core.transforms import align, apply, inverse
from tryon.stages.fit_face.pose import Sighting, first_pose, refine
from tryon.stages.fit_face.size import IRIS_MARK_SD_PX, IrisTally, Size, log_size_by_iris
from tryon.stages.fit_face.trust import outward, rigidity, seen_share
from tryon.wardrobe.head import HeadModel

LEAST_LANDMARKS = 100
"""Fewer finite landmarks are no face."""
MOST_MEMORY = 90.0
"""Frontal frames after which the person's shape changes no faster than this many frames' mean."""
MOST_SHAPE_STEP_M = 0.0008
"""A landmark farther off the person's shape is expression, and counts no more than this."""
SHOWN_CHANGE_M = 0.00025
"""The shape that is shown changes when it is this far off (root mean square), else not at all."""


@dataclass(frozen=True, eq=False)
class _Known:
    """What is known of one person.

    shape: (478, 3) in `head` at the base head's size; frames: how many frontal frames it is worth.
    """

    shape: Floats
    frames: float
    irises: IrisTally
    shown: Floats
    anchors: Mapping[HeadAnchor, Floats]
    fit: FaceFit


class FaceFitter:
    """Fits heads to faces; remembers each track's shape and size until `reset`."""

    def __init__(self, head_model: HeadModel) -> None:
        self._model = head_model
        self._base = head_model.landmarks
        self._rigidity = rigidity(self._base)
        self._normals = outward(self._base)
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
            if face.age_s == 0 and np.isfinite(face.px).all(1).sum() >= LEAST_LANDMARKS:
                known = self._see(face, camera, known)
            if known is not None:
                now[face.track] = known
        self._known = now
        return tuple(
            replace(self._known[f.track].fit, opacity=dropout_opacity(f.age_s))
            for f in faces
            if f.track in self._known
        )

    def _see(self, face: FaceLandmarks, camera: PinholeCamera, known: _Known | None) -> _Known:
        sighting = Sighting.of(face.px, camera)
        trust = self._rigidity * sighting.finite
        start = self._base if known is None else known.shown
        _, weights = self._pose(sighting, start, trust, camera)
        shape, pose = self._shape(sighting, weights)
        irises = self._irises(
            sighting, pose, shape, camera, IrisTally() if known is None else known.irises
        )
        frames, mean = self._averaged(shape, pose, sighting.finite, known)
        size = irises.size()
        shown = size.factor * mean
        anchors: Mapping[HeadAnchor, Floats]
        if known is not None and _rms(shown - known.shown) < SHOWN_CHANGE_M:
            shown, anchors = known.shown, known.anchors
        else:
            anchors = self._model.fitted(shown).anchors
        cam_from_head, _ = self._pose(sighting, shown, trust, camera)
        fit = _face_fit(face, cam_from_head, shown, anchors, size)
        return _Known(mean, frames, irises, shown, anchors, fit)

    def _pose(
        self, sighting: Sighting, shape: Floats, trust: Floats, camera: PinholeCamera
    ) -> tuple[Floats, Floats]:
        """(4, 4) cam_from_head of a shape and the weights of its landmarks."""
        pose = first_pose(sighting, shape, trust)
        weights = trust * seen_share(self._normals, pose, shape)
        return refine(pose, sighting, shape, weights, camera), weights

    def _shape(self, sighting: Sighting, weights: Floats) -> tuple[Floats, Floats]:
        """The face as seen, (478, 3) in `head` at the base head's size, and its similarity pose."""
        lifted = sighting.lifted(weights)
        trust = self._rigidity * sighting.finite
        cam_from_shape = align(self._base, lifted, trust, scaled=True)
        shape = apply(inverse(cam_from_shape), lifted)
        inner = shape[[FaceMark.LEFT_EYE_INNER, FaceMark.RIGHT_EYE_INNER]].mean(0)
        return np.where(sighting.finite[:, None], shape - inner, self._base), cam_from_shape

    def _irises(
        self,
        sighting: Sighting,
        pose: Floats,
        shape: Floats,
        camera: PinholeCamera,
        tally: IrisTally,
    ) -> IrisTally:
        if not sighting.finite[FaceMark.RIGHT_IRIS :].all():
            return tally
        scale = float(np.cbrt(np.linalg.det(pose[:3, :3])))
        log_size = log_size_by_iris(shape @ pose[:3, :3].T / scale)
        if log_size is None:
            return tally
        width_px = 0.0117 * scale * camera.focal_px[0]
        return tally.seen(log_size, IRIS_MARK_SD_PX / max(width_px, 1.0))

    def _averaged(
        self, shape: Floats, pose: Floats, finite: NDArray[np.bool_], known: _Known | None
    ) -> tuple[float, Floats]:
        """How many frontal frames the person's shape is worth now, and the shape."""
        towards = pose[2, 2] / np.linalg.norm(pose[:3, 2])
        worth = float(np.clip(towards, 0.05, 1.0) ** 4)
        if known is None:
            return worth, shape
        frames = min(known.frames + worth, MOST_MEMORY)
        step = (shape - known.shape) * finite[:, None]
        length = np.linalg.norm(step, axis=1, keepdims=True)
        step *= np.minimum(1.0, MOST_SHAPE_STEP_M / np.maximum(length, 1e-9))
        return frames, known.shape + worth / frames * step


def _face_fit(
    face: FaceLandmarks,
    cam_from_head: Floats,
    shape: Floats,
    anchors: Mapping[HeadAnchor, Floats],
    size: Size,
) -> FaceFit:
    pd_m = float(np.linalg.norm(shape[FaceMark.LEFT_IRIS] - shape[FaceMark.RIGHT_IRIS]))
    return FaceFit(
        face.track, cam_from_head, shape, anchors, pd_m, pd_m * size.sd, float(face.confidence)
    )


def _rms(shift: Floats) -> float:
    return float(np.sqrt((shift**2).sum(1).mean()))
