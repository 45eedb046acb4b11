"""A stranger's model comes in at the right size, the right way round, and nothing is lost in silence."""

from __future__ import annotations

import base64
import contextlib
import json
import struct
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import trimesh
from PIL import Image

from tryon.core.errors import CatalogueError, ImportError3D
from tryon.core.mesh import Material, Mesh
from tryon.core.spaces import Floats
from tryon.core.transforms import exp_so3, rigid, scaling
from tryon.wardrobe.asset import Asset
from tryon.wardrobe.atelier import solids
from tryon.wardrobe.catalogue import Catalogue, bundled_folder
from tryon.wardrobe.glb_writer import glb_bytes
from tryon.wardrobe.gltf_materials import see_through_glass
from tryon.wardrobe.gltf_surfaces import read_gltf
from tryon.wardrobe.imported_item import Label, proposed_id, write_item
from tryon.wardrobe.importer import Imported, Wishes, import_model
from tryon.wardrobe.importer_cut import moved, pieces, split_by_plane
from tryon.wardrobe.importer_repair import MOST_TRIANGLES
from tryon.wardrobe.load import load_asset
from tryon.wardrobe.obj_file import read_obj

QUARTER_TURNS = {
    "as glTF has it": np.eye(3),
    "z up": np.array([[1.0, 0, 0], [0, 0, -1], [0, 1, 0]]),
    "front to -x, up to -z": np.array([[0.0, 0, -1], [1, 0, 0], [0, -1, 0]]),
    "turned round": np.diag([-1.0, 1.0, -1.0]),
    "upside down": np.diag([-1.0, -1.0, 1.0]),
}


@pytest.fixture(scope="module")
def bundled() -> Catalogue:
    return Catalogue.load([bundled_folder()])


def bundled_asset(catalogue: Catalogue, item_id: str) -> Asset:
    item = catalogue.item(item_id)
    return load_asset(item, item.variants[0].name)


def anonymous_glb(path: Path, asset: Asset, file_from_asset: Floats) -> Path:
    """The asset as a stranger would send it: no part names, other axes and units."""
    parts = [replace(moved(m, file_from_asset), name="Object") for m in asset.parts]
    path.write_bytes(glb_bytes(parts))
    return path


def bounds(asset: Asset) -> Floats:
    low = np.min([m.bounds[0] for m in asset.parts], axis=0)
    high = np.max([m.bounds[1] for m in asset.parts], axis=0)
    return np.stack([low, high]).astype(np.float64)


def glb(path: Path, mesh: trimesh.Trimesh) -> Path:
    path.write_bytes(mesh.export(file_type="glb"))
    return path


def small_box(**arrays: Any) -> trimesh.Trimesh:
    return trimesh.creation.box((0.02, 0.03, 0.004), **arrays)


def gltf_document(
    positions: Floats, faces: list[list[int]], change: Callable[[dict[str, Any]], None]
) -> bytes:
    """A minimal glTF JSON with its buffer inside, after `change` had its way with it."""
    points = np.asarray(positions, "<f4").tobytes()
    indices = np.asarray(faces, "<u4").tobytes()
    raw = points + indices
    document: dict[str, Any] = {
        "asset": {"version": "2.0"},
        "scene": 0,
        "scenes": [{"nodes": [0]}],
        "nodes": [{"mesh": 0, "name": "thing"}],
        "meshes": [{"primitives": [{"attributes": {"POSITION": 0}, "indices": 1, "material": 0}]}],
        "materials": [{"name": "plain", "pbrMetallicRoughness": {"metallicFactor": 0}}],
        "accessors": [
            {"bufferView": 0, "componentType": 5126, "count": len(positions), "type": "VEC3"},
            {"bufferView": 1, "componentType": 5125, "count": 3 * len(faces), "type": "SCALAR"},
        ],
        "bufferViews": [
            {"buffer": 0, "byteOffset": 0, "byteLength": len(points)},
            {"buffer": 0, "byteOffset": len(points), "byteLength": len(indices)},
        ],
        "buffers": [
            {
                "byteLength": len(raw),
                "uri": "data:application/octet-stream;base64," + base64.b64encode(raw).decode(),
            }
        ],
    }
    change(document)
    return json.dumps(document).encode()


TETRAHEDRON = np.array([[0, 0, 0], [0.02, 0, 0], [0, 0.03, 0], [0, 0, 0.02]])
SIDES = [[0, 2, 1], [0, 1, 3], [0, 3, 2], [1, 2, 3]]


def tetrahedron(path: Path, change: Callable[[dict[str, Any]], None] = lambda _: None) -> Path:
    path.write_bytes(gltf_document(TETRAHEDRON, SIDES, change))
    return path


