"""`recording.json`: what a recording says of itself, and how older ones are read.

| version | what it brought |
|---|---|
| `tryon.recording.1` | video, times, detections, camera, provenance, checksums |
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tryon.core.camera import PinholeCamera
from tryon.core.errors import InputError
from tryon.qa.replay.provenance import Provenance

SCHEMA: Literal["tryon.recording.1"] = "tryon.recording.1"
MANIFEST = "recording.json"
TIMES = "times.npy"
DETECTIONS = "detections.exact"

Count = Annotated[int, Field(ge=0)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class FileState(_Part):
    """Size and SHA-256 of one file of the recording."""

    size_bytes: Count
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class CameraState(_Part):
    """The camera of every frame, as in `PinholeCamera`."""

    focal_px: tuple[float, float]
    centre_px: tuple[float, float]
    size_wh: tuple[int, int]
    origin: str

    @classmethod
    def of(cls, camera: PinholeCamera) -> CameraState:
        return cls(
            focal_px=camera.focal_px,
            centre_px=camera.centre_px,
            size_wh=camera.size_wh,
            origin=camera.origin,
        )

    def camera(self) -> PinholeCamera:
        return PinholeCamera(self.focal_px, self.centre_px, self.size_wh, self.origin)


class Video(_Part):
    """The picture track: the original file, untouched, or lossless frames of a live source."""

    file: str
    origin: str = Field(description="name of the file or camera that it came from")
    kind: Literal["original", "lossless"]


class Configuration(_Part):
    """How the detectors were asked."""

    max_faces: Annotated[int, Field(ge=1)]
    bodies: bool = Field(description="whether bodies were looked for")


class Manifest(_Part):
    """What a recording is."""

    schema_: Literal["tryon.recording.1"] = Field(alias="schema")
    frames: Count
    video: Video
    camera: CameraState
    calibration: str | None = Field(None, description="file that straightens the video's frames")
    configuration: Configuration
    provenance: Provenance
    consent: str | None = Field(None, description="who agreed to be recorded, for live sources")
    files: Mapping[str, FileState]

    def text(self) -> str:
        return self.model_dump_json(by_alias=True, indent=1) + "\n"


def read_manifest(content: bytes, *, where: str) -> Manifest:
    """Any known version as the current one. Raises InputError, naming `where` and the field."""
    try:
        fields = json.loads(content)
    except ValueError as error:
        raise InputError(
            f"{where} is not JSON: {error}.", remedy="Fetch a whole copy of the recording."
        ) from error
    schema = fields.get("schema") if isinstance(fields, dict) else None
    if schema != SCHEMA:
        raise InputError(
            f"{where} has the schema {schema!r}; this tryon reads {SCHEMA}.",
            remedy="Update tryon, or record again.",
        )
    try:
        return Manifest.model_validate(fields)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(step) for step in first["loc"]) or "the file"
        raise InputError(
            f"{where}: {field}: {first['msg'].lower()}, found {first['input']!r:.60}.",
            remedy="The file was edited; fetch a whole copy of the recording.",
        ) from error
