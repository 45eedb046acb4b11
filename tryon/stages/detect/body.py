"""Bodies in photos and streams: landmarkers read them, tracks name them, faces lead to them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

from tryon.core.frame import Frame
from tryon.core.landmarks import FaceLandmarks, PoseLandmarks
from tryon.stages.detect.face import DetectorMode
from tryon.stages.detect.photo_bodies import PhotoBodies
from tryon.stages.detect.runtime import ProcessGuard, close_with, read_model_members
from tryon.stages.detect.stream_bodies import StreamBodies
from tryon.supplies import supply_path

MODEL = "pose_landmarker_full.task"
LEAST_SIDE_PX = 24
"""Thinner pictures hold no body, and end in windows of no area, which break the native graph for good."""
_MEMBERS = ("pose_detector.tflite", "pose_landmarks_detector.tflite")


class BodyDetector:
    """Finds up to `max_people` bodies, their 33 landmarks and their masks. A context manager.

    mode: "photo" looks at every picture thoroughly; "stream" follows bodies from frame to frame, keeps
    their ids, and holds a body that is missed for a moment. model: a pose landmarker bundle of one's
    own, else the checked one that `tryon setup` fetched.

    One object, one thread at a time, and never across a fork. Raises SuppliesError when the model is
    missing or its hash is wrong, DetectorError when it is damaged or cannot run.
    """

    def __init__(
        self,
        *,
        max_people: int = 3,
        mode: DetectorMode,
        model: Path | None = None,
    ) -> None:
        if max_people < 1:
            raise ValueError(f"max_people must be at least 1, got {max_people}")
        path = supply_path(MODEL) if model is None else model
        read_model_members(path, _MEMBERS)
        bundle = path.read_bytes()
        self._guard = ProcessGuard()
        self._bodies: PhotoBodies | StreamBodies = (
            PhotoBodies(bundle, max_people=max_people)
            if mode == "photo"
            else StreamBodies(bundle, max_people=max_people)
        )
        self._finalizer = close_with(self, [self._bodies])

    def __enter__(self) -> BodyDetector:
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
        self._bodies.reset()

    def detect(
        self, frame: Frame, faces: Sequence[FaceLandmarks] = ()
    ) -> tuple[PoseLandmarks, ...]:
        """The bodies of a frame, in a stream also those just missed (age_s > 0).

        faces: of the same frame; a body that wears one of them carries its `track`, others have ids
        from 1000. Raises DetectorError in a forked child.
        """
        self._guard.check()
        if min(frame.size_wh) < LEAST_SIDE_PX:
            return ()
        return self._bodies.detect(frame, faces)
