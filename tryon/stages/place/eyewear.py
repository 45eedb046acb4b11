"""Frames: on the bridge, clear of the face, their temples swung to the ears."""

from __future__ import annotations

import numpy as np
from scipy.spatial import cKDTree

from tryon.core.spaces import Floats
from tryon.core.transforms import apply, exp_so3, inverse, log_so3, rigid, scaling
from tryon.stages.place.placement import Placement
from tryon.wardrobe.asset import Asset, Temples
from tryon.wardrobe.head import FittedHead

LASH_CLEARANCE_M = 0.0025
"""Air between the back of an eyewear front and the skin, wherever the two overlap."""
MOST_PUSH_M = 0.010
"""A frame is moved off brow and cheek by at most this much."""
LENS_FROM_MIDDLE_M, RIM_FROM_MIDDLE_M = 0.007, 0.016
MOST_EYEWEAR_TILT_RAD = np.radians(9.0)
FRONT_SHARE_OF_TILT = 0.35
"""An optician bends the temples down to the ears, so that the front keeps most of its own tilt."""
TEMPLE_STRETCH = (0.82, 1.22)
"""A temple's bend lands on the ear by shortening or lengthening it within these factors."""
MOST_TEMPLE_SWING_RAD = np.radians(14.0)


def eyewear(asset: Asset, head: FittedHead) -> tuple[Placement, ...]:
    """Frame on the bridge, tilted so that its temples reach the ears, clear of brow and cheeks."""
    bridge = head.anchors["bridge"]
    head_from_asset = rigid(None, bridge)
    if asset.temples is not None:
        head_from_asset = head_from_asset @ _ear_tilt(asset.temples, head)
    head_from_asset[:3, 3] += [0.0, 0.0, _push_off_the_face(asset, head_from_asset, head)]
    return tuple(
        Placement(
            mesh,
            head_from_asset @ _temple_swing(mesh.name, asset.temples, head_from_asset, head),
            asset.item_id,
            "bridge",
            bridge,
        )
        for mesh in asset.parts
    )


def _ear_tilt(temples: Temples, head: FittedHead) -> Floats:
    """(4, 4) turn about the bridge's x axis that brings the temples down or up onto the ears."""
    hinge = 0.5 * (temples.left_hinge + temples.right_hinge)
    ears = 0.5 * (head.anchors["left_ear"] + head.anchors["right_ear"]) - head.anchors["bridge"]
    rise = FRONT_SHARE_OF_TILT * np.arctan2(ears[1] - hinge[1], hinge[2] - ears[2])
    return rigid(
        exp_so3(np.array([np.clip(rise, -MOST_EYEWEAR_TILT_RAD, MOST_EYEWEAR_TILT_RAD), 0, 0]))
    )


def _push_off_the_face(asset: Asset, head_from_asset: Floats, head: FittedHead) -> float:
    """Metres by which the front must move forward so that nothing of it lies inside brow, cheek or nose."""
    rims = [np.zeros((0, 3))]
    for mesh in asset.parts:
        if mesh.name.startswith(("left_temple", "right_temple", "pad")):
            continue  # pads are meant to touch
        at = apply(head_from_asset, mesh.vertices.astype(np.float64))
        # The bridge touches too; lenses are known to have no pads. End pieces pass the face.
        inner = LENS_FROM_MIDDLE_M if mesh.name.endswith("lens") else RIM_FROM_MIDDLE_M
        rims.append(at[(np.abs(at[:, 0]) > inner) & (np.abs(at[:, 0]) < 0.058)])
    x, y, z = np.concatenate(rims).T
    depth = head.anchors["bridge"][2] - 0.06
    facing = (head.vertices[:, 2] > depth) & (head.normals[:, 2] > 0.15)
    skin = head.vertices[facing].astype(np.float64)
    distance, near = cKDTree(skin[:, :2]).query(np.stack([x, y], axis=1), k=4)
    share = 1 / (distance + 1e-4) ** 2
    skin_z = (skin[near, 2] * share).sum(1) / share.sum(1)
    skin_z = np.where(distance[:, 0] < 0.008, skin_z, depth)
    # Beside the nose a frame may come closer than before the lashes.
    wanted = np.where(np.abs(x) < RIM_FROM_MIDDLE_M, 0.0005, LASH_CLEARANCE_M)
    return float(np.clip((skin_z + wanted - z).max(initial=0.0), 0.0, MOST_PUSH_M))


def _temple_swing(
    part: str, temples: Temples | None, head_from_asset: Floats, head: FittedHead
) -> Floats:
    """(4, 4) in `asset`: swings and stretches a temple about its hinge until it rests on its ear.

    Every part whose name begins with left_temple or right_temple belongs to that temple.
    """
    if temples is None or not part.startswith(("left_temple", "right_temple")):
        return np.eye(4)
    left = part.startswith("left")
    hinge = temples.left_hinge if left else temples.right_hinge
    ear = apply(inverse(head_from_asset), head.anchors["left_ear" if left else "right_ear"])
    towards = ear - hinge
    reach = float(np.linalg.norm(towards))
    swing = _rotation_between(np.array([0.0, 0.0, -1.0]), towards / reach)
    vector = log_so3(swing)
    angle = float(np.linalg.norm(vector))
    if angle > MOST_TEMPLE_SWING_RAD:
        swing = exp_so3(vector * (MOST_TEMPLE_SWING_RAD / angle))
    stretch = np.array([1.0, 1.0, np.clip(reach / temples.length_m, *TEMPLE_STRETCH)])
    return rigid(None, hinge) @ rigid(swing) @ scaling(stretch) @ rigid(None, -hinge)


def _rotation_between(source: Floats, target: Floats) -> Floats:
    """(3, 3) shortest turn from one unit vector to another that is not its opposite."""
    axis = np.cross(source, target)
    sine = float(np.linalg.norm(axis))
    angle = float(np.arctan2(sine, source @ target))
    return exp_so3(axis / sine * angle) if sine > 1e-9 else np.eye(3)
