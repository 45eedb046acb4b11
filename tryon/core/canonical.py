"""The canonical face: the average head surface behind the face landmarks, in `head` space.

It lies inside MediaPipe's `face_landmarker.task` (Apache-2.0) as a protocol buffer
(`GeometryPipelineMetadata`, mediapipe/tasks/cc/vision/face_geometry/proto): field 1 is a `Mesh3d`
with `vertex_buffer` (field 3, five floats a vertex: x, y, z, u, v in centimetres) and
`index_buffer` (field 4); repeated field 2 names the landmarks and weights of its own alignment.
"""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tryon.core.errors import DetectorError
from tryon.core.landmarks import FACE_LANDMARKS, FaceMark
from tryon.core.mesh import smooth_normals
from tryon.core.spaces import CENTIMETRE_M, Floats

MESH_LANDMARKS = 468
"""Landmarks with a place on the canonical surface; the ten after them are the irises'."""

_DAMAGE = (OSError, zipfile.BadZipFile, KeyError, ValueError, IndexError, struct.error)
_MEMBER = "geometry_pipeline_metadata_landmarks.binarypb"
_FLOATS_PER_VERTEX = 5
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_IRIS_RADIUS_M = 0.0117 / 2
_HALF_PD_M = 0.0315
_IRIS_RING = np.array([[0, 0], [1, 0], [0, 1], [-1, 0], [0, -1]], float)


@dataclass(frozen=True, eq=False)
class CanonicalFace:
    """The average face, in `head` (origin midway between the inner eye corners).

    points: (478, 3) metres, the last ten are the irises at 63 mm interpupillary distance;
    normals: (478, 3) unit, outwards; triangles: (F, 3) int32 over the first 468 points;
    mirror: (478,) index of each landmark's counterpart on the other side of the face.
    """

    points: Floats
    normals: Floats
    triangles: NDArray[np.int32]
    mirror: NDArray[np.intp]


def read_canonical_face(model: Path) -> CanonicalFace:
    """Read the canonical face out of a face landmarker bundle.

    Raises DetectorError if the bundle cannot be read or holds no such face.
    """
    try:
        with zipfile.ZipFile(model) as bundle:
            vertices_cm, triangles = _parse(bundle.read(_MEMBER))
    except _DAMAGE as problem:
        raise DetectorError(
            f"{model} holds no canonical face: {problem}.",
            remedy="Run `tryon setup` to restore face_landmarker.task.",
        ) from problem
    surface = vertices_cm * CENTIMETRE_M
    inner = surface[[FaceMark.LEFT_EYE_INNER, FaceMark.RIGHT_EYE_INNER]]
    surface = surface - inner.mean(0)
    points = np.concatenate([surface, _irises(surface)])
    normals = np.concatenate(
        [
            smooth_normals(surface.astype(np.float32), triangles).astype(np.float64),
            np.tile([0.0, 0.0, 1.0], (FACE_LANDMARKS - MESH_LANDMARKS, 1)),
        ]
    )
    reflected = points * np.array([-1.0, 1.0, 1.0])
    distance = np.linalg.norm(reflected[:, None] - points[None], axis=2)
    return CanonicalFace(points, normals, triangles, np.argmin(distance, axis=1))


def _irises(surface: Floats) -> Floats:
    """(10, 3) iris centres and rims: right eye first, rim points as the network numbers them."""
    out = []
    for side, inner, outer in (
        (-1.0, FaceMark.RIGHT_EYE_INNER, FaceMark.RIGHT_EYE_OUTER),
        (1.0, FaceMark.LEFT_EYE_INNER, FaceMark.LEFT_EYE_OUTER),
    ):
        corners = surface[[inner, outer]].mean(0)
        # The cornea stands a little in front of the line through the eye's corners.
        centre = np.array([side * _HALF_PD_M, corners[1], corners[2] + 0.005])
        ring = np.zeros((5, 3))
        ring[:, :2] = _IRIS_RING * _IRIS_RADIUS_M
        out.append(centre + ring)
    return np.concatenate(out)


def _parse(message: bytes) -> tuple[Floats, NDArray[np.int32]]:
    """(468, 3) vertices in centimetres and (F, 3) triangles of the metadata message."""
    meshes = [v for field, v in _fields(message) if field == 1 and isinstance(v, bytes)]
    if not meshes:
        raise ValueError("there is no mesh in it")
    mesh = meshes[0]
    floats: list[float] = []
    indices: list[int] = []
    for field, value in _fields(mesh):
        if field == 3 and isinstance(value, bytes):
            floats += struct.unpack(f"<{len(value) // 4}f", value)
        elif field == 4 and isinstance(value, bytes):  # packed
            indices += _varints(value)
        elif field == 4 and isinstance(value, int):
            indices.append(value)
    if len(floats) != MESH_LANDMARKS * _FLOATS_PER_VERTEX or len(indices) % 3:
        raise ValueError(f"{len(floats)} floats and {len(indices)} indices are no face mesh")
    if not indices or max(indices) >= MESH_LANDMARKS:
        raise ValueError("its triangles point beyond its vertices")
    vertices = np.array(floats).reshape(MESH_LANDMARKS, _FLOATS_PER_VERTEX)[:, :3]
    return vertices, np.array(indices, np.int32).reshape(-1, 3)


def _fields(message: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Field numbers and raw values of a protocol buffer, in file order."""
    at = 0
    while at < len(message):
        key, at = _varint(message, at)
        field, kind = key >> 3, key & 7
        if kind == _VARINT:
            value, at = _varint(message, at)
            yield field, value
            continue
        if kind == _BYTES:
            size, at = _varint(message, at)
        elif kind in (_FIXED32, _FIXED64):
            size = 4 if kind == _FIXED32 else 8
        else:
            raise ValueError(f"wire type {kind} is unknown")
        yield field, message[at : at + size]
        at += size


def _varints(data: bytes) -> list[int]:
    out, at = [], 0
    while at < len(data):
        value, at = _varint(data, at)
        out.append(value)
    return out


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, at
