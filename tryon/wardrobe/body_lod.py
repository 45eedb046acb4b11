"""Coarser versions of a textured mesh whose vertices are some of the original ones.

Edges collapse onto one of their ends, cheapest first, by the quadric error of Garland & Heckbert
("Surface simplification using quadric error metrics", 1997). As no vertex moves, weights, shapes and
texture coordinates of what stays are those of the original. Seams of the texture and open borders
collapse only along themselves.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from tryon.core.spaces import Floats

Indices = NDArray[np.int64]

LEAST_NORMAL_DOT = 0.25
"""A collapse may not turn any triangle by more than 75°."""
SHAPE_SHARE = 2e-4
"""Cost of a long edge (× its squared length × area): keeps flat regions evenly meshed."""


class Decimator:
    """A mesh that gets coarser and coarser.

    vertices: (V, 3) metres; faces, uv_faces: (F, 3) corners in vertices and texture coordinates;
    importance: (F,) weight of each triangle's planes, 1 where every millimetre counts; features:
    (V, K) anything that should not change across a collapse, scaled so that a distance of 1 costs as
    much as an error of 1 cm.
    """

    def __init__(
        self,
        vertices: Floats,
        faces: Indices,
        uv_faces: Indices,
        *,
        importance: Floats,
        features: Floats,
    ) -> None:
        self._points = vertices
        self._features = features
        self._corners: dict[int, dict[int, int]] = {}
        self._around: list[set[int]] = [set() for _ in vertices]
        for number, (corner, uv) in enumerate(zip(faces.tolist(), uv_faces.tolist(), strict=True)):
            self._corners[number] = dict(zip(corner, uv, strict=True))
            for vertex in corner:
                self._around[vertex].add(number)
        self._order = {number: tuple(corners) for number, corners in self._corners.items()}
        self._quadrics, self._areas = _quadrics(vertices, faces, importance)
        self._stamp = np.zeros(len(vertices), np.int64)
        self._heap: list[tuple[float, int, int, int, int]] = []
        for a, b in {(min(e), max(e)) for f in faces.tolist() for e in _edges(f)}:
            self._push(a, b)

    def collapse_to(self, count: int) -> tuple[Indices, Indices]:
        """Collapse until at most `count` triangles are left: (F, 3) vertices and (F, 3) uv corners."""
        while len(self._corners) > count and self._heap:
            _, gone, stays, seen_gone, seen_stays = heapq.heappop(self._heap)
            if (self._stamp[gone], self._stamp[stays]) == (seen_gone, seen_stays):
                self._collapse(gone, stays)
        faces = [self._order[n] for n in self._corners]
        uv = [[self._corners[n][v] for v in self._order[n]] for n in self._corners]
        return np.array(faces, np.int64), np.array(uv, np.int64)

    def _push(self, a: int, b: int) -> None:
        for gone, stays in ((a, b), (b, a)):
            offset = self._points[gone] - self._points[stays]
            point = np.append(self._points[stays], 1.0)
            area = self._areas[gone]
            change = self._features[gone] - self._features[stays]
            cost = point @ self._quadrics[gone] @ point + area * (
                SHAPE_SHARE * offset @ offset + 1e-4 * change @ change
            )
            entry = (float(cost), gone, stays, int(self._stamp[gone]), int(self._stamp[stays]))
            heapq.heappush(self._heap, entry)

    def _neighbours(self, vertex: int) -> set[int]:
        return {v for face in self._around[vertex] for v in self._order[face]} - {vertex}

    def _collapse(self, gone: int, stays: int) -> None:
        shared = self._around[gone] & self._around[stays]
        renamed = self._renamed_uv(gone, stays, shared)
        if renamed is None or not self._is_allowed(gone, stays, shared):
            return
        for face in shared:
            for vertex in self._order[face]:
                self._around[vertex].discard(face)
            del self._corners[face], self._order[face]
        for face in self._around[gone]:
            uv = self._corners[face].pop(gone)
            self._corners[face][stays] = renamed[uv]
            self._order[face] = tuple(stays if v == gone else v for v in self._order[face])
            self._around[stays].add(face)
        self._around[gone] = set()
        self._quadrics[stays] += self._quadrics[gone]
        self._areas[stays] += self._areas[gone]
        self._stamp[gone] += 1
        self._stamp[stays] += 1
        for vertex in self._neighbours(stays):
            self._push(vertex, stays)

    def _renamed_uv(self, gone: int, stays: int, shared: set[int]) -> dict[int, int] | None:
        """Which texture coordinate each of `gone` becomes; None where the texture would tear."""
        renamed: dict[int, int] = {}
        for face in shared:
            uv = self._corners[face]
            if renamed.setdefault(uv[gone], uv[stays]) != uv[stays]:
                return None
        used = {self._corners[face][gone] for face in self._around[gone]}
        return renamed if used <= renamed.keys() else None

    def _is_allowed(self, gone: int, stays: int, shared: set[int]) -> bool:
        """Whether the surface keeps its topology, its borders and its orientation."""
        if not shared:
            return False
        on_border = any(
            len(self._around[gone] & self._around[v]) == 1 for v in self._neighbours(gone)
        )
        if on_border and len(shared) != 1:
            return False
        if len(self._neighbours(gone) & self._neighbours(stays)) != len(shared):
            return False
        for face in self._around[gone] - shared:
            order = self._order[face]
            before = _normal(self._points[list(order)])
            after = _normal(self._points[[stays if v == gone else v for v in order]])
            scale = np.linalg.norm(before) * np.linalg.norm(after)
            if before @ after <= LEAST_NORMAL_DOT * scale:
                return False
        return True


def split_at_seams(faces: Indices, uv_faces: Indices) -> tuple[Indices, Indices, Indices]:
    """One vertex for each pair of position and texture coordinate.

    Returns (n,) its position's number, (n,) its texture coordinate's number, and (F, 3) faces.
    """
    pairs = np.stack([faces.ravel(), uv_faces.ravel()], axis=1)
    unique, inverse = np.unique(pairs, axis=0, return_inverse=True)
    return unique[:, 0], unique[:, 1], inverse.reshape(-1, 3)


def _edges(face: list[int]) -> Iterable[tuple[int, int]]:
    return (face[0], face[1]), (face[1], face[2]), (face[2], face[0])


def _normal(corners: Floats) -> Floats:
    (ax, ay, az), (bx, by, bz) = (
        (corners[1] - corners[0]).tolist(),
        (corners[2] - corners[0]).tolist(),
    )
    return np.array([ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx])


def _quadrics(vertices: Floats, faces: Indices, importance: Floats) -> tuple[Floats, Floats]:
    """(V, 4, 4) sums of the planes around each vertex, weighted by area, and the (V,) areas."""
    a, b, c = (vertices[faces[:, k]] for k in range(3))
    normal = np.cross(b - a, c - a)
    double_area = np.linalg.norm(normal, axis=1)
    unit = normal / np.maximum(double_area, 1e-20)[:, None]
    plane = np.concatenate([unit, -np.einsum("ij,ij->i", unit, a)[:, None]], axis=1)
    weight = importance * double_area / 6
    quadric = np.einsum("f,fi,fj->fij", weight, plane, plane)
    out, areas = np.zeros((len(vertices), 4, 4)), np.zeros(len(vertices))
    for k in range(3):
        np.add.at(out, faces[:, k], quadric)
        np.add.at(areas, faces[:, k], weight)
    return out, areas
