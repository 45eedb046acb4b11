"""Takes a stranger's meshes apart: into connected pieces, and along a plane."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from tryon.core.mesh import Mesh
from tryon.core.spaces import Floats
from tryon.core.transforms import apply
from tryon.wardrobe.importer_repair import used_only, welded


def pieces(mesh: Mesh) -> list[Mesh]:
    """The parts of a mesh that hang together; vertices at one place count as one."""
    place = welded(mesh)
    corners = place[mesh.faces]
    count = int(place.max()) + 1
    rows, columns = corners[:, [0, 1]].ravel(), corners[:, [1, 2]].ravel()
    graph = sparse.coo_matrix((np.ones(len(rows), np.int8), (rows, columns)), (count, count))
    number, label = connected_components(graph, directed=False)
    if number == 1:
        return [mesh]
    of_face = label[corners[:, 0]]
    order = np.argsort(of_face, kind="stable")
    ends = np.cumsum(np.bincount(of_face, minlength=number))
    groups = np.split(order, ends[:-1])
    return [used_only(replace(mesh, faces=mesh.faces[group])) for group in groups if len(group)]


def split_by_plane(mesh: Mesh, axis: int, at: float) -> tuple[Mesh | None, Mesh | None]:
    """The part of a mesh below `at` along an axis, and the part above; triangles across are cut."""
    height = mesh.vertices[:, axis].astype(np.float64) - at
    below = height < 0
    count = below[mesh.faces].sum(1)
    across = (count == 1) | (count == 2)
    extended, low, high = _cut(mesh, height, below, mesh.faces[across])
    lower = np.concatenate([mesh.faces[count == 3], low])
    upper = np.concatenate([mesh.faces[count == 0], high])
    return tuple(  # type: ignore[return-value]  # two of them
        used_only(replace(extended, faces=np.ascontiguousarray(faces, np.int32)))
        if len(faces)
        else None
        for faces in (lower, upper)
    )


def _cut(
    mesh: Mesh, height: Floats, below: NDArray[np.bool_], faces: NDArray[np.int32]
) -> tuple[Mesh, NDArray[np.int32], NDArray[np.int32]]:
    """The mesh with new vertices on the plane, and the cut triangles of the lower and upper side."""
    if not len(faces):
        empty = np.zeros((0, 3), np.int32)
        return mesh, empty, empty
    side = below[faces]
    alone = np.where(side.sum(1) == 1, side.argmax(1), (~side).argmax(1))
    turned = np.take_along_axis(faces, (alone[:, None] + np.arange(3)) % 3, axis=1)
    a, b, c = turned.T
    first, second = len(mesh.vertices), len(mesh.vertices) + len(faces)
    extended = _with_points_between(mesh, height, ((a, b), (a, c)))
    ab = np.arange(first, first + len(faces))
    ac = np.arange(second, second + len(faces))
    tip = np.stack([a, ab, ac], 1)
    base = np.concatenate([np.stack([ab, b, c], 1), np.stack([ab, c, ac], 1)])
    tip_below = below[a]
    base_below = np.concatenate([~tip_below, ~tip_below])
    low = np.concatenate([tip[tip_below], base[base_below]])
    high = np.concatenate([tip[~tip_below], base[~base_below]])
    return extended, low, high


def _with_points_between(
    mesh: Mesh, height: Floats, edges: Sequence[tuple[NDArray[np.int32], NDArray[np.int32]]]
) -> Mesh:
    """The mesh with a vertex more on each of these edges, where the height is zero."""
    start = np.concatenate([edge[0] for edge in edges])
    end = np.concatenate([edge[1] for edge in edges])
    share = (height[start] / (height[start] - height[end]))[:, None]

    def grown(values: NDArray[np.float32]) -> NDArray[np.float32]:
        between = (1 - share) * values[start] + share * values[end]
        return np.concatenate([values, between]).astype(np.float32)

    normals = grown(mesh.normals)
    normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12)
    return replace(
        mesh,
        vertices=grown(mesh.vertices),
        normals=normals,
        uv=None if mesh.uv is None else grown(mesh.uv),
        color=None if mesh.color is None else grown(mesh.color),
        occlusion=None,
    )


def joined(meshes: Sequence[Mesh]) -> tuple[Mesh, ...]:
    """Meshes of one name and one material as one, in the order of their first."""
    groups: dict[tuple[str, int], list[Mesh]] = {}
    for mesh in meshes:
        groups.setdefault((mesh.name, id(mesh.material)), []).append(mesh)
    return tuple(_as_one(group) for group in groups.values())


def _as_one(group: Sequence[Mesh]) -> Mesh:
    if len(group) == 1:
        return group[0]
    starts = np.cumsum([0] + [len(m.vertices) for m in group[:-1]])
    has_uv = any(m.uv is not None for m in group)
    has_color = any(m.color is not None for m in group)
    return replace(
        group[0],
        vertices=np.concatenate([m.vertices for m in group]),
        faces=np.concatenate(
            [m.faces + np.int32(k) for m, k in zip(group, starts, strict=True)], dtype=np.int32
        ),
        normals=np.concatenate([m.normals for m in group]),
        uv=np.concatenate([_uv_of(m) for m in group]) if has_uv else None,
        color=np.concatenate([_color_of(m) for m in group]) if has_color else None,
        occlusion=None,
    )


def _uv_of(mesh: Mesh) -> NDArray[np.float32]:
    return np.zeros((len(mesh.vertices), 2), np.float32) if mesh.uv is None else mesh.uv


def _color_of(mesh: Mesh) -> NDArray[np.float32]:
    return np.ones((len(mesh.vertices), 4), np.float32) if mesh.color is None else mesh.color


def moved(mesh: Mesh, target_from_mesh: Floats) -> Mesh:
    """The mesh carried by a similarity (4, 4)."""
    linear = target_from_mesh[:3, :3]
    turn = linear / np.cbrt(np.linalg.det(linear))
    return replace(
        mesh,
        vertices=apply(target_from_mesh, mesh.vertices.astype(np.float64)).astype(np.float32),
        normals=(mesh.normals @ turn.T).astype(np.float32),
    )
