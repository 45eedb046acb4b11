"""What binds an imported garment to the body, in a file beside its GLB."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tryon.core.errors import ImportError3D
from tryon.media.drafts import write_whole
from tryon.wardrobe.alterations.fitted import Fitted

SCHEMA = "garment.1"
SUFFIX = ".garment.npz"
FULL = 255


def binding_path(model: Path) -> Path:
    """The file of the binding that belongs to a model's file."""
    return model.with_suffix(SUFFIX)


def write_binding(path: Path, garment: Fitted, *, layer: int) -> None:
    """Write joints, weights, levels, occlusion and what is hidden. Raises OutputError."""
    arrays: dict[str, NDArray[np.generic]] = {
        "schema": np.array(SCHEMA),
        "layer": np.array(layer, np.int8),
        "hides_body": np.packbits(garment.hides_body),
        "hides_count": np.array(len(garment.hides_body), np.int32),
        "parts": np.array(len(garment.parts), np.int32),
        "levels": np.array(len(garment.parts[0].faces), np.int32),
    }
    for number, part in enumerate(garment.parts):
        arrays[f"{number}.bones"] = part.bones
        arrays[f"{number}.weights"] = part.weights.astype(np.float16)
        occlusion = part.mesh.occlusion
        assert occlusion is not None
        arrays[f"{number}.occlusion"] = np.round(occlusion * FULL).astype(np.uint8)
        for level, faces in enumerate(part.faces):
            arrays[f"{number}.faces{level}"] = faces
    buffer = io.BytesIO()
    np.savez_compressed(buffer, allow_pickle=False, **arrays)
    write_whole(path, buffer.getvalue())


class Binding:
    """A binding as it was written; arrays are read when they are asked for."""

    def __init__(self, path: Path) -> None:
        """Raises ImportError3D for a file that is missing, broken or of another version."""
        self._path = path
        try:
            # From memory: numpy leaves a broken file open.
            with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as data:
                self._arrays = {name: data[name] for name in data.files}
            if str(self._arrays["schema"]) != SCHEMA:
                raise ValueError("another version")
            self.layer = int(self._arrays["layer"])
            count = int(self._arrays["hides_count"])
            bits = np.unpackbits(self._arrays["hides_body"])[:count]
            self.hides_body: NDArray[np.bool_] = bits.astype(bool)
            self.parts = int(self._arrays["parts"])
            self.levels = int(self._arrays["levels"])
        except (OSError, KeyError, ValueError, EOFError, zipfile.BadZipFile) as error:
            raise self.broken(str(error)[:80] or type(error).__name__) from error

    def broken(self, what: str) -> ImportError3D:
        """The error that this file does not fit."""
        return ImportError3D(
            f"{self._path} does not bind this garment: {what}.",
            remedy="Import the garment again with `tryon import … --force`.",
        )

    def skin(self, part: int) -> tuple[NDArray[np.uint8], NDArray[np.float32], NDArray[np.float32]]:
        """(V, 4) bones, (V, 4) weights and (V,) occlusion of one part."""
        weights = self._get(f"{part}.weights").astype(np.float32)
        weights /= np.maximum(weights.sum(1, keepdims=True), np.float32(1e-6))
        occlusion = self._get(f"{part}.occlusion").astype(np.float32) / np.float32(FULL)
        return self._get(f"{part}.bones").astype(np.uint8), weights, occlusion

    def faces(self, part: int, level: int) -> NDArray[np.int32]:
        """(F, 3) triangles of one part in one level."""
        return self._get(f"{part}.faces{level}").astype(np.int32)

    def _get(self, name: str) -> NDArray[np.generic]:
        if name not in self._arrays:
            raise self.broken(f"it lacks {name}")
        return np.asarray(self._arrays[name])
