"""Makes recordings: the video untouched, and beside it all that a replay needs."""

from __future__ import annotations

import io
import shutil
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType

import numpy as np

from tryon.core.camera import PinholeCamera
from tryon.core.errors import InputError, OutputError
from tryon.core.frame import Frame
from tryon.core.landmarks import Detections
from tryon.engine import Engine
from tryon.engine.observer import Observation, Watcher
from tryon.media.drafts import writing
from tryon.media.lossless_writer import LosslessWriter
from tryon.qa.replay.exact import pack
from tryon.qa.replay.layout import file_state, laid_out
from tryon.qa.replay.manifest import (
    DETECTIONS,
    MANIFEST,
    SCHEMA,
    TIMES,
    TRUTH,
    CameraState,
    Configuration,
    Manifest,
    Video,
    Worn,
)
from tryon.qa.replay.provenance import provenance
from tryon.qa.replay.recording import Sightings
from tryon.stages.source import open_source

AHEAD = 2
LIVE_VIDEO = "video.mkv"


def record_clip(
    clip: Path,
    out: Path,
    engine: Engine,
    *,
    max_faces: int,
    bodies: bool,
    fov_deg: float | None = None,
    calibration: Path | None = None,
    truth: object = None,
    traits: Mapping[str, str] | None = None,
) -> int:
    """Record a clip and return how many frames it has. The clip's own bytes go into the recording.

    out: a folder, or a zip when it ends so; it appears whole or not at all. truth, traits: of a made-up
    film. Raises InputError, OutputError.
    """
    if not clip.is_file():
        raise InputError(f"There is no clip {clip}.", remedy="Correct the path.")
    with laid_out(out) as folder:
        video = f"video{clip.suffix.lower()}"
        straighten = None if calibration is None else f"calibration{calibration.suffix}"
        with writing(out):
            shutil.copyfile(clip, folder / video)
            if calibration is not None and straighten is not None:
                shutil.copyfile(calibration, folder / straighten)
            if truth is not None:
                (folder / TRUTH).write_bytes(pack(truth))
        log = Log()
        observer = engine.observer()
        try:
            with open_source(folder / video, fov_deg=fov_deg, calibration=calibration) as source:
                for frame, seen in watched(source, observer, bodies=bodies):
                    log.add(frame, seen)
        finally:
            observer.close()
        log.write(
            folder,
            Video(file=video, origin=clip.name, kind="original"),
            Configuration(max_faces=max_faces, bodies=bodies),
            calibration=straighten,
            traits=traits,
        )
        return log.count


def watched(
    frames: Iterable[Frame], observer: Watcher, *, bodies: bool
) -> Iterator[tuple[Frame, Detections]]:
    """Every frame with what is seen in it; the next frames are looked at meanwhile."""
    waiting: deque[tuple[Frame, Future[Observation]]] = deque()
    for frame in frames:
        waiting.append((frame, observer.watch(frame, bodies=bodies)))
        if len(waiting) > AHEAD:
            first, observation = waiting.popleft()
            yield first, observation.result().seen
    for frame, observation in waiting:
        yield frame, observation.result().seen


def for_seconds(frames: Iterable[Frame], seconds: float) -> Iterator[Frame]:
    """The frames of so many seconds by their own clock, counted from the first one."""
    start_ns: int | None = None
    for frame in frames:
        start_ns = frame.t_ns if start_ns is None else start_ns
        if frame.t_ns - start_ns > seconds * 1e9:
            return
        yield frame


class LiveRecorder:
    """Keeps a live stream as a recording, its pictures lossless. A context manager.

    Whoever shows a stream hands over each frame with what was seen in it (`add`), or gives `probe` to
    the session that dresses it. The recording appears when the block ends well.

    consent: who agreed to be recorded, in their words; without it nothing is recorded (OutputError).
    """

    def __init__(
        self,
        out: Path,
        *,
        consent: str,
        origin: str,
        max_faces: int,
        bodies: bool,
        worn: Worn | None = None,
    ) -> None:
        if not consent.strip():
            raise OutputError(
                "Nobody agreed to be recorded.",
                remedy="Ask, then say who agreed with --consent, for example "
                '--consent "Ada, for tests of the fitting room".',
            )
        self._out = out
        self._consent = consent.strip()
        self._origin = origin
        self._configuration = Configuration(max_faces=max_faces, bodies=bodies)
        self._worn = worn
        self._log = Log()
        self._stack = ExitStack()

    def __enter__(self) -> LiveRecorder:
        with ExitStack() as stack:
            self._folder = stack.enter_context(laid_out(self._out))
            stack.push(self._vouch)
            self._writer = stack.enter_context(LosslessWriter(self._folder / LIVE_VIDEO))
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.__exit__(kind, error, trace)

    @property
    def count(self) -> int:
        """Frames so far."""
        return self._log.count

    def probe(self, frame: Frame, stage: str, outcome: object) -> None:
        """Listens to a session (`Session.run(…, probe=recorder.probe)`)."""
        if stage == "detect":
            assert isinstance(outcome, Detections)
            self.add(frame, outcome)

    def add(self, frame: Frame, seen: Detections) -> None:
        """Keep a frame. Raises OutputError when it cannot be written."""
        self._writer.write(frame.rgb, frame.t_ns)
        self._log.add(frame, seen)

    def _vouch(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Write the rest once the video is whole."""
        if kind is None:
            self._log.write(
                self._folder,
                Video(file=LIVE_VIDEO, origin=self._origin, kind="lossless"),
                self._configuration,
                consent=self._consent,
                worn=self._worn,
            )


class Log:
    """Times, camera and sightings of the frames so far."""

    def __init__(self) -> None:
        self._t_ns: list[int] = []
        self._seen: list[Detections] = []
        self._camera: PinholeCamera | None = None

    @property
    def count(self) -> int:
        return len(self._t_ns)

    def add(self, frame: Frame, seen: Detections) -> None:
        """Take note of one frame. Raises InputError when the camera is another than before."""
        if self._camera not in (None, frame.camera):
            raise InputError(
                "The camera changes within the stream.", remedy="Record each part by itself."
            )
        self._camera = frame.camera
        self._t_ns.append(frame.t_ns)
        self._seen.append(seen)

    def write(
        self,
        folder: Path,
        video: Video,
        configuration: Configuration,
        *,
        calibration: str | None = None,
        consent: str | None = None,
        worn: Worn | None = None,
        traits: Mapping[str, str] | None = None,
    ) -> None:
        """Everything but the video, the manifest last."""
        if self._camera is None:
            raise InputError("There was no frame to record.", remedy="Check the source.")
        times = io.BytesIO()
        np.save(times, np.array(self._t_ns, np.int64))
        with writing(folder):
            (folder / TIMES).write_bytes(times.getvalue())
            (folder / DETECTIONS).write_bytes(pack(Sightings(tuple(self._seen))))
            manifest = Manifest(
                schema=SCHEMA,
                frames=self.count,
                video=video,
                camera=CameraState.of(self._camera),
                calibration=calibration,
                configuration=configuration,
                provenance=provenance(),
                consent=consent,
                worn=worn,
                traits=dict(traits or {}),
                files={each.name: file_state(each) for each in sorted(folder.iterdir())},
            ).sealed()
            (folder / MANIFEST).write_text(manifest.text(), "utf-8")