# Our own frames and hat, in disguise: the truth is known.


@pytest.mark.parametrize("item_id", ["aurelle-windsor", "aurelle-lumen", "aurelle-aviator"])
@pytest.mark.parametrize("turn", QUARTER_TURNS)
def test_spectacles_in_millimetres_and_any_axes_come_back_to_their_own_place(
    bundled: Catalogue, tmp_path: Path, item_id: str, turn: str
) -> None:
    truth = bundled_asset(bundled, item_id)
    away = rigid(None, np.array([0.3, 0.1, -0.2]))
    file_from_asset = scaling(1000) @ rigid(QUARTER_TURNS[turn]) @ away
    path = anonymous_glb(tmp_path / "x.glb", truth, file_from_asset)
    imported = import_model(path, bundled.item(item_id).category, item_id="x").asset
    assert truth.temples is not None
    assert imported.temples is not None
    np.testing.assert_allclose(bounds(imported), bounds(truth), atol=0.0025)
    np.testing.assert_allclose(imported.temples.left_hinge, truth.temples.left_hinge, atol=0.0085)
    assert imported.temples.length_m == pytest.approx(truth.temples.length_m, abs=0.008)
    for name in ("left_temple", "right_temple"):
        one, other = imported.part(name), truth.part(name)
        assert one is not None
        assert other is not None
        assert one.vertices[:, 0].mean() == pytest.approx(other.vertices[:, 0].mean(), abs=0.004)


def test_lens_sizes_are_read_off_by_iso_8624(bundled: Catalogue, tmp_path: Path) -> None:
    item = bundled.item("aurelle-windsor")
    path = anonymous_glb(tmp_path / "x.glb", bundled_asset(bundled, item.id), np.eye(4))
    sizes = import_model(path, "eyeglasses", item_id="x").sizes
    assert sizes["a_mm"] == pytest.approx(item.sizes["a_mm"], abs=2.5)
    assert sizes["dbl_mm"] == pytest.approx(item.sizes["dbl_mm"], abs=2.5)


@pytest.mark.parametrize("turn", ["as glTF has it", "z up", "front to -x, up to -z"])
def test_a_hat_comes_back_onto_its_band(bundled: Catalogue, tmp_path: Path, turn: str) -> None:
    truth = bundled_asset(bundled, "aurelle-fedora")
    file_from_asset = scaling(100) @ rigid(QUARTER_TURNS[turn])
    path = anonymous_glb(tmp_path / "x.glb", truth, file_from_asset)
    imported = import_model(path, "hat", item_id="x").asset
    assert truth.band is not None
    assert imported.band is not None
    assert imported.band.half_width_m == pytest.approx(truth.band.half_width_m, abs=0.003)
    assert imported.band.half_depth_m == pytest.approx(truth.band.half_depth_m, abs=0.003)
    np.testing.assert_allclose(bounds(imported), bounds(truth), atol=0.005)


def test_a_hat_that_looks_askance_is_turned_to_the_front(
    bundled: Catalogue, tmp_path: Path
) -> None:
    truth = bundled_asset(bundled, "aurelle-fedora")
    askance = rigid(exp_so3(np.array([0, np.radians(40), 0])))
    path = anonymous_glb(tmp_path / "x.glb", truth, askance)
    result = import_model(path, "hat", item_id="x")
    np.testing.assert_allclose(bounds(result.asset), bounds(truth), atol=0.006)
    assert any("to the left of where the file has it" in said for said in result.report.assumed)


def test_a_hat_that_lies_tilted_is_levelled(bundled: Catalogue, tmp_path: Path) -> None:
    truth = bundled_asset(bundled, "aurelle-fedora")
    tilted = rigid(exp_so3(np.array([0, 0, np.radians(25)])))
    result = import_model(anonymous_glb(tmp_path / "x.glb", truth, tilted), "hat", item_id="x")
    assert result.asset.band is not None
    assert truth.band is not None
    assert result.asset.band.half_width_m == pytest.approx(truth.band.half_width_m, abs=0.006)
    assert any("levelled by its rim" in said for said in result.report.assumed)


