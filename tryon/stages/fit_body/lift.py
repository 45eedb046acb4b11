"""From pose landmarks to the rig's main joints in `cam`, in closed form.

The detector's metric landmarks give the directions, its pixels the place, rest lengths and measured
lengths together the depth. All arrays hold fourteen points in the order of `LANDMARKS`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from tryon.core.camera import PinholeCamera
from tryon.core.landmarks import PoseLandmarks
from tryon.core.spaces import Floats, flip_opencv
from tryon.stages.fit_body.vectors import cross, unit

LANDMARKS = np.array([11, 12, 13, 14, 15, 16, 23, 24, 25, 26, 27, 28, 31, 32])
"""Pose landmarks of shoulder, elbow, wrist, hip, knee, ankle, toe; each left, right."""
SHOULDERS, ELBOWS, WRISTS, HIPS, KNEES, ANKLES, TOES = (slice(2 * k, 2 * k + 2) for k in range(7))
LIMBS = (
    (SHOULDERS, ELBOWS),
    (ELBOWS, WRISTS),
    (HIPS, KNEES),
    (KNEES, ANKLES),
    (ANKLES, TOES),
)
"""Parent and child of each pair of limb bones, from the trunk outwards."""

JOINT_TO_LANDMARK_M = np.repeat(
    [
        [-0.009, 0.024, 0.001],
        [-0.003, 0.003, 0.001],
        [-0.005, -0.012, 0.0],
        [-0.009, 0.001, 0.03],
        [0.0, 0.01, 0.0],
        [0.006, 0.028, 0.0],
        [-0.003, 0.023, 0.002],
    ],
    2,
    axis=0,
)
"""(14, 3) where the detector puts its landmark, seen from the rig's joint: outwards, towards the
parent, forwards. Estimated on renders of the body."""
LENGTH_BIAS = {"upper_arm": 0.985, "forearm": 0.9, "thigh": 1.05, "calf": 0.96, "foot": 0.91}
"""The detector's metric bone lengths over true ones, on renders of the body."""
WIDTH_BIAS = {"shoulder": 0.95, "hip": 1.1, "trunk": 1.01}
UPPER_SHARE = 0.4
"""Weight of shoulders and upper arms among what tells a person's scale."""
LENGTH_TRUST = 0.35
"""A bone's depth is this much what its length leaves over, the rest what the detector says."""
LEANS = ((0.053, 0.092), (-0.01, 0.116), (-0.127, -0.093))
"""How far the detector tips trunk (upwards), thighs and calves (downwards): towards the camera, and
towards the person's front. It makes everybody crouch a little."""
PLACE_WEIGHTS = np.repeat([1.0, 0.3, 0.3, 1.0, 1.0, 1.0, 0.3], 2)
SURE_FROM, SURE_TO = 0.3, 0.6
"""A landmark's pixels count for nothing below, fully above these visibilities."""
OUTSIDE_FROM, OUTSIDE_FADE = 0.02, 0.1
"""A landmark beyond the picture's edge, in shares of its longer side, becomes a guess."""
LEGS = (2, 3)
"""Thighs and calves among `LIMBS`."""
HANG_PLUMB = 0.6
"""Legs that are not seen hang this much plumb, the rest in line with the trunk."""
STRETCH_LIMITS = (0.55, 1.45)
"""Bones stay within these multiples of their expected length, so that no limb is flung."""
NEAREST_M = 0.15


@dataclass(frozen=True)
class Skeleton:
    """The rest pose's fourteen joints, metres in `body`: (14, 3)."""

    joints: Floats

    @cached_property
    def bones(self) -> Floats:
        """(5,) mean lengths of `LIMBS`."""
        return np.array([_pair_length(self.joints, *limb) for limb in LIMBS])

    @cached_property
    def trunk_m(self) -> float:
        """From the middle of the shoulders to that of the hips."""
        return float(np.linalg.norm(self.joints[SHOULDERS].mean(0) - self.joints[HIPS].mean(0)))

    @cached_property
    def shoulder_width_m(self) -> float:
        """Between the shoulder joints."""
        return float(np.linalg.norm(self.joints[0] - self.joints[1]))


@dataclass(frozen=True)
class Build:
    """What does not change about a person. scale: person over rest body; lengths: (5,) measured
    lengths of `LIMBS`, metres."""

    scale: float
    lengths: Floats


