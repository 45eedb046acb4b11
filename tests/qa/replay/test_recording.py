"""Recordings keep everything to the bit, and say what is wrong with a damaged one."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tests.qa.replay.conftest import FIXTURES
from tryon.core.camera import PinholeCamera
from tryon.core.errors import InputError, OutputError
from tryon.core.frame import Frame
from tryon.core.landmarks import Detections
from tryon.engine import Engine
from tryon.qa.replay import recorder
from tryon.qa.replay.manifest import SCHEMA
from tryon.qa.replay.player import Look, replay
from tryon.qa.replay.recorder import LiveRecorder, for_seconds, record_clip
from tryon.qa.replay.recording import Recording
from tryon.qa.replay.verdict import first_difference

SIZE_WH = (64, 48)


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The clip that lies inside the fixture."""
    folder = tmp_path_factory.mktemp("clip")
    with zipfile.ZipFile(FIXTURES / "version-1.zip") as archive:
        return Path(archive.extract("video.mp4", folder))


@pytest.fixture(scope="module")
def recorded(clip: Path, engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same clip as a folder of today's version."""
    out = tmp_path_factory.mktemp("recorded") / "recording"
    record_clip(clip, out, engine, max_faces=2, bodies=False)
    return out


def test_the_first_version_is_still_read(recording: Recording) -> None:
    assert recording.manifest.schema_ == SCHEMA
    assert (recording.manifest.frames, len(recording.detections())) == (6, 6)
    frames = list(recording.frames())
    assert [frame.size_wh for frame in frames] == [(256, 192)] * 6
    assert [frame.t_ns for frame in frames] == recording.t_ns.tolist()


def test_a_recording_holds_the_clip_to_the_byte(clip: Path, recorded: Path) -> None:
    with Recording(recorded) as opened:
        video = opened.folder / opened.manifest.video.file
        assert video.read_bytes() == clip.read_bytes()
        assert opened.manifest.video.origin == "video.mp4"


def test_a_recording_says_what_it_was_made_with(recorded: Path) -> None:
    with Recording(recorded) as opened:
        provenance = opened.manifest.provenance
        assert provenance.versions["mediapipe"] == "0.10.33"
        assert len(provenance.models["face_landmarker.task"]) == 64
        assert provenance.wardrobe
        assert opened.manifest.configuration.max_faces == 2


def test_recording_again_sees_the_same_to_the_bit(
    clip: Path, recorded: Path, engine: Engine, tmp_path: Path
) -> None:
    record_clip(clip, tmp_path / "again.zip", engine, max_faces=2, bodies=False)
    with Recording(tmp_path / "again.zip") as zipped, Recording(recorded) as folder:
        assert zipped.manifest.files == folder.manifest.files


def test_nothing_is_overwritten(clip: Path, recorded: Path, engine: Engine) -> None:
    before = hashlib.sha256((recorded / "recording.json").read_bytes()).digest()
    with pytest.raises(OutputError, match="already there"):
        record_clip(clip, recorded, engine, max_faces=2, bodies=False)
    assert hashlib.sha256((recorded / "recording.json").read_bytes()).digest() == before


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-100])


def _flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def _edit_camera(folder: Path) -> None:
    manifest = folder / "recording.json"
    fields = json.loads(manifest.read_text())
    fields["camera"]["focal_px"] = [100.0, 100.0]
    manifest.write_text(json.dumps(fields))


@pytest.mark.parametrize(
    ("damage", "complaint"),
    [
        (lambda folder: _cut(folder / "video.mp4"), r"video\.mp4 is truncated: \d+ bytes"),
        (lambda folder: _flip(folder / "video.mp4"), r"video\.mp4 was edited"),
        (lambda folder: _flip(folder / "detections.exact"), r"detections\.exact was edited"),
        (lambda folder: _cut(folder / "times.npy"), r"times\.npy is truncated"),
        (lambda folder: (folder / "times.npy").unlink(), r"times\.npy is missing"),
        (_edit_camera, r"recording\.json was edited: its seal is broken"),
        (lambda folder: _cut(folder / "recording.json"), r"recording\.json is not JSON"),
        (lambda folder: (folder / "recording.json").unlink(), r"has no recording\.json"),
    ],
)
def test_a_damaged_recording_is_refused_with_what_is_wrong(
    recorded: Path, tmp_path: Path, damage: Callable[[Path], None], complaint: str
) -> None:
    broken = tmp_path / "broken"
    shutil.copytree(recorded, broken)
    damage(broken)
    with pytest.raises(InputError, match=complaint):
        Recording(broken)


