"""Puts items where they are worn: from an asset's own point of contact to the fitted head.

Placement happens in `head` space and depends on the person's shape alone, so a stream computes it
once a person and only follows the head afterwards. What hangs (earrings) or lies on the shoulders
(necklaces) is turned frame by frame, since it does not tilt with the head.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from tryon.core.fits import FaceFit, HeadAnchor
from tryon.core.mesh import Mesh
from tryon.core.scene import Draw, Role
from tryon.core.spaces import Floats
from tryon.core.transforms import (
    angles_from_rotation,
    apply,
    exp_so3,
    inverse,
    log_so3,
    rigid,
    rotation_from_angles,
    scaling,
)
from tryon.wardrobe.asset import Asset, Temples
from tryon.wardrobe.beads import off_the_skin, shadow_mesh, shadow_on_skin
from tryon.wardrobe.head import FittedHead, HeadEllipse, HeadModel

Follows = Literal["head", "gravity", "shoulders"]

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
HAT_SCALE = (0.82, 1.3)
HAT_LIFT_M = 0.003
"""A felt hat is set on the head, not pulled over it: so far its band lies over the head's widest ring."""
HAT_TIP_BACK_RAD = np.radians(3.0)
SHOULDER_SHARES = (0.40, 0.35, 0.20)
NECK_SHARES = (0.40, 0.70, 0.80)
"""How much of the head's yaw, pitch and roll shoulders and neck share while they are unseen."""
CONTACT_SHADOW_REACH_M = 0.007
SHADOW_POINTS = 1200
CONTACT_SHADOW_STRENGTH = 0.36
BRIM_SHADOW_STRENGTH = 0.42
BRIM_SHADOW_REACH_M = 0.055
"""Below a brim the shadow fades over this length, since light comes from more than one side."""
BRIM_SHADOW_SOFT_M = 0.009
LIGHT_IN_HEAD = np.array([0.0, 0.80, 0.60])


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


def place_on_head(asset: Asset, category: str, head: FittedHead) -> tuple[Placement, ...]:
    """Where each part of an asset goes on this head. `category` is the catalogue's."""
    if category in ("eyeglasses", "sunglasses"):
        return _eyewear(asset, head)
    if category in ("hat", "headwear") and asset.band is not None:
        return _hat(asset, head)
    if category == "headwear":
        return _tiara(asset, head)
    if category == "earrings":
        return _earrings(asset, head)
    if category == "necklace":
        return _necklace(asset, head)
    return _at_anchor(asset, head, "bridge")


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
) -> Draw:
    """The head that hides what is behind it and takes the contact shadow of what it wears.

    Its neck passes over into shoulders that do not turn as far.
    """
    head_from_shoulders = inverse(fit.cam_from_head) @ cam_from_shoulders(
        fit.cam_from_head, joint_in_head=_neck_joint(head), base_in_head=_neck_base(head)
    )
    return Draw(
        model.mesh,
        fit.cam_from_head,
        role=Role.CATCHER,
        person=person,
        opacity=fit.opacity,
        vertices=model.vertices_over_shoulders(head, head_from_shoulders),
        normals=head.normals,
        occlusion=occlusion,
    )


def contact_shadow(head: FittedHead, placements: tuple[Placement, ...]) -> NDArray[np.float32]:
    """(V,) openness of each head vertex, 1 far from every item and less where one lies on the skin.

    Shadow falls a little downwards, as under light from above. What hangs free throws none, since lobes
    are small and what is not quite the model's would darken the background; necklaces bring their own.
    """
    opaque = [
        apply(p.head_from_mesh, _thinned(p).astype(np.float64))
        for p in placements
        if p.mesh.material.alpha_mode == "OPAQUE" and p.follows == "head"
    ]
    if not opaque:
        return np.ones(len(head.vertices), np.float32)
    lowered = np.concatenate(opaque) - np.array([0.0, 0.3 * CONTACT_SHADOW_REACH_M, 0.0])
    distance, _ = cKDTree(lowered).query(
        head.vertices, distance_upper_bound=4 * CONTACT_SHADOW_REACH_M
    )
    shade = CONTACT_SHADOW_STRENGTH * np.exp(-((distance / CONTACT_SHADOW_REACH_M) ** 2))
    hats = [p for p in placements if p.anchor == "crown"]
    if hats:
        shade = np.maximum(shade, _brim_shadow(head.vertices.astype(np.float64), hats))
    return np.asarray(1 - shade, np.float32)


