"""What a recording or a golden was made with: machine, packages, models, catalogue."""

from __future__ import annotations

import hashlib
import platform
import sys
from collections.abc import Sequence
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from tryon.supplies import SUPPLIES, assets_dir, inspect_supply
from tryon.wardrobe.catalogue import Catalogue

PACKAGES = (
    "tryon", "mediapipe", "numpy", "scipy", "numba", "opencv-contrib-python", "av", "pyrender-maintained",
    "PyOpenGL", "trimesh", "embreex",
)  # fmt: skip
"""Whose versions may change a pixel."""
MODEL_SUFFIXES = (".task", ".tflite", ".whl")


class Machine(BaseModel):
    """What decides whether the same build gives the same bits."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    system: str
    processor: str
    features: str = Field(description="a digest of the processor's instruction sets")
    python: str


class Provenance(BaseModel):
    """Machine, versions by package, SHA-256 by model, and the catalogue's revision."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    machine: Machine
    versions: dict[str, str]
    models: dict[str, str]
    wardrobe: str = Field(description="revision of the catalogue: a digest of its files")

    def is_same_setup(self, other: Provenance) -> bool:
        """Whether bits may be compared: the machine, the other packages and the models are the same."""
        mine, its = dict(self.versions), dict(other.versions)
        mine.pop("tryon", None), its.pop("tryon", None)
        return (self.machine, mine, self.models) == (other.machine, its, other.models)

    def differences(self, other: Provenance) -> list[str]:
        """What differs, one line each, `other` first."""
        out = [
            f"{name}: {before} → {now}"
            for name, before, now in (
                ("system", other.machine.system, self.machine.system),
                ("processor", other.machine.processor, self.machine.processor),
                ("instruction sets", other.machine.features, self.machine.features),
                ("Python", other.machine.python, self.machine.python),
                ("wardrobe", other.wardrobe, self.wardrobe),
            )
            if before != now
        ]
        for title, before_all, now_all in (
            ("", other.versions, self.versions),
            ("model ", other.models, self.models),
        ):
            for name in sorted({*before_all, *now_all}):
                before, now = before_all.get(name, "absent"), now_all.get(name, "absent")
                if before != now:
                    out.append(f"{title}{name}: {before[:12]} → {now[:12]}")
        return out


@cache
def provenance() -> Provenance:
    """Of this process. Hashes of models come from their stamps, so that this takes milliseconds."""
    return Provenance(
        machine=machine(),
        versions={name: _version(name) for name in PACKAGES},
        models={
            each.name: inspect_supply(each.name).sha256
            for each in SUPPLIES
            if each.name.endswith(MODEL_SUFFIXES)
        },
        wardrobe=wardrobe_revision(),
    )


def machine() -> Machine:
    """This machine."""
    info = _cpu_info()
    return Machine(
        system=f"{platform.system()} {platform.machine()}",
        processor=info.get("model name", platform.processor() or "unknown"),
        features=hashlib.sha256(info.get("flags", "").encode()).hexdigest()[:12],
        python=".".join(map(str, sys.version_info[:2])),
    )


def wardrobe_revision(folders: Sequence[Path] | None = None) -> str:
    """A digest of every file of the bundled catalogue and what lies beside it."""
    chosen = folders or [assets_dir() / name for name in ("catalogue", "garments", "head")]
    hasher = hashlib.sha256()
    for folder in chosen:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                hasher.update(path.relative_to(folder).as_posix().encode())
                hasher.update(hashlib.sha256(path.read_bytes()).digest())
    return hasher.hexdigest()[:16]


def item_revision(catalogue: Catalogue, item_id: str) -> str:
    """A digest of one item as the catalogue states it."""
    stated = catalogue.item(item_id).model_dump_json()
    return hashlib.sha256(stated.encode()).hexdigest()[:16]


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "absent"


def _cpu_info() -> dict[str, str]:
    """The first processor's lines of /proc/cpuinfo; empty elsewhere."""
    try:
        text = Path("/proc/cpuinfo").read_text("utf-8")
    except OSError:
        return {}
    first = text.partition("\n\n")[0]
    pairs = (line.partition(":") for line in first.splitlines())
    return {name.strip(): value.strip() for name, _, value in pairs}
