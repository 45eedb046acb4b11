"""Makes a stranger's triangles fit to be drawn: finite, not empty, not too many, with normals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tryon.core.errors import ImportError3D
from tryon.core.mesh import Mesh, smooth_normals
from tryon.wardrobe.importer_report import ImportReport

MOST_TRIANGLES = 1_000_000
FARTHEST = 1e9
"""Coordinates beyond it, in any unit, are no place; so are infinity and NaN."""
GOOD_TRIANGLES = 100_000
"""What one item should have at most (glTF auditor's budget for products)."""


@dataclass(frozen=True, eq=False)
class Mended:
    """A repaired mesh, the number of the one it came from, and (V,) the vertices it kept of that."""

    mesh: Mesh
    number: int
    kept: NDArray[np.int64]


def repaired(meshes: Sequence[Mesh], report: ImportReport, *, path: Path) -> tuple[Mesh, ...]:
    """The same meshes without broken triangles, with unit normals, only vertices that are used.

    What was mended goes into the report. Raises ImportError3D when nothing is left, or far too much.
    """
    return tuple(each.mesh for each in mended(meshes, report, path=path))


def mended(meshes: Sequence[Mesh], report: ImportReport, *, path: Path) -> tuple[Mended, ...]:
    """As `repaired`, and where everything came from, for what is kept beside the vertices."""
    total = sum(len(mesh.faces) for mesh in meshes)
    if total > MOST_TRIANGLES:
        raise ImportError3D(
            f"{path} has {total:,} triangles; at most {MOST_TRIANGLES:,} can be brought in.",
            remedy=f"Decimate it first, best below {GOOD_TRIANGLES:,} (Blender: the Decimate modifier).",
        )
    left = [
        each
        for each in (_mended(mesh, report, number=k) for k, mesh in enumerate(meshes))
        if each is not None
    ]
    if not left:
        raise ImportError3D(
            f"{path} holds no triangles that can be drawn.",
            remedy="Export the visible geometry as triangles.",
        )
    count = sum(len(each.mesh.faces) for each in left)
    report.found.append(f"{count:,} triangles in {len(left)} surface(s)")
    if count > GOOD_TRIANGLES:
        report.assumed.append(
            f"{count:,} triangles are kept, though more than {GOOD_TRIANGLES:,} draw slowly"
        )
    shared = sum(_edges_of_many(each.mesh) for each in left)
    if shared:
        report.assumed.append(
            f"{shared:,} edges belong to more than two triangles (non-manifold); they are kept"
        )
    return tuple(left)


def _mended(mesh: Mesh, report: ImportReport, *, number: int) -> Mended | None:
    corners = mesh.vertices[mesh.faces].astype(np.float64)
    finite = np.asarray((np.abs(corners) < FARTHEST).all(axis=(1, 2)))
    if not finite.all():
        report.lost.append(
            f"{int((~finite).sum()):,} triangles of {mesh.name} with coordinates that are no place"
        )
    corners = np.where(finite[:, None, None], corners, 0.0)
    cross = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    area = np.asarray(np.linalg.norm(cross, axis=1))
    kept = np.asarray(finite & (area > 1e-12 * max(float(area.max(initial=0.0)), 1e-30)))
    if not kept.any():
        return None
    whole = replace(mesh, faces=mesh.faces[kept])
    good = _with_good_normals(_with_finite_uv(used_only(whole), report), report)
    return Mended(good, number, np.unique(whole.faces).astype(np.int64))


def used_only(mesh: Mesh) -> Mesh:
    """The mesh without vertices that no face uses."""
    used, inverse = np.unique(mesh.faces, return_inverse=True)
    if len(used) == len(mesh.vertices):
        return mesh
    return replace(
        mesh,
        vertices=mesh.vertices[used],
        faces=inverse.reshape(-1, 3).astype(np.int32),
        normals=mesh.normals[used],
        uv=None if mesh.uv is None else mesh.uv[used],
        color=None if mesh.color is None else mesh.color[used],
        occlusion=None if mesh.occlusion is None else mesh.occlusion[used],
    )


def _with_finite_uv(mesh: Mesh, report: ImportReport) -> Mesh:
    if mesh.uv is None or np.isfinite(mesh.uv).all():
        return mesh
    report.lost.append(f"texture coordinates of {mesh.name} that are no numbers")
    return replace(mesh, uv=np.nan_to_num(mesh.uv, nan=0.0, posinf=0.0, neginf=0.0))


def _with_good_normals(mesh: Mesh, report: ImportReport) -> Mesh:
    """Unit normals that look to the same side as the faces."""
    smooth = smooth_normals(mesh.vertices, mesh.faces)
    length = np.linalg.norm(mesh.normals, axis=1)
    # Zero or NaN marks a normal that the file did not give.
    broken = ~(np.abs(length - 1) < 0.1)
    normals = np.where(broken[:, None], smooth, mesh.normals).astype(np.float32)
    if broken.any():
        report.lost.append(f"{int(broken.sum()):,} broken normals of {mesh.name}, made anew")
    agrees = np.einsum("ij,ij->i", normals, smooth)
    if np.median(agrees) < -0.2:
        report.assumed.append(f"the faces of {mesh.name} look inwards and are turned round")
        return replace(mesh, normals=normals, faces=np.ascontiguousarray(mesh.faces[:, ::-1]))
    return replace(mesh, normals=normals)


def _edges_of_many(mesh: Mesh) -> int:
    """How many edges belong to more than two triangles, seams closed."""
    place = welded(mesh)[mesh.faces]
    edges = np.sort(np.concatenate([place[:, [0, 1]], place[:, [1, 2]], place[:, [2, 0]]]), axis=1)
    code = edges[:, 0].astype(np.int64) * (int(edges.max()) + 1) + edges[:, 1]
    return int((np.unique(code, return_counts=True)[1] > 2).sum())


def welded(mesh: Mesh) -> NDArray[np.intp]:
    """(V,) number of the place at which each vertex lies; seams share it."""
    step = max(float(np.ptp(mesh.vertices, axis=0).max()), 1e-12) * 1e-5
    key = np.round(mesh.vertices / step).astype(np.int64)
    return np.unique(key, axis=0, return_inverse=True)[1].ravel()
