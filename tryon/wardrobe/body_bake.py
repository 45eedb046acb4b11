"""Bakes the base body to one compact file: mesh, levels of detail, rig, weights, shapes, landmarks."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tryon.core.spaces import Floats
from tryon.supplies import baked_dir
from tryon.wardrobe.basebody import BODY_GROUP, BaseBody
from tryon.wardrobe.body_lod import Decimator, split_at_seams
from tryon.wardrobe.body_parts import Part, part_of_bones
from tryon.wardrobe.skinning import top_weights

BAKED_NAME = "body-1.npz"
LEVEL_TRIANGLES = (7000, 3000)
"""Triangles of the coarser levels of detail, after the full mesh."""

MACRO = ("male", "height", "weight", "muscle", "proportions")
"""Directions that move the whole body: ±1 are the ends of the base mesh's own sliders."""

TARGETS = {
    "shoulder_width": "torso/measure-shoulder-dist",
    "bust": "torso/measure-bust-circ",
    "underbust": "torso/measure-underbust-circ",
    "waist": "torso/measure-waist-circ",
    "hip": "torso/measure-hips-circ",
    "neck": "neck/measure-neck-circ",
    "upper_arm": "arms/measure-upperarm-circ",
    "thigh": "legs/measure-thigh-circ",
    "knee": "legs/measure-knee-circ",
    "calf": "legs/measure-calf-circ",
    "back_length": "torso/measure-napetowaist-dist",
    "waist_to_hip": "torso/measure-waisttohip-dist",
    "upper_arm_length": "arms/measure-upperarm-length",
    "forearm_length": "arms/measure-lowerarm-length",
    "thigh_length": "legs/measure-upperleg-height",
    "calf_length": "legs/measure-lowerleg-height",
    "torso_depth": "torso/torso-scale-depth",
    "belly": "stomach/stomach-pregnant",
}
"""Directions that move one measure: the base mesh's targets, −1 for `-decr` and +1 for `-incr`."""

HIDDEN_IMPORTANCE, DETAIL_IMPORTANCE = 0.05, 0.3
MOUTH_ISLAND_V = 0.14
SOCKET_ISLANDS_UV = (0.2, 0.65)
"""Texture islands that line the mouth (below) and the eye sockets (left below)."""


def bake_body() -> Path:
    """Bake the body from the base body into the cache; takes about ten seconds.

    Raises SuppliesError when the base body is missing.
    """
    base = BaseBody.load()
    count = int(base.group(BODY_GROUP).max()) + 1
    neutral = base.shape()
    dense = base.rig.dense_weights(len(neutral))[:count]
    bones, weights = top_weights(dense)
    parts = part_of_bones(base.rig.names)[bones[:, 0]]
    arrays: dict[str, np.ndarray] = {
        "names": np.array(base.rig.names),
        "parents": base.rig.parents,
        "vertices": neutral[:count].astype(np.float32),
        "faces": base.faces.astype(np.int32),
        "bones": bones,
        "weights": weights,
        "parts": parts,
        "heads": base.rig.heads_on(neutral),
        "tails": base.rig.tails_on(neutral),
    }
    arrays |= _levels(base, neutral[:count], dense)
    arrays |= _directions(base, neutral, count)
    marks = _landmarks(neutral[:count], parts, arrays["heads"], base.rig.names)
    arrays["landmark_names"] = np.array(list(marks))
    arrays["landmarks"] = np.array(list(marks.values()), np.int64)
    target = baked_dir() / BAKED_NAME
    scratch = target.with_suffix(".part.npz")
    np.savez(scratch, **arrays)  # type: ignore[arg-type]  # numpy's stub takes `**` for its flag
    scratch.replace(target)
    return target


def _levels(base: BaseBody, vertices: Floats, dense: Floats) -> dict[str, np.ndarray]:
    out: dict[str, np.ndarray] = {}
    faces, uv_faces = base.faces, base.uv_faces
    importance = _importance(base)
    decimator = Decimator(vertices, faces, uv_faces, importance=importance, features=dense)
    for level, triangles in enumerate((len(faces), *LEVEL_TRIANGLES)):
        if level:
            faces, uv_faces = decimator.collapse_to(triangles)
        source, uv, split = split_at_seams(faces, uv_faces)
        out[f"level{level}_source"] = source.astype(np.int32)
        out[f"level{level}_uv"] = base.uv[uv].astype(np.float32)
        out[f"level{level}_faces"] = split.astype(np.int32)
    return out


