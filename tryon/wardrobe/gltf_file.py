"""The bytes of a glTF 2.0 or GLB file: its JSON, its buffers, its accessors and its pictures.

Everything a file points to lies in the file itself or in its own folder; nothing is fetched.
"""

from __future__ import annotations

import base64
import binascii
import io
import json
import re
import struct
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import numpy as np
import pygltflib
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from tryon.core.errors import ImportError3D

MOST_BYTES = 512 * 1024**2
MOST_TEXTURE_SIDE = 2048
MOST_PICTURE_PIXELS = 8192 * 8192
"""Beyond it the picture library itself warns of decompression bombs."""
EXPORT_REMEDY = "Export it again as GLB from the program it was made in."

_COMPONENTS = {5120: "<i1", 5121: "<u1", 5122: "<i2", 5123: "<u2", 5125: "<u4", 5126: "<f4"}
_WIDTHS = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4, "MAT4": 16}
_COMPRESSED = {
    "KHR_draco_mesh_compression": "Draco",
    "EXT_meshopt_compression": "meshopt",
    "KHR_meshopt_compression": "meshopt",
}


@dataclass(eq=False)
class GltfFile:
    """An opened file.

    gltf: its JSON as typed objects; path: for messages; buffers are read when first needed.
    """

    path: Path
    gltf: pygltflib.GLTF2
    _chunk: bytes | None
    _buffers: dict[int, bytes]

    @classmethod
    def open(cls, path: Path) -> GltfFile:
        """Read and check the container. Raises ImportError3D, naming the file and what is wrong."""
        try:
            if path.stat().st_size > MOST_BYTES:
                raise ImportError3D(
                    f"{path} is larger than {MOST_BYTES // 1024**2} MB.",
                    remedy="Reduce its triangles and textures.",
                )
            raw = path.read_bytes()
        except OSError as error:
            raise ImportError3D(
                f"Cannot read {path}: {error.strerror}.", remedy="Check the path and permissions."
            ) from error
        text, chunk = _split_glb(path, raw) if raw[:4] == b"glTF" else (raw, None)
        gltf = _parse(path, text)
        _refuse_compressed(path, gltf)
        return cls(path, gltf, chunk, {})

    def accessor(self, index: int | None) -> NDArray[Any]:
        """(count, width) array of an accessor; normalised integers come as float64 from −1 or 0 to 1."""
        accessor = self.entry(self.gltf.accessors, index, "accessor")
        dtype, width = _COMPONENTS.get(accessor.componentType), _WIDTHS.get(accessor.type)
        if dtype is None or width is None or not 0 <= accessor.count <= 50_000_000:
            raise self._broken(f"accessor {index} has an unknown type")
        if accessor.bufferView is None:
            values = np.zeros((accessor.count, width), dtype)
        else:
            values = self._strided(
                accessor.bufferView,
                accessor.byteOffset or 0,
                np.dtype(dtype),
                accessor.count,
                width,
            )
        if accessor.sparse is not None:
            values = self._with_sparse(accessor, values)
        if accessor.normalized and values.dtype.kind in "iu":
            return np.maximum(values / np.iinfo(values.dtype).max, -1.0)
        return values

    def picture(self, image_index: int | None) -> tuple[NDArray[np.uint8] | None, str]:
        """An image as (H, W, 3 or 4) uint8 and "", or None and what is wrong with it.

        It is shrunk to MOST_TEXTURE_SIDE; then the remark says so.
        """
        image = self.entry(self.gltf.images, image_index, "image")
        name = image.name or image.uri or f"image {image_index}"
        name = "embedded" if name.startswith("data:") else name
        if image.bufferView is not None:
            raw: bytes | None = self._view(image.bufferView)
        else:
            raw = self._resource(image.uri or "", must_exist=False)
        if raw is None:
            return None, f"the texture {name} is missing"
        return decoded_picture(raw, name)

    def entry(self, entries: list[Any] | None, index: int | None, kind: str) -> Any:
        if index is None or not entries or not 0 <= index < len(entries):
            raise self._broken(f"it refers to {kind} {index}, which does not exist")
        return entries[index]

    def _broken(self, what: str) -> ImportError3D:
        return ImportError3D(f"{self.path} is not valid glTF: {what}.", remedy=EXPORT_REMEDY)

    def _strided(
        self, view_index: int, offset: int, dtype: np.dtype[Any], count: int, width: int
    ) -> NDArray[Any]:
        view = self.entry(self.gltf.bufferViews, view_index, "bufferView")
        raw = self._view(view_index)
        stride = view.byteStride or dtype.itemsize * width
        needed = offset + (count - 1) * stride + dtype.itemsize * width if count else 0
        if offset < 0 or stride < dtype.itemsize * width or needed > len(raw):
            raise self._broken(f"bufferView {view_index} is shorter than what is read from it")
        values: NDArray[Any] = np.ndarray(
            (count, width), dtype, raw, offset, (stride, dtype.itemsize)
        ).copy()
        return values

    def _with_sparse(self, accessor: pygltflib.Accessor, values: NDArray[Any]) -> NDArray[Any]:
        sparse = accessor.sparse
        index_type = np.dtype(_COMPONENTS.get(sparse.indices.componentType, "<u4"))
        where = self._strided(
            sparse.indices.bufferView, sparse.indices.byteOffset or 0, index_type, sparse.count, 1
        )[:, 0]
        if len(where) and where.max() >= len(values):
            raise self._broken("a sparse accessor reaches beyond its end")
        out = values.copy()
        out[where] = self._strided(
            sparse.values.bufferView,
            sparse.values.byteOffset or 0,
            values.dtype,
            sparse.count,
            values.shape[1],
        )
        return out

    def _view(self, index: int) -> bytes:
        view = self.entry(self.gltf.bufferViews, index, "bufferView")
        buffer = self._buffer(view.buffer)
        start = view.byteOffset or 0
        if start < 0 or view.byteLength < 0 or start + view.byteLength > len(buffer):
            raise self._broken(f"bufferView {index} reaches beyond its buffer")
        return buffer[start : start + view.byteLength]

    def _buffer(self, index: int) -> bytes:
        if index not in self._buffers:
            buffer = self.entry(self.gltf.buffers, index, "buffer")
            if buffer.uri is None:
                if self._chunk is None:
                    raise self._broken(f"buffer {index} has no data")
                self._buffers[index] = self._chunk
            else:
                self._buffers[index] = self._resource(buffer.uri, must_exist=True) or b""
        return self._buffers[index]

    def _resource(self, uri: str, *, must_exist: bool) -> bytes | None:
        """The bytes behind a URI of this file, or None when a file that may be missing is."""
        if uri.startswith("data:"):
            try:
                return base64.b64decode(uri.partition(",")[2], validate=True)
            except binascii.Error as error:
                raise self._broken("embedded data is not base64") from error
        name = unquote(uri)
        folder = self.path.parent.resolve()
        target = (folder / name).resolve()
        if re.match(r"^[A-Za-z][A-Za-z0-9+.-]*:", uri) or not target.is_relative_to(folder):
            raise ImportError3D(
                f"{self.path} points outside its own folder: {uri[:120]}.",
                remedy="Export it as one GLB file, so that everything is inside.",
            )
        if target.is_file() and target.stat().st_size <= MOST_BYTES:
            return target.read_bytes()
        if must_exist:
            raise ImportError3D(
                f"{self.path} needs {name}, which is not beside it.",
                remedy="Copy the whole folder, or export it as one GLB file.",
            )
        return None


