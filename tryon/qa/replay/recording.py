"""A recording on disk: one folder or one zip, checked before anything of it is used."""

from __future__ import annotations

import hashlib
import io
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import numpy as np
from numpy.typing import NDArray

from tryon.core.errors import InputError
from tryon.core.frame import Frame
from tryon.core.landmarks import Detections, FaceLandmarks, PersonMask, PoseLandmarks
from tryon.qa.replay.exact import unpack
from tryon.qa.replay.manifest import (
    DETECTIONS,
    MANIFEST,
    TIMES,
    TRUTH,
    WHOLE_COPY,
    Manifest,
    read_manifest,
)
from tryon.qa.synth.truth import TRUTHS, Truth
from tryon.stages.source import open_source

SEEN = (Detections, FaceLandmarks, PersonMask, PoseLandmarks)
"""The classes that stand in a file of detections."""


@dataclass(frozen=True)
class Sightings:
    """What the detectors saw, frame by frame."""

    frames: tuple[Detections, ...]


class Recording:
    """A recording whose every byte was checked. A context manager.

    Raises InputError for what is no recording, or is truncated or edited, naming the file in it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.name = path.name.removesuffix(".zip")
        self._stack = ExitStack()
        try:
            self.folder = self._stack.enter_context(_opened(path))
            self.manifest = _checked_manifest(path, self.folder)
            self.t_ns = _times(self.folder / TIMES, self.manifest.frames)
        except BaseException:
            self._stack.close()
            raise

    def __enter__(self) -> Recording:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.close()

    @property
    def digest(self) -> str:
        """SHA-256 over the manifest: names this recording among all."""
        return hashlib.sha256((self.folder / MANIFEST).read_bytes()).hexdigest()

    def detections(self) -> tuple[Detections, ...]:
        """What the detectors saw in every frame."""
        where = f"{self.path}: {DETECTIONS}"
        content = (self.folder / DETECTIONS).read_bytes()
        seen = unpack(content, Sightings, known=(*SEEN, Sightings), where=where).frames
        if len(seen) != self.manifest.frames:
            raise InputError(
                f"{where} tells of {len(seen)} frames, the recording has {self.manifest.frames}.",
                remedy=WHOLE_COPY,
            )
        return seen

    def truth(self) -> Truth | None:
        """What is exactly known of a made-up film, None for any other."""
        if TRUTH not in self.manifest.files:
            return None
        content = (self.folder / TRUTH).read_bytes()
        truth = unpack(content, Truth, known=TRUTHS, where=f"{self.path}: {TRUTH}")
        if len(truth.frames) != self.manifest.frames:
            raise InputError(f"{self.path}: {TRUTH} has another length.", remedy=WHOLE_COPY)
        return truth

    def frames(self) -> Iterator[Frame]:
        """Every frame, decoded, at its capture time and with its camera."""
        video = self.folder / self.manifest.video.file
        straighten = self.manifest.calibration
        calibration = None if straighten is None else self.folder / straighten
        camera = self.manifest.camera.camera()
        count = 0
        with open_source(video, calibration=calibration) as source:
            for frame, t_ns in zip(source, self.t_ns.tolist(), strict=False):
                if frame.size_wh != camera.size_wh:
                    raise InputError(
                        f"{self.path}: {video.name} shows {frame.size_wh}, the camera is for "
                        f"{camera.size_wh}.",
                        remedy=WHOLE_COPY,
                    )
                yield Frame(frame.rgb, t_ns, count, camera)
                count += 1
        if count != self.manifest.frames:
            raise InputError(
                f"{self.path}: {count} of {self.manifest.frames} frames of {video.name} can be "
                "decoded.",
                remedy=WHOLE_COPY,
            )


@contextmanager
def _opened(path: Path) -> Iterator[Path]:
    """The recording as a folder; a zip is unpacked for as long as it is open."""
    if path.is_dir():
        yield path
        return
    if not path.is_file():
        raise InputError(f"There is no recording {path}.", remedy="Correct the path.")
    with tempfile.TemporaryDirectory(prefix="tryon-recording-") as unpacked:
        try:
            with zipfile.ZipFile(path) as archive:
                _refuse_strays(path, archive.namelist())
                if MANIFEST not in archive.namelist():
                    # Of a cut-off zip, one that is stored in it may be found.
                    raise zipfile.BadZipFile(f"it has no {MANIFEST}; it may be cut off")
                archive.extractall(unpacked)
        except (zipfile.BadZipFile, EOFError, ValueError, OSError) as error:
            raise InputError(
                f"{path} is not a whole recording: {error}.", remedy=WHOLE_COPY
            ) from error
        yield Path(unpacked)


def _refuse_strays(path: Path, names: Sequence[str]) -> None:
    """A recording is flat: names with folders are somebody's trick or another kind of file."""
    for name in names:
        if "/" in name or "\\" in name or name.startswith("."):
            raise InputError(f"{path} holds a stray {name!r}.", remedy=WHOLE_COPY)


def _checked_manifest(path: Path, folder: Path) -> Manifest:
    """The manifest, after every file was held against its checksum."""
    here = folder / MANIFEST
    if not here.is_file():
        raise InputError(f"{path} has no {MANIFEST}: it is no recording.", remedy=WHOLE_COPY)
    manifest = read_manifest(here.read_bytes(), where=f"{path}: {MANIFEST}")
    for name, state in manifest.files.items():
        part = folder / name
        if "/" in name or not part.is_file():
            raise InputError(f"{path}: {name} is missing.", remedy=WHOLE_COPY)
        size = part.stat().st_size
        if size != state.size_bytes:
            what = "truncated" if size < state.size_bytes else "longer than it was"
            raise InputError(
                f"{path}: {name} is {what}: {size} bytes, not {state.size_bytes}.",
                remedy=WHOLE_COPY,
            )
        with part.open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != state.sha256:
                raise InputError(
                    f"{path}: {name} was edited: its checksum is another.", remedy=WHOLE_COPY
                )
    for needed in (manifest.video.file, TIMES, DETECTIONS, manifest.calibration):
        if needed is not None and needed not in manifest.files:
            raise InputError(f"{path}: {MANIFEST} vouches for no {needed}.", remedy=WHOLE_COPY)
    return manifest


def _times(path: Path, count: int) -> NDArray[np.int64]:
    """(n,) capture times."""
    try:
        times = np.load(io.BytesIO(path.read_bytes()), allow_pickle=False)
    except (ValueError, OSError, EOFError) as error:
        raise InputError(f"{path.name} cannot be read: {error}.", remedy=WHOLE_COPY) from error
    if times.shape != (count,) or times.dtype != np.int64:
        raise InputError(
            f"{path.name} holds {times.shape} {times.dtype}, not ({count},) int64.",
            remedy=WHOLE_COPY,
        )
    return np.asarray(times, np.int64)