def _importance(base: BaseBody) -> Floats:
    """(F,) how much each triangle's shape matters: little inside the mouth, less on the head."""
    centre = base.uv[base.uv_faces].mean(1)
    hidden = (centre[:, 1] < MOUTH_ISLAND_V) | (centre < SOCKET_ISLANDS_UV).all(1)
    bone = base.rig.dense_weights(len(base.vertices))[base.faces[:, 0]].argmax(1)
    head = part_of_bones(base.rig.names)[bone] == Part.HEAD
    return np.where(hidden, HIDDEN_IMPORTANCE, np.where(head, DETAIL_IMPORTANCE, 1.0))


def _directions(base: BaseBody, neutral: Floats, count: int) -> dict[str, np.ndarray]:
    """For each direction the change of vertices and joints at +1 and at −1."""
    names = (*MACRO, *TARGETS)
    vertices = np.zeros((2, len(names), count, 3), np.float32)
    joints = np.zeros((2, len(names), 2, len(base.rig.names), 3))
    for number, name in enumerate(names):
        for end in (0, 1):
            if name in MACRO:
                change = base.shape(**{name: 1.0 - end}) - neutral  # type: ignore[arg-type]  # a slider's name
            else:
                change = base.target(f"{TARGETS[name]}-{('incr', 'decr')[end]}")
            vertices[end, number] = change[:count]
            joints[end, number] = base.rig.heads_on(change), base.rig.tails_on(change)
    return {
        "directions": np.array(names),
        "direction_vertices": vertices,
        "direction_joints": joints,
    }


def _landmarks(
    vertices: Floats, parts: NDArray[np.uint8], heads: Floats, names: tuple[str, ...]
) -> dict[str, int]:
    """Vertices of anatomical points, found on the neutral body."""
    joint = dict(zip(names, heads, strict=True))
    x, y, z = vertices.T
    trunk = parts == Part.TORSO

    def pick(mask: NDArray[np.bool_], score: Floats) -> int:
        return int(np.where(mask, score, -np.inf).argmax())

    middle = np.abs(x) < 1e-4
    back, front = middle & (z < joint["spine_02"][2]), middle & (z > joint["spine_02"][2])
    chest = (y > joint["spine_03"][1]) & (y < joint["upperarm_l"][1])
    out: dict[str, int] = {}
    for side, sign in (("_l", 1.0), ("_r", -1.0)):
        shoulder = joint[f"upperarm{side}"]
        near = np.hypot(x - shoulder[0], z - shoulder[2]) < 0.03
        out[f"acromion{side}"] = pick(near, 0.7 * y + sign * x)
        out[f"bust_point{side}"] = pick(trunk & chest & (sign * x > 0.04), z)
        low = (y > joint["thigh_l"][1] - 0.1) & (y < joint["spine_01"][1])
        out[f"buttock{side}"] = pick(low & (sign * x > 0.03), -z)
    out["nape"] = pick(back & (y < 1.5), -np.abs(y - joint["neck_01"][1]))
    out["throat"] = pick(front & chest | front & (parts == Part.NECK), -np.abs(y - 1.36))
    out["waist_back"] = _waist(vertices, back, trunk, joint["spine_01"][1], joint["spine_03"][1])
    out["navel"] = pick(front & trunk, -np.abs(y - vertices[out["waist_back"], 1] + 0.04))
    breast = vertices[out["bust_point_l"], 1]
    out["underbust"] = pick(back & trunk, -np.abs(y - breast + 0.07))
    out["crotch"] = pick(middle & (parts != Part.HEAD), -y)
    out["glabella"] = pick(front & (y > joint["head"][1] + 0.06) & (y < joint["head"][1] + 0.1), z)
    return out


def _waist(
    vertices: Floats, back: NDArray[np.bool_], trunk: NDArray[np.bool_], low: float, high: float
) -> int:
    """The vertex of the spine at whose height the trunk is narrowest between hips and ribs."""
    candidates = np.flatnonzero(back & (vertices[:, 1] > low) & (vertices[:, 1] < high))
    halves = []
    for height in vertices[candidates, 1]:
        near = trunk & (np.abs(vertices[:, 1] - height) < 0.012)
        halves.append(np.abs(vertices[near, 0]).max())
    return int(candidates[int(np.argmin(halves))])
