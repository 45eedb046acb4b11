"""Watches frames for people: face and body detectors, each on a thread of its own."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from time import perf_counter
from typing import Protocol

from tryon.core.frame import Frame
from tryon.core.landmarks import Detections, FaceLandmarks, PoseLandmarks
from tryon.stages.detect import BodyDetector, FaceDetector


@dataclass(frozen=True)
class Observation:
    """What was seen in one frame, and the milliseconds that each detector took."""

    seen: Detections
    detect_ms: float
    pose_ms: float | None


class Watcher(Protocol):
    """Who tells a session what is seen in its frames: detectors, or a recording of what they saw."""

    def watch(self, frame: Frame, *, bodies: bool) -> Future[Observation]: ...
    def reset(self) -> None: ...
    def close(self) -> None: ...


class Observer:
    """Owns the detectors of one stream. Frames are taken in the order in which they are submitted.

    While bodies of one frame are looked for, faces of the next one are: the detectors run beside
    each other and beside the renderer. The face detector opens at once, on its thread: `ready` waits
    for it. Bodies are looked for only when asked; their detector opens with the first such frame.
    """

    def __init__(
        self,
        open_faces: Callable[[], FaceDetector],
        open_bodies: Callable[[], BodyDetector],
    ) -> None:
        self._face_thread = ThreadPoolExecutor(1, thread_name_prefix="tryon-faces")
        self._body_thread = ThreadPoolExecutor(1, thread_name_prefix="tryon-bodies")
        self._open_bodies = open_bodies
        self._bodies: BodyDetector | None = None
        self._opening = self._face_thread.submit(open_faces)

    def ready(self) -> None:
        """Wait until the face detector is open. Raises what its opening raised."""
        self._opening.result()

    def watch(self, frame: Frame, *, bodies: bool) -> Future[Observation]:
        """Look for people in a frame; gives the result when it is there."""
        faces = self._face_thread.submit(self._find_faces, frame)
        if bodies:
            return self._body_thread.submit(self._find_bodies, frame, faces)
        return self._face_thread.submit(_faces_only, faces)

    def reset(self) -> None:
        """Forget everybody."""
        self._face_thread.submit(self._opening.result().reset).result()
        if self._bodies is not None:
            self._body_thread.submit(self._bodies.reset).result()

    def close(self) -> None:
        """Let go of the detectors; what was submitted before is finished first."""
        # What never opened needs no closing.
        if self._opening.exception() is None:
            self._face_thread.submit(self._opening.result().close).result()
        if self._bodies is not None:
            self._body_thread.submit(self._bodies.close).result()
        self._face_thread.shutdown()
        self._body_thread.shutdown()

    def _find_faces(self, frame: Frame) -> tuple[tuple[FaceLandmarks, ...], float]:
        faces = self._opening.result()
        start = perf_counter()
        return faces.detect(frame), _ms_since(start)

    def _find_bodies(
        self, frame: Frame, faces: Future[tuple[tuple[FaceLandmarks, ...], float]]
    ) -> Observation:
        found, detect_ms = faces.result()
        start = perf_counter()
        if self._bodies is None:
            self._bodies = self._open_bodies()
        poses: tuple[PoseLandmarks, ...] = self._bodies.detect(frame, found)
        return Observation(Detections(found, poses), detect_ms, _ms_since(start))


def _faces_only(faces: Future[tuple[tuple[FaceLandmarks, ...], float]]) -> Observation:
    found, detect_ms = faces.result()
    return Observation(Detections(found), detect_ms, None)


def _ms_since(start: float) -> float:
    return 1000 * (perf_counter() - start)
