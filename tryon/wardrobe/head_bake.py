"""Cuts the head out of the base body and prepares everything that fitting needs at run time."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tryon.core.fits import HEAD_ANCHORS
from tryon.core.landmarks import FaceMark
from tryon.core.spaces import Floats
from tryon.supplies import baked_dir
from tryon.wardrobe.basebody import BaseBody
from tryon.wardrobe.body_lod import Decimator
from tryon.wardrobe.head_anatomy import Indices, anchor_points, landmark_points, landmark_table
from tryon.wardrobe.head_warp import LinearWarp, linear_warp, pin_map

RECIPE = 4
"""Raised whenever this recipe changes, so that an older bake in somebody's cache is not taken."""
FACE_MESH = 468
"""Landmarks that shape the head; the ten of the irises come after them."""
MOUTH_ISLAND_V = 0.14
SOCKET_ISLANDS_UV = (0.2, 0.65)
"""Texture islands of the base mesh that line the mouth (below) and the eye sockets (left below)."""
COLLAR_M, COLLAR_HALF_WIDTH_M = -0.25, 0.15
"""Where the shoulders are cut off, below and beside the midpoint of the inner eye corners."""
LEFT_TRAGUS_MARKS = (356, 454, 323)
RIGHT_TRAGUS_MARKS = (127, 234, 93)
HAT_POINT_M, HAT_TILT_RAD = (0.0, 0.036, 0.005), float(np.radians(9.5))
"""A hat band's plane: 15 mm above the brows in front, down to the occiput."""
NECK_POINT_M, NECK_TILT_RAD = (0.0, -0.142, -0.1), float(np.radians(-20.0))
"""A necklace's plane: from the nape down to the pit of the throat."""
NECK_FADE_M = (-0.105, -0.175)
"""Heights between which the neck passes from the skull's motion to the shoulders'."""
PINNED_BEHIND_M, PINNED_BELOW_M = -0.120, -0.135
PIN_EVERY = 12
COARSE_TRIANGLES = 1800
FACE_DETAIL_M, FACE_IMPORTANCE = (0.07, -0.06), 4.0
"""Half height of the face about the eyes and how far back it reaches: there the coarse head is finer."""
SHRINK_M = 0.001
"""The occluder lies this much inside the skin, so that a frame's inner side and pads stay visible."""


@dataclass(frozen=True)
class Ring:
    """Where a plane cuts the head: N points on edges, (N, 2) vertices and the (N,) share of the second."""

    edges: Indices
    share: Floats


def bake_head() -> Path:
    """Bake the head model from the base body into the cache; takes a second or two.

    Raises SuppliesError when the base body is missing.
    """
    body = BaseBody.load()
    marks = landmark_points()
    mean = mean_head(body)
    faces = head_faces(body, mean)
    skin = np.unique(faces)
    local = np.searchsorted(skin, faces)
    vertices, local = _close(mean[skin], local, _eye_fronts(body, mean))
    named = anchor_points(mean, skin, marks)
    anchors = np.array([named[name][1] @ mean[named[name][0]] for name in HEAD_ANCHORS])
    warp = _warp(np.concatenate([vertices, anchors]), anchors, marks.on(mean)[:FACE_MESH], vertices)
    rings = {
        "hat": cut_ring(vertices, local, HAT_POINT_M, tilt_rad=HAT_TILT_RAD),
        "neck": cut_ring(vertices, local, NECK_POINT_M, tilt_rad=NECK_TILT_RAD),
    }
    target = baked_path()
    scratch = target.with_suffix(".part.npz")
    np.savez(
        scratch,
        vertices=vertices,
        faces=local.astype(np.int32),
        coarse_faces=_coarse(vertices, local).astype(np.int32),
        landmarks=marks.on(mean),
        anchors=anchors,
        spread=warp.spread,
        gather=warp.gather,
        head_share=_ramp((vertices[:, 1] - NECK_FADE_M[1]) / (NECK_FADE_M[0] - NECK_FADE_M[1])),
        hat_edges=rings["hat"].edges,
        hat_share=rings["hat"].share,
        neck_edges=rings["neck"].edges,
        neck_share=rings["neck"].share,
    )
    scratch.replace(target)
    return target


def baked_path() -> Path:
    """Where this recipe's bake lies, or will lie."""
    table = zlib.crc32(landmark_table().read_bytes())
    return baked_dir() / f"head-{RECIPE}-{table:08x}.npz"


def mean_head(body: BaseBody) -> Floats:
    """(V, 3) the base mesh as a mean adult, metres, its origin midway between the inner eye corners."""
    shape = body.shape(male=0.5)
    return shape - head_origin(shape)


def head_origin(shape: Floats) -> Floats:
    """(3,) midpoint of the inner eye corners of a (V, 3) shape of the base mesh."""
    corners = landmark_points().on(shape)[[FaceMark.LEFT_EYE_INNER, FaceMark.RIGHT_EYE_INNER]]
    return np.asarray(corners.mean(0))


def head_faces(body: BaseBody, mean: Floats) -> Indices:
    """(F, 3) base triangles of face, ears, skull, neck and shoulders, without mouth and eye sockets."""
    centre_uv = body.uv[body.uv_faces].mean(1)
    corners = mean[body.faces]
    near = (corners[..., 1] > COLLAR_M).all(1) & (
        np.abs(corners[..., 0]) < COLLAR_HALF_WIDTH_M
    ).all(1)
    mouth = centre_uv[:, 1] < MOUTH_ISLAND_V
    socket = (centre_uv < SOCKET_ISLANDS_UV).all(1)
    inside = mouth | socket
    return np.asarray(body.faces[near & ~inside])


