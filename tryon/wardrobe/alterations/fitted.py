"""A garment that stands on our body: let out where it is too tight, shaded, in levels of detail."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix, csr_matrix

from tryon.core.mesh import Mesh, smooth_normals
from tryon.core.spaces import Floats
from tryon.wardrobe.alterations.coarser import coarser
from tryon.wardrobe.alterations.inner import without_clear, without_inner
from tryon.wardrobe.body import Body
from tryon.wardrobe.importer_repair import used_only
from tryon.wardrobe.importer_repair import welded as places_of
from tryon.wardrobe.occlusion import bake_openness
from tryon.wardrobe.skinning import top_weights
from tryon.wardrobe.tailor.cover import covered, welded
from tryon.wardrobe.tailor.form import Form

LEVEL_TRIANGLES = (16_000, 6_000, 2_500)
"""Most triangles of a whole garment in each level of detail."""
ROUNDS, PASSES = 8, 12
"""Letting out: so often pushed, and each push is passed on to neighbours so often."""
PASSED_ON = 0.92
DARKEST = 0.35
"""What is shut at rest opens when the person moves, so nothing is ever black."""


@dataclass(frozen=True, eq=False)
class BoundPart:
    """One surface on our body at rest. dense: (V, 53) shares of the joints, rows sum to 1."""

    mesh: Mesh
    dense: Floats


@dataclass(frozen=True, eq=False)
class FittedPart:
    """mesh: the finest level, with occlusion; bones, weights: (V, 4); faces: for each level (F, 3)
    triangles of the mesh's vertices."""

    mesh: Mesh
    bones: NDArray[np.uint8]
    weights: NDArray[np.float32]
    faces: tuple[NDArray[np.int32], ...]


@dataclass(frozen=True, eq=False)
class Fitted:
    """hides_body: (B,) bool, which of the body's welded vertices the garment covers; let_out_m: how
    far the tightest place was moved."""

    parts: tuple[FittedPart, ...]
    hides_body: NDArray[np.bool_]
    let_out_m: float


@cache
def dress_form() -> Form:
    """The neutral body as a dress form; its distance field takes seconds, so it is kept."""
    return Form.of(Body.load())


def fitted(
    parts: Sequence[BoundPart], *, gap_m: float, hidden: NDArray[np.bool_] | None = None
) -> Fitted:
    """Finish a garment that lies on the body at rest.

    gap_m: cloth keeps so far from the skin; hidden: (B,) what its maker hides of the body.
    """
    form = dress_form()
    outs = [_let_out(part.mesh, form, gap_m) for part in parts]
    furthest = max((far for _, far in outs), default=0.0)
    meshes = [without_clear(mesh) for mesh, _ in outs]
    hides = _hidden_skin(form, meshes)
    if hidden is not None:
        hides = hides | hidden
    meshes = without_inner(meshes)
    total = sum(len(mesh.faces) for mesh in meshes)
    cut = [
        _cut(mesh, part.dense, total)
        for mesh, part in zip(meshes, parts, strict=True)
        if len(mesh.faces)
    ]
    skin = Mesh("form", form.figure.vertices, form.body.faces, form.figure.vertices)
    blockers = [*(m for m, _, _ in cut if m.material.alpha_mode != "BLEND"), skin]
    done = []
    for mesh, dense, faces in cut:
        bones, weights = top_weights(dense)
        above = mesh.vertices + np.float32(0.001) * mesh.normals
        openness = DARKEST + (1 - DARKEST) * bake_openness(above, mesh.normals, blockers)
        shaded = replace(mesh, occlusion=openness.astype(np.float32))
        done.append(FittedPart(shaded, bones, weights, faces))
    return Fitted(tuple(done), hides, furthest)


