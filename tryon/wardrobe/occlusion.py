"""Ambient occlusion of an item by itself, baked per vertex.

From each vertex, cosine-weighted rays (Malley's method on a Hammersley set) look for the item's other
surfaces; the nearer they are, the more they shade. What is blended (lenses, veils) casts none.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tryon.core.errors import SuppliesError
from tryon.core.mesh import Mesh
from tryon.core.spaces import Floats
from tryon.supplies import baked_dir
from tryon.wardrobe.rays import RayScene

RAYS = 64
REACH_M = 0.12
"""A surface farther away than this shades nothing; nearer ones count in proportion."""
SURFACE_OFFSET_M = 5e-5
"""Rays start so far above their own surface."""
VERSION = "occlusion.2"
_VERTICES_AT_ONCE = 32768


def with_occlusion(parts: Sequence[Mesh]) -> tuple[Mesh, ...]:
    """The same meshes with their `occlusion` set; those that have one already keep it.

    Baked once a geometry and kept in the cache folder, if that can be written to.
    """
    wanting = [mesh for mesh in parts if mesh.occlusion is None and len(mesh.faces)]
    if not wanting:
        return tuple(parts)
    path = _cache_path(parts)
    count = sum(len(mesh.vertices) for mesh in wanting)
    openness = _read(path, count)
    if openness is None:
        openness = np.concatenate([_openness_of(mesh, parts) for mesh in wanting])
        _write(path, openness)
    ends = np.cumsum([len(mesh.vertices) for mesh in wanting])[:-1]
    baked = dict(zip(map(id, wanting), np.split(openness, ends), strict=True))
    return tuple(
        replace(mesh, occlusion=baked[id(mesh)]) if id(mesh) in baked else mesh for mesh in parts
    )


def bake_openness(
    vertices: NDArray[np.float32], normals: NDArray[np.float32], blockers: Sequence[Mesh]
) -> NDArray[np.float32]:
    """(V,) share of the sky that each vertex sees, 1 open to 0 shut.

    vertices: (V, 3) metres; normals: (V, 3) unit; blockers: what shades, in the same space.
    """
    scene = RayScene(blockers)
    chunks = [
        _seen(scene, vertices[k : k + _VERTICES_AT_ONCE], normals[k : k + _VERTICES_AT_ONCE], k)
        for k in range(0, len(vertices), _VERTICES_AT_ONCE)
    ]
    return np.concatenate(chunks)


def _openness_of(mesh: Mesh, parts: Sequence[Mesh]) -> NDArray[np.float32]:
    blockers = [other for other in parts if other.material.alpha_mode != "BLEND"]
    openness = bake_openness(mesh.vertices, mesh.normals, blockers)
    return _smoothed(openness, mesh.faces)


def _seen(
    scene: RayScene, vertices: NDArray[np.float32], normals: NDArray[np.float32], first: int
) -> NDArray[np.float32]:
    count = len(vertices)
    directions = _directions(normals.astype(np.float64), first).astype(np.float32)
    starts = vertices + SURFACE_OFFSET_M * normals
    distance = scene.distances(np.repeat(starts, RAYS, axis=0), directions.reshape(-1, 3))
    shade = np.clip(1 - distance.reshape(count, RAYS) / REACH_M, 0, 1).mean(1)
    return np.asarray(1 - shade, np.float32)


def _directions(normals: Floats, first: int) -> Floats:
    """(V, RAYS, 3) cosine-weighted directions about the normals; each vertex turns the set, so that
    its regular pattern does not show as bands."""
    index = np.arange(RAYS)
    radical = np.array([int(f"{i:06b}"[::-1], 2) for i in index]) / 64
    radius = np.sqrt((index + 0.5) / RAYS)
    turn = (np.arange(first, first + len(normals)) * 0.6180339887) % 1
    angle = 2 * np.pi * (radical[None] + turn[:, None])
    side, up = _tangents(normals)
    height = np.sqrt(1 - radius**2)
    return np.asarray(
        (radius * np.cos(angle))[..., None] * side[:, None]
        + (radius * np.sin(angle))[..., None] * up[:, None]
        + height[None, :, None] * normals[:, None]
    )


def _tangents(normals: Floats) -> tuple[Floats, Floats]:
    """Two (V, 3) directions across each normal (Duff et al. 2017)."""
    x, y, z = normals.T
    sign = np.where(z < 0, -1.0, 1.0)
    a = -1 / (sign + z)
    b = x * y * a
    side = np.stack([1 + sign * x * x * a, sign * b, -sign * x], axis=1)
    return side, np.stack([b, sign + y * y * a, -y], axis=1)


def _smoothed(openness: NDArray[np.float32], faces: NDArray[np.int32]) -> NDArray[np.float32]:
    """Half of each vertex's own value, half its neighbours': takes the grain of few rays away."""
    edges = np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]])
    edges = np.concatenate([edges, edges[:, ::-1]])
    total = np.bincount(edges[:, 0], openness[edges[:, 1]], minlength=len(openness))
    count = np.bincount(edges[:, 0], minlength=len(openness))
    around = np.where(count > 0, total / np.maximum(count, 1), openness)
    return np.asarray(0.5 * (openness + around), np.float32)


def _cache_path(parts: Sequence[Mesh]) -> Path | None:
    digest = hashlib.sha256(f"{VERSION} {RAYS} {REACH_M}".encode())
    for mesh in parts:
        digest.update(f"{mesh.material.alpha_mode} {mesh.occlusion is None}".encode())
        for array in (mesh.vertices, mesh.normals, mesh.faces):
            digest.update(np.ascontiguousarray(array).tobytes())
    try:
        return baked_dir() / "occlusion" / f"{digest.hexdigest()[:32]}.npy"
    except SuppliesError:
        return None


def _read(path: Path | None, count: int) -> NDArray[np.float32] | None:
    if path is None:
        return None
    try:
        levels = np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError):
        return None
    # Cut short or of another make: baked again.
    if levels.shape != (count,) or levels.dtype != np.uint8:
        return None
    return np.asarray(levels / np.float32(255), np.float32)


def _write(path: Path | None, openness: NDArray[np.float32]) -> None:
    if path is None:
        return
    draft = path.with_suffix(f".{os.getpid()}")
    # A cache that cannot be written to costs time, not the result.
    with contextlib.suppress(OSError):
        path.parent.mkdir(exist_ok=True)
        with draft.open("wb") as file:
            np.save(file, np.round(openness * 255).astype(np.uint8))
        draft.replace(path)