def test_a_frame_in_one_piece_is_cut_behind_its_corners_and_loses_no_surface(
    tmp_path: Path,
) -> None:
    corners = np.array(
        [[0.07, 0, -0.135], [0.07, 0, -0.012], [0.06, 0, 0.0], [0.0, 0, 0.004],
         [-0.06, 0, 0.0], [-0.07, 0, -0.012], [-0.07, 0, -0.135]]
    )  # fmt: skip
    oval = np.array([[0.002 * np.cos(a), 0.004 * np.sin(a)] for a in np.linspace(0, 2 * np.pi, 16)])
    ring = solids.sweep(oval[:-1], corners, up=np.array([0.0, 1.0, 0.0]))
    frame = ring.mesh("frame", Material("acetate"), crease_deg=180)
    path = tmp_path / "x.glb"
    path.write_bytes(glb_bytes([frame]))
    result = import_model(path, "eyeglasses", item_id="x")
    names = sorted(mesh.name for mesh in result.asset.parts)
    assert names == ["front", "left_temple", "right_temple"]
    assert any("one piece" in said for said in result.report.found)
    assert sum(map(area, result.asset.parts)) == pytest.approx(area(frame), rel=1e-3)
    left = result.asset.part("left_temple")
    assert left is not None
    assert left.vertices[:, 0].min() > 0.05
    assert result.asset.temples is not None
    assert result.asset.temples.left_hinge[2] < 0


def area(mesh: Mesh) -> float:
    a, b, c = (mesh.vertices[mesh.faces[:, k]].astype(np.float64) for k in range(3))
    return float(np.linalg.norm(np.cross(b - a, c - a), axis=1).sum() / 2)


def test_flags_win_over_the_shape(bundled: Catalogue, tmp_path: Path) -> None:
    truth = bundled_asset(bundled, "aurelle-windsor")
    path = anonymous_glb(tmp_path / "x.glb", truth, np.eye(4))
    wishes = Wishes(width_mm=150, front="-z", up="-y")
    result = import_model(path, "eyeglasses", item_id="x", wishes=wishes)
    assert np.ptp(bounds(result.asset), axis=0)[0] == pytest.approx(0.150, abs=1e-4)
    assert bounds(result.asset)[1, 2] > 0.1, "what was the front is behind now"
    assert not any("width" in said for said in result.report.assumed)


def test_flags_on_one_line_are_refused(tmp_path: Path) -> None:
    path = glb(tmp_path / "x.glb", small_box())
    with pytest.raises(ImportError3D, match=r"Front \+z and up -z lie on one line"):
        import_model(path, "mask", item_id="x", wishes=Wishes(front="+z", up="-z"))


def test_a_model_in_no_known_unit_gets_the_usual_width_and_says_so(
    bundled: Catalogue, tmp_path: Path
) -> None:
    truth = bundled_asset(bundled, "aurelle-windsor")
    path = anonymous_glb(tmp_path / "x.glb", truth, scaling(26.0))
    result = import_model(path, "eyeglasses", item_id="x")
    assert result.sizes["width_mm"] == pytest.approx(142, abs=0.2)
    assert any("fits no unit (--width-mm)" in said for said in result.report.assumed)


def test_front_without_temples_is_kept_and_said(bundled: Catalogue, tmp_path: Path) -> None:
    truth = bundled_asset(bundled, "aurelle-windsor")
    front = replace(truth, parts=tuple(m for m in truth.parts if "temple" not in m.name))
    result = import_model(
        anonymous_glb(tmp_path / "x.glb", front, np.eye(4)), "eyeglasses", item_id="x"
    )
    assert result.asset.temples is None
    assert any("temples" in said for said in result.report.lost)


def test_a_pair_of_earrings_becomes_the_left_one_hung_from_its_top(
    bundled: Catalogue, tmp_path: Path
) -> None:
    hoop = bundled_asset(bundled, "aurelle-hoops")
    meshes = [
        moved(mesh, rigid(None, np.array([x, 0.0, 0.0])))
        for x in (0.04, -0.04)
        for mesh in hoop.parts
    ]
    path = tmp_path / "x.glb"
    path.write_bytes(glb_bytes(meshes))
    result = import_model(path, "earrings", item_id="x")
    assert any("pair" in said for said in result.report.found)
    np.testing.assert_allclose(
        np.ptp(bounds(result.asset), axis=0), np.ptp(bounds(hoop), axis=0), atol=1e-5
    )
    assert bounds(result.asset)[1, 1] == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("category", ["necklace", "headwear", "mask"])
def test_what_is_worn_at_one_point_comes_in_at_a_plausible_size(
    tmp_path: Path, category: Any
) -> None:
    ring = trimesh.creation.torus(0.068, 0.004)
    ring.apply_transform(trimesh.transformations.rotation_matrix(np.pi / 2, [1, 0, 0]))
    result = import_model(glb(tmp_path / "x.glb", ring), category, item_id="x")
    assert result.sizes["width_mm"] == pytest.approx(144, abs=1)
    assert np.isfinite(bounds(result.asset)).all()


# What glTF can hold.