def _split_glb(path: Path, raw: bytes) -> tuple[bytes, bytes | None]:
    """The JSON and the binary chunk of a GLB container (glTF 2.0, section 4)."""
    damaged = ImportError3D(f"{path} is a damaged GLB file.", remedy="Copy or export it again.")
    if len(raw) < 20:
        raise damaged
    version, length = struct.unpack_from("<II", raw, 4)
    if version != 2:
        raise ImportError3D(
            f"{path} is GLB version {version}; expected 2.", remedy="Convert it to glTF 2.0."
        )
    if length > len(raw):
        raise damaged
    chunks: list[bytes] = []
    at = 12
    while at + 8 <= length and len(chunks) < 2:
        size, kind = struct.unpack_from("<I4s", raw, at)
        if at + 8 + size > length or (not chunks and kind != b"JSON"):
            raise damaged
        chunks.append(raw[at + 8 : at + 8 + size])
        at += 8 + size
    if not chunks:
        raise damaged
    return chunks[0], chunks[1] if len(chunks) > 1 else None


def _parse(path: Path, text: bytes) -> pygltflib.GLTF2:
    try:
        document = json.loads(text.decode("utf-8-sig"))
        version = str(document["asset"]["version"])
        if not version.startswith("2."):
            raise ImportError3D(
                f"{path} is glTF {version}; expected 2.0.", remedy="Convert it to glTF 2.0."
            )
        with warnings.catch_warnings():
            # pygltflib warns of every optional field that a file leaves out.
            warnings.simplefilter("ignore", RuntimeWarning)
            return pygltflib.GLTF2.from_dict(document)
    # The reader has no errors of its own: whatever does not fit shows as one of these.
    except (
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
        ArithmeticError,
        RecursionError,
    ) as error:
        raise ImportError3D(
            f"{path} is not a glTF or GLB file ({type(error).__name__}: {str(error)[:80]}).",
            remedy="Give a .glb, .gltf or .obj file.",
        ) from error


def _refuse_compressed(path: Path, gltf: pygltflib.GLTF2) -> None:
    for extension in gltf.extensionsRequired or []:
        if extension in _COMPRESSED:
            raise ImportError3D(
                f"{path} is compressed with {_COMPRESSED[extension]} ({extension}).",
                remedy="Export it without geometry compression, for example with "
                "`gltf-transform copy` or Blender's glTF export.",
            )


def decoded_picture(raw: bytes, name: str) -> tuple[NDArray[np.uint8] | None, str]:
    """(H, W, 3 or 4) uint8 of a coded picture and "" or how it was shrunk; None and why it is lost."""
    try:
        with Image.open(io.BytesIO(raw)) as image:
            if image.width * image.height > MOST_PICTURE_PIXELS:
                return None, f"the texture {name} of {image.width}×{image.height} is too large"
            size = (image.width, image.height)
            has_alpha = "A" in image.getbands() or "transparency" in image.info
            picture = image.convert("RGBA" if has_alpha else "RGB")
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None, f"the texture {name} cannot be read"
    remark = ""
    if max(size) > MOST_TEXTURE_SIDE:
        scale = MOST_TEXTURE_SIDE / max(size)
        small = (max(1, round(size[0] * scale)), max(1, round(size[1] * scale)))
        picture = picture.resize(small, Image.Resampling.BOX)
        remark = f"the texture {name} of {size[0]}×{size[1]} was shrunk to {small[0]}×{small[1]}"
    return np.asarray(picture, np.uint8).copy(), remark
