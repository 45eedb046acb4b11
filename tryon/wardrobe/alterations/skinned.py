"""A skinned glTF garment: its joints recognised, its pose changed to ours, its weights kept."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from scipy.spatial import cKDTree

from tryon.core.mesh import Mesh
from tryon.core.spaces import Floats
from tryon.core.transforms import apply
from tryon.wardrobe.alterations.fitted import BoundPart, dress_form
from tryon.wardrobe.alterations.repose import NUMBER, body_from_file, carried, motions
from tryon.wardrobe.alterations.skeleton import (
    LEAST_WEIGHT,
    Skeleton,
    SkinWeights,
    dense_weights,
    our_heads,
    read_skeleton,
    read_weights,
)
from tryon.wardrobe.gltf_file import GltfFile
from tryon.wardrobe.gltf_surfaces import Origin
from tryon.wardrobe.importer_cut import moved
from tryon.wardrobe.importer_repair import Mended
from tryon.wardrobe.importer_report import ImportReport

SPINE_REST = ("pelvis", "spine_01", "spine_02", "spine_03", "neck_01")
MOST_NAMES = 6
SAME_PLACE_SHARE = 0.08
"""Joints this share of the body's height apart are told as another build."""


def reposed(
    path: Path, surfaces: Sequence[Mended], origins: Sequence[Origin], report: ImportReport
) -> list[BoundPart] | None:
    """The surfaces on our body at rest, by their joints; None, told in the report, when they have no
    weights or joints that can be used.

    Raises ImportError3D for a skin that is broken.
    """
    file = GltfFile.open(path)
    skins = [s for s in (origins[each.number].skin for each in surfaces) if s is not None]
    skeleton, mesh_to_world = read_skeleton(file, skins)
    if not skeleton.match.ours:
        report.assumed.append(
            f"none of its {len(_joints(file, skins))} joints has a name that is known "
            f"({_listed(_joints(file, skins))}); it is bound by the nearest skin instead"
        )
        return None
    figure = dress_form().figure
    ours = np.asarray(figure.heads, np.float64)
    spine = ours[[NUMBER[name] for name in SPINE_REST]]
    theirs = our_heads(skeleton, spine)
    to_body = body_from_file(theirs, ours)
    read = [_weights(file, each, origins[each.number], mesh_to_world) for each in surfaces]
    if to_body is None or all(skin is None for skin in read):
        report.assumed.append(
            "it has a skeleton but no usable weights; it is bound by the nearest skin instead"
            if to_body is not None
            else "too few of its joints are known to place it; it is bound by the nearest skin instead"
        )
        return None
    start = np.where(np.isfinite(theirs), apply(to_body, np.nan_to_num(theirs)), np.nan)
    _tell(skeleton, read, report, start=start, ours=ours)
    placed = [
        moved(each.mesh, to_body @ (np.eye(4) if skin is None else skin.world_from_mesh))
        for each, skin in zip(surfaces, read, strict=True)
    ]
    dense = _filled(placed, read, skeleton, spine, report)
    to_rest = motions(start, ours)
    return [
        BoundPart(carried(mesh, share, to_rest), share)
        for mesh, share in zip(placed, dense, strict=True)
    ]


def _weights(
    file: GltfFile, surface: Mended, origin: Origin, mesh_to_world: dict[int, Floats]
) -> SkinWeights | None:
    if origin.skin is None:
        return None
    return read_weights(file, origin, surface.kept, mesh_to_world[origin.skin])


def _filled(
    meshes: Sequence[Mesh],
    read: Sequence[SkinWeights | None],
    skeleton: Skeleton,
    spine: Floats,
    report: ImportReport,
) -> list[Floats]:
    """(V, 53) weights of each surface; vertices without any take those of the nearest that has some."""
    dense = [
        np.zeros((len(mesh.vertices), len(NUMBER)))
        if skin is None
        else dense_weights(skeleton, skin, spine)
        for mesh, skin in zip(meshes, read, strict=True)
    ]
    whole = np.concatenate(dense)
    points = np.concatenate([mesh.vertices for mesh in meshes])
    bare = whole.sum(1) < LEAST_WEIGHT
    if bare.any():
        report.assumed.append(
            f"{int(bare.sum()):,} vertices have no weights and move with their nearest neighbours"
        )
        near = cKDTree(points[~bare]).query(points[bare])[1]
        whole[bare] = whole[~bare][near]
    dropped = 1 - np.sort(whole, axis=1)[:, -4:].sum(1)
    if (dropped > LEAST_WEIGHT).any():
        report.lost.append(
            f"more than four joints of {int((dropped > LEAST_WEIGHT).sum()):,} vertices; the "
            "strongest four are kept"
        )
    whole /= whole.sum(1, keepdims=True)
    ends = np.cumsum([len(mesh.vertices) for mesh in meshes])[:-1]
    return list(np.split(whole, ends))


def _tell(
    skeleton: Skeleton,
    read: Sequence[SkinWeights | None],
    report: ImportReport,
    *,
    start: Floats,
    ours: Floats,
) -> None:
    used = np.unique(np.concatenate([s.nodes[s.weights > 0] for s in read if s is not None]))
    known = [int(node) for node in used if int(node) in skeleton.match.ours]
    report.found.append(
        f"its joints are named as {skeleton.match.family} does: {len(known)} of the {len(used)} "
        "that move it are ours"
    )
    above: dict[str, list[str]] = {}
    for node in sorted(set(used.tolist()) - set(known)):
        owner = skeleton.owner(int(node))
        name = "the pelvis" if owner is None else skeleton.names[owner]
        above.setdefault(name, []).append(skeleton.names[node])
    for name, followers in above.items():
        report.assumed.append(
            f"{_listed(followers)} {'is' if len(followers) == 1 else 'are'} unknown and "
            f"{'follows' if len(followers) == 1 else 'follow'} {name}"
        )
    apart = np.linalg.norm(start - ours, axis=1)
    arms = np.array(
        [NUMBER[f"{bone}{side}"] for bone in ("lowerarm", "hand") for side in ("_l", "_r")]
    )
    turned = apart[arms][np.isfinite(apart[arms])]
    if len(turned) and turned.max() > SAME_PLACE_SHARE:
        report.found.append(
            "its arms are held otherwise than ours; they were turned to our rest pose"
        )


def _joints(file: GltfFile, skins: Sequence[int]) -> list[str]:
    nodes = file.gltf.nodes or []
    joints = {int(j) for skin in skins for j in file.gltf.skins[skin].joints}
    return [str(nodes[j].name or f"node {j}") for j in sorted(joints) if j < len(nodes)]


def _listed(names: Sequence[str]) -> str:
    rest = len(names) - MOST_NAMES
    return ", ".join(names[:MOST_NAMES]) + (f" and {rest} more" if rest > 0 else "")
