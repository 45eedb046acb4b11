"""One mesh of an item on one head, and how it follows the head from frame to frame."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tryon.core.fits import FaceFit, HeadAnchor
from tryon.core.mesh import Mesh
from tryon.core.scene import Draw, Role
from tryon.core.spaces import Floats
from tryon.core.transforms import (
    angles_from_rotation,
    apply,
    exp_so3,
    inverse,
    rigid,
    rotation_from_angles,
)
from tryon.wardrobe.asset import Asset
from tryon.wardrobe.head import FittedHead, HeadModel

Follows = Literal["head", "gravity", "shoulders"]

FINE_HEAD_FROM_PX_PER_M = 1800.0
"""A head that is more than about 270 pixels wide is drawn with all its triangles."""
SHOULDER_SHARES = (0.40, 0.35, 0.20)
NECK_SHARES = (0.40, 0.70, 0.80)
"""How much of the head's yaw, pitch and roll shoulders and neck share while they are unseen."""


@dataclass(frozen=True, eq=False)
class Placement:
    """One mesh of one item on one head, before this frame's head pose.

    head_from_mesh: (4, 4) affine; pivot_in_head: (3,) the point about which it swings when it does not
    simply follow the head; vertices: (V, 3) float32 that replace the mesh's own on this person, or None;
    depth_bias_m: as in `Draw`; base_in_head: (3,) the neck's base, for what lies on the shoulders.
    """

    mesh: Mesh
    head_from_mesh: Floats
    owner: str
    anchor: HeadAnchor
    pivot_in_head: Floats
    follows: Follows = "head"
    vertices: NDArray[np.float32] | None = None
    depth_bias_m: float = 0.0
    base_in_head: Floats | None = None


def draw_worn(placement: Placement, fit: FaceFit, *, person: int) -> Draw:
    """The draw of one placement under this frame's head pose."""
    cam_from_head = _turned(placement, fit.cam_from_head)
    return Draw(
        placement.mesh,
        cam_from_head @ placement.head_from_mesh,
        owner=placement.owner,
        person=person,
        opacity=fit.opacity,
        vertices=placement.vertices,
        depth_bias_m=placement.depth_bias_m,
    )


def draw_head(
    model: HeadModel,
    head: FittedHead,
    occlusion: NDArray[np.float32],
    fit: FaceFit,
    *,
    person: int,
    px_per_m: float,
    with_shoulders: bool,
) -> Draw:
    """The head that hides what is behind it and takes the contact shadow of what it wears.

    px_per_m: how large a metre at the head's distance is in the picture; with_shoulders: its neck
    passes over into shoulders that do not turn as far, which matters to what lies on them and costs an
    upload a frame.
    """
    vertices = head.vertices
    if with_shoulders:
        head_from_shoulders = inverse(fit.cam_from_head) @ cam_from_shoulders(
            fit.cam_from_head, joint_in_head=neck_joint(head), base_in_head=neck_base(head)
        )
        vertices = model.vertices_over_shoulders(head, head_from_shoulders)
    return Draw(
        model.mesh if px_per_m > FINE_HEAD_FROM_PX_PER_M else model.coarse,
        fit.cam_from_head,
        role=Role.CATCHER,
        person=person,
        opacity=fit.opacity,
        vertices=vertices,
        normals=head.normals,
        occlusion=occlusion,
    )


def _turned(placement: Placement, cam_from_head: Floats) -> Floats:
    """The head's pose as this placement follows it: wholly, hanging straight down, or with the shoulders."""
    if placement.follows == "head":
        return cam_from_head
    rotation = cam_from_head[:3, :3]
    if placement.follows == "gravity":
        up = rotation[:, 1]
        axis = np.cross(up, [0.0, 1.0, 0.0])
        sine = float(np.linalg.norm(axis))
        angle = float(np.arctan2(sine, up[1]))
        turned = exp_so3(axis / max(sine, 1e-9) * min(angle, np.radians(60))) @ rotation
        pivot_in_cam = apply(cam_from_head, placement.pivot_in_head)
        return rigid(turned, pivot_in_cam - turned @ placement.pivot_in_head)
    assert placement.base_in_head is not None
    return cam_from_shoulders(
        cam_from_head, joint_in_head=placement.pivot_in_head, base_in_head=placement.base_in_head
    )


def cam_from_shoulders(
    cam_from_head: Floats, *, joint_in_head: Floats, base_in_head: Floats
) -> Floats:
    """(4, 4) likely pose of the shoulders under a head's pose; equal to it when the head is straight.

    joint_in_head: (3,) where the skull turns on the neck; base_in_head: (3,) the neck's base. The neck
    leans with the head more than the shoulders do, since it bends mostly at its base.
    """
    angles = np.array(angles_from_rotation(cam_from_head[:3, :3]))
    shoulders, neck = (
        rotation_from_angles(*(float(angle) for angle in angles * shares))
        for shares in (SHOULDER_SHARES, NECK_SHARES)
    )
    base_in_cam = apply(cam_from_head, joint_in_head) + neck @ (base_in_head - joint_in_head)
    return rigid(shoulders, base_in_cam - shoulders @ base_in_head)


def at_anchor(asset: Asset, head: FittedHead, anchor: HeadAnchor) -> tuple[Placement, ...]:
    position = head.anchors[anchor]
    return tuple(
        Placement(mesh, rigid(None, position), asset.item_id, anchor, position)
        for mesh in asset.parts
    )


def neck_base(head: FittedHead) -> Floats:
    """(3,) middle of the neck where a necklace lies."""
    return head.neck_ellipse.head_from_ellipse[:3, 3]


def neck_joint(head: FittedHead) -> Floats:
    """(3,) where the skull turns on the neck: level with the lobes, midway between them."""
    return np.asarray(0.5 * (head.anchors["left_lobe"] + head.anchors["right_lobe"]))
