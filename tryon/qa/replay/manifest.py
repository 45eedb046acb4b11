"""`recording.json`: what a recording says of itself, and how older ones are read.

| version | what it brought |
|---|---|
| `tryon.recording.1` | video, times, detections, camera, configuration, provenance, checksums, consent |
| `tryon.recording.2` | the seal over the manifest itself; what was worn; truth and traits of made-up films |

A recording is a folder or a zip without folders in it:

| file | content |
|---|---|
| `recording.json` | this manifest |
| `video.*` | the original clip to the byte, or FFV1 in Matroska of a live stream |
| `times.npy` | (n,) int64 capture times in nanoseconds |
| `detections.exact` | `Sightings`: what the detectors saw in every frame, exact (see `exact`) |
| `calibration.*` | OpenCV's calibration that straightens the video, when there is one |
| `truth.exact` | `Truth` of a made-up film |
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tryon.core.camera import PinholeCamera
from tryon.core.errors import InputError
from tryon.qa.replay.provenance import Provenance

SCHEMA: Literal["tryon.recording.2"] = "tryon.recording.2"
MANIFEST = "recording.json"
TIMES = "times.npy"
DETECTIONS = "detections.exact"
TRUTH = "truth.exact"
WHOLE_COPY = "Fetch a whole copy, or record it again."

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


class Worn(_Part):
    """What was worn in a live session."""

    wear: tuple[str, ...]
    variants: Mapping[str, str]


class Manifest(_Part):
    """What a recording is. seal: SHA-256 of this manifest's text with an empty seal."""

    schema_: Literal["tryon.recording.2"] = Field(alias="schema")
    frames: Count
    video: Video
    camera: CameraState
    calibration: str | None = Field(None, description="file that straightens the video's frames")
    configuration: Configuration
    provenance: Provenance
    consent: str | None = Field(None, description="who agreed to be recorded, for live sources")
    worn: Worn | None = None
    traits: Mapping[str, str] = Field(default_factory=dict, description="of a made-up film")
    files: Mapping[str, FileState]
    seal: str = ""

    def text(self) -> str:
        return self.model_dump_json(by_alias=True, indent=1) + "\n"

    def sealed(self) -> Manifest:
        """The same with its seal."""
        plain = self.model_copy(update={"seal": ""})
        seal = hashlib.sha256(plain.text().encode()).hexdigest()
        return plain.model_copy(update={"seal": seal})


def read_manifest(content: bytes, *, where: str) -> Manifest:
    """Any known version as the current one. Raises InputError, naming `where` and the field."""
    try:
        fields = json.loads(content)
    except ValueError as error:
        raise InputError(f"{where} is not JSON: {error}.", remedy=WHOLE_COPY) from error
    schema = fields.get("schema") if isinstance(fields, dict) else None
    if schema not in (SCHEMA, *_UPGRADES):
        raise InputError(
            f"{where} has the schema {schema!r}; this tryon reads {SCHEMA} and older.",
            remedy="Update tryon, or record again.",
        )
    is_sealed = schema == SCHEMA
    while schema != SCHEMA:
        fields = _UPGRADES[schema](fields)
        schema = fields["schema"]
    try:
        manifest = Manifest.model_validate(fields)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(step) for step in first["loc"]) or "the file"
        raise InputError(
            f"{where}: {field}: {first['msg'].lower()}, found {first['input']!r:.60}.",
            remedy=WHOLE_COPY,
        ) from error
    if is_sealed and manifest.sealed().seal != manifest.seal:
        raise InputError(f"{where} was edited: its seal is broken.", remedy=WHOLE_COPY)
    return manifest


def _second(fields: dict[str, Any]) -> dict[str, Any]:
    """Version 1 had no seal, and knew of neither clothes nor truth."""
    return {**fields, "schema": "tryon.recording.2"}


_UPGRADES = {"tryon.recording.1": _second}
"""Version → what makes the next one of it."""
