"""Files appear whole or not at all."""

from __future__ import annotations

import errno
import os
import resource
from pathlib import Path

import pytest

from tryon.core.errors import OutputError
from tryon.media.drafts import draft, write_whole


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_folders_are_made_and_the_file_is_there(tmp_path: Path) -> None:
    target = tmp_path / "a" / "b" / "text.json"
    write_whole(target, b"{}")
    assert target.read_bytes() == b"{}"
    assert names(target.parent) == ["text.json"]


@pytest.mark.parametrize("failure", [KeyboardInterrupt, ZeroDivisionError])
def test_failure_half_way_leaves_what_was_there_before(
    tmp_path: Path, failure: type[BaseException]
) -> None:
    target = tmp_path / "old.png"
    target.write_bytes(b"old")

    def fail_half_way() -> None:
        with draft(target) as here:
            here.write_bytes(b"half")
            raise failure

    with pytest.raises(failure):
        fail_half_way()
    assert target.read_bytes() == b"old"
    assert names(tmp_path) == ["old.png"]


def test_readers_see_the_old_file_until_the_new_one_is_whole(tmp_path: Path) -> None:
    target = tmp_path / "old.png"
    target.write_bytes(b"old")
    with draft(target) as here:
        here.write_bytes(b"new")
        assert target.read_bytes() == b"old"
    assert target.read_bytes() == b"new"


def test_full_disk_names_the_file_and_the_way_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    target = tmp_path / "out.png"
    with pytest.raises(OutputError, match=r"out\.png .*No space left") as caught:
        write_whole(target, b"content")
    assert "Free some space" in caught.value.remedy
    assert names(tmp_path) == []


def test_file_size_limit_of_the_system_leaves_nothing(tmp_path: Path) -> None:
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, limit[1]))
    try:
        with pytest.raises(OutputError, match="File too large") as caught:
            write_whole(tmp_path / "out.png", bytes(100_000))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)
    assert "another disk" in caught.value.remedy
    assert names(tmp_path) == []


def test_target_that_is_a_folder_or_below_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "folder.png").mkdir()
    with pytest.raises(OutputError, match="Is a directory"):
        write_whole(tmp_path / "folder.png", b"x")
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(OutputError, match=r"Not a directory|File exists") as caught:
        write_whole(tmp_path / "file" / "out.png", b"x")
    assert "choose another folder" in caught.value.remedy
    assert names(tmp_path) == ["file", "folder.png"]


def test_new_file_follows_the_umask(tmp_path: Path) -> None:
    old = os.umask(0o027)
    try:
        write_whole(tmp_path / "out.png", b"x")
    finally:
        os.umask(old)
    assert (tmp_path / "out.png").stat().st_mode & 0o777 == 0o640