def test_a_cut_off_zip_is_refused(tmp_path: Path) -> None:
    whole = (FIXTURES / "version-1.zip").read_bytes()
    for length in (0, 50, len(whole) // 2, len(whole) - 30):
        (tmp_path / "cut.zip").write_bytes(whole[:length])
        with pytest.raises(InputError, match="not a whole recording"):
            Recording(tmp_path / "cut.zip")


def test_a_zip_cannot_write_outside_its_folder(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "trick.zip", "w") as archive:
        archive.writestr("../outside.txt", "x")
    with pytest.raises(InputError, match="stray"):
        Recording(tmp_path / "trick.zip")
    assert not (tmp_path.parent / "outside.txt").exists()


def test_a_later_version_asks_for_an_update(recorded: Path, tmp_path: Path) -> None:
    later = tmp_path / "later"
    shutil.copytree(recorded, later)
    fields = json.loads((later / "recording.json").read_text())
    fields["schema"] = "tryon.recording.9"
    (later / "recording.json").write_text(json.dumps(fields))
    with pytest.raises(InputError, match="Update tryon"):
        Recording(later)


def _frames(count: int) -> list[Frame]:
    rng = np.random.default_rng(3)
    camera = PinholeCamera.default(SIZE_WH, webcam=True)
    return [
        Frame(
            rng.integers(0, 256, (SIZE_WH[1], SIZE_WH[0], 3), np.uint8),
            10**12 + k * 33_333_337,
            k,
            camera,
        )
        for k in range(count)
    ]


def _live(out: Path, consent: str = "the sitter, for this test") -> LiveRecorder:
    return LiveRecorder(out, consent=consent, origin="camera 0", max_faces=1, bodies=False)


def test_a_live_stream_is_kept_to_the_bit_with_its_consent(tmp_path: Path) -> None:
    frames = _frames(5)
    with _live(tmp_path / "live.zip") as live:
        for frame in frames:
            live.probe(frame, "detect", Detections())
            live.probe(frame, "fit", ())
    with Recording(tmp_path / "live.zip") as opened:
        back = list(opened.frames())
        assert opened.manifest.consent == "the sitter, for this test"
        assert opened.manifest.video.kind == "lossless"
    assert [frame.t_ns for frame in back] == [frame.t_ns for frame in frames]
    assert all(np.array_equal(a.rgb, b.rgb) for a, b in zip(back, frames, strict=True))


def test_a_live_session_is_recorded_as_it_is_dressed(
    recording: Recording, engine: Engine, tmp_path: Path
) -> None:
    """What is seen while somebody wears something is what a replay from detections starts with."""
    with engine.session(["aurelle-windsor"]) as session, _live(tmp_path / "live.zip") as live:
        for frame in recording.frames():
            session.step(frame, probe=live.probe)
    with Recording(tmp_path / "live.zip") as opened:
        now = replay(opened, Look(("aurelle-windsor",)), engine, start="detections")
        then = replay(opened, Look(("aurelle-windsor",)), engine, start="pixels")
    assert len(now.frames) == 6
    assert first_difference(now, then) is None


def test_nobody_is_recorded_without_consent(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="Nobody agreed"):
        _live(tmp_path / "live.zip", consent="  ")
    assert list(tmp_path.iterdir()) == []


def test_an_interrupted_live_recording_leaves_nothing(tmp_path: Path) -> None:
    def interrupted() -> None:
        with _live(tmp_path / "live.zip") as live:
            live.add(_frames(1)[0], Detections())
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_leaves_nothing(
    clip: Path, engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(recorder.shutil, "copyfile", full)
    with pytest.raises(OutputError, match="No space left"):
        record_clip(clip, tmp_path / "x.zip", engine, max_faces=1, bodies=False)
    assert list(tmp_path.iterdir()) == []


def test_a_stream_ends_after_so_many_seconds_of_its_own_clock() -> None:
    assert len(list(for_seconds(_frames(90), 1.0))) == 30