@dataclass(frozen=True)
class Lifted:
    """joints: (14, 3) metres in `cam`; sure: (14,) 0 guessed to 1 seen."""

    joints: Floats
    sure: Floats


def measure_build(world: Floats, rest: Skeleton, sure: Floats) -> Build:
    """Scale and limb lengths out of one look: (33, 3) `PoseLandmarks.world`, (14,) sureness.

    The scale is the weighted median of what is seen: of somebody whose legs are out of the picture,
    what the detector imagines of them does not count.
    """
    raw = flip_opencv(world[LANDMARKS])
    raw = raw - landmark_offsets(raw)
    measured = np.array([_pair_length(raw, *limb) for limb in LIMBS])
    lengths = measured / np.array(list(LENGTH_BIAS.values()))
    trunk = np.linalg.norm(raw[SHOULDERS].mean(0) - raw[HIPS].mean(0)) / WIDTH_BIAS["trunk"]
    width = np.linalg.norm(raw[0] - raw[1]) / WIDTH_BIAS["shoulder"]
    ratios = np.array(
        [
            trunk / rest.trunk_m,
            lengths[2] / rest.bones[2],
            lengths[3] / rest.bones[3],
            width / rest.shoulder_width_m,
            lengths[0] / rest.bones[0],
        ]
    )
    weights = np.array(
        [
            0.1 + sure[HIPS].mean(),
            sure[KNEES].mean(),
            sure[ANKLES].mean(),
            UPPER_SHARE * sure[SHOULDERS].mean(),
            UPPER_SHARE * sure[ELBOWS].mean(),
        ]
    )
    return Build(_weighted_median(ratios, weights), lengths)


def _weighted_median(values: Floats, weights: Floats) -> float:
    """The value at which half of the weight lies on either side, between neighbours linearly."""
    order = np.argsort(values)
    total = np.cumsum(weights[order]) - 0.5 * weights[order]
    return float(np.interp(0.5 * weights.sum(), total, values[order]))


def lift(pose: PoseLandmarks, camera: PinholeCamera, rest: Skeleton, build: Build) -> Lifted:
    """Joints in `cam` of one person's landmarks, which must be finite."""
    world = flip_opencv(pose.world[LANDMARKS])
    px, visibility = pose.px[LANDMARKS], pose.visibility[LANDMARKS]
    sure = sureness(px, visibility, camera.size_wh)
    joints = _unbiased(world, build.lengths, sure)
    offsets = landmark_offsets(joints)
    points = joints + offsets
    points = points + _place(points, px, visibility, camera)
    joints = _onto_rays(points, px, sure, camera) - offsets
    expected = 0.5 * build.lengths + 0.5 * build.scale * rest.bones
    joints = _deepen(joints, expected)
    return Lifted(_limit(joints, expected), sure)


def sureness(px: Floats, visibility: Floats, size_wh: tuple[int, int]) -> Floats:
    """(n,) 0 guessed to 1 seen: visible by the detector's word, and not far outside the picture."""
    seen = np.clip((visibility - SURE_FROM) / (SURE_TO - SURE_FROM), 0, 1)
    beyond = np.maximum(-px, px - np.array(size_wh)).max(-1) / max(size_wh)
    return np.asarray(seen * np.clip(1 - (beyond - OUTSIDE_FROM) / OUTSIDE_FADE, 0, 1))


def frames(joints: Floats) -> Floats:
    """(14, 3, 3) axes at each joint as columns: outwards, towards the parent, forwards."""
    up = joints[SHOULDERS].mean(0) - joints[HIPS].mean(0)
    parent = np.empty((14, 3))
    parent[SHOULDERS] = parent[HIPS] = up
    for upper, lower in LIMBS:
        parent[lower] = joints[upper] - joints[lower]
    across = np.tile(joints[0] - joints[1], (14, 1))
    across[HIPS] = joints[6] - joints[7]
    y = unit(parent)
    x = unit(across - (across * y).sum(1, keepdims=True) * y)
    z = cross(x, y)
    x[1::2] *= -1.0
    return np.stack([x, y, z], axis=2)


