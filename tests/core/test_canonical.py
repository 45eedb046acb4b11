from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import pytest

from tryon.core.canonical import MESH_LANDMARKS, CanonicalFace, read_canonical_face
from tryon.core.errors import DetectorError, SuppliesError
from tryon.core.landmarks import FACE_LANDMARKS, FaceMark
from tryon.supplies import supply_path


@pytest.fixture(scope="module")
def face() -> CanonicalFace:
    try:
        return read_canonical_face(supply_path("face_landmarker.task"))
    except SuppliesError as missing:
        pytest.skip(str(missing))


def test_it_is_a_face_in_metres_that_looks_out_of_the_picture(face: CanonicalFace) -> None:
    assert face.points.shape == (FACE_LANDMARKS, 3)
    width = face.points[FaceMark.LEFT_TRAGUS, 0] - face.points[FaceMark.RIGHT_TRAGUS, 0]
    height = face.points[FaceMark.FOREHEAD_TOP, 1] - face.points[FaceMark.CHIN, 1]
    assert 0.12 < width < 0.17
    assert 0.14 < height < 0.20
    assert face.points[FaceMark.NOSE_TIP, 2] > 0.95 * face.points[:MESH_LANDMARKS, 2].max()


def test_left_is_the_wearers_left(face: CanonicalFace) -> None:
    for left, right in (
        (FaceMark.LEFT_EYE_OUTER, FaceMark.RIGHT_EYE_OUTER),
        (FaceMark.LEFT_IRIS, FaceMark.RIGHT_IRIS),
        (FaceMark.LEFT_TRAGUS, FaceMark.RIGHT_TRAGUS),
    ):
        assert face.points[left, 0] > 0 > face.points[right, 0]


def test_its_origin_is_midway_between_the_inner_eye_corners(face: CanonicalFace) -> None:
    inner = face.points[[FaceMark.LEFT_EYE_INNER, FaceMark.RIGHT_EYE_INNER]]
    np.testing.assert_allclose(inner.mean(0), 0.0, atol=1e-12)


def test_mirroring_twice_leads_back(face: CanonicalFace) -> None:
    np.testing.assert_array_equal(face.mirror[face.mirror], np.arange(FACE_LANDMARKS))
    assert face.mirror[FaceMark.LEFT_EYE_OUTER] == FaceMark.RIGHT_EYE_OUTER


def test_normals_point_outwards(face: CanonicalFace) -> None:
    np.testing.assert_allclose(np.linalg.norm(face.normals, axis=1), 1.0, atol=1e-6)
    assert face.normals[FaceMark.NOSE_TIP, 2] > 0.8
    assert face.normals[FaceMark.LEFT_TRAGUS, 0] > 0.5


@pytest.mark.parametrize(
    "content", [b"", b"\x08\x01", b"\x0a\x02\x1a\x04", b"\x0a\x05\x1a\x03abc", b"\xff" * 40]
)
def test_a_damaged_bundle_is_said_to_be_one(tmp_path: Path, content: bytes) -> None:
    bundle = tmp_path / "model.task"
    with zipfile.ZipFile(bundle, "w") as archive:
        archive.writestr("geometry_pipeline_metadata_landmarks.binarypb", content)
    with pytest.raises(DetectorError, match="canonical face") as caught:
        read_canonical_face(bundle)
    assert "tryon setup" in caught.value.remedy


def test_something_else_than_a_bundle_is_refused(tmp_path: Path) -> None:
    plain = tmp_path / "model.task"
    plain.write_bytes(b"no zip at all")
    with pytest.raises(DetectorError):
        read_canonical_face(plain)
    with pytest.raises(DetectorError):
        read_canonical_face(tmp_path / "absent.task")