def test_node_transforms_and_mirrors_are_applied_with_faces_outward(tmp_path: Path) -> None:
    def mirrored(document: dict[str, Any]) -> None:
        document["nodes"] = [
            {"children": [1], "translation": [1, 2, 3]},
            {"mesh": 0, "scale": [-2, 2, 2]},
        ]

    (mesh,) = read_gltf(tetrahedron(tmp_path / "x.gltf", mirrored)).meshes
    np.testing.assert_allclose(mesh.bounds, [[0.96, 2, 3], [1, 2.06, 3.04]], atol=1e-6)
    a, b, c = (mesh.vertices[mesh.faces[:, k]].astype(np.float64) - [1, 2, 3] for k in range(3))
    assert np.einsum("ij,ij->", a, np.cross(b, c)) > 0, "volume of a solid that faces outward"


@pytest.mark.parametrize(
    ("extensions", "expected"),
    [
        ({"KHR_materials_transmission": {"transmissionFactor": 1.0}}, ("BLEND", 0.0)),
        ({"KHR_materials_ior": {"ior": 2.0}}, ("OPAQUE", 1 / 9)),
    ],
)
def test_glass_and_its_index_are_approximated(
    tmp_path: Path, extensions: dict[str, Any], expected: tuple[str, float]
) -> None:
    def glass(document: dict[str, Any]) -> None:
        document["extensionsUsed"] = list(extensions)
        document["materials"][0]["extensions"] = extensions

    raw = read_gltf(tetrahedron(tmp_path / "x.gltf", glass))
    material = raw.meshes[0].material
    assert material.alpha_mode == expected[0]
    if expected[0] == "BLEND":
        assert material.base_color[3] < 0.2
        assert any("transmission of plain" in said for said in raw.approximated)
    else:
        assert material.reflectance == pytest.approx(expected[1])


def test_dark_glass_stays_dark() -> None:
    dark = see_through_glass(Material("g", (0.1, 0.1, 0.1, 1.0)), 1.0)
    r, g, b, alpha = dark.base_color
    for behind in (0.0, 1.0):
        shown = alpha * np.array([r, g, b]) + (1 - alpha) * behind
        np.testing.assert_allclose(shown, 0.1 * behind, atol=1e-9)


@pytest.mark.parametrize(
    "extension", ["KHR_materials_clearcoat", "KHR_materials_iridescence", "VENDOR_magic"]
)
def test_what_an_extension_said_is_named_as_lost(tmp_path: Path, extension: str) -> None:
    def used(document: dict[str, Any]) -> None:
        document["extensionsUsed"] = [extension]

    raw = read_gltf(tetrahedron(tmp_path / "x.gltf", used))
    assert any(extension in said for said in raw.lost)


def test_skins_animations_and_morphs_are_named_as_lost(tmp_path: Path) -> None:
    def alive(document: dict[str, Any]) -> None:
        document["nodes"][0] |= {"skin": 0, "translation": [9, 9, 9]}
        document["skins"] = [{"joints": [0]}]
        document["animations"] = [{"channels": [], "samplers": []}]
        document["meshes"][0]["primitives"][0]["targets"] = [{"POSITION": 0}]

    raw = read_gltf(tetrahedron(tmp_path / "x.gltf", alive))
    told = " ".join(raw.lost)
    assert all(word in told for word in ("skeleton", "animation", "morph"))
    assert raw.meshes[0].bounds.max() < 1, "a skinned mesh ignores its node's transform"


def test_missing_metallic_factor_is_one_as_gltf_says_and_missing_normals_are_made(
    tmp_path: Path,
) -> None:
    def bare(document: dict[str, Any]) -> None:
        document["materials"][0] = {}

    raw = read_gltf(tetrahedron(tmp_path / "x.gltf", bare))
    assert raw.meshes[0].material.metallic == 1.0
    np.testing.assert_allclose(np.linalg.norm(raw.meshes[0].normals, axis=1), 1, atol=1e-5)
    assert any("normals were missing" in said for said in raw.approximated)


