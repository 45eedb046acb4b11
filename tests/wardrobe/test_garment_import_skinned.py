"""A stranger's skinned garment stands on our body at rest and moves with our joints."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pygltflib
import pytest

from tests.garments import CHAIN, RIGS, SLEEVE_RADIUS_M, t_pose, write_skinned
from tryon.core.body_fit import BODY_JOINTS
from tryon.core.errors import ImportError3D
from tryon.wardrobe.alterations.importer import ImportedGarment, import_garment
from tryon.wardrobe.alterations.joint_names import match_names
from tryon.wardrobe.body import Body
from tryon.wardrobe.body_girth import dense_of


@pytest.fixture(scope="module")
def body() -> Body:
    return Body.load()


def told(garment: ImportedGarment) -> str:
    report = garment.imported.report
    return "\n".join([*report.found, *report.assumed, *report.lost])


def points_and_weights(garment: ImportedGarment) -> tuple[np.ndarray, np.ndarray]:
    parts = garment.fitted.parts
    dense = [dense_of(part.bones, part.weights, len(BODY_JOINTS)) for part in parts]
    return np.concatenate([part.mesh.vertices for part in parts]), np.concatenate(dense)


def distance_from_bone(points: np.ndarray, start: np.ndarray, end: np.ndarray) -> np.ndarray:
    along = (end - start) / np.linalg.norm(end - start)
    way = np.clip((points - start) @ along, 0, np.linalg.norm(end - start))
    return np.linalg.norm(points - start - way[:, None] * along, axis=1)


def check_sleeves(garment: ImportedGarment, body: Body) -> None:
    """Each sleeve lies around its bone of ours, as far from it as it was made."""
    points, dense = points_and_weights(garment)
    heads = body.figure.heads
    for side in ("l", "r"):
        for bone, next_bone in (("upperarm", "lowerarm"), ("lowerarm", "hand")):
            here = dense[:, body.bone(f"{bone}_{side}")] > 0.99
            assert here.sum() > 60
            start, end = (heads[body.bone(f"{name}_{side}")] for name in (bone, next_bone))
            away = distance_from_bone(points[here], start, end)
            assert abs(np.median(away) - SLEEVE_RADIUS_M) < 0.012
            assert away.max() < 1.35 * SLEEVE_RADIUS_M


@pytest.mark.parametrize("family", RIGS)
def test_t_pose_sleeves_of_every_rig_lie_around_our_arms(
    family: str, body: Body, tmp_path: Path
) -> None:
    path = write_skinned(tmp_path / "shirt.glb", RIGS[family], heads=t_pose(body))
    garment = import_garment(path, "shirt", item_id="shirt")
    check_sleeves(garment, body)
    assert f"named as {family} does: 8 of the 8" in told(garment)
    assert "turned to our rest pose" in told(garment)


def test_centimetres_and_a_back_turned_to_the_viewer_change_nothing(
    body: Body, tmp_path: Path
) -> None:
    heads = t_pose(body)
    plain = write_skinned(tmp_path / "plain.glb", RIGS["Mixamo"], heads=heads)
    other = write_skinned(
        tmp_path / "other.glb", RIGS["Mixamo"], heads=heads, unit_per_m=100.0,
        turn=np.diag([-1.0, 1.0, -1.0]),
    )  # fmt: skip
    first, second = (
        points_and_weights(import_garment(path, "shirt", item_id="s"))[0] for path in (plain, other)
    )
    np.testing.assert_allclose(second, first, atol=2e-4)


def test_z_up_files_are_stood_up_by_their_joints(body: Body, tmp_path: Path) -> None:
    z_up = np.array([[1.0, 0, 0], [0, 0, -1.0], [0, 1.0, 0]])
    path = write_skinned(tmp_path / "s.glb", RIGS["Unreal"], heads=t_pose(body), turn=z_up)
    check_sleeves(import_garment(path, "shirt", item_id="s"), body)


def test_left_stays_left(body: Body, tmp_path: Path) -> None:
    path = write_skinned(tmp_path / "s.glb", RIGS["VRM"], heads=t_pose(body))
    points, dense = points_and_weights(import_garment(path, "shirt", item_id="s"))
    left = dense[:, body.bone("lowerarm_l")] > 0.9
    assert points[left, 0].min() > 0.2


def test_byte_weights_bind_as_float_ones_do(body: Body, tmp_path: Path) -> None:
    heads = t_pose(body)
    dense = [
        points_and_weights(
            import_garment(
                write_skinned(tmp_path / f"{kind}.glb", RIGS["Mixamo"], heads=heads, weights_as=kind),
                "shirt", item_id="s",
            )
        )[1]
        for kind in ("float", "byte")
    ]  # fmt: skip
    np.testing.assert_allclose(dense[1], dense[0], atol=0.01)


def test_a_longer_armed_stranger_gets_sleeves_of_our_length(body: Body, tmp_path: Path) -> None:
    heads = t_pose(body)
    for side in ("l", "r"):
        shoulder = heads[f"upperarm_{side}"].copy()
        for name in ("lowerarm", "hand"):
            heads[f"{name}_{side}"] = shoulder + 1.3 * (heads[f"{name}_{side}"] - shoulder)
    path = write_skinned(tmp_path / "s.glb", RIGS["Mixamo"], heads=heads)
    garment = import_garment(path, "shirt", item_id="s")
    points, dense = points_and_weights(garment)
    cuff = points[dense[:, body.bone("lowerarm_l")] > 0.99]
    wrist = body.figure.heads[body.bone("hand_l")]
    elbow = body.figure.heads[body.bone("lowerarm_l")]
    along = (wrist - elbow) / np.linalg.norm(wrist - elbow)
    assert abs(((cuff - wrist) @ along).max()) < 0.03


def test_an_unknown_joint_follows_the_one_above_it_and_is_named(body: Body, tmp_path: Path) -> None:
    path = write_skinned(
        tmp_path / "s.glb",
        RIGS["Mixamo"],
        heads=t_pose(body),
        extra=("PuffSleeve_07", "upperarm_l"),
    )
    garment = import_garment(path, "shirt", item_id="s")
    assert "PuffSleeve_07 is unknown and follows mixamorig:LeftArm" in told(garment)
    check_sleeves(garment, body)


def test_vrm_files_say_themselves_which_joint_is_which(body: Body, tmp_path: Path) -> None:
    numbered = {name: f"knochen{k}" for k, name in enumerate(CHAIN)}
    words = {
        "pelvis": "hips", "spine_01": "spine", "spine_02": "chest", "spine_03": "upperChest",
        "neck_01": "neck", "head": "head",
    }  # fmt: skip
    limbs = {
        "clavicle": "Shoulder", "upperarm": "UpperArm", "lowerarm": "LowerArm", "hand": "Hand",
        "thigh": "UpperLeg", "calf": "LowerLeg", "foot": "Foot", "ball": "Toes",
    }  # fmt: skip
    for ours, word in limbs.items():
        words[f"{ours}_l"], words[f"{ours}_r"] = f"left{word}", f"right{word}"

    def describe(gltf: pygltflib.GLTF2) -> None:
        bones = {words[name]: {"node": k} for k, name in enumerate(CHAIN)}
        gltf.extensions = {"VRMC_vrm": {"specVersion": "1.0", "humanoid": {"humanBones": bones}}}

    path = write_skinned(tmp_path / "s.glb", numbered, heads=t_pose(body), finish=describe)
    garment = import_garment(path, "shirt", item_id="s")
    assert "VRM humanoid" in told(garment)
    check_sleeves(garment, body)


def test_joints_nobody_knows_leave_it_to_the_nearest_skin(body: Body, tmp_path: Path) -> None:
    numbered = {name: f"knochen{k}" for k, name in enumerate(CHAIN)}
    path = write_skinned(tmp_path / "s.glb", numbered, heads=t_pose(body))
    garment = import_garment(path, "shirt", item_id="s")
    assert "none of its 22 joints has a name that is known (knochen0" in told(garment)
    assert "it was made for arms held out" in told(garment)
    _, dense = points_and_weights(garment)
    np.testing.assert_allclose(dense.sum(1), 1, atol=1e-3)


def test_a_skeleton_without_weights_leaves_it_to_the_nearest_skin(
    body: Body, tmp_path: Path
) -> None:
    path = write_skinned(tmp_path / "s.glb", RIGS["Mixamo"], heads=t_pose(body), weights_as="none")
    assert "no usable weights" in told(import_garment(path, "shirt", item_id="s"))


def test_vertices_without_weights_move_with_their_neighbours(body: Body, tmp_path: Path) -> None:
    def blank(arrays: dict[str, Any]) -> None:
        arrays["weights"][500:520] = 0
        arrays["weights"][520] = np.nan

    path = write_skinned(tmp_path / "s.glb", RIGS["Mixamo"], heads=t_pose(body), change=blank)
    garment = import_garment(path, "shirt", item_id="s")
    assert "21 vertices have no weights" in told(garment)
    check_sleeves(garment, body)


def test_of_more_than_four_joints_the_strongest_stay(body: Body, tmp_path: Path) -> None:
    order = list(CHAIN)

    def five(arrays: dict[str, Any]) -> None:
        count = len(arrays["points"])
        names = ("pelvis", "spine_01", "spine_02", "spine_03")
        arrays["bones"][:200] = [order.index(name) for name in names]
        arrays["weights"][:200] = 0.22
        arrays["bones1"] = np.zeros((count, 4), np.uint8)
        arrays["weights1"] = np.zeros((count, 4), np.float32)
        arrays["bones1"][:200, 0] = order.index("head")
        arrays["weights1"][:200, 0] = 0.12

    path = write_skinned(tmp_path / "s.glb", RIGS["Unreal"], heads=t_pose(body), change=five)
    garment = import_garment(path, "shirt", item_id="s")
    assert "more than four joints of 200 vertices" in told(garment)
    _, dense = points_and_weights(garment)
    assert dense[:, body.bone("head")].max() == 0
    np.testing.assert_allclose(dense.sum(1), 1, atol=1e-3)


def test_morph_targets_and_animations_are_lost_and_said_to_be(body: Body, tmp_path: Path) -> None:
    def enrich(gltf: pygltflib.GLTF2) -> None:
        gltf.meshes[0].primitives[0].targets = [{"POSITION": 0}]
        gltf.animations.append(
            pygltflib.Animation(
                channels=[
                    pygltflib.AnimationChannel(
                        sampler=0, target=pygltflib.AnimationChannelTarget(node=0, path="rotation")
                    )
                ],
                samplers=[pygltflib.AnimationSampler(input=0, output=0)],
            )
        )

    path = write_skinned(tmp_path / "s.glb", RIGS["Mixamo"], heads=t_pose(body), finish=enrich)
    words = told(import_garment(path, "shirt", item_id="s"))
    assert "1 animation(s)" in words
    assert "morph targets" in words


def test_a_missing_texture_is_told(body: Body, tmp_path: Path) -> None:
    def textured(gltf: pygltflib.GLTF2) -> None:
        gltf.images.append(pygltflib.Image(uri="weave.png"))
        gltf.textures.append(pygltflib.Texture(source=0))
        pbr = gltf.materials[0].pbrMetallicRoughness
        pbr.baseColorTexture = pygltflib.TextureInfo(index=0)

    path = write_skinned(tmp_path / "s.glb", RIGS["Mixamo"], heads=t_pose(body), finish=textured)
    assert "weave.png is missing" in told(import_garment(path, "shirt", item_id="s"))


def test_numbers_that_are_none_cost_their_triangles_only(body: Body, tmp_path: Path) -> None:
    def spoil(arrays: dict[str, Any]) -> None:
        arrays["points"][400] = np.nan

    path = write_skinned(tmp_path / "s.glb", RIGS["Mixamo"], heads=t_pose(body), change=spoil)
    garment = import_garment(path, "shirt", item_id="s")
    assert "coordinates that are no" in told(garment)
    points, _ = points_and_weights(garment)
    assert np.isfinite(points).all()
    check_sleeves(garment, body)


def test_edges_of_many_triangles_are_kept_and_told(body: Body, tmp_path: Path) -> None:
    def fin(arrays: dict[str, Any]) -> None:
        faces = arrays["faces"]
        extra = faces[:40].copy()
        extra[:, 2] = faces[700:740, 2]
        arrays["faces"] = np.concatenate([faces, extra])

    path = write_skinned(tmp_path / "s.glb", RIGS["Mixamo"], heads=t_pose(body), change=fin)
    assert "non-manifold" in told(import_garment(path, "shirt", item_id="s"))


def test_a_million_triangles_are_refused_with_the_remedy(body: Body, tmp_path: Path) -> None:
    def many(arrays: dict[str, Any]) -> None:
        arrays["faces"] = np.tile(arrays["faces"], (120, 1))

    path = write_skinned(tmp_path / "s.glb", RIGS["Mixamo"], heads=t_pose(body), change=many)
    with pytest.raises(ImportError3D, match="264,960 triangles") as caught:
        import_garment(path, "shirt", item_id="s")
    assert "Decimate" in caught.value.remedy


def test_a_skin_that_names_no_node_is_refused(body: Body, tmp_path: Path) -> None:
    def break_skin(gltf: pygltflib.GLTF2) -> None:
        gltf.skins[0].joints[0] = 999

    path = write_skinned(tmp_path / "s.glb", RIGS["Mixamo"], heads=t_pose(body), finish=break_skin)
    with pytest.raises(ImportError3D, match="999"):
        import_garment(path, "shirt", item_id="s")


def test_shoulder_is_a_collar_bone_or_an_arm_by_its_family() -> None:
    mixamo = ["Hips", "Spine", "LeftShoulder", "LeftArm", "LeftForeArm"]
    smpl = ["pelvis", "spine1", "left_collar", "left_shoulder", "left_elbow"]
    assert match_names(mixamo).ours[2] == "clavicle_l"
    assert match_names(smpl).ours[3] == "upperarm_l"


def test_numbers_that_exporters_add_do_not_hide_a_joint() -> None:
    names = ["mixamorig:Hips_01", "mixamorig:LeftArm_09", "mixamorig:LeftHandIndex2_012"]
    assert match_names(names).ours == {0: "pelvis", 1: "upperarm_l", 2: "index_02_l"}
