"""The doctor finds what is missing and says what to do about it."""

from __future__ import annotations

import json
import os
import stat
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.conftest import REPOSITORY
from tryon import doctor
from tryon.cli import main
from tryon.doctor import Check, examine
from tryon.supplies import SUPPLIES, store, supply_path


def check_of(name: str) -> Check:
    return next(check for check in examine() if check.name == name)


@pytest.fixture
def graphics_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """Saves the second that OpenGL takes, in tests that look at something else."""
    answer = Check("graphics", "OpenGL", True, "taken for granted")
    monkeypatch.setattr(doctor, "_graphics", lambda: answer)


@pytest.fixture
def empty_cache(graphics_work: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TRYON_CACHE", str(tmp_path))
    return tmp_path


def test_names_the_renderer() -> None:
    check = check_of("OpenGL")
    assert check.ok
    assert "OpenGL 4." in check.found or "OpenGL 3." in check.found


def test_machine_without_graphics_gets_the_packages_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("EGL_DEVICE_ID", "99")
    check = check_of("OpenGL")
    assert (check.ok, check.needed) == (False, True)
    assert "libgl1-mesa-dri" in check.remedy


def test_every_supply_is_named_with_its_hash(graphics_work: None) -> None:
    found = {check.name: check.found for check in examine() if check.topic == "supplies"}
    assert found == {each.name: f"sha256 {each.sha256}" for each in SUPPLIES}


def test_missing_supplies_lead_to_setup_and_exit_code_1(empty_cache: Path) -> None:
    result = CliRunner().invoke(main, ["doctor", "--json"])
    document = json.loads(result.stdout)
    assert result.exit_code == 1
    assert document["ok"] is False
    missing = [check for check in document["checks"] if check["topic"] == "supplies"]
    assert {(check["found"], check["remedy"]) for check in missing} == {
        ("missing", "Run `tryon setup`.")
    }


def test_damage_that_kept_size_and_stamp_is_found(empty_cache: Path) -> None:
    path = empty_cache / "supplies" / "selfie_segmenter.tflite"
    path.parent.mkdir()
    content = supply_bytes("selfie_segmenter.tflite")
    path.write_bytes(b"x" + content[1:])
    status = path.stat()
    stamp = [status.st_size, status.st_mtime_ns, status.st_ctime_ns]
    good = next(each.sha256 for each in SUPPLIES if each.name == path.name)
    store.stamp_path(path).write_text(json.dumps([*stamp, good]), "utf-8")
    check = check_of("selfie_segmenter.tflite")
    assert not check.ok
    assert check.found.startswith("damaged")


def test_second_opencv_is_pointed_out_but_not_fatal(
    graphics_work: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = doctor._version
    monkeypatch.setattr(
        doctor, "_version", lambda name: {"opencv-python": "4.9"}.get(name, real(name))
    )
    check = check_of("opencv-python")
    assert (check.ok, check.needed) == (False, False)
    assert "pip uninstall opencv-python" in check.remedy


def test_package_outside_its_pin_is_found(
    graphics_work: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = doctor._version
    monkeypatch.setattr(
        doctor, "_version", lambda name: {"mediapipe": "0.10.35"}.get(name, real(name))
    )
    check = check_of("mediapipe")
    assert (check.ok, check.found) == (False, "0.10.35")
    assert "mediapipe==0.10.33" in check.remedy


def test_machine_with_everything_is_healthy() -> None:
    result = CliRunner().invoke(main, ["doctor"])
    assert result.exit_code == 0, result.output
    assert "All that is needed is here." in result.output


class TestSystemPackages:
    """`.ci/system-packages.sh`, with the machine's answers replaced by scripts of ours."""

    def run(
        self, folder: Path, user: int, *words: str, libraries: str = ""
    ) -> subprocess.CompletedProcess[str]:
        scripts = {
            "ldconfig": f"echo '{libraries} (libc6,x86-64)'",
            "id": f"echo {user}",
            "apt-get": f'echo "$@" >> {folder}/apt.log',
        }
        for name, line in scripts.items():
            script = folder / name
            script.write_text(f"#!/bin/sh\n{line}\n", "utf-8")
            script.chmod(script.stat().st_mode | stat.S_IXUSR)
        return subprocess.run(
            ["/bin/bash", str(REPOSITORY / ".ci" / "system-packages.sh"), "python3", *words],
            # Nothing but our scripts, so that the machine's own browser is not found.
            env={**os.environ, "PATH": str(folder)},
            capture_output=True,
            text=True,
            check=False,
        )

    def test_without_root_the_exact_command_is_printed(self, tmp_path: Path) -> None:
        done = self.run(tmp_path, user=1000)
        assert done.returncode == 1
        assert "sudo apt-get update && sudo apt-get install -y" in done.stderr
        for package in doctor.SYSTEM_LIBRARIES.values():
            assert f" {package}" in done.stderr
        assert not (tmp_path / "apt.log").exists()

    def test_root_gets_what_is_missing_installed(self, tmp_path: Path) -> None:
        done = self.run(tmp_path, user=0)
        assert done.returncode == 0, done.stderr
        calls = (tmp_path / "apt.log").read_text("utf-8").splitlines()
        assert calls[0].startswith("update")
        assert set(doctor.SYSTEM_LIBRARIES.values()) <= set(calls[1].split())

    def test_root_gets_a_browser_for_the_tests_of_the_page(self, tmp_path: Path) -> None:
        done = self.run(tmp_path, 0, "browser")
        assert done.returncode == 0, done.stderr
        call = (tmp_path / "apt.log").read_text("utf-8").splitlines()[1]
        assert call.endswith(" chromium libatomic1")

    def test_without_root_the_page_goes_untested_and_the_command_is_printed(
        self, tmp_path: Path
    ) -> None:
        done = self.run(tmp_path, 1000, "browser")
        assert done.returncode == 0
        assert "sudo apt-get update && sudo apt-get install" in done.stderr
        assert "chromium" in done.stderr
        assert not (tmp_path / "apt.log").exists()

    def test_browser_that_is_there_is_left_alone(self, tmp_path: Path) -> None:
        (tmp_path / "chromium").write_text("#!/bin/sh\n", "utf-8")
        (tmp_path / "chromium").chmod(0o755)
        assert self.run(tmp_path, 0, "browser", libraries="libatomic.so.1").returncode == 0
        assert not (tmp_path / "apt.log").exists()


def supply_bytes(name: str) -> bytes:
    cache = os.environ.pop("TRYON_CACHE")
    try:
        return supply_path(name).read_bytes()
    finally:
        os.environ["TRYON_CACHE"] = cache