def test_vertex_colours_in_bytes_and_strips_and_quantised_positions_are_read(
    tmp_path: Path,
) -> None:
    def packed(document: dict[str, Any]) -> None:
        colors = np.array([[255, 0, 0, 255]] * 3 + [[0, 51, 0, 255]], np.uint8).tobytes()
        places = np.array(
            [[0, 0, 0, 0], [32767, 0, 0, 0], [0, 32767, 0, 0], [0, 0, 32767, 0]], "<i2"
        )
        raw = colors + places.tobytes()
        document["buffers"].append(
            {"byteLength": len(raw), "uri": "data:;base64," + base64.b64encode(raw).decode()}
        )
        document["bufferViews"] += [
            {"buffer": 1, "byteOffset": 0, "byteLength": 16},
            {"buffer": 1, "byteOffset": 16, "byteLength": 32, "byteStride": 8},
        ]
        document["accessors"] += [
            {
                "bufferView": 2,
                "componentType": 5121,
                "normalized": True,
                "count": 4,
                "type": "VEC4",
            },
            {
                "bufferView": 3,
                "componentType": 5122,
                "normalized": True,
                "count": 4,
                "type": "VEC3",
            },
        ]
        primitive = document["meshes"][0]["primitives"][0]
        primitive["attributes"] = {"POSITION": 3, "COLOR_0": 2}
        del primitive["indices"]
        primitive["mode"] = 5

    (mesh,) = read_gltf(tetrahedron(tmp_path / "x.gltf", packed)).meshes
    assert mesh.color is not None
    np.testing.assert_allclose(mesh.color[[0, 3]], [[1, 0, 0, 1], [0, 0.2, 0, 1]], atol=1e-6)
    np.testing.assert_allclose(mesh.vertices[1], [1, 0, 0], atol=1e-6)
    np.testing.assert_array_equal(mesh.faces, [[0, 1, 2], [2, 1, 3]])


def with_texture(uri: str) -> Callable[[dict[str, Any]], None]:
    def change(document: dict[str, Any]) -> None:
        document["images"] = [{"uri": uri}]
        document["textures"] = [{"source": 0}]
        document["materials"][0]["pbrMetallicRoughness"]["baseColorTexture"] = {"index": 0}

    return change


def test_a_missing_texture_is_said_and_the_model_still_comes_in(tmp_path: Path) -> None:
    raw = read_gltf(tetrahedron(tmp_path / "x.gltf", with_texture("gone.png")))
    assert raw.lost == ("the texture gone.png is missing",)
    assert raw.meshes[0].material.base_color_texture is None


def test_a_texture_that_is_no_picture_is_said(tmp_path: Path) -> None:
    (tmp_path / "bad.png").write_bytes(b"\x89PNG\r\n\x1a\nnothing")
    raw = read_gltf(tetrahedron(tmp_path / "x.gltf", with_texture("bad.png")))
    assert raw.lost == ("the texture bad.png cannot be read",)


def test_a_huge_texture_is_shrunk_and_said(tmp_path: Path) -> None:
    Image.new("RGB", (4100, 40), (200, 10, 10)).save(tmp_path / "wide.png")
    raw = read_gltf(tetrahedron(tmp_path / "x.gltf", with_texture("wide.png")))
    texture = raw.meshes[0].material.base_color_texture
    assert texture is not None
    assert texture.shape == (20, 2048, 3)
    assert any("4100×40 was shrunk to 2048×20" in said for said in raw.approximated)


@pytest.mark.parametrize(
    "uri",
    [
        "https://example.org/a.png",
        "file:///etc/passwd",
        "../outside.png",
        "/etc/hostname",
        "%2e%2e/x",
    ],
)
def test_nothing_outside_the_models_folder_is_opened(
    tmp_path: Path, uri: str, no_network: None
) -> None:
    inside = tmp_path / "model"
    inside.mkdir()
    (tmp_path / "outside.png").write_bytes(b"secret")
    path = tetrahedron(inside / "x.gltf", with_texture(uri))
    with pytest.raises(ImportError3D, match="points outside its own folder") as caught:
        read_gltf(path)
    assert "GLB" in caught.value.remedy

    def elsewhere(document: dict[str, Any]) -> None:
        document["buffers"][0]["uri"] = uri

    with pytest.raises(ImportError3D, match="points outside its own folder"):
        read_gltf(tetrahedron(inside / "y.gltf", elsewhere))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda d: d["accessors"][0].update(count=4000), "shorter than what is read"),
        (lambda d: d["bufferViews"][1].update(byteLength=10**6), "reaches beyond its buffer"),
        (lambda d: d["accessors"][0].update(componentType=1), "unknown type"),
        (lambda d: d["scenes"][0].update(nodes=[7]), "node 7, which does not exist"),
        (lambda d: d["nodes"][0].update(children=[0]), "nodes that contain themselves"),
        (lambda d: d["buffers"][0].update(uri="gone.bin"), "needs gone.bin"),
        (lambda d: d["asset"].update(version="1.0"), "glTF 1.0; expected 2.0"),
        (lambda d: d.pop("asset"), "is not a glTF or GLB file"),
        (lambda d: d.update(meshes=3), "is not a glTF or GLB file"),
        (
            lambda d: d.update(extensionsRequired=["KHR_draco_mesh_compression"]),
            "compressed with Draco",
        ),
        (lambda d: d.update(meshes=[{"primitives": []}]), "no triangles that can be drawn"),
        (lambda d: d["nodes"][0].update(scale=[1, 0, 0]), "no triangles that can be drawn"),
    ],
)
def test_a_broken_file_is_refused_with_what_is_wrong(
    tmp_path: Path, change: Callable[[dict[str, Any]], Any], words: str
) -> None:
    path = tetrahedron(tmp_path / "x.gltf", lambda document: void(change(document)))
    with pytest.raises(ImportError3D) as caught:
        import_model(path, "mask", item_id="x")
    assert words in caught.value.message
    assert str(path) in caught.value.message
    assert caught.value.remedy


