"""Measures which point of the base mesh each face landmark is: the recipe of landmarks.json.

Portraits of several sitters are drawn in known poses, the real detector marks them, and each mark is
traced back along its ray to the skin. All marks are carried to the mean head, averaged robustly over
sitters and poses, and made mirror-symmetric.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.spatial import cKDTree

from tryon.core.camera import PinholeCamera
from tryon.core.canonical import CanonicalFace, read_canonical_face
from tryon.core.frame import Frame
from tryon.core.spaces import Floats
from tryon.core.transforms import align, apply
from tryon.qa.heads import HeadPose, HeadTruth
from tryon.qa.portrait import SITTERS, Portrait
from tryon.qa.portrait_parts import EYES, IRIS_RADIUS_M
from tryon.supplies import supply_path
from tryon.wardrobe.head_anatomy import Indices, Points
from tryon.wardrobe.head_bake import FACE_MESH
from tryon.wardrobe.head_warp import spline_map

POSES = tuple(
    HeadPose(yaw, pitch, 0.0, 0.62, 30.0)
    for yaw, pitch in (
        (0, 0), (0, 12), (-15, 0), (15, 0), (-15, 12), (15, 12), (-30, 0), (30, 0), (-45, 0), (45, 0),
    )
)  # fmt: skip
LEAST_COSINE = 0.25
"""A ray that meets the skin more obliquely says little of where along it the mark belongs."""
OUTLIER_M = 0.002
FAR_M = (0.020, 0.014, 0.012, 0.012)
"""Round by round, how far a mark may lie from where the average face puts it."""


@dataclass(frozen=True, eq=False)
class Marks:
    """on_mean: (N, 468, 3) traced marks on the mean head, metres; weights: (N, 468)."""

    on_mean: Floats
    weights: Floats


def measure_correspondence(truth: HeadTruth) -> Points:
    """The 478 landmarks as points of the base mesh. Takes a minute."""
    faces = truth.studio.skin_faces
    seen = [
        _traced(truth, truth.portrait(sitter), pose, faces) for sitter in SITTERS for pose in POSES
    ]
    found = [marks for marks in seen if marks is not None]
    marks = Marks(np.array([m[0] for m in found]), np.array([m[1] for m in found]))
    average = read_canonical_face(supply_path("face_landmarker.task"))
    where = _averaged(marks, average)
    _, triangle, weights = closest_on_triangles(where, truth.studio.mean, faces)
    skin = Points(faces[triangle], weights)
    irises = [_iris(truth, name) for name in reversed(EYES)]
    return Points(
        np.concatenate([skin.vertices, *(iris.vertices for iris in irises)]),
        np.concatenate([skin.weights, *(iris.weights for iris in irises)]),
    )


def write_landmarks(points: Points, path: Path) -> None:
    """Write the table that `tryon.wardrobe.head_anatomy.landmark_points` reads."""
    document = {
        "about": "MediaPipe face landmarks as weighted base-mesh vertices, by `tryon qa correspond`",
        "vertices": points.vertices.tolist(),
        "weights": np.round(points.weights, 5).tolist(),
    }
    path.write_text(json.dumps(document) + "\n")


def _traced(
    truth: HeadTruth, portrait: Portrait, pose: HeadPose, faces: Indices
) -> tuple[Floats, Floats] | None:
    """(468, 3) marks on the mean head and (468,) weights from one picture, None without a face."""
    picture = truth.photograph(portrait, pose)
    found = truth.detect(Frame(picture, 0, 0, pose.camera()))
    if not found:
        return None
    in_cam = apply(pose.cam_from_head(), portrait.shape)
    triangle, weights = trace(pose.camera(), found[0].px[:FACE_MESH, :2], in_cam, faces)
    corners = faces[triangle]
    a, b, c = (in_cam[corners[:, k]] for k in range(3))
    normal = np.cross(b - a, c - a)
    towards = -(in_cam[corners] * weights[..., None]).sum(1)
    cosine = (normal * towards).sum(1) / np.maximum(
        np.linalg.norm(normal, axis=1) * np.linalg.norm(towards, axis=1), 1e-12
    )
    trust = np.where((triangle >= 0) & (cosine > LEAST_COSINE), cosine, 0.0) ** 2
    return (truth.studio.mean[corners] * weights[..., None]).sum(1), trust


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


def _averaged(marks: Marks, average: CanonicalFace) -> Floats:
    """(468, 3) mirror-symmetric robust means, near where the average face lets expect them."""
    mirror, flip = average.mirror[:FACE_MESH], np.array([-1.0, 1.0, 1.0])
    where = np.concatenate([marks.on_mean, marks.on_mean[:, mirror] * flip])
    weights = np.concatenate([marks.weights, marks.weights[:, mirror]])
    model = average.points[:FACE_MESH]
    mean, spread = _robust_mean(where, weights)
    good = spread < 0.003
    for far in FAR_M:
        placed = apply(align(model, mean, good.astype(float), scaled=True), model)
        bend = spline_map(placed[good], placed, np.full(int(good.sum()), 1e-3))
        expected = placed + bend @ (mean - placed)[good]
        expected = 0.5 * (expected + expected[mirror] * flip)
        near = np.linalg.norm(where - expected, axis=2) < far
        mean, spread = _robust_mean(where, weights * near)
        good = (spread < 0.004) & (np.linalg.norm(mean - expected, axis=1) < 0.010)
        mean = np.where(good[:, None], mean, expected)
    return mean


def _robust_mean(where: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """(L, 3) weighted means of (N, L, 3) points that give little to outliers, and (L,) their spread."""
    total = weights + 1e-12
    mean = (where * total[..., None]).sum(0) / total.sum(0)[:, None]
    for _ in range(4):
        distance = np.linalg.norm(where - mean, axis=2)
        share = total / (1 + (distance / OUTLIER_M) ** 2)
        mean = (where * share[..., None]).sum(0) / share.sum(0)[:, None]
    return mean, np.sqrt((share * distance**2).sum(0) / share.sum(0))


def _iris(truth: HeadTruth, name: str) -> Points:
    """An iris's centre and its points towards +x, +y, −x, −y on the eyeball of the mean head."""
    faces = truth.studio.body.group_faces(name)
    ball = truth.studio.mean[np.unique(faces)]
    centre = ball.mean(0)
    radius = float(np.linalg.norm(ball - centre, axis=1).mean())
    across = IRIS_RADIUS_M * np.array([[0, 0], [1, 0], [0, 1], [-1, 0], [0, -1]])
    forward = np.sqrt(radius**2 - (across**2).sum(1, keepdims=True))
    target = centre + np.concatenate([across, forward], axis=1)
    _, triangle, weights = closest_on_triangles(target, truth.studio.mean, faces)
    return Points(faces[triangle], weights)


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
