"""Makes recordings: the video untouched, and beside it all that a replay needs."""

from __future__ import annotations

import hashlib
import io
import secrets
import shutil
import zipfile
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from tryon.core.camera import PinholeCamera
from tryon.core.errors import InputError, OutputError
from tryon.core.frame import Frame
from tryon.core.landmarks import Detections
from tryon.engine import Engine
from tryon.engine.observer import Observation, Watcher
from tryon.media.drafts import draft, writing
from tryon.qa.replay.exact import pack
from tryon.qa.replay.manifest import (
    DETECTIONS,
    MANIFEST,
    SCHEMA,
    TIMES,
    CameraState,
    Configuration,
    FileState,
    Manifest,
    Video,
)
from tryon.qa.replay.provenance import provenance
from tryon.qa.replay.recording import Sightings
from tryon.stages.source import open_source

AHEAD = 2
_EPOCH = (1980, 1, 1, 0, 0, 0)


def record_clip(
    clip: Path,
    out: Path,
    engine: Engine,
    *,
    max_faces: int,
    bodies: bool,
    fov_deg: float | None = None,
    calibration: Path | None = None,
) -> int:
    """Record a clip and return how many frames it has. The clip's own bytes go into the recording.

    out: a folder, or a zip when it ends so; it appears whole or not at all. Raises InputError,
    OutputError.
    """
    if not clip.is_file():
        raise InputError(f"There is no clip {clip}.", remedy="Correct the path.")
    with _laid_out(out) as folder:
        video = f"video{clip.suffix.lower()}"
        with writing(out):
            shutil.copyfile(clip, folder / video)
            if calibration is not None:
                shutil.copyfile(calibration, folder / f"calibration{calibration.suffix}")
        observer = engine.observer()
        try:
            with open_source(folder / video, fov_deg=fov_deg, calibration=calibration) as source:
                log = _Log()
                for frame, seen in watched(source, observer, bodies=bodies):
                    log.add(frame, seen)
        finally:
            observer.close()
        log.write(
            folder,
            Video(file=video, origin=clip.name, kind="original"),
            Configuration(max_faces=max_faces, bodies=bodies),
            calibration=None if calibration is None else f"calibration{calibration.suffix}",
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


class _Log:
    """Times, cameras and sightings of the frames so far."""

    def __init__(self) -> None:
        self._t_ns: list[int] = []
        self._seen: list[Detections] = []
        self._camera: PinholeCamera | None = None

    @property
    def count(self) -> int:
        return len(self._t_ns)

    def add(self, frame: Frame, seen: Detections) -> None:
        if self._camera not in (None, frame.camera):
            raise InputError(
                "The camera changes within the clip.", remedy="Record each part by itself."
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
                files={each.name: _state(each) for each in sorted(folder.iterdir())},
            )
            (folder / MANIFEST).write_text(manifest.text(), "utf-8")


@contextmanager
def _laid_out(out: Path) -> Iterator[Path]:
    """A folder to fill, which becomes the recording when the block ends well."""
    if out.exists() and (out.is_dir() or out.suffix.lower() != ".zip"):
        raise OutputError(
            f"{out} is already there.", remedy="Give another name; recordings are not overwritten."
        )
    folder = out.with_name(f".{out.stem}.{secrets.token_hex(4)}.part")
    try:
        with writing(out):
            folder.mkdir(parents=True)
        yield folder
        if out.suffix.lower() == ".zip":
            with draft(out) as here, writing(out):
                _zip(folder, here)
        else:
            with writing(out):
                folder.rename(out)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _zip(folder: Path, target: Path) -> None:
    """Videos and packed numbers are compressed already: the files are stored as they are."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for path in sorted(folder.iterdir()):
            member = zipfile.ZipInfo(path.name, _EPOCH)
            member.external_attr = 0o644 << 16
            archive.writestr(member, path.read_bytes())


def _state(path: Path) -> FileState:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return FileState(size_bytes=path.stat().st_size, sha256=digest)