def void(_: object) -> None:
    """Lets an expression stand where a statement is wanted."""


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"glTF",
        b"glTF" + struct.pack("<II", 2, 10**6) + b"\0" * 40,
        b"glTF" + struct.pack("<II", 2, 28) + struct.pack("<I4s", 8, b"BIN\0") + b"\0" * 8,
        b"\x89PNG\r\n\x1a\n" + b"\0" * 100,
        b"{" * 5000,
    ],
)
def test_a_file_that_is_no_model_is_refused(tmp_path: Path, raw: bytes) -> None:
    path = tmp_path / "x.glb"
    path.write_bytes(raw)
    with pytest.raises(ImportError3D) as caught:
        import_model(path, "mask", item_id="x")
    assert str(path) in caught.value.message


def test_a_missing_file_and_an_unknown_kind_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ImportError3D, match="There is no file"):
        import_model(tmp_path / "gone.glb", "mask", item_id="x")
    (tmp_path / "x.fbx").write_bytes(b"Kaydara")
    with pytest.raises(ImportError3D, match="not a kind of model") as caught:
        import_model(tmp_path / "x.fbx", "mask", item_id="x")
    assert ".glb" in caught.value.remedy


# Broken geometry.


def test_triangles_with_nan_are_dropped_and_counted(tmp_path: Path) -> None:
    box = small_box().subdivide()
    vertices = np.array(box.vertices)
    vertices[3] = np.nan
    touched = int((box.faces == 3).any(axis=1).sum())
    broken = gltf_document(vertices, box.faces.tolist(), lambda _: None)
    (tmp_path / "x.gltf").write_bytes(broken)
    result = import_model(tmp_path / "x.gltf", "mask", item_id="x")
    assert any(said.startswith(f"{touched} triangles") for said in result.report.lost)
    kept = sum(len(mesh.faces) for mesh in result.asset.parts)
    assert kept == len(box.faces) - touched
    assert all(np.isfinite(mesh.vertices).all() for mesh in result.asset.parts)
    assert all(np.isfinite(mesh.normals).all() for mesh in result.asset.parts)


def test_a_model_of_nothing_but_nan_is_refused(tmp_path: Path) -> None:
    nothing = gltf_document(np.full((4, 3), np.nan), SIDES, lambda _: None)
    (tmp_path / "x.gltf").write_bytes(nothing)
    with pytest.raises(ImportError3D, match="no triangles that can be drawn"):
        import_model(tmp_path / "x.gltf", "mask", item_id="x")


def test_a_flat_model_is_refused(tmp_path: Path) -> None:
    line = np.array([[0, 0, 0], [1, 0, 0], [2, 1e-12, 0]])
    (tmp_path / "x.gltf").write_bytes(gltf_document(line, [[0, 1, 2]], lambda _: None))
    with pytest.raises(ImportError3D, match="flat or a point"):
        import_model(tmp_path / "x.gltf", "mask", item_id="x")


def test_more_than_a_million_triangles_are_refused_with_the_remedy(tmp_path: Path) -> None:
    one = np.tile(SIDES[3], (MOST_TRIANGLES + 1, 1))
    (tmp_path / "x.gltf").write_bytes(gltf_document(TETRAHEDRON, one.tolist(), lambda _: None))
    with pytest.raises(ImportError3D, match="1,000,001 triangles") as caught:
        import_model(tmp_path / "x.gltf", "mask", item_id="x")
    assert "Decimate" in caught.value.remedy


def test_non_manifold_edges_and_inward_faces_are_said(tmp_path: Path) -> None:
    fan = np.array([[0, 0, 0], [0, 1, 0], [1, 0, 0.2], [-1, 0, 0.1], [0, 0, 1]]) * 0.02
    path = tmp_path / "x.gltf"
    path.write_bytes(gltf_document(fan, [[0, 1, 2], [0, 1, 3], [0, 1, 4]], lambda _: None))
    report = import_model(path, "mask", item_id="x").report
    assert any("1 edges belong to more than two triangles" in said for said in report.assumed)
    inward = small_box()
    inward.fix_normals()
    normals = np.array(inward.vertex_normals)
    turned = trimesh.Trimesh(
        inward.vertices, inward.faces[:, ::-1], vertex_normals=normals, process=False
    )
    report = import_model(glb(tmp_path / "y.glb", turned), "mask", item_id="x").report
    assert any("look inwards" in said for said in report.assumed)