def cut_ring(
    vertices: Floats, faces: Indices, point: tuple[float, float, float], *, tilt_rad: float
) -> Ring:
    """The ring where a plane through `point`, its normal tipped back by `tilt_rad`, cuts the mesh."""
    normal = np.array([0.0, np.cos(tilt_rad), -np.sin(tilt_rad)])
    height = (vertices - np.array(point)) @ normal
    pairs = np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]])
    pairs = np.unique(np.sort(pairs, axis=1), axis=0)
    a, b = height[pairs[:, 0]], height[pairs[:, 1]]
    cut = a * b < 0
    return Ring(pairs[cut], a[cut] / (a[cut] - b[cut]))


def _coarse(vertices: Floats, faces: Indices) -> Indices:
    """(F, 3) fewer triangles on some of the same vertices, finest in the face."""
    middle = vertices[faces].mean(1)
    face = (middle[:, 2] > FACE_DETAIL_M[1]) & (np.abs(middle[:, 1]) < FACE_DETAIL_M[0])
    decimator = Decimator(
        vertices,
        faces,
        faces,
        importance=np.where(face, FACE_IMPORTANCE, 1.0),
        features=np.zeros((len(vertices), 1)),
    )
    return decimator.collapse_to(COARSE_TRIANGLES)[0]


def _warp(points: Floats, anchors: Floats, landmarks: Floats, vertices: Floats) -> LinearWarp:
    ears = tuple(anchors[HEAD_ANCHORS.index(name)] for name in ("left_ear", "right_ear"))
    rows = tuple(_mean_row(marks) for marks in (LEFT_TRAGUS_MARKS, RIGHT_TRAGUS_MARKS))
    behind = vertices[(vertices[:, 2] < PINNED_BEHIND_M) | (vertices[:, 1] < PINNED_BELOW_M)]
    left = _spread_out(behind[behind[:, 0] > 0], len(behind) // (2 * PIN_EVERY))
    pins = np.concatenate([left, left * [-1.0, 1.0, 1.0]])
    shares = tuple(_ear_share(points, ear) for ear in ears)
    return linear_warp(
        points,
        landmarks,
        pins,
        rigid_to=tuple(zip(shares, rows, strict=True)),
        pin_rows=pin_map(pins, (ears[0], ears[1]), (rows[0], rows[1])),
    )


def _mean_row(marks: tuple[int, ...]) -> Floats:
    row = np.zeros(FACE_MESH)
    row[list(marks)] = 1 / len(marks)
    return row


def _ear_share(points: Floats, ear: Floats) -> Floats:
    """(V,) 1 on the ear, fading to 0 within a finger's breadth in front of and behind it."""
    side = np.sign(ear[0])
    out = np.clip((side * points[:, 0] - 0.058) / 0.010, 0, 1)
    along = _ramp((0.022 - np.abs(points[:, 2] - ear[2])) / 0.010)
    height = _ramp((0.042 - np.abs(points[:, 1] - (ear[1] - 0.019))) / 0.012)
    return np.asarray(out * along * height)


def _spread_out(points: Floats, count: int) -> Floats:
    """`count` of the points, each the farthest from those before it."""
    chosen = [int(points[:, 2].argmin())]
    distance = np.linalg.norm(points - points[chosen[0]], axis=1)
    for _ in range(count - 1):
        chosen.append(int(distance.argmax()))
        distance = np.minimum(distance, np.linalg.norm(points - points[chosen[-1]], axis=1))
    return points[chosen]


def _eye_fronts(body: BaseBody, mean: Floats) -> Floats:
    """(2, 3) the eyeballs' foremost points."""
    balls = [mean[body.group(name)] for name in ("helper-l-eye", "helper-r-eye")]
    return np.array([ball[ball[:, 2].argmax()] for ball in balls])


def _close(vertices: Floats, faces: Indices, eyes: Floats) -> tuple[Floats, Indices]:
    """Fill the openings of eyes and mouth with fans; the cut below the neck stays open."""
    fans, centres = [], []
    for loop in boundary_loops(faces):
        around = vertices[loop]
        if np.ptp(around[:, 0]) > 0.1:
            continue
        centre = around.mean(0)
        offset = np.linalg.norm(eyes - centre, axis=1)
        centres.append(eyes[offset.argmin()] if offset.min() < 0.02 else centre)
        middle = len(vertices) + len(centres) - 1
        fans += [[b, a, middle] for a, b in zip(loop, np.roll(loop, -1), strict=True)]
    return np.concatenate([vertices, centres]), np.concatenate([faces, np.array(fans)])


def boundary_loops(faces: Indices) -> list[Indices]:
    """The closed loops of edges that belong to one triangle only, each in its triangles' direction."""
    edges = np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]])
    known = {(int(a), int(b)) for a, b in edges}
    onward = {a: b for a, b in known if (b, a) not in known}
    loops = []
    while onward:
        start, follow = next(iter(onward.items()))
        loop = [start]
        del onward[start]
        while follow != start and follow in onward:
            loop.append(follow)
            follow = onward.pop(follow)
        loops.append(np.array(loop))
    return loops


def _ramp(value: Floats) -> Floats:
    t = np.clip(value, 0, 1)
    return np.asarray(t * t * (3 - 2 * t))
