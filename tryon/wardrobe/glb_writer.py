"""Writes meshes as one GLB file that any viewer opens and `gltf_surfaces` reads back."""

from __future__ import annotations

import io
import json
import struct
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from tryon.core.mesh import Material, Mesh, Texture

JPEG_QUALITY = 93
_FLOAT, _UINT = 5126, 5125
_ARRAY, _ELEMENTS = 34962, 34963


def glb_bytes(meshes: Sequence[Mesh], *, credit: str = "") -> bytes:
    """The file's bytes: a node for each mesh, named like it, in metres.

    credit: author and licence, written where glTF keeps the copyright.
    """
    return _Writer(credit).file(meshes)


class _Writer:
    def __init__(self, credit: str) -> None:
        self._binary = bytearray()
        self._extensions: set[str] = set()
        self._material_of: dict[int, int] = {}
        self._texture_of: dict[int, int] = {}
        asset = {"version": "2.0", "generator": "tryon"}
        self._json: dict[str, Any] = {"asset": {**asset, "copyright": credit} if credit else asset}
        for kind in (
            "nodes",
            "meshes",
            "accessors",
            "bufferViews",
            "materials",
            "textures",
            "images",
        ):
            self._json[kind] = []

    def file(self, meshes: Sequence[Mesh]) -> bytes:
        for mesh in meshes:
            self._add(mesh)
        document = {name: value for name, value in self._json.items() if value}
        document["scene"] = 0
        document["scenes"] = [{"nodes": list(range(len(meshes)))}]
        document["buffers"] = [{"byteLength": len(self._binary)}]
        if self._extensions:
            document["extensionsUsed"] = sorted(self._extensions)
        text = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
        text += b" " * (-len(text) % 4)
        binary = bytes(self._binary) + b"\0" * (-len(self._binary) % 4)
        total = 12 + 8 + len(text) + 8 + len(binary)
        return b"".join(
            (
                struct.pack("<4sII", b"glTF", 2, total),
                struct.pack("<I4s", len(text), b"JSON"), text,
                struct.pack("<I4s", len(binary), b"BIN\0"), binary,
            )
        )  # fmt: skip

    def _add(self, mesh: Mesh) -> None:
        attributes = {
            "POSITION": self._accessor(mesh.vertices, "VEC3", bounds=True),
            "NORMAL": self._accessor(mesh.normals, "VEC3"),
        }
        if mesh.uv is not None:
            # glTF counts v from the top.
            flipped = np.stack([mesh.uv[:, 0], 1 - mesh.uv[:, 1]], axis=1)
            attributes["TEXCOORD_0"] = self._accessor(flipped, "VEC2")
        if mesh.color is not None:
            attributes["COLOR_0"] = self._accessor(mesh.color, "VEC4")
        primitive = {
            "attributes": attributes,
            "indices": self._accessor(mesh.faces.reshape(-1, 1), "SCALAR"),
            "material": self._material(mesh.material),
        }
        self._json["nodes"].append({"name": mesh.name, "mesh": len(self._json["meshes"])})
        self._json["meshes"].append({"name": mesh.name, "primitives": [primitive]})

    def _accessor(self, values: NDArray[Any], kind: str, *, bounds: bool = False) -> int:
        is_index = values.dtype.kind in "iu"
        packed = np.ascontiguousarray(values, "<u4" if is_index else "<f4")
        entry: dict[str, Any] = {
            "bufferView": self._view(packed.tobytes(), target=_ELEMENTS if is_index else _ARRAY),
            "componentType": _UINT if is_index else _FLOAT,
            "count": len(values),
            "type": kind,
        }
        if bounds:
            entry |= {"min": packed.min(0).tolist(), "max": packed.max(0).tolist()}
        self._json["accessors"].append(entry)
        return len(self._json["accessors"]) - 1

    def _view(self, raw: bytes, *, target: int | None = None) -> int:
        self._binary += b"\0" * (-len(self._binary) % 4)
        entry = {"buffer": 0, "byteOffset": len(self._binary), "byteLength": len(raw)}
        self._json["bufferViews"].append(entry if target is None else {**entry, "target": target})
        self._binary += raw
        return len(self._json["bufferViews"]) - 1

    def _material(self, material: Material) -> int:
        if id(material) in self._material_of:
            return self._material_of[id(material)]
        pbr: dict[str, Any] = {
            "baseColorFactor": list(material.base_color),
            "metallicFactor": material.metallic,
            "roughnessFactor": material.roughness,
        }
        entry: dict[str, Any] = {
            "name": material.name,
            "pbrMetallicRoughness": pbr,
            "alphaMode": material.alpha_mode,
            "doubleSided": material.double_sided,
            "emissiveFactor": list(material.emissive),
        }
        for owner, name, texture in (
            (pbr, "baseColorTexture", material.base_color_texture),
            (pbr, "metallicRoughnessTexture", material.roughness_metal_texture),
            (entry, "normalTexture", material.normal_texture),
        ):
            if texture is not None:
                lossy = name == "baseColorTexture" and texture.shape[2] == 3
                owner[name] = {"index": self._texture(texture, lossy=lossy)}
        extensions = _extensions(material)
        if extensions:
            entry["extensions"] = extensions
            self._extensions |= set(extensions)
        self._json["materials"].append(entry)
        self._material_of[id(material)] = len(self._json["materials"]) - 1
        return self._material_of[id(material)]

    def _texture(self, texture: Texture, *, lossy: bool) -> int:
        if id(texture) not in self._texture_of:
            coded = io.BytesIO()
            image = Image.fromarray(texture)
            if lossy:
                image.save(coded, "JPEG", quality=JPEG_QUALITY, subsampling=0)
            else:
                image.save(coded, "PNG")
            mime = "image/jpeg" if lossy else "image/png"
            view = self._view(coded.getvalue())
            self._json["images"].append({"bufferView": view, "mimeType": mime})
            self._json["textures"].append({"source": len(self._json["images"]) - 1})
            self._texture_of[id(texture)] = len(self._json["textures"]) - 1
        return self._texture_of[id(texture)]


def _extensions(material: Material) -> dict[str, dict[str, Any]]:
    """What of our material glTF's core does not hold."""
    out: dict[str, dict[str, Any]] = {}
    if material.reflectance != 0.04 and material.reflectance < 1:
        root = float(np.sqrt(material.reflectance))
        out["KHR_materials_ior"] = {"ior": (1 + root) / (1 - root)}
    if max(material.sheen) > 0:
        out["KHR_materials_sheen"] = {"sheenColorFactor": list(material.sheen)}
    return out
