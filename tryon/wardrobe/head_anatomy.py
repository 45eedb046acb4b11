"""Points of the base mesh by name: what each landmark and each anchor is on any head of its kind.

Every point is a weighted sum of base vertices, so it can be read off the mean head and off any other
shape of the same mesh. Vertex numbers hold for the base mesh whose file is pinned by hash.
`assets/head/landmarks.json` was measured with `tryon qa correspond`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from tryon.core.errors import SuppliesError
from tryon.core.fits import HeadAnchor
from tryon.core.landmarks import FACE_LANDMARKS, FaceMark
from tryon.core.spaces import Floats
from tryon.supplies import assets_dir

Indices = NDArray[np.int64]

LEFT_EAR_ROOT = (12355, 12345)
"""The crease between skull and ear at its top: a temple lies in it where it turns down."""
LEFT_LOBE = (12340, 12329)
BRIDGE_MARKS = (int(FaceMark.BETWEEN_EYES), 6)
"""The saddle of the nose, a little below the level of the pupils."""
BRIDGE_SHARES = (0.45, 0.55)
FOREHEAD_ABOVE_TOP_MARK_M = 0.013
"""The detector's topmost landmark lies this much below the hairline of most people."""
COLLAR_POINT_M, COLLAR_TILT_RAD = (0.0, -0.157, -0.1), float(np.radians(-20.0))


@dataclass(frozen=True)
class Points:
    """N points as weighted sums of K base vertices each: vertices (N, K), weights (N, K)."""

    vertices: Indices
    weights: Floats

    def on(self, shape: Floats) -> Floats:
        """(N, 3) where they lie on a (V, 3) shape of the base mesh."""
        return np.asarray((shape[self.vertices] * self.weights[..., None]).sum(1))


def landmark_table() -> Path:
    """The file that says where on the base mesh each landmark lies."""
    return assets_dir() / "head" / "landmarks.json"


def landmark_points() -> Points:
    """The 478 MediaPipe landmarks on the base mesh, as measured; irises are the eyes' centres' fronts.

    Raises SuppliesError when the table is missing or is not one.
    """
    path = landmark_table()
    try:
        table = json.loads(path.read_text())
        points = Points(
            np.array(table["vertices"], np.int64), np.array(table["weights"], np.float64)
        )
    except (OSError, KeyError, ValueError) as error:
        raise SuppliesError(
            f"the landmark table {path} cannot be read: {error}.",
            remedy="Install tryon again, or measure it anew with `tryon qa correspond`.",
        ) from error
    if points.vertices.shape != (FACE_LANDMARKS, 3) or points.weights.shape != (FACE_LANDMARKS, 3):
        raise SuppliesError(
            f"the landmark table {path} has {points.vertices.shape} entries, not 478 times 3.",
            remedy="Install tryon again, or measure it anew with `tryon qa correspond`.",
        )
    return Points(points.vertices, points.weights / points.weights.sum(1, keepdims=True))


def anchor_points(
    mean: Floats, skin: Indices, landmarks: Points
) -> Mapping[HeadAnchor, tuple[Indices, Floats]]:
    """Each anchor as base vertices and their weights.

    mean: (V, 3) the mean head's base mesh, origin midway between the inner eye corners; skin: the
    numbers of the vertices of head and neck.
    """
    left: dict[HeadAnchor, tuple[int, ...]] = {"left_ear": LEFT_EAR_ROOT, "left_lobe": LEFT_LOBE}
    out: dict[HeadAnchor, tuple[Indices, Floats]] = {
        name: (np.array(ids), np.full(len(ids), 1 / len(ids))) for name, ids in left.items()
    }
    out["right_ear"] = _mirrored(mean, skin, out["left_ear"])
    out["right_lobe"] = _mirrored(mean, skin, out["left_lobe"])
    out["bridge"] = (
        landmarks.vertices[list(BRIDGE_MARKS)].ravel(),
        (landmarks.weights[list(BRIDGE_MARKS)] * np.array(BRIDGE_SHARES)[:, None]).ravel(),
    )
    chin = FaceMark.CHIN
    out["chin"] = (landmarks.vertices[chin], landmarks.weights[chin])
    out["crown"] = (skin[[mean[skin, 1].argmax()]], np.ones(1))
    top = landmarks.on(mean)[FaceMark.FOREHEAD_TOP, 1] + FOREHEAD_ABOVE_TOP_MARK_M
    out["forehead"] = _on_midline(mean, skin, top, front=True)
    front = _on_midline(mean, skin, COLLAR_POINT_M[1] + _collar_rise(mean, skin, 1), front=True)
    back = _on_midline(mean, skin, COLLAR_POINT_M[1] + _collar_rise(mean, skin, -1), front=False)
    out["neck"] = (
        np.concatenate([front[0], back[0]]),
        0.5 * np.concatenate([front[1], back[1]]),
    )
    return out


def _collar_rise(mean: Floats, skin: Indices, direction: int) -> float:
    """Height of the collar's plane over its middle at the throat (1) or the nape (−1)."""
    ids, _ = _on_midline(mean, skin, COLLAR_POINT_M[1], front=direction > 0)
    return float(np.tan(COLLAR_TILT_RAD) * (mean[ids, 2].mean() - COLLAR_POINT_M[2]))


def _on_midline(
    mean: Floats, skin: Indices, height: float, *, front: bool
) -> tuple[Indices, Floats]:
    """The midline's point at a height: two neighbours along it, front or back of the head."""
    middle = skin[np.abs(mean[skin, 0]) < 1e-4]
    near = middle[np.abs(mean[middle, 1] - height) < 0.025]
    depth = mean[near, 2]
    half = 0.5 * (depth.min() + depth.max())
    near = near[depth > half] if front else near[depth < half]
    above, below = near[mean[near, 1] >= height], near[mean[near, 1] < height]
    pair = np.array([above[mean[above, 1].argmin()], below[mean[below, 1].argmax()]])
    high, low = mean[pair, 1]
    share = (height - low) / (high - low)
    return pair, np.array([share, 1 - share])


def _mirrored(mean: Floats, skin: Indices, point: tuple[Indices, Floats]) -> tuple[Indices, Floats]:
    ids, weights = point
    _, found = cKDTree(mean[skin]).query(mean[ids] * [-1.0, 1.0, 1.0])
    return skin[found], weights