def _brim_shadow(skin: Floats, hats: list[Placement]) -> Floats:
    """(V,) shade that hats cast on the skin below their brims, soft at its edge."""
    brim = np.concatenate([_dense_points(p) for p in hats])
    side = np.array([1.0, 0.0, 0.0])
    across = np.stack([side, np.cross(LIGHT_IN_HEAD, side)], axis=1)
    near = cKDTree(brim @ across).query(skin @ across, k=24)
    ahead = (brim @ LIGHT_IN_HEAD)[near[1]] - (skin @ LIGHT_IN_HEAD)[:, None]
    cover = np.exp(-((near[0] / BRIM_SHADOW_SOFT_M) ** 2))
    fade = np.where(ahead > 0, np.exp(-ahead / BRIM_SHADOW_REACH_M), 0.0)
    return np.asarray(BRIM_SHADOW_STRENGTH * (cover * fade).max(1))


def _dense_points(placement: Placement) -> Floats:
    """(n, 3) in `head`: vertices, edges' middles and faces' centres of a mesh."""
    corners = placement.mesh.vertices.astype(np.float64)[placement.mesh.faces]
    middles = 0.5 * (corners + np.roll(corners, 1, axis=1))
    points = np.concatenate([corners.reshape(-1, 3), middles.reshape(-1, 3), corners.mean(1)])
    return apply(placement.head_from_mesh, points)