def test_a_hat_without_an_opening_is_refused(tmp_path: Path) -> None:
    plate = trimesh.creation.box((0.3, 0.001, 0.3))
    with pytest.raises(ImportError3D, match="no opening"):
        import_model(glb(tmp_path / "x.glb", plate), "hat", item_id="x")


def test_a_garment_is_no_rigid_model(tmp_path: Path) -> None:
    with pytest.raises(ImportError3D, match="dress cannot be brought in"):
        import_model(glb(tmp_path / "x.glb", small_box()), "dress", item_id="x")


def test_pieces_hang_together_over_texture_seams() -> None:
    ball = solids.sphere(0.01).mesh("ball", Material())
    far = moved(ball, rigid(None, np.array([1.0, 0, 0])))
    both = Mesh(
        "both",
        np.concatenate([ball.vertices, far.vertices]),
        np.concatenate([ball.faces, far.faces + np.int32(len(ball.vertices))]),
        np.concatenate([ball.normals, far.normals]),
    )
    assert len(pieces(ball)) == 1
    assert sorted(len(piece.faces) for piece in pieces(both)) == [len(ball.faces)] * 2


def test_a_cut_keeps_area_and_texture() -> None:
    ball = solids.sphere(0.01).mesh("ball", Material())
    below, above = split_by_plane(ball, 1, 0.0031)
    assert below is not None
    assert above is not None
    assert area(below) + area(above) == pytest.approx(area(ball), rel=1e-5)
    assert below.vertices[:, 1].max() <= 0.0031 + 1e-7
    assert above.vertices[:, 1].min() >= 0.0031 - 1e-7
    assert above.uv is not None
    whole, nothing = split_by_plane(ball, 1, 1.0)
    assert nothing is None
    assert whole is not None
    assert len(whole.faces) == len(ball.faces)


# OBJ.


def obj(folder: Path, material: str = "") -> Path:
    text = "mtllib x.mtl\n" + "".join(f"v {x} {y} {z}\n" for x, y, z in TETRAHEDRON)
    text += "vt 0 0\nvt 1 0\nvt 0 1\nusemtl red\n"
    text += "".join(f"f {a + 1}/1 {b + 1}/2 {c + 1}/3\n" for a, b, c in SIDES)
    (folder / "x.obj").write_text(text)
    (folder / "x.mtl").write_text(f"newmtl red\nKd 1 0 0\nNs 200\n{material}")
    return folder / "x.obj"


def test_an_obj_file_comes_in_with_its_material(tmp_path: Path) -> None:
    Image.new("RGB", (4, 4), (10, 200, 30)).save(tmp_path / "red.png")
    raw = read_obj(obj(tmp_path, "d 0.5\nmap_Kd red.png\n"))
    (mesh,) = raw.meshes
    assert len(mesh.faces) == 4
    assert mesh.uv is not None
    assert mesh.material.base_color == (1.0, 0.0, 0.0, 0.5)
    assert mesh.material.alpha_mode == "BLEND"
    assert mesh.material.roughness == pytest.approx((2 / 202) ** 0.25)
    assert mesh.material.base_color_texture is not None
    assert mesh.material.base_color_texture[0, 0].tolist() == [10, 200, 30]


def test_an_obj_file_reads_nothing_outside_its_folder(tmp_path: Path) -> None:
    inside = tmp_path / "model"
    inside.mkdir()
    Image.new("RGB", (4, 4)).save(tmp_path / "secret.png")
    raw = read_obj(obj(inside, "map_Kd ../secret.png\n"))
    assert raw.meshes[0].material.base_color_texture is None
    assert any("outside the model's own folder" in said for said in raw.lost)


def test_an_obj_file_without_its_materials_still_comes_in(tmp_path: Path) -> None:
    path = obj(tmp_path)
    (tmp_path / "x.mtl").unlink()
    raw = read_obj(path)
    assert len(raw.meshes[0].faces) == 4
    assert any("x.mtl, which is missing" in said for said in raw.lost)


def test_a_broken_obj_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.obj").write_text("v 0 0 zero\nf 1 2 3\n")
    with pytest.raises(ImportError3D, match=r"x\.obj"):
        import_model(tmp_path / "x.obj", "mask", item_id="x")


# Into the catalogue.


def imported_box(tmp_path: Path) -> Imported:
    return import_model(glb(tmp_path / "in.glb", small_box()), "mask", item_id="a-mask")


