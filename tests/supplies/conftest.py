"""A small registry of supplies in a folder of wheels, and a cache of its own for each test."""

from __future__ import annotations

import hashlib
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from tryon.supplies import manifest, store
from tryon.supplies.manifest import Supply, Wheel

MEMBERS = {"tiny/first.task": b"first " * 50_000, "tiny/second.png": b"second " * 30_000}


@dataclass(frozen=True)
class Registry:
    """wheels: folder to give as `wheels_in`; supplies: two members of one wheel, and another wheel
    as a whole."""

    wheels: Path
    supplies: tuple[Supply, ...]


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "cache"
    monkeypatch.setenv("TRYON_CACHE", str(folder))
    monkeypatch.delenv("TRYON_MODELS", raising=False)
    monkeypatch.setattr(store, "_verified", {})
    return folder


@pytest.fixture
def registry(tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> Registry:
    folder = tmp_path / "wheels"
    folder.mkdir()
    tiny = _wheel(folder, "tiny", MEMBERS)
    whole = _wheel(folder, "whole", {"whole/data.bin": bytes(range(256)) * 1000})
    supplies = (
        _supply("first.task", tiny, "tiny/first.task", MEMBERS["tiny/first.task"]),
        _supply("second.png", tiny, "tiny/second.png", MEMBERS["tiny/second.png"]),
        _supply("whole.whl", whole, None, (folder / whole.file).read_bytes()),
    )
    monkeypatch.setattr(manifest, "SUPPLIES", supplies)
    return Registry(folder, supplies)


def _wheel(folder: Path, name: str, members: dict[str, bytes]) -> Wheel:
    path = folder / f"{name}-1.0-py3-none-any.whl"
    notes = {
        f"{name}-1.0.dist-info/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n",
        f"{name}-1.0.dist-info/WHEEL": (
            "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        ),
        f"{name}-1.0.dist-info/RECORD": "",
    }
    with zipfile.ZipFile(path, "w") as archive:
        for member, content in [*members.items(), *notes.items()]:
            archive.writestr(zipfile.ZipInfo(member), content)
    content = path.read_bytes()
    return Wheel(name, "1.0", path.name, hashlib.sha256(content).hexdigest(), len(content))


def _supply(name: str, wheel: Wheel, member: str | None, content: bytes) -> Supply:
    digest = hashlib.sha256(content).hexdigest()
    return Supply(name, wheel, member, digest, len(content), "CC0-1.0", "made here", "tests")