def _cut(
    mesh: Mesh, dense: Floats, total: int
) -> tuple[Mesh, Floats, tuple[NDArray[np.int32], ...]]:
    """A part's finest level with only its own vertices, their weights, and triangles by level.

    total: triangles of the whole garment, of which the part may keep its share.
    """
    share = len(mesh.faces) / total
    faces = coarser(mesh, dense, [max(60, round(share * most)) for most in LEVEL_TRIANGLES])
    used = np.unique(faces[0])
    number = np.zeros(len(mesh.vertices), np.int32)
    number[used] = np.arange(len(used))
    fine = used_only(replace(mesh, faces=faces[0]))
    return fine, dense[used], tuple(number[level] for level in faces)


def spread(mesh: Mesh, values: Floats, passes: int) -> Floats:
    """(V, …) values smoothed over the mesh, seams closed."""
    place = places_of(mesh)
    graph = neighbours(place[mesh.faces], int(place.max()) + 1)
    here = _by_place(values, place)
    for _ in range(passes):
        here = 0.5 * here + 0.5 * (graph @ here)
    return np.asarray(here[place])


def neighbours(faces: NDArray[np.integer], count: int) -> csr_matrix:
    """(count, count) matrix that gives each vertex the mean of its neighbours."""
    one = np.concatenate([faces[:, k] for k in (0, 1, 2, 1, 2, 0)])
    other = np.concatenate([faces[:, k] for k in (1, 2, 0, 0, 1, 2)])
    graph = coo_matrix((np.ones(len(one)), (one, other)), (count, count)).tocsr()
    graph.data[:] = 1.0
    return graph.multiply(1 / np.maximum(np.asarray(graph.sum(1)).ravel(), 1)[:, None]).tocsr()


def _by_place(values: Floats, place: NDArray[np.intp]) -> Floats:
    flat = values.reshape(len(values), -1)
    times = np.bincount(place)
    out = np.stack([np.bincount(place, column) for column in flat.T], axis=1)
    return np.asarray(out / times[:, None])


def _let_out(mesh: Mesh, form: Form, gap_m: float) -> tuple[Mesh, float]:
    """The mesh with nothing nearer to the skin than the gap, and how far its tightest place moved.

    Neighbours of what is pushed come along, so that the cloth stays smooth.
    """
    place = places_of(mesh)
    graph = neighbours(place[mesh.faces], int(place.max()) + 1)
    start = _by_place(mesh.vertices.astype(np.float64), place)
    points = start
    for _ in range(ROUNDS):
        push = form.field.pushed_out(points, gap_m, rounds=1) - points
        tight = np.linalg.norm(push, axis=1) > 1e-5
        if not tight.any():
            break
        carried = push
        for _ in range(PASSES):
            carried = np.where(tight[:, None], push, PASSED_ON * (graph @ carried))
        points = points + carried
    points = form.field.pushed_out(points, gap_m)
    moved = points - start
    far = float(np.linalg.norm(moved, axis=1).max(initial=0.0))
    if far < 1e-5:
        return mesh, 0.0
    vertices = (mesh.vertices + moved[place]).astype(np.float32)
    return replace(mesh, vertices=vertices, normals=turned_normals(mesh, vertices)), far


def turned_normals(mesh: Mesh, vertices: NDArray[np.float32]) -> NDArray[np.float32]:
    """(V, 3) the mesh's normals, changed as its smooth ones change when the vertices move."""
    place = places_of(mesh)
    faces = place[mesh.faces].astype(np.int32)
    count = int(place.max()) + 1

    def smooth(points: NDArray[np.float32]) -> NDArray[np.float32]:
        first = np.zeros((count, 3), np.float32)
        first[place] = points
        return smooth_normals(first, faces)[place]

    out = mesh.normals + smooth(vertices) - smooth(mesh.vertices)
    length = np.linalg.norm(out, axis=1, keepdims=True)
    return np.asarray(out / np.maximum(length, 1e-6), np.float32)


def _hidden_skin(form: Form, meshes: Sequence[Mesh]) -> NDArray[np.bool_]:
    shells = [
        welded(mesh.vertices, mesh.faces) for mesh in meshes if mesh.material.alpha_mode != "BLEND"
    ]
    normals = smooth_normals(form.figure.vertices, form.body.faces).astype(np.float64)
    return covered(form.points, normals, shells)