def test_an_imported_model_is_an_item_of_the_catalogue(tmp_path: Path) -> None:
    folder = tmp_path / "own"
    label = Label(title='Say "hi": #1', brand="Nobody", licence="CC0-1.0", attribution="me")
    item, path = write_item(imported_box(tmp_path), "mask", folder, label=label)
    assert path == folder / "a-mask.yaml"
    loaded = Catalogue.load([folder]).item("a-mask")
    assert loaded == item
    assert (loaded.title.en, loaded.title.zh) == ('Say "hi": #1', "面具")
    asset = load_asset(loaded, "standard")
    assert all(mesh.occlusion is not None for mesh in asset.parts)
    np.testing.assert_allclose(bounds(asset), bounds(imported_box(tmp_path).asset), atol=1e-6)


def test_what_is_there_is_replaced_only_by_force(tmp_path: Path) -> None:
    write_item(imported_box(tmp_path), "mask", tmp_path / "own", label=Label())
    with pytest.raises(CatalogueError, match="is there already") as caught:
        write_item(imported_box(tmp_path), "mask", tmp_path / "own", label=Label())
    assert "--force" in caught.value.remedy
    write_item(imported_box(tmp_path), "mask", tmp_path / "own", label=Label(), force=True)


def test_a_model_of_unknown_licence_says_so(tmp_path: Path) -> None:
    imported = imported_box(tmp_path)
    item, _ = write_item(imported, "mask", tmp_path / "own", label=Label())
    assert item.licence == "unknown"
    assert any("--licence" in said for said in imported.report.assumed)


@pytest.mark.parametrize(
    ("file", "title", "expected"),
    [
        ("My Hat (v2).glb", None, "my-hat-v2"),
        ("ray/scene.gltf", None, "ray"),
        ("x.glb", "Été à Paris", "t-paris"),
        ("帽子.glb", None, "imported"),
    ],
)
def test_ids_are_proposed_from_titles_and_file_names(
    file: str, title: str | None, expected: str
) -> None:
    assert proposed_id(Path(file), title) == expected


# Real models of strangers.


@pytest.mark.parametrize("name", ["glasses-03", "glasses-04"])
def test_real_glasses_come_in_wearable(shared_data: Path, tmp_path: Path, name: str) -> None:
    path = shared_data / "models3d" / name / "scene.gltf"
    result = import_model(path, "sunglasses", item_id=name, wishes=Wishes(width_mm=142))
    asset = result.asset
    assert {"front", "lens", "left_temple", "right_temple"} == {m.name for m in asset.parts}
    assert asset.temples is not None
    assert 0.06 < asset.temples.left_hinge[0] < 0.071
    np.testing.assert_allclose(
        asset.temples.right_hinge, asset.temples.left_hinge * [-1, 1, 1], atol=5e-4
    )
    assert 0.09 < asset.temples.length_m < 0.12
    low, high = bounds(asset)
    assert high[0] - low[0] == pytest.approx(0.142, abs=1e-4)
    assert -0.16 < low[2] < -0.12
    assert 0 < high[2] < 0.02
    lens = asset.part("lens")
    assert lens is not None
    assert lens.material.alpha_mode == "BLEND"
    assert 40 < result.sizes["a_mm"] < 60
    item, _ = write_item(result, "sunglasses", tmp_path, label=Label())
    assert item.licence == "CC-BY-4.0"
    assert "sketchfab.com" in item.attribution


def test_a_real_hat_comes_in_level_and_facing_front(shared_data: Path) -> None:
    result = import_model(shared_data / "models3d" / "hat" / "scene.gltf", "hat", item_id="hat")
    band = result.asset.band
    assert band is not None
    assert 0.07 < band.half_width_m < 0.092
    assert 1.1 < band.half_depth_m / band.half_width_m < 1.4
    low, high = bounds(result.asset)
    assert -0.04 < low[1] < 0
    assert 0.09 < high[1] < 0.14
    assert any("1 animation" in said for said in result.report.lost)


@pytest.mark.parametrize(
    "category", ["eyeglasses", "hat", "earrings", "necklace", "headwear", "mask"]
)
def test_a_damaged_file_is_an_error_of_ours_or_comes_in_finite(
    tmp_path: Path, category: Any
) -> None:
    rng = np.random.default_rng(8624)
    whole = np.frombuffer(glb_bytes([solids.torus(0.07, 0.01).mesh("ring", Material())]), np.uint8)
    for _ in range(40):
        damaged = whole.copy()
        places = rng.integers(20, len(whole), 6)
        damaged[places] = rng.integers(0, 256, 6)
        (tmp_path / "x.glb").write_bytes(damaged.tobytes())
        with contextlib.suppress(ImportError3D):
            asset = import_model(tmp_path / "x.glb", category, item_id="x").asset
            assert np.isfinite(bounds(asset)).all()
