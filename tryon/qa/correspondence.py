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

from tryon.core.canonical import CanonicalFace, read_canonical_face
from tryon.core.frame import Frame
from tryon.core.spaces import Floats
from tryon.core.transforms import align, apply
from tryon.qa.heads import HeadPose, HeadTruth
from tryon.qa.portrait import SITTERS, Portrait
from tryon.qa.portrait_parts import EYES, IRIS_RADIUS_M
from tryon.qa.surface import closest_on_triangles, trace
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
