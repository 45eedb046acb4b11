"""The file for Rerun: what is logged, and what is said without the extra."""

from __future__ import annotations

import sys
import types
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.qa.replay.conftest import LOOK
from tryon.core.errors import InputError
from tryon.engine import Engine
from tryon.qa.replay.recording import Recording
from tryon.qa.replay.rerun_log import write_rerun


class Stream:
    """Stands in for `rerun.RecordingStream` and keeps the entity paths."""

    paths: list[str]

    def __init__(self, _application: str, *, recording_id: str) -> None:
        assert recording_id
        type(self).paths = []

    def save(self, path: str) -> None:
        Path(path).write_bytes(b"rrd")

    def set_time(self, timeline: str, **_: float) -> None:
        assert timeline in ("frame", "capture")

    def log(self, path: str, *_: object, **__: object) -> None:
        self.paths.append(path)

    def flush(self) -> None:
        """Nothing waits."""

    def disconnect(self) -> None:
        """Nothing is open."""


def _anything(*_: object, **__: object) -> Callable[[], None]:
    return lambda: None


def test_every_frame_is_logged(
    recording: Recording, engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rerun = types.ModuleType("rerun")
    for name in ("Pinhole", "Image", "Transform3D", "Points3D", "Points2D", "Scalars", "TextLog"):
        setattr(rerun, name, _anything)
    rerun.ViewCoordinates = types.SimpleNamespace(RUB="RUB")  # type: ignore[attr-defined]  # a stand-in
    rerun.RecordingStream = Stream  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "rerun", rerun)
    target = tmp_path / "x.rrd"
    assert write_rerun(target, recording, LOOK, engine, start="detections") == 6
    assert target.read_bytes() == b"rrd"
    for path in ("cam/heads/0", "cam/picture/aurelle-hoops", "ms/smooth", "hash/composite"):
        assert Stream.paths.count(path) == 6
    assert not any(" " in path for path in Stream.paths)


def test_without_the_extra_it_says_how_to_get_it(
    recording: Recording, engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "rerun", None)
    with pytest.raises(InputError, match=r"tryon\[rerun\]"):
        write_rerun(tmp_path / "x.rrd", recording, LOOK, engine, start="detections")
    assert list(tmp_path.iterdir()) == []
