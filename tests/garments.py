"""Strangers' garments with skeletons, made on the spot out of our own body's joints."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pygltflib
from numpy.typing import NDArray

from tryon.core.body_fit import BODY_JOINTS
from tryon.wardrobe.body import Body

RINGS, SIDES = 24, 16
SLEEVE_RADIUS_M, TRUNK_RADIUS_M = 0.085, 0.22
CHAIN = {
    "pelvis": "", "spine_01": "pelvis", "spine_02": "spine_01", "spine_03": "spine_02",
    "neck_01": "spine_03", "head": "neck_01",
    **{
        f"{name}_{side}": (f"{parent}_{side}" if parent not in ("spine_03", "pelvis") else parent)
        for side in ("l", "r")
        for name, parent in {
            "clavicle": "spine_03", "upperarm": "clavicle", "lowerarm": "upperarm",
            "hand": "lowerarm", "thigh": "pelvis", "calf": "thigh", "foot": "calf", "ball": "foot",
        }.items()
    },
}  # fmt: skip
"""Joint of ours → the joint above it, of a skeleton without fingers."""

Points = NDArray[np.float64]


def t_pose(body: Body) -> dict[str, Points]:
    """Where our joints are when the arms are held straight out."""
    heads = {name: body.figure.heads[body.bone(name)].copy() for name in CHAIN}
    for side, sign in (("l", 1.0), ("r", -1.0)):
        shoulder, elbow, hand = (f"{n}_{side}" for n in ("upperarm", "lowerarm", "hand"))
        upper = np.linalg.norm(heads[elbow] - heads[shoulder])
        fore = np.linalg.norm(heads[hand] - heads[elbow])
        heads[elbow] = heads[shoulder] + [sign * upper, 0, 0]
        heads[hand] = heads[elbow] + [sign * fore, 0, 0]
    return heads


def tube(start: Points, end: Points, radius: float) -> tuple[Points, NDArray[np.uint32]]:
    """An open tube around a line: vertices and faces, seen from outside."""
    along = end - start
    helper = np.eye(3)[int(np.argmin(np.abs(along)))]
    side = np.cross(along, helper)
    side /= np.linalg.norm(side)
    up = np.cross(along / np.linalg.norm(along), side)
    angle = 2 * np.pi * np.arange(SIDES) / SIDES
    ring = radius * (np.cos(angle)[:, None] * side + np.sin(angle)[:, None] * up)
    shares = np.linspace(0, 1, RINGS)
    points = (start + shares[:, None, None] * along + ring).reshape(-1, 3)
    quads = []
    for r in range(RINGS - 1):
        for s in range(SIDES):
            a, b = r * SIDES + s, r * SIDES + (s + 1) % SIDES
            quads += [(a, b, b + SIDES), (a, b + SIDES, a + SIDES)]
    return points, np.array(quads, np.uint32)


def shirt(heads: Mapping[str, Points]) -> tuple[Points, NDArray[np.uint32], list[dict[str, float]]]:
    """A trunk and two sleeves on a skeleton: vertices, faces, and each vertex's joints."""
    points, faces, weights = [], [], []
    low = heads["pelvis"] - [0, 0.02, 0]
    high = 0.5 * (heads["upperarm_l"] + heads["upperarm_r"])
    trunk = (low, np.array([low[0], high[1], low[2]]), TRUNK_RADIUS_M)
    sleeves = [(heads[f"upperarm_{s}"], heads[f"hand_{s}"], SLEEVE_RADIUS_M) for s in ("l", "r")]
    count = 0
    for number, (start, end, radius) in enumerate([trunk, *sleeves]):
        vertices, triangles = tube(start, end, radius)
        points.append(vertices)
        faces.append(triangles + count)
        count += len(vertices)
        for k in range(len(vertices)):
            share = (k // SIDES) / (RINGS - 1)
            weights.append(
                _trunk_share(share) if number == 0 else _arm_share(share, "lr"[number - 1])
            )
    return np.concatenate(points), np.concatenate(faces), weights


def _trunk_share(share: float) -> dict[str, float]:
    names = ("pelvis", "spine_01", "spine_02", "spine_03")
    at = share * 3
    low = min(int(at), 2)
    return {names[low]: 1 - (at - low), names[low + 1]: at - low}


def _arm_share(share: float, side: str) -> dict[str, float]:
    lower = float(np.clip((share - 0.45) / 0.1, 0, 1))
    return {f"upperarm_{side}": 1 - lower, f"lowerarm_{side}": lower}


def write_skinned(
    path: Path,
    names: Mapping[str, str],
    *,
    heads: Mapping[str, Points],
    unit_per_m: float = 1.0,
    turn: Points | None = None,
    weights_as: str = "float",
    extra: tuple[str, str] | None = None,
    change: Any = None,
    finish: Any = None,
) -> Path:
    """A GLB of `shirt` skinned to a skeleton of these names.

    names: joint of ours → theirs; turn: (3, 3) of the whole file; weights_as: float, byte or none;
    extra: a joint (name, parent of ours) that takes over half of what its parent moves; change: called
    with the arrays before they are written; finish: called with the glTF object before it is packed.
    """
    turn = np.eye(3) if turn is None else turn
    points, faces, shares = shirt(heads)
    arrays: dict[str, Any] = {"points": unit_per_m * points @ turn.T, "faces": faces}
    joints = list(CHAIN) + ([extra[0]] if extra else [])
    number = {name: k for k, name in enumerate(joints)}
    bones = np.zeros((len(points), 4), np.uint8)
    weights = np.zeros((len(points), 4), np.float32)
    for row, share in enumerate(shares):
        pairs = list(share.items())
        if extra:
            pairs = [(n, w / 2 if n == extra[1] else w) for n, w in pairs] + [
                (extra[0], w / 2) for n, w in share.items() if n == extra[1]
            ]
        for k, (name, weight) in enumerate(pairs):
            bones[row, k], weights[row, k] = number[name], weight
    arrays |= {"bones": bones, "weights": weights}
    if change is not None:
        change(arrays)
    world = {name: unit_per_m * turn @ heads[name] for name in CHAIN}
    if extra:
        world[extra[0]] = world[extra[1]] + unit_per_m * turn @ np.array([0.02, 0, 0])
    parents = {**CHAIN, **({extra[0]: extra[1]} if extra else {})}
    path.write_bytes(
        _glb(arrays, joints, world, parents, names=names, weights_as=weights_as, finish=finish)
    )
    return path


def _glb(
    arrays: Mapping[str, Any],
    joints: list[str],
    world: Mapping[str, Points],
    parents: Mapping[str, str],
    *,
    names: Mapping[str, str],
    weights_as: str,
    finish: Any,
) -> bytes:
    gltf = pygltflib.GLTF2()
    blob = bytearray()

    def accessor(
        values: NDArray[Any], kind: str, component: int, *, normalized: bool = False
    ) -> int:
        blob.extend(b"\0" * (-len(blob) % 4))
        raw = np.ascontiguousarray(values).tobytes()
        gltf.bufferViews.append(
            pygltflib.BufferView(buffer=0, byteOffset=len(blob), byteLength=len(raw))
        )
        blob.extend(raw)
        entry = pygltflib.Accessor(
            bufferView=len(gltf.bufferViews) - 1, componentType=component, count=len(values),
            type=kind, normalized=normalized,
        )  # fmt: skip
        if kind == "VEC3":
            entry.min, entry.max = np.nanmin(values, 0).tolist(), np.nanmax(values, 0).tolist()
        gltf.accessors.append(entry)
        return len(gltf.accessors) - 1

    attributes = pygltflib.Attributes(
        POSITION=accessor(arrays["points"].astype(np.float32), "VEC3", pygltflib.FLOAT)
    )
    if weights_as != "none":
        attributes.JOINTS_0 = accessor(arrays["bones"], "VEC4", pygltflib.UNSIGNED_BYTE)
        if weights_as == "byte":
            packed = np.round(arrays["weights"] * 255).astype(np.uint8)
            attributes.WEIGHTS_0 = accessor(
                packed, "VEC4", pygltflib.UNSIGNED_BYTE, normalized=True
            )
        else:
            attributes.WEIGHTS_0 = accessor(arrays["weights"], "VEC4", pygltflib.FLOAT)
    if "bones1" in arrays:
        attributes.JOINTS_1 = accessor(arrays["bones1"], "VEC4", pygltflib.UNSIGNED_BYTE)
        attributes.WEIGHTS_1 = accessor(arrays["weights1"], "VEC4", pygltflib.FLOAT)
    indices = accessor(arrays["faces"].reshape(-1), "SCALAR", pygltflib.UNSIGNED_INT)
    binds = np.tile(np.eye(4, dtype=np.float32), (len(joints), 1, 1))
    for k, name in enumerate(joints):
        binds[k, :3, 3] = -world[name]
    matrices = accessor(binds.transpose(0, 2, 1).reshape(-1, 16), "MAT4", pygltflib.FLOAT)
    for name in joints:
        above = parents[name]
        offset = world[name] - (world[above] if above else 0)
        gltf.nodes.append(
            pygltflib.Node(
                name=names.get(name, name),
                translation=offset.tolist(),
                children=[k for k, other in enumerate(joints) if parents[other] == name],
            )
        )
    gltf.nodes.append(pygltflib.Node(name="shirt", mesh=0, skin=0))
    gltf.meshes.append(
        pygltflib.Mesh(
            primitives=[pygltflib.Primitive(attributes=attributes, indices=indices, material=0)]
        )
    )
    gltf.materials.append(
        pygltflib.Material(
            name="cotton", doubleSided=True,
            pbrMetallicRoughness=pygltflib.PbrMetallicRoughness(
                baseColorFactor=[0.2, 0.3, 0.6, 1.0], metallicFactor=0.0, roughnessFactor=0.8
            ),
        )
    )  # fmt: skip
    gltf.skins.append(pygltflib.Skin(joints=list(range(len(joints))), inverseBindMatrices=matrices))
    gltf.scenes.append(pygltflib.Scene(nodes=[joints.index("pelvis"), len(joints)]))
    gltf.scene = 0
    gltf.buffers.append(pygltflib.Buffer(byteLength=len(blob)))
    if finish is not None:
        finish(gltf)
    gltf.set_binary_blob(bytes(blob))
    return b"".join(gltf.save_to_bytes())


def sided(
    middle: Mapping[str, str], limbs: Mapping[str, str], left: str, right: str
) -> dict[str, str]:
    """Names of a whole skeleton: of the middle, and of the limbs with `{}` where the side stands."""
    out = dict(middle)
    for ours, theirs in limbs.items():
        out[f"{ours}_l"], out[f"{ours}_r"] = theirs.format(left), theirs.format(right)
    return out


RIGS: dict[str, dict[str, str]] = {
    "Mixamo": sided(
        {"pelvis": "mixamorig:Hips", "spine_01": "mixamorig:Spine", "spine_02": "mixamorig:Spine1",
         "spine_03": "mixamorig:Spine2", "neck_01": "mixamorig:Neck", "head": "mixamorig:Head"},
        {"clavicle": "mixamorig:{}Shoulder", "upperarm": "mixamorig:{}Arm",
         "lowerarm": "mixamorig:{}ForeArm", "hand": "mixamorig:{}Hand", "thigh": "mixamorig:{}UpLeg",
         "calf": "mixamorig:{}Leg", "foot": "mixamorig:{}Foot", "ball": "mixamorig:{}ToeBase"},
        "Left", "Right",
    ),
    "VRM": sided(
        {"pelvis": "J_Bip_C_Hips", "spine_01": "J_Bip_C_Spine", "spine_02": "J_Bip_C_Chest",
         "spine_03": "J_Bip_C_UpperChest", "neck_01": "J_Bip_C_Neck", "head": "J_Bip_C_Head"},
        {"clavicle": "J_Bip_{}_Shoulder", "upperarm": "J_Bip_{}_UpperArm",
         "lowerarm": "J_Bip_{}_LowerArm", "hand": "J_Bip_{}_Hand", "thigh": "J_Bip_{}_UpperLeg",
         "calf": "J_Bip_{}_LowerLeg", "foot": "J_Bip_{}_Foot", "ball": "J_Bip_{}_ToeBase"},
        "L", "R",
    ),
    "Unreal": {name: name for name in CHAIN},
    "SMPL": sided(
        {"pelvis": "pelvis", "spine_01": "spine1", "spine_02": "spine2", "spine_03": "spine3",
         "neck_01": "neck", "head": "head"},
        {"clavicle": "{}_collar", "upperarm": "{}_shoulder", "lowerarm": "{}_elbow",
         "hand": "{}_wrist", "thigh": "{}_hip", "calf": "{}_knee", "foot": "{}_ankle",
         "ball": "{}_foot"},
        "left", "right",
    ),
    "Rigify": sided(
        {"pelvis": "DEF-spine", "spine_01": "DEF-spine.001", "spine_02": "DEF-spine.002",
         "spine_03": "DEF-spine.003", "neck_01": "DEF-spine.004", "head": "DEF-spine.006"},
        {"clavicle": "DEF-shoulder.{}", "upperarm": "DEF-upper_arm.{}",
         "lowerarm": "DEF-forearm.{}", "hand": "DEF-hand.{}", "thigh": "DEF-thigh.{}",
         "calf": "DEF-shin.{}", "foot": "DEF-foot.{}", "ball": "DEF-toe.{}"},
        "L", "R",
    ),
}  # fmt: skip

assert set(CHAIN) <= set(BODY_JOINTS)
