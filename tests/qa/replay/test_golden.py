"""Goldens are replaced whole or not at all, and belong to one recording and look."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path

import pytest

from tests.qa.replay.conftest import FIXTURES, LOOK
from tryon.core.errors import InputError, OutputError
from tryon.qa.replay import golden as goldens
from tryon.qa.replay.golden import read_golden, write_golden
from tryon.qa.replay.player import Look
from tryon.qa.replay.readings import Replay
from tryon.qa.replay.recording import Recording
from tryon.qa.replay.verdict import first_difference


def _write(path: Path, replay: Replay, recording: Recording) -> None:
    write_golden(path, replay, recording=recording, look=LOOK, start="detections")


def test_a_golden_comes_back_to_the_bit(
    baseline: Replay, recording: Recording, tmp_path: Path
) -> None:
    _write(tmp_path / "g.zip", baseline, recording)
    back = read_golden(tmp_path / "g.zip", recording=recording, look=LOOK)
    assert first_difference(baseline, back.replay) is None
    assert back.replay.frames[2].spots.keys() == set(LOOK.wear)


@pytest.mark.parametrize(
    "halt", [OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)), KeyboardInterrupt()]
)
def test_a_full_disk_and_ctrl_c_leave_the_old_golden_whole(
    baseline: Replay,
    recording: Recording,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    halt: BaseException,
) -> None:
    path = tmp_path / "g.zip"
    _write(path, baseline, recording)
    before = path.read_bytes()

    def half(target: Path, members: dict[str, bytes]) -> None:
        target.write_bytes(next(iter(members.values()))[:10])
        raise halt

    monkeypatch.setattr(goldens, "write_zip", half)
    with pytest.raises((OutputError, KeyboardInterrupt)):
        _write(path, baseline, recording)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_another_recordings_golden_is_refused(
    baseline: Replay, recording: Recording, tmp_path: Path
) -> None:
    _write(tmp_path / "g.zip", baseline, recording)
    other = tmp_path / "other"
    shutil.unpack_archive(FIXTURES / "version-1.zip", other)
    manifest = other / "recording.json"
    manifest.write_text(manifest.read_text().replace('"v1.mp4"', '"v2.mp4"'))
    with Recording(other) as another, pytest.raises(InputError, match="another recording"):
        read_golden(tmp_path / "g.zip", recording=another, look=LOOK)


def test_another_looks_golden_is_refused(
    baseline: Replay, recording: Recording, tmp_path: Path
) -> None:
    _write(tmp_path / "g.zip", baseline, recording)
    with pytest.raises(InputError, match="aurelle-windsor, aurelle-hoops, not aurelle-fedora"):
        read_golden(tmp_path / "g.zip", recording=recording, look=Look(("aurelle-fedora",)))


def test_a_damaged_or_missing_golden_says_so(
    baseline: Replay, recording: Recording, tmp_path: Path
) -> None:
    path = tmp_path / "g.zip"
    with pytest.raises(InputError, match="--update"):
        read_golden(path, recording=recording, look=LOOK)
    _write(path, baseline, recording)
    whole = path.read_bytes()
    path.write_bytes(whole[:-50])
    with pytest.raises(InputError, match="not a whole golden"):
        read_golden(path, recording=recording, look=LOOK)
