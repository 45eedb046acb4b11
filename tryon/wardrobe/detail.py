"""Items in fewer triangles, for pictures in which they are small.

What remains are some of the item's own vertices, so it is placed, shaded and coloured as before. A
software renderer pays for every triangle by the block of 4 × 4 pixels: halving those of eyewear
that is 180 pixels wide takes a fifth of the whole drawing away.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tryon.core.errors import OutputError, SuppliesError
from tryon.core.mesh import Mesh
from tryon.core.spaces import Floats
from tryon.media.drafts import write_whole
from tryon.supplies import baked_dir

KEPT_SHARE = 0.5
FEWEST_TRIANGLES = 200
"""Smaller parts stay as they are."""
RIM_APART = 10.0
"""Feature distance between vertices of an open border: a lens keeps the outline that its rim holds."""
VERSION = "detail.1"

Triangles = NDArray[np.int32]


def with_fewer_triangles(parts: Sequence[Mesh]) -> tuple[Mesh, ...]:
    """The same meshes, vertex for vertex, in about half of their triangles.

    Baked once a geometry and kept in the cache folder, if that can be written to.
    """
    path = _cache_path(parts)
    faces = _read(path, parts)
    if faces is None:
        faces = [_thinned(mesh) for mesh in parts]
        _write(path, faces)
    return tuple(replace(mesh, faces=few) for mesh, few in zip(parts, faces, strict=True))


def _thinned(mesh: Mesh) -> Triangles:
    """(F, 3) fewer triangles; open borders and what vertices draw by colour and occlusion are kept."""
    if len(mesh.faces) < FEWEST_TRIANGLES:
        return mesh.faces
    # Slow to import, and wanted only when an item is seen for the first time.
    from tryon.wardrobe.alterations.coarser import coarser  # noqa: PLC0415

    shades = [a.reshape(len(a), -1) for a in (mesh.color, mesh.occlusion) if a is not None]
    features = np.concatenate([*shades, RIM_APART * _rim_numbers(mesh)[:, None]], axis=1)
    count = int(KEPT_SHARE * len(mesh.faces))
    return coarser(mesh, features.astype(np.float64), [count])[0]


def _rim_numbers(mesh: Mesh) -> Floats:
    """(V,) a number of its own for each place on an open border, 0 elsewhere."""
    _, place = np.unique(mesh.vertices, axis=0, return_inverse=True)
    place = place.ravel()
    corners = place[mesh.faces]
    ends = np.sort(np.concatenate([corners[:, [k, (k + 1) % 3]] for k in range(3)]), axis=1)
    sides, times = np.unique(ends, axis=0, return_counts=True)
    on_rim = np.unique(sides[times == 1])
    numbers = np.zeros(place.max() + 1)
    numbers[on_rim] = 1 + np.arange(len(on_rim))
    return np.asarray(numbers[place])


def _cache_path(parts: Sequence[Mesh]) -> Path | None:
    digest = hashlib.sha256(f"{VERSION} {KEPT_SHARE} {FEWEST_TRIANGLES} {RIM_APART}".encode())
    for mesh in parts:
        for array in (mesh.vertices, mesh.faces, mesh.color, mesh.occlusion):
            digest.update(b"" if array is None else np.ascontiguousarray(array).tobytes())
    try:
        return baked_dir() / "detail" / f"{digest.hexdigest()[:32]}.npy"
    except SuppliesError:
        return None


def _read(path: Path | None, parts: Sequence[Mesh]) -> list[Triangles] | None:
    if path is None:
        return None
    try:
        rows = np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError):
        return None
    # Of another make: baked again.
    if rows.dtype != np.int32 or rows.ndim != 2 or rows.shape[1] != 4:
        return None
    faces = [np.ascontiguousarray(rows[rows[:, 0] == k, 1:]) for k in range(len(parts))]
    fits = all(len(few) <= len(m.faces) for few, m in zip(faces, parts, strict=True))
    return faces if fits else None


def _write(path: Path | None, faces: Sequence[Triangles]) -> None:
    if path is None:
        return
    # Each triangle after the number of its part.
    rows = np.concatenate([np.insert(few, 0, k, axis=1) for k, few in enumerate(faces)])
    packed = io.BytesIO()
    np.save(packed, rows)
    # A cache that cannot be written to costs time, not the result.
    with contextlib.suppress(OutputError):
        write_whole(path, packed.getvalue())
