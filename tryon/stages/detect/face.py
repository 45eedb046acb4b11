"""Faces in photos and streams: the scout finds them, landmarkers read them, tracks name them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Literal

from tryon.core.canonical import read_canonical_face
from tryon.core.frame import Frame
from tryon.core.landmarks import FaceLandmarks
from tryon.stages.detect.boxes import Box
from tryon.stages.detect.photo import PhotoFaces
from tryon.stages.detect.runtime import ProcessGuard, close_with, read_model_members
from tryon.stages.detect.scout import FaceScout
from tryon.stages.detect.stream import StreamFaces
from tryon.supplies import supply_path

DetectorMode = Literal["photo", "stream"]

MODEL = "face_landmarker.task"
_SEARCH_NETWORK = "face_detector.tflite"
_MEMBERS = (
    _SEARCH_NETWORK,
    "face_landmarks_detector.tflite",
    "geometry_pipeline_metadata_landmarks.binarypb",
)


class FaceDetector:
    """Finds up to `max_faces` faces and their 478 landmarks. A context manager.

    mode: "photo" searches every picture thoroughly (up to about half a second); "stream" follows
    faces from frame to frame, keeps their ids, and holds a face that is missed for a moment. model: a
    face landmarker bundle of one's own, else the checked one that `tryon setup` fetched.

    One object, one thread at a time, and never across a fork. Raises SuppliesError when the model is
    missing or its hash is wrong, DetectorError when it is damaged or cannot run.
    """

    def __init__(
        self,
        *,
        max_faces: int = 4,
        mode: DetectorMode,
        model: Path | None = None,
    ) -> None:
        if max_faces < 1:
            raise ValueError(f"max_faces must be at least 1, got {max_faces}")
        path = supply_path(MODEL) if model is None else model
        members = read_model_members(path, _MEMBERS)
        canonical = read_canonical_face(path)
        bundle = path.read_bytes()
        self._guard = ProcessGuard()
        scout = FaceScout(members[_SEARCH_NETWORK])
        self._faces: PhotoFaces | StreamFaces = (
            PhotoFaces(scout, bundle, canonical, max_faces=max_faces)
            if mode == "photo"
            else StreamFaces(scout, bundle, canonical, max_faces=max_faces)
        )
        self._finalizer = close_with(self, (self._faces, scout))

    def __enter__(self) -> FaceDetector:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Release the native objects; closing twice does no harm."""
        self._finalizer()

    def reset(self) -> None:
        """Forget everybody, so that the next frame may come from another stream or time."""
        self._faces.reset()

    def detect(self, frame: Frame, *, hints: Sequence[Box] = ()) -> tuple[FaceLandmarks, ...]:
        """The faces of a frame, longest known first, in a stream also those just missed (age_s > 0).

        hints: boxes in pixels where heads may be, looked at first (from a body's pose). Raises
        DetectorError in a forked child.
        """
        self._guard.check()
        return self._faces.detect(frame, hints)
