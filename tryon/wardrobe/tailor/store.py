"""Baked garments on disk: small enough to be shipped, checked against the recipe they come from."""

from __future__ import annotations

import hashlib
import io
import json
import os
import zipfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tryon.supplies import assets_dir, baked_dir
from tryon.wardrobe.body_bake import BAKED_NAME
from tryon.wardrobe.tailor.make import BakedGarment, BakedPart

TAILOR_VERSION = 3
"""Raised when the same recipe gives another garment."""
UV_STEP_CM = 0.01
FULL16, FULL8 = 65535, 255


def recipe_hash(name: str, recipe: object) -> str:
    """What a bake depends on: the recipe's numbers, the tailor's version and the body."""
    text = f"{TAILOR_VERSION} {BAKED_NAME} {name} {recipe!r}"
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def shipped_path(name: str) -> Path:
    """Where the bake that comes with the project lies."""
    return assets_dir() / "garments" / f"{name}.npz"


def cached_path(name: str, digest: str) -> Path:
    """Where a bake made on this machine lies."""
    return baked_dir() / f"garment-{name}-{digest}.npz"


def write(path: Path, garment: BakedGarment, digest: str) -> None:
    """Write a bake; the same garment always gives the same bytes."""
    arrays: dict[str, NDArray[np.generic]] = {
        "digest": np.array(digest),
        "layer": np.array(garment.layer, np.int8),
        "hides_body": np.packbits(garment.hides_body),
        "hides_count": np.array(len(garment.hides_body), np.int32),
        "finished": np.array(json.dumps(garment.finished, sort_keys=True)),
        "parts": np.array(
            json.dumps([[[part.name, part.trim] for part in level] for level in garment.levels])
        ),
    }
    for level, parts in enumerate(garment.levels):
        for number, part in enumerate(parts):
            for key, array in _packed(part).items():
                arrays[f"{level}.{number}.{key}"] = array
    draft = path.with_suffix(f".{os.getpid()}")
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for key, array in arrays.items():
            buffer = io.BytesIO()
            np.lib.format.write_array(buffer, np.asanyarray(array), allow_pickle=False)
            # A fixed date, so that equal bakes are equal files.
            archive.writestr(
                zipfile.ZipInfo(f"{key}.npy", (1980, 1, 1, 0, 0, 0)),
                buffer.getvalue(),
                zipfile.ZIP_DEFLATED,
                9,
            )
    draft.replace(path)


def read(path: Path, digest: str) -> BakedGarment | None:
    """The bake in a file, or None when there is none, it is broken or of another recipe."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as data:
            if str(data["digest"]) != digest:
                return None
            names = json.loads(str(data["parts"]))
            levels = tuple(
                tuple(
                    _unpacked(
                        str(name),
                        bool(trim),
                        {
                            key.split(".", 2)[2]: data[key]
                            for key in data.files
                            if key.startswith(f"{level}.{number}.")
                        },
                    )
                    for number, (name, trim) in enumerate(parts)
                )
                for level, parts in enumerate(names)
            )
            hides = np.unpackbits(data["hides_body"])[: int(data["hides_count"])].astype(bool)
            finished = {str(k): float(v) for k, v in json.loads(str(data["finished"])).items()}
            return BakedGarment(levels, int(data["layer"]), hides, finished)
    except (OSError, KeyError, ValueError, EOFError, zipfile.BadZipFile):
        return None


def _packed(part: BakedPart) -> dict[str, NDArray[np.generic]]:
    low, high = part.vertices.min(0), part.vertices.max(0)
    size = np.maximum(high - low, 1e-6)
    place = np.round((part.vertices - low) / size * FULL16).astype(np.uint16)
    weights = np.round(part.weights * FULL8).astype(np.int16)
    weights[:, 0] += FULL8 - weights.sum(1)
    # Corner numbers as differences: mostly small, so they pack well.
    steps = np.diff(part.faces.astype(np.int32).ravel(), prepend=0).astype(np.int16)
    return {
        "box": np.stack([low, high]).astype(np.float32),
        "place": _split(np.diff(place.astype(np.int32), axis=0, prepend=0).astype(np.uint16)),
        "normal": np.round(part.normals * 127).astype(np.int8),
        "faces": _split(steps.view(np.uint16)),
        "uv": _split(
            np.diff(np.round(part.uv_cm / UV_STEP_CM).astype(np.int32), axis=0, prepend=0).astype(
                np.uint16
            )
        ),
        "occlusion": np.round(part.occlusion * FULL8).astype(np.uint8),
        "bones": part.bones,
        "weights": weights.astype(np.uint8),
    }


def _split(words: NDArray[np.uint16]) -> NDArray[np.uint8]:
    """High and low bytes apart: each packs better by itself."""
    return np.stack([(words >> 8).astype(np.uint8), (words & 255).astype(np.uint8)])


def _joined(halves: NDArray[np.uint8]) -> NDArray[np.uint16]:
    return np.asarray((halves[0].astype(np.uint16) << 8) | halves[1], np.uint16)


def _unpacked(name: str, trim: bool, data: dict[str, NDArray[np.generic]]) -> BakedPart:
    low, high = np.asarray(data["box"], np.float32)
    place = np.cumsum(_joined(np.asarray(data["place"], np.uint8)), axis=0, dtype=np.uint16)
    vertices = low + place.astype(np.float32) / np.float32(FULL16) * np.maximum(high - low, 1e-6)
    normals = np.asarray(data["normal"], np.float32)
    normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-6)
    steps = _joined(np.asarray(data["faces"], np.uint8)).view(np.int16)
    uv = np.cumsum(_joined(np.asarray(data["uv"], np.uint8)), axis=0, dtype=np.uint16)
    weights = np.asarray(data["weights"], np.float32)
    return BakedPart(
        name,
        trim,
        vertices.astype(np.float32),
        normals.astype(np.float32),
        np.cumsum(steps, dtype=np.int32).reshape(-1, 3),
        (uv.view(np.int16).astype(np.float32) * np.float32(UV_STEP_CM)),
        np.asarray(data["occlusion"], np.float32) / np.float32(FULL8),
        np.asarray(data["bones"], np.uint8),
        weights / weights.sum(1, keepdims=True),
    )