def _thinned(placement: Placement) -> NDArray[np.float32]:
    """At most SHADOW_POINTS of the placement's vertices, which tell where it is closely enough."""
    vertices = placement.mesh.vertices if placement.vertices is None else placement.vertices
    return vertices[:: 1 + (len(vertices) - 1) // SHADOW_POINTS]


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


def _at_anchor(asset: Asset, head: FittedHead, anchor: HeadAnchor) -> tuple[Placement, ...]:
    position = head.anchors[anchor]
    return tuple(
        Placement(mesh, rigid(None, position), asset.item_id, anchor, position)
        for mesh in asset.parts
    )


def _eyewear(asset: Asset, head: FittedHead) -> tuple[Placement, ...]:
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


def _fit_band(asset_half: tuple[float, float], ellipse: HeadEllipse) -> Floats:
    """(4, 4) scaling that makes an opening of these half axes fit the head's ellipse."""
    across = np.clip(ellipse.half_width_m / asset_half[0], *HAT_SCALE)
    along = np.clip(ellipse.half_depth_m / asset_half[1], *HAT_SCALE)
    return scaling(np.array([across, np.sqrt(across * along), along]))


def _hat(asset: Asset, head: FittedHead) -> tuple[Placement, ...]:
    assert asset.band is not None
    ellipse = head.hat_ellipse
    scale = _fit_band((asset.band.half_width_m, asset.band.half_depth_m), ellipse)
    tipped = rigid(exp_so3(np.array([-HAT_TIP_BACK_RAD, 0, 0])), np.array([0, HAT_LIFT_M, 0]))
    head_from_asset = ellipse.head_from_ellipse @ tipped @ scale
    return tuple(
        Placement(mesh, head_from_asset, asset.item_id, "crown", head_from_asset[:3, 3])
        for mesh in asset.parts
    )


def _tiara(asset: Asset, head: FittedHead) -> tuple[Placement, ...]:
    """A band in the hair behind the forehead's anchor, tipped back, its ends over the ears."""
    widest = max(float(np.abs(mesh.vertices[:, 0]).max()) for mesh in asset.parts)
    half_width = head.hat_ellipse.half_width_m
    forehead = head.anchors["forehead"]
    at = forehead + half_width / MEAN_HAT_HALF_WIDTH_M * np.array(TIARA_BEHIND_HAIRLINE_M)
    head_from_asset = rigid(exp_so3(np.array([-TIARA_TIP_BACK_RAD, 0.0, 0.0])), at) @ scaling(
        float(np.clip(half_width / widest, *HAT_SCALE))
    )
    return tuple(
        Placement(mesh, head_from_asset, asset.item_id, "forehead", at) for mesh in asset.parts
    )


def _earrings(asset: Asset, head: FittedHead) -> tuple[Placement, ...]:
    """One hanging from each lobe, a little above the lobe's tip."""
    size = head.hat_ellipse.half_width_m / MEAN_HAT_HALF_WIDTH_M
    rise = np.array([0.0, size * PIERCING_OVER_TIP_M, 0.0])
    left = _at_anchor(asset, head, "left_lobe")
    right = _at_anchor(mirrored(asset), head, "right_lobe")
    return tuple(
        replace(
            p,
            head_from_mesh=rigid(None, p.pivot_in_head + rise),
            pivot_in_head=p.pivot_in_head + rise,
            follows="gravity",
        )
        for p in left + right
    )


def _necklace(asset: Asset, head: FittedHead) -> tuple[Placement, ...]:
    """Round the neck's base at the neck's own size, every bead outside the skin."""
    ellipse = head.neck_ellipse
    girth = ellipse.half_width_m * ellipse.half_depth_m
    size = np.sqrt(girth / (NECKLACE_HALF_WIDTH_M * NECKLACE_HALF_DEPTH_M))
    head_from_asset = ellipse.head_from_ellipse @ scaling(float(np.clip(size, *NECKLACE_SCALE)))
    base, joint = _neck_base(head), _neck_joint(head)
    placements = []
    for mesh in asset.parts:
        vertices = off_the_skin(mesh, head_from_asset, head)
        lying = Placement(
            mesh,
            head_from_asset,
            asset.item_id,
            "neck",
            joint,
            "shoulders",
            vertices,
            base_in_head=base,
        )
        shadow = shadow_on_skin(mesh, vertices, head_from_asset, head)
        placements += [
            replace(lying, depth_bias_m=NECKLACE_BIAS_M),
            # Nobody's: a shadow is not part of what the item covers.
            replace(
                lying,
                mesh=shadow_mesh(mesh),
                owner="",
                vertices=shadow,
                depth_bias_m=SHADOW_BIAS_M,
            ),
        ]
    return tuple(placements)


def _neck_base(head: FittedHead) -> Floats:
    """(3,) middle of the neck where a necklace lies."""
    return head.neck_ellipse.head_from_ellipse[:3, 3]


def _neck_joint(head: FittedHead) -> Floats:
    """(3,) where the skull turns on the neck: level with the lobes, midway between them."""
    return np.asarray(0.5 * (head.anchors["left_lobe"] + head.anchors["right_lobe"]))


NECKLACE_HALF_WIDTH_M = 0.0670
"""Half axes of the neck's base of a mean adult, which necklaces are made for."""
NECKLACE_HALF_DEPTH_M = 0.0495
NECKLACE_SCALE = (0.8, 1.25)
NECKLACE_BIAS_M, SHADOW_BIAS_M = 0.008, 0.003
"""Pearls and their shadows win over a neck that is not quite the person's."""
PIERCING_OVER_TIP_M = 0.0045
MEAN_HAT_HALF_WIDTH_M = 0.0779
TIARA_BEHIND_HAIRLINE_M = (0.0, 0.024, -0.0135)
"""From the forehead's anchor to a tiara's lower edge, up and back through the hair of a mean head."""
TIARA_TIP_BACK_RAD = float(np.radians(30.0))


@lru_cache(maxsize=64)
def mirrored(asset: Asset) -> Asset:
    """The asset for the other side of the body, x turned round, faces still outward.

    The same object on every call, so that a renderer keeps its meshes.
    """
    flip = np.array([-1.0, 1.0, 1.0], np.float32)
    parts = tuple(
        replace(
            mesh,
            vertices=mesh.vertices * flip,
            normals=mesh.normals * flip,
            faces=np.ascontiguousarray(mesh.faces[:, ::-1]),
        )
        for mesh in asset.parts
    )
    return replace(asset, parts=parts)
