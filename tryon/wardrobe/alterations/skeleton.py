"""The skeleton and the skin weights of a glTF file, in one common space."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tryon.core.body_fit import BODY_JOINTS
from tryon.core.spaces import Floats
from tryon.core.transforms import inverse
from tryon.wardrobe.alterations.joint_names import SPINE, RigMatch, match_names, match_vrm
from tryon.wardrobe.gltf_file import GltfFile
from tryon.wardrobe.gltf_surfaces import Origin, local_transform

MOST_SETS = 4
"""Sets of four influences that are read (JOINTS_0 … JOINTS_3)."""
LEAST_WEIGHT = 0.02
"""A weight below this is not missed."""


@dataclass(frozen=True, eq=False)
class Skeleton:
    """All nodes of a file as joints.

    names, parents: of each node, −1 for roots; world: (N, 4, 4) where each stands when the garment
    has the shape it was bound in, in the file's own space; match: which are joints of ours.
    """

    names: tuple[str, ...]
    parents: NDArray[np.int64]
    world: Floats
    match: RigMatch

    @property
    def heads(self) -> Floats:
        """(N, 3) where the joints are."""
        return self.world[:, :3, 3]

    def owner(self, node: int) -> int | None:
        """The nearest joint at or above a node that is one of ours."""
        while node >= 0:
            if node in self.match.ours:
                return node
            node = int(self.parents[node])
        return None


@dataclass(frozen=True, eq=False)
class SkinWeights:
    """nodes: (V, K) which nodes move each vertex; weights: (V, K) their shares, rows sum to 1 or are 0;
    world_from_mesh: (4, 4) from the bound shape to the skeleton's space."""

    nodes: NDArray[np.int64]
    weights: Floats
    world_from_mesh: Floats


def read_skeleton(file: GltfFile, skins: Sequence[int]) -> tuple[Skeleton, dict[int, Floats]]:
    """The skeleton that these skins of a file hang on, and each skin's `world_from_mesh`.

    Joints stand where their inverse bind matrices have them; the nodes may be posed otherwise.
    """
    gltf = file.gltf
    nodes = gltf.nodes or []
    parents = np.full(len(nodes), -1, np.int64)
    for number, node in enumerate(nodes):
        for child in node.children or []:
            if 0 <= child < len(nodes):
                parents[child] = number
    posed = _posed(nodes, parents)
    names = tuple(str(node.name or f"node {number}") for number, node in enumerate(nodes))
    vrm = _vrm(gltf)
    match = RigMatch("VRM humanoid", vrm) if vrm else match_names(names)
    world, bound, mesh_to_world = posed.copy(), np.zeros(len(nodes), bool), {}
    for skin in sorted(set(skins)):
        entry = file.entry(gltf.skins, skin, "skin")
        joints = np.array([int(j) for j in entry.joints], np.int64)
        for joint in joints:
            file.entry(nodes, int(joint), "joint")
        binds = _bind_matrices(file, entry, len(joints))
        anchor = _anchor(joints, parents, match)
        mesh_to_world[skin] = posed[joints[anchor]] @ binds[anchor]
        for joint, bind in zip(joints, binds, strict=True):
            if not bound[joint] and abs(np.linalg.det(bind[:3, :3])) > 1e-15:
                world[joint] = mesh_to_world[skin] @ inverse(bind)
                bound[joint] = True
    for node in _parents_first(parents):
        parent = int(parents[node])
        if parent >= 0 and not bound[node] and bound[parent]:
            local = local_transform(nodes[node])
            world[node], bound[node] = world[parent] @ local, True
    return Skeleton(names, parents, world, match), mesh_to_world


def read_weights(
    file: GltfFile, origin: Origin, kept: NDArray[np.int64], world_from_mesh: Floats
) -> SkinWeights | None:
    """The weights of the kept vertices of one surface; None when it has none that can be used."""
    assert origin.skin is not None
    primitive = file.gltf.meshes[origin.mesh].primitives[origin.primitive]
    attributes = primitive.attributes
    joints = np.array(file.gltf.skins[origin.skin].joints, np.int64)
    numbers, weights = [], []
    for k in range(MOST_SETS):
        chosen = [_attribute(attributes, f"{kind}_{k}") for kind in ("JOINTS", "WEIGHTS")]
        if None in chosen:
            continue
        number, weight = (file.accessor(index) for index in chosen)
        if len(number) <= kept.max(initial=-1) or number.shape != weight.shape:
            return None
        numbers.append(number[kept].astype(np.int64))
        weights.append(weight[kept].astype(np.float64))
    if not numbers:
        return None
    number, weight = np.concatenate(numbers, 1), np.concatenate(weights, 1)
    weight = np.where(np.isfinite(weight) & (number < len(joints)), np.clip(weight, 0, None), 0)
    total = weight.sum(1, keepdims=True)
    if not (total > LEAST_WEIGHT).any():
        return None
    weight = np.where(total > LEAST_WEIGHT, weight / np.maximum(total, 1e-12), 0)
    return SkinWeights(joints[np.clip(number, 0, len(joints) - 1)], weight, world_from_mesh)


def our_heads(skeleton: Skeleton, spine_rest: Floats) -> Floats:
    """(53, 3) where the joints of our rig are in theirs; NaN where they have none.

    spine_rest: (5, 3) our pelvis, three spine joints and neck. Rigs have two to five spine joints at
    other heights, so ours are read off their line from pelvis to neck.
    """
    out = np.full((len(BODY_JOINTS), 3), np.nan)
    order = _parents_first(skeleton.parents)
    # The topmost of several joints is the one that carries the others.
    for node in reversed(order):
        name = skeleton.match.ours.get(node)
        if name is not None and name != SPINE:
            out[BODY_JOINTS.index(name)] = skeleton.heads[node]
    line = _spine_line(skeleton, order, out)
    if len(line) >= 2:
        shares = _shares(spine_rest)
        at = _shares(line)
        for number, name in enumerate(("spine_01", "spine_02", "spine_03"), start=1):
            out[BODY_JOINTS.index(name)] = [
                np.interp(shares[number], at, line[:, axis]) for axis in range(3)
            ]
    return out