def _unbiased(world: Floats, lengths: Floats, sure: Floats) -> Floats:
    """(14, 3) joints about the middle of the shoulders, upright and limbs as long as `lengths`.

    Legs that are not seen hang down, however the detector imagines them.
    """
    axes = frames(world)
    raw = world - _offsets(axes)
    shoulders, hips = raw[SHOULDERS].mean(0), raw[HIPS].mean(0)
    ahead = axes[0, :, 2]
    lean = np.array([[0.0, 0.0, z] for z, _ in LEANS]) + np.array([[b] for _, b in LEANS]) * ahead
    trunk = unit(unit(shoulders - hips) - lean[0])
    joints = np.empty_like(raw)
    joints[SHOULDERS] = (raw[SHOULDERS] - shoulders) / WIDTH_BIAS["shoulder"]
    length = float(np.linalg.norm(shoulders - hips)) / WIDTH_BIAS["trunk"]
    joints[HIPS] = (raw[HIPS] - hips) / WIDTH_BIAS["hip"] - trunk * length
    down = unit(np.array([0.0, -HANG_PLUMB, 0.0]) - (1 - HANG_PLUMB) * trunk)
    for number, ((upper, lower), length_m) in enumerate(zip(LIMBS, lengths, strict=True)):
        way = unit(raw[lower] - raw[upper])
        if number in LEGS:
            seen = sure[lower][:, None]
            way = seen * unit(way - lean[number - 1]) + (1 - seen) * down
        joints[lower] = joints[upper] + unit(way) * length_m
    return joints


def landmark_offsets(joints: Floats) -> Floats:
    """(14, 3) from each joint to where the detector would put its landmark, metres."""
    return _offsets(frames(joints))


def _offsets(axes: Floats) -> Floats:
    return np.asarray((axes @ JOINT_TO_LANDMARK_M[:, :, None])[..., 0])


def _place(points: Floats, px: Floats, visibility: Floats, camera: PinholeCamera) -> Floats:
    """(3,) translation that puts (14, 3) landmarks nearest to their pixels, least squares."""
    rays = camera.rays(px)[:, :2]
    weight = (visibility**2 + 1e-3) * PLACE_WEIGHTS
    # x + tx = ray_x (depth − tz) with depth = −z; the same in y.
    rows = np.zeros((28, 3))
    rows[:14, 0] = rows[14:, 1] = 1.0
    rows[:, 2] = rays.T.ravel()
    right = -(points[:, :2] + rays * points[:, 2:]).T.ravel()
    root = np.sqrt(np.tile(weight, 2))
    shift, *_ = np.linalg.lstsq(rows * root[:, None], right * root, rcond=None)
    depth = -(points[:, 2] + shift[2])
    if depth.min() < NEAREST_M:
        shift[2] -= NEAREST_M - depth.min()
    return np.asarray(shift)


def _onto_rays(points: Floats, px: Floats, sure: Floats, camera: PinholeCamera) -> Floats:
    """Slide each landmark sideways at its depth until it is seen where it was seen."""
    out = points.copy()
    seen = camera.rays(px)[:, :2] * -points[:, 2:]
    out[:, :2] += sure[:, None] * (seen - points[:, :2])
    return out


def _deepen(joints: Floats, expected: Floats) -> Floats:
    """Move each limb joint along its ray until its bone has about its expected length."""
    out = joints.copy()
    for (upper, lower), length in zip(LIMBS, expected, strict=True):
        step = joints[lower] - joints[upper]
        sideways = np.linalg.norm(step[:, :2], axis=1)
        reach = np.sqrt(np.maximum(length**2 - sideways**2, 0.0))
        dz = step[:, 2] + LENGTH_TRUST * (np.sign(step[:, 2]) * reach - step[:, 2])
        depth = np.minimum(out[upper, 2] + dz, -NEAREST_M)
        out[lower] = joints[lower] * (depth / joints[lower, 2])[:, None]
    return out


def _limit(joints: Floats, expected: Floats) -> Floats:
    """Keep every limb bone within the stretch limits; what hangs on it moves along."""
    out = joints.copy()
    for (upper, lower), length in zip(LIMBS, expected, strict=True):
        step = joints[lower] - joints[upper]
        size = np.linalg.norm(step, axis=1, keepdims=True)
        kept = np.clip(size, STRETCH_LIMITS[0] * length, STRETCH_LIMITS[1] * length)
        out[lower] = out[upper] + step / np.maximum(size, 1e-9) * kept
    return out


def _pair_length(joints: Floats, upper: slice, lower: slice) -> float:
    return float(np.linalg.norm(joints[lower] - joints[upper], axis=1).mean())
