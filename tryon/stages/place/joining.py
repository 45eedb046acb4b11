"""Fewer, larger meshes: each one that is drawn costs the renderer a fixed effort."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from tryon.core.mesh import Material, Mesh
from tryon.stages.place.placement import Placement

TEXTURES = ("base_color_texture", "normal_texture", "roughness_metal_texture")


def joined(placements: Sequence[Placement]) -> tuple[Placement, ...]:
    """The same with fewer meshes: what has one material and moves as one is drawn as one."""
    groups: dict[object, list[Placement]] = {}
    for placement in placements:
        key: object = (
            (placement.owner, placement.follows, placement.mesh.material.name,
             placement.depth_bias_m, placement.head_from_mesh.tobytes())
            if placement.vertices is None
            else id(placement)
        )  # fmt: skip
        groups.setdefault(key, []).append(placement)
    out = []
    for group in groups.values():
        for alike in _by_material(group):
            mesh = alike[0].mesh if len(alike) == 1 else _joined_mesh(tuple(p.mesh for p in alike))
            out.append(replace(alike[0], mesh=mesh))
    return tuple(out)


def _by_material(group: Sequence[Placement]) -> list[list[Placement]]:
    """Placements of one name of material by whether it really is the same one, attributes too."""
    parts: list[list[Placement]] = []
    for placement in group:
        home = next((part for part in parts if _alike(part[0].mesh, placement.mesh)), None)
        if home is None:
            parts.append([placement])
        else:
            home.append(placement)
    return parts


def _alike(a: Mesh, b: Mesh) -> bool:
    if any(getattr(a.material, t) is not getattr(b.material, t) for t in TEXTURES):
        return False
    return _bare(a.material) == _bare(b.material) and all(
        (getattr(a, name) is None) == (getattr(b, name) is None)
        for name in ("uv", "color", "occlusion")
    )


def _bare(material: Material) -> Material:
    return replace(
        material, base_color_texture=None, normal_texture=None, roughness_metal_texture=None
    )


@lru_cache(maxsize=256)
def _joined_mesh(meshes: tuple[Mesh, ...]) -> Mesh:
    """One mesh of several; the same object for the same ones, so that a renderer keeps it."""
    first = meshes[0]
    starts = np.cumsum([0] + [len(m.vertices) for m in meshes[:-1]])

    def stacked(name: str) -> NDArray[np.float32] | None:
        arrays = [getattr(m, name) for m in meshes]
        return None if arrays[0] is None else np.concatenate(arrays)

    return replace(
        first,
        vertices=np.concatenate([m.vertices for m in meshes]),
        normals=np.concatenate([m.normals for m in meshes]),
        faces=np.concatenate(
            [m.faces + np.int32(s) for m, s in zip(meshes, starts, strict=True)], dtype=np.int32
        ),
        uv=stacked("uv"),
        color=stacked("color"),
        occlusion=stacked("occlusion"),
    )