def dense_weights(skeleton: Skeleton, skin: SkinWeights, spine_rest: Floats) -> Floats:
    """(V, 53) shares of our joints; what hangs on a joint we do not know moves with the one above it."""
    order = _parents_first(skeleton.parents)
    heads = our_heads(skeleton, spine_rest)
    line = _spine_line(skeleton, order, heads)
    shares, at = _shares(spine_rest), _shares(line) if len(line) >= 2 else np.zeros(0)
    ours = {}
    for node in np.unique(skin.nodes):
        owner = skeleton.owner(int(node))
        name = "pelvis" if owner is None else skeleton.match.ours[owner]
        if name == SPINE:
            name = "spine_02"
            if len(line) >= 2 and owner is not None:
                nearest = int(np.linalg.norm(line - skeleton.heads[owner], axis=1).argmin())
                number = int(np.searchsorted(shares, at[nearest] + 0.02, side="right")) - 1
                name = ("pelvis", "spine_01", "spine_02", "spine_03")[min(max(number, 0), 3)]
        ours[int(node)] = BODY_JOINTS.index(name)
    lookup = np.zeros(max(ours) + 1, np.int64)
    lookup[list(ours)] = list(ours.values())
    out = np.zeros((len(skin.nodes), len(BODY_JOINTS)))
    np.add.at(out, (np.arange(len(out))[:, None], lookup[skin.nodes]), skin.weights)
    return out


def _spine_line(skeleton: Skeleton, order: Sequence[int], heads: Floats) -> Floats:
    """(n, 3) their pelvis, spine joints and neck from below; empty without both ends."""
    pelvis, neck = (heads[BODY_JOINTS.index(name)] for name in ("pelvis", "neck_01"))
    if np.isnan(pelvis).any() or np.isnan(neck).any():
        return np.zeros((0, 3))
    between = [skeleton.heads[n] for n in order if skeleton.match.ours.get(n) == SPINE]
    line = np.array([pelvis, *between, neck])
    rises = np.concatenate([[True], np.linalg.norm(np.diff(line, axis=0), axis=1) > 1e-9])
    return np.asarray(line[rises])


def _shares(line: Floats) -> Floats:
    """(n,) way along a line of points, 0 at its start and 1 at its end."""
    way = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(line, axis=0), axis=1))])
    return np.asarray(way / max(float(way[-1]), 1e-12))


def _posed(nodes: Sequence[Any], parents: NDArray[np.int64]) -> Floats:
    out = np.tile(np.eye(4), (len(nodes), 1, 1))
    for node in _parents_first(parents):
        local = local_transform(nodes[node])
        out[node] = local if parents[node] < 0 else out[parents[node]] @ local
    return out


def _parents_first(parents: NDArray[np.int64]) -> list[int]:
    children: dict[int, list[int]] = {}
    for node, parent in enumerate(parents.tolist()):
        children.setdefault(parent, []).append(node)
    order: list[int] = []
    waiting = list(reversed(children.get(-1, [])))
    while waiting:
        node = waiting.pop()
        order.append(node)
        waiting += reversed(children.get(node, []))
    return order


def _anchor(joints: NDArray[np.int64], parents: NDArray[np.int64], match: RigMatch) -> int:
    """The joint of a skin whose node tells where the skin stands: its pelvis, else its topmost."""
    for number, joint in enumerate(joints.tolist()):
        if match.ours.get(joint) == "pelvis":
            return number
    rank = {node: place for place, node in enumerate(_parents_first(parents))}
    return min(range(len(joints)), key=lambda k: rank.get(int(joints[k]), len(rank)))


def _bind_matrices(file: GltfFile, skin: Any, count: int) -> Floats:
    """(n, 4, 4) joint from mesh; the identity when a skin gives none (glTF 2.0, section 3.7.3)."""
    if skin.inverseBindMatrices is None:
        return np.tile(np.eye(4), (count, 1, 1))
    values = file.accessor(skin.inverseBindMatrices).astype(np.float64)
    out = np.tile(np.eye(4), (count, 1, 1))
    usable = min(count, len(values))
    given = values[:usable].reshape(-1, 4, 4).transpose(0, 2, 1)
    finite = np.isfinite(given).all(axis=(1, 2))
    out[:usable][finite] = given[finite]
    return out


def _attribute(attributes: Any, name: str) -> int | None:
    value = (
        attributes.get(name) if isinstance(attributes, dict) else getattr(attributes, name, None)
    )
    return value if isinstance(value, int) else None


def _vrm(gltf: Any) -> dict[int, str]:
    """Node → joint of ours, as a VRM file says itself (VRM 1.0, else 0.x)."""
    extensions = gltf.extensions if isinstance(gltf.extensions, dict) else {}
    out: dict[int, str] = {}
    try:
        if "VRMC_vrm" in extensions:
            pairs = [
                (bone, entry["node"])
                for bone, entry in extensions["VRMC_vrm"]["humanoid"]["humanBones"].items()
            ]
        elif "VRM" in extensions:
            entries = extensions["VRM"]["humanoid"]["humanBones"]
            pairs = [(entry["bone"], entry["node"]) for entry in entries]
        else:
            return {}
    except (KeyError, TypeError, AttributeError):
        return {}
    for bone, node in pairs:
        joint = match_vrm(str(bone))
        if joint is not None and isinstance(node, int):
            out[node] = joint
    return out
