"""Only bytes that were checked are handed out."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.supplies.conftest import MEMBERS, Registry
from tryon.core.errors import SuppliesError
from tryon.supplies import SUPPLIES, assets_dir, baked_dir, inspect_supply, store, supply_path

CONTENT = MEMBERS["tiny/first.task"]


@pytest.fixture
def first(cache: Path, registry: Registry) -> Path:
    path = cache / "supplies" / "first.task"
    path.parent.mkdir(parents=True)
    path.write_bytes(CONTENT)
    return path


def test_right_file_is_handed_out(first: Path) -> None:
    assert supply_path("first.task") == first


def test_missing_file_says_how_to_get_it(registry: Registry) -> None:
    with pytest.raises(SuppliesError, match=r"first\.task is not set up") as caught:
        supply_path("first.task")
    assert "tryon setup" in caught.value.remedy


def test_truncated_file_is_refused(first: Path) -> None:
    first.write_bytes(CONTENT[:-1])
    with pytest.raises(SuppliesError, match="damaged") as caught:
        supply_path("first.task")
    assert "tryon setup" in caught.value.remedy


def test_file_with_one_other_byte_is_refused_and_both_hashes_are_named(first: Path) -> None:
    first.write_bytes(b"F" + CONTENT[1:])
    with pytest.raises(SuppliesError) as caught:
        supply_path("first.task")
    state = inspect_supply("first.task")
    assert state.state == "wrong"
    assert state.sha256 in caught.value.message


def test_file_that_goes_bad_after_it_was_checked_is_refused(first: Path) -> None:
    supply_path("first.task")
    times = first.stat()
    first.write_bytes(b"F" + CONTENT[1:])
    os.utime(first, ns=(times.st_atime_ns, times.st_mtime_ns))
    with pytest.raises(SuppliesError, match="damaged"):
        supply_path("first.task")


def test_file_is_hashed_once_even_by_the_next_process(
    first: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashed = []
    real = store.sha256_of
    monkeypatch.setattr(store, "sha256_of", lambda path: hashed.append(path) or real(path))
    supply_path("first.task")
    supply_path("first.task")
    monkeypatch.setattr(store, "_verified", {})
    supply_path("first.task")
    assert hashed == [first]


def test_damaged_stamp_only_costs_another_hash(
    first: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    supply_path("first.task")
    store.stamp_path(first).write_text("not JSON", "utf-8")
    monkeypatch.setattr(store, "_verified", {})
    assert supply_path("first.task") == first


def test_own_model_folder_comes_first_and_is_named_with_its_hash(
    first: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, registry: Registry
) -> None:
    own = tmp_path / "own" / "first.task"
    own.parent.mkdir()
    own.write_bytes((registry.wheels / "whole-1.0-py3-none-any.whl").read_bytes())
    monkeypatch.setenv("TRYON_MODELS", str(own.parent))
    assert supply_path("first.task") == own
    state = inspect_supply("first.task")
    assert (state.state, state.path) == ("own", own)
    assert state.sha256 == store.sha256_of(own)


def test_own_file_that_is_no_model_is_refused(
    first: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "first.task").write_bytes(b"<html>not found</html>")
    monkeypatch.setenv("TRYON_MODELS", str(tmp_path))
    with pytest.raises(SuppliesError, match="not a MediaPipe model"):
        supply_path("first.task")


def test_name_that_is_not_in_the_manifest_is_a_bug_of_ours(registry: Registry) -> None:
    with pytest.raises(KeyError, match="no supply is called"):
        supply_path("nonsense.task")


def test_cache_folder_that_cannot_be_made_names_the_variable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("TRYON_CACHE", str(tmp_path / "file" / "cache"))
    with pytest.raises(SuppliesError, match="Cannot make the cache folder") as caught:
        baked_dir()
    assert "TRYON_CACHE" in caught.value.remedy


def test_assets_are_found() -> None:
    assert (assets_dir() / "ATTRIBUTION.md").is_file()


def test_every_supply_is_attributed() -> None:
    text = (assets_dir() / "ATTRIBUTION.md").read_text("utf-8")
    assert [each.name for each in SUPPLIES if f"| {each.name} |" not in text] == []


def test_manifest_holds_whole_hashes_and_sizes() -> None:
    for each in SUPPLIES:
        assert len(each.sha256) == len(each.wheel.sha256) == 64
        assert 0 < each.size_bytes <= 2 * each.wheel.size_bytes
