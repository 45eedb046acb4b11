"""Where rays and points meet a triangle mesh."""

from __future__ import annotations

import numpy as np
from scipy.spatial import cKDTree

from tryon.core.camera import PinholeCamera
from tryon.core.spaces import Floats
from tryon.wardrobe.head_anatomy import Indices


def trace(
    camera: PinholeCamera, px: Floats, vertices_in_cam: Floats, faces: Indices
) -> tuple[Indices, Floats]:
    """The nearest triangle under each of (n, 2) pixels, −1 where none, and (n, 3) its weights."""
    flat = camera.project(vertices_in_cam)[faces]
    depth = -vertices_in_cam[faces, 2]
    low, high = flat.min(1), flat.max(1)
    triangle, weights = np.full(len(px), -1), np.zeros((len(px), 3))
    for index, point in enumerate(px):
        near = np.flatnonzero(((low <= point) & (high >= point)).all(1))
        a, u, v = flat[near, 0], flat[near, 1] - flat[near, 0], flat[near, 2] - flat[near, 0]
        w = point - a
        area = u[:, 0] * v[:, 1] - u[:, 1] * v[:, 0]
        area = np.where(np.abs(area) < 1e-12, np.inf, area)
        s = (w[:, 0] * v[:, 1] - w[:, 1] * v[:, 0]) / area
        t = (u[:, 0] * w[:, 1] - u[:, 1] * w[:, 0]) / area
        share = np.stack([1 - s - t, s, t], axis=1)
        inside = np.flatnonzero((share >= 0).all(1) & np.isfinite(area))
        if len(inside):
            best = inside[(share * depth[near])[inside].sum(1).argmin()]
            triangle[index], weights[index] = near[best], share[best]
    return triangle, weights


def closest_on_triangles(
    points: Floats, vertices: Floats, faces: Indices
) -> tuple[Floats, Indices, Floats]:
    """The nearest surface point to each of (n, 3): (n, 3) positions, (n,) triangles, (n, 3) weights."""
    _, near = cKDTree(vertices[faces].mean(1)).query(points, k=min(48, len(faces)))
    corners = vertices[faces[near]]
    choices = [_foot(points, corners)]
    choices += [_on_edge(points, corners, start) for start in range(3)]
    weights = np.stack(choices, axis=2)
    at = np.einsum("nkci,nkij->nkcj", weights, corners)
    distance = np.linalg.norm(at - points[:, None, None], axis=3)
    distance = np.where(np.isnan(distance), np.inf, distance).reshape(len(points), -1)
    best, rows = distance.argmin(1), np.arange(len(points))
    chosen = weights.reshape(len(points), -1, 3)[rows, best]
    triangle = near[rows, best // len(choices)]
    return (vertices[faces[triangle]] * chosen[..., None]).sum(1), triangle, chosen


def _foot(points: Floats, corners: Floats) -> Floats:
    """(n, k, 3) weights of the perpendicular foot, NaN where it falls outside the triangle."""
    u, v = corners[:, :, 1] - corners[:, :, 0], corners[:, :, 2] - corners[:, :, 0]
    w = points[:, None] - corners[:, :, 0]
    uu, uv, vv = (u * u).sum(-1), (u * v).sum(-1), (v * v).sum(-1)
    wu, wv = (w * u).sum(-1), (w * v).sum(-1)
    area = np.maximum(uu * vv - uv**2, 1e-24)
    s, t = (vv * wu - uv * wv) / area, (uu * wv - uv * wu) / area
    weights = np.stack([1 - s - t, s, t], axis=-1)
    return np.where((weights >= 0).all(-1, keepdims=True), weights, np.nan)


def _on_edge(points: Floats, corners: Floats, start: int) -> Floats:
    """(n, k, 3) weights of the nearest point on the edge from corner `start` to the next."""
    end = (start + 1) % 3
    a, edge = corners[:, :, start], corners[:, :, end] - corners[:, :, start]
    along = ((points[:, None] - a) * edge).sum(-1) / np.maximum((edge**2).sum(-1), 1e-24)
    share = np.clip(along, 0, 1)
    weights = np.zeros((*share.shape, 3))
    weights[..., start], weights[..., end] = 1 - share, share
    return weights
