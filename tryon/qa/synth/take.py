"""Made-up films as recordings with truth."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Protocol

from tryon.core.frame import Picture
from tryon.engine import Engine
from tryon.media.clip_writer import ClipWriter
from tryon.media.lossless_writer import LosslessWriter
from tryon.qa.replay.recorder import record_clip
from tryon.qa.synth.truth import TruePerson, Truth

Film = Iterator[tuple[Picture, tuple[TruePerson, ...]]]


class Timed(Protocol):
    """A script with its clock."""

    @property
    def name(self) -> str: ...
    def at_ns(self, index: int) -> int: ...


def take(
    script: Timed,
    film: Film,
    out: Path,
    engine: Engine,
    *,
    max_faces: int,
    bodies: bool = False,
    fov_deg: float | None = None,
    traits: Mapping[str, str] | None = None,
    lossless: bool = False,
) -> int:
    """Film a script and record it; gives the number of frames. Raises as `record_clip`.

    lossless: keep every bit, so that the same script always gives the same recording; else H.264, whose
    encoder on several threads may decide otherwise the next time.
    """
    people = []
    with tempfile.TemporaryDirectory(prefix="tryon-film-") as folder:
        clip = Path(folder) / f"{script.name}.{'mkv' if lossless else 'mp4'}"
        with LosslessWriter(clip) if lossless else ClipWriter(clip) as writer:
            for index, (picture, cast) in enumerate(film):
                writer.write(picture, script.at_ns(index))
                people.append(cast)
        return record_clip(
            clip,
            out,
            engine,
            max_faces=max_faces,
            bodies=bodies,
            fov_deg=fov_deg,
            truth=Truth(tuple(people), dict(traits or {})),
            traits=traits,
        )
