"""MakeHuman's materials: colour and maps of cloth out of an `.mhmat` file."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from tryon.core.mesh import Material, Texture
from tryon.wardrobe.alterations.beside import MOST_BYTES, inside, numbered_lines
from tryon.wardrobe.gltf_file import decoded_picture


def read_mhmat(clothes: Path, name: str | None, lost: list[str]) -> Material:
    """The material of the .mhmat file that clothes name; plain, and told in `lost`, where there is none."""
    if name is None:
        lost.append("its material: none is named")
        return Material(clothes.stem, roughness=0.8, double_sided=True)
    path = inside(clothes, name)
    if path is None or not path.is_file():
        lost.append(f"the material {name}, which is missing")
        return Material(clothes.stem, roughness=0.8, double_sided=True)
    words: dict[str, list[str]] = {}
    for _, line in numbered_lines(path):
        key, *rest = line.split()
        words.setdefault(key.lower(), rest)
    return phong_material(
        clothes.stem,
        [_float(w, 1.0) for w in words.get("diffusecolor", [])[:3]],
        opacity=_float(next(iter(words.get("opacity", ["1"])), "1"), 1.0),
        shininess=_float(next(iter(words.get("shininess", ["0"])), "0"), 0.0),
        color_map=_texture(path, words.get("diffusetexture"), lost),
        normal_map=_texture(path, words.get("normalmaptexture"), lost),
    )


def phong_material(
    name: str,
    diffuse: list[float],
    *,
    opacity: float,
    shininess: float,
    color_map: Texture | None,
    normal_map: Texture | None,
) -> Material:
    """Cloth out of MakeHuman's shading model: colour and maps; its gloss (0 to 1) only a little."""
    r, g, b = (
        (float(np.clip(c, 0, 1)) ** 2.2) for c in (diffuse if len(diffuse) == 3 else [1.0] * 3)
    )
    if color_map is not None:
        # MakeHuman's own viewer draws the texture alone.
        r, g, b = 1.0, 1.0, 1.0
    return Material(
        name,
        (r, g, b, float(np.clip(opacity, 0, 1))),
        roughness=float(np.clip(0.92 - 0.35 * shininess, 0.4, 0.95)),
        base_color_texture=color_map,
        normal_texture=None if normal_map is None else np.ascontiguousarray(normal_map[..., :3]),
        alpha_mode="OPAQUE" if opacity > 0.99 else "BLEND",
        double_sided=True,
    )


def _texture(material: Path, words: list[str] | None, lost: list[str]) -> Texture | None:
    if not words:
        return None
    name = " ".join(words)
    path = inside(material, name)
    if path is None or not path.is_file() or path.stat().st_size > MOST_BYTES:
        lost.append(f"the texture {name}, which is missing")
        return None
    picture, remark = decoded_picture(path.read_bytes(), name)
    if remark:
        lost.append(remark)
    return picture


def _float(word: str, fallback: float) -> float:
    try:
        return float(word)
    except ValueError:
        return fallback
