"""Which joints move a garment: those of the skin beneath it, passed on smoothly."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.spatial import cKDTree

from tryon.core.spaces import Floats
from tryon.wardrobe.body_girth import dense_of
from tryon.wardrobe.body_parts import LEGS, Part
from tryon.wardrobe.tailor.cloth import Cloth
from tryon.wardrobe.tailor.form import Form

NEAREST = 4
PASSES = 16
"""Laplacian passes that spread the weights over the cloth."""
SKIRT_LEG_SHARE, SKIRT_LEG_FROM = 0.95, 0.7
"""So much of a skirt follows the thighs (the rest follows the pelvis) from this share of the way from
the seat to the knee downwards."""
TRAIL = 0.6
"""At the floor a gown follows the thighs by this much less."""


def cloth_weights(cloth: Cloth, points: Floats, form: Form) -> Floats:
    """(N, J) shares of the joints in each particle of a draped cloth; rows sum to 1."""
    on_skin = dense_of(form.body.bones, form.body.weights, len(form.body.names)).astype(np.float64)
    total = np.zeros((cloth.count, on_skin.shape[1]))
    times = np.zeros(cloth.count)
    for panel in cloth.pattern.panels:
        here = np.unique(cloth.particle[cloth.in_panel(panel.name)])
        if panel.region == "skirt":
            total[here] += skirt_weights(points[here], form)
        elif panel.region == "coat":
            trunk = _nearest(points[here], form, on_skin, "trunk")
            down = np.clip((form.waist_y - points[here, 1]) / (form.waist_y - form.hip_y), 0, 1)
            down = (down * down * (3 - 2 * down))[:, None]
            total[here] += trunk + down * (skirt_weights(points[here], form) - trunk)
        else:
            total[here] += _nearest(points[here], form, on_skin, panel.region)
        times[here] += 1
    return _spread(cloth, total / times[:, None])


def skirt_weights(points: Floats, form: Form) -> Floats:
    """(N, J) shares for cloth that hangs from the waist around both legs.

    The nearest skin would tear it between the legs. Here the pelvis moves it, and further down both
    thighs do, each on its side, passing into each other across the middle.
    """
    body = form.body
    out = np.zeros((len(points), len(body.names)))
    start = 0.5 * (form.hip_y + form.waist_y)
    end = form.hip_y + SKIRT_LEG_FROM * (form.knee_y - form.hip_y)
    depth = np.clip((start - points[:, 1]) / (start - end), 0, 1)
    legs = SKIRT_LEG_SHARE * depth * depth * (3 - 2 * depth)
    # Far below the knees a stride would tear what hangs between the legs.
    low = np.clip((form.knee_y - points[:, 1]) / form.knee_y, 0, 1)
    legs *= 1 - TRAIL * low
    hip = float(form.joint("thigh_l")[0])
    side = np.clip(points[:, 0] / (2.4 * hip) + 0.5, 0, 1)
    left = side * side * (3 - 2 * side)
    up = np.clip((points[:, 1] - form.hip_y) / (form.waist_y - form.hip_y), 0, 1)
    out[:, body.bone("thigh_l")] = legs * left
    out[:, body.bone("thigh_r")] = legs * (1 - left)
    out[:, body.bone("spine_01")] = 0.5 * up
    out[:, body.bone("pelvis")] = 1 - legs - 0.5 * up
    return out


def region_vertices(form: Form, region: str) -> NDArray[np.int64]:
    """Vertices of the skin that may move a panel of a region.

    Regions: `trunk`, `arm_l`, `leg_l`, `foot_l` and the same on the right. Without them a sleeve
    would stick to the trunk beside it, and one trouser leg to the other.
    """
    body, parts = form.body, form.body.parts
    kind, _, side = region.partition("_")
    left = int(side == "r")
    if kind == "trunk":
        chosen = np.isin(parts, (Part.TORSO, Part.NECK, Part.LEFT_THIGH, Part.RIGHT_THIGH))
    elif kind == "arm":
        arm = np.isin(parts, (Part.LEFT_UPPER_ARM + left, Part.LEFT_FOREARM + left))
        bone = body.bone(f"upperarm_{side}")
        share = np.where(body.bones == bone, body.weights, 0).sum(1)
        chosen = arm | (np.isin(parts, (Part.TORSO,)) & (share > 0.15))
    elif kind == "leg":
        leg = np.isin(parts, [part for part in LEGS if (part - Part.LEFT_THIGH) % 2 == left])
        own = form.points[:, 0] * (1 if side == "l" else -1) > -0.005
        chosen = leg | ((parts == Part.TORSO) & own)
    elif kind == "foot":
        chosen = np.isin(parts, (Part.LEFT_FOOT + left,))
    else:
        raise KeyError(f"no region {region}")
    return np.flatnonzero(chosen)


def _nearest(points: Floats, form: Form, on_skin: Floats, region: str) -> Floats:
    allowed = region_vertices(form, region)
    far, near = cKDTree(form.points[allowed]).query(points, k=NEAREST)
    share = 1 / np.maximum(far, 1e-4) ** 2
    share /= share.sum(1, keepdims=True)
    return np.asarray(np.einsum("nk,nkj->nj", share, on_skin[allowed[near]]))


def _spread(cloth: Cloth, dense: Floats) -> Floats:
    faces = cloth.welded_faces
    one = np.concatenate([faces[:, k] for k in (0, 1, 2, 1, 2, 0)])
    other = np.concatenate([faces[:, k] for k in (1, 2, 0, 0, 1, 2)])
    graph = coo_matrix((np.ones(len(one)), (one, other)), (cloth.count, cloth.count)).tocsr()
    graph.data[:] = 1.0
    graph = graph.multiply(1 / np.asarray(graph.sum(1)).ravel()[:, None]).tocsr()
    for _ in range(PASSES):
        dense = 0.5 * dense + 0.5 * (graph @ dense)
    return np.asarray(dense / dense.sum(1, keepdims=True))
