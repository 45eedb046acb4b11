"""From the fitted main joints to one affine motion for each bone of the rig.

Bones stretch along themselves to reach from joint to joint and keep the person's scale across; trunk
bones also take the widths of shoulders and hips. Left and right limbs are computed side by side.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from tryon.core.spaces import Floats
from tryon.core.transforms import exp_so3, log_so3
from tryon.stages.fit_body.lift import ANKLES, ELBOWS, HIPS, KNEES, SHOULDERS, TOES, WRISTS
from tryon.stages.fit_body.vectors import about, cross, orthonormal, swung, unit

HIP_WIDTH_LIMITS = (0.75, 1.35)
SHOULDER_WIDTH_LIMITS = (0.75, 1.35)
TRUNK_LENGTH_LIMITS = (0.6, 1.5)
"""Stretches of the trunk stay within these multiples of the person's scale: the detector's width of
the hips is noisy, and from the side that of the shoulders too."""
SPINE_TURN = (0.33, 0.66, 1.0)
"""How far each spine bone has turned from the pelvis to the chest."""
SPINE_SHIFT = (0.25, 0.6, 1.0)
"""How the rest of the way to the middle of the shoulders is spread over the spine."""
TWIST_FROM, TWIST_FULL = 0.17, 0.5
"""Sine of the elbow's bend from which it tells how the upper arm is turned."""
MOST_TWIST_RAD = 1.4
NECK_TURN = 0.5
NECK_STRETCH = (0.7, 1.5)
HAND_BONES = ("hand", "thumb_01", "thumb_02", "thumb_03", "index_01", "index_02", "index_03",
              "middle_01", "middle_02", "middle_03", "ring_01", "ring_02", "ring_03",
              "pinky_01", "pinky_02", "pinky_03")  # fmt: skip
SIDES = ("l", "r")


class Rig:
    """A figure's rest pose, prepared for posing.

    names: J bone names; heads, tails: (J, 3) metres in `body`.
    """

    def __init__(self, names: Sequence[str], heads: Floats, tails: Floats) -> None:
        number: Mapping[str, int] = {name: k for k, name in enumerate(names)}
        self._heads = heads
        self._count = len(names)

        def pair(name: str) -> list[int]:
            return [number[f"{name}_{side}"] for side in SIDES]

        self._bones = {
            name: pair(name)
            for name in ("clavicle", "upperarm", "lowerarm", "thigh", "calf", "foot", "ball")
        }
        self._hands = np.array([pair(name) for name in HAND_BONES]).T
        self._spine = [number[name] for name in ("pelvis", "spine_01", "spine_02", "spine_03")]
        self._root, self._neck, self._head = number["Root"], number["neck_01"], number["head"]
        self.joints = np.concatenate(
            [heads[pair(n)] for n in ("upperarm", "lowerarm", "hand", "thigh", "calf", "foot")]
            + [tails[pair("ball")]]
        )
        """(14, 3) the rest joints that `lift` fits."""
        self._pelvis_axes, self._chest_axes = trunk_axes(self.joints)
        self._knuckles = heads[pair("middle_01")]

    @property
    def head_joint(self) -> Floats:
        """(3,) where the head turns on the neck, in the rest pose."""
        return np.asarray(self._heads[self._head])

    @property
    def rest_neck_base(self) -> Floats:
        """(3,) where the neck leaves the chest, in the rest pose."""
        return np.asarray(self._heads[self._neck])

    def trunk(self, joints: Floats, scale: float) -> Floats:
        """(4, 4, 4) affines of pelvis and spine_01..03 that carry the rest trunk onto the joints."""
        rest = self.joints
        pelvis, chest = trunk_axes(joints)
        length = _trunk_length(joints) / _trunk_length(rest)
        length = float(np.clip(length, *(scale * np.array(TRUNK_LENGTH_LIMITS))))
        hips = _width(joints, HIPS, pelvis) / _width(rest, HIPS, self._pelvis_axes)
        hips = float(np.clip(hips, *(scale * np.array(HIP_WIDTH_LIMITS))))
        wide = _width(joints, SHOULDERS, chest) / _width(rest, SHOULDERS, self._chest_axes)
        wide = float(np.clip(wide, *(scale * np.array(SHOULDER_WIDTH_LIMITS))))
        turn = log_so3((pelvis.T @ chest) @ (self._pelvis_axes.T @ self._chest_axes).T)
        out = np.tile(np.eye(4), (4, 1, 1))
        for k, share in enumerate((0.0, *SPINE_TURN)):
            axes = pelvis @ exp_so3(share * turn)
            stretch = np.array([hips + share * (wide - hips), length, scale])
            rest_axes = self._pelvis_axes
            out[k, :3, :3] = (axes * stretch) @ rest_axes.T
        out[0, :3, 3] = joints[HIPS].mean(0) - out[0, :3, :3] @ rest[HIPS].mean(0)
        for k in (1, 2, 3):
            head = self._heads[self._spine[k]]
            out[k, :3, 3] = out[k - 1, :3, :3] @ head + out[k - 1, :3, 3] - out[k, :3, :3] @ head
        middle = rest[SHOULDERS].mean(0)
        missing = joints[SHOULDERS].mean(0) - (out[3, :3, :3] @ middle + out[3, :3, 3])
        for k, share in enumerate(SPINE_SHIFT):
            out[k + 1, :3, 3] += share * missing
        return out

    def neck_base(self, trunk: Floats) -> Floats:
        """(3,) where the neck leaves the chest."""
        return np.asarray(trunk[3, :3, :3] @ self._heads[self._neck] + trunk[3, :3, 3])

    def posed(
        self, joints: Floats, trunk: Floats, head: Floats, *, scale: float, knuckles: Floats
    ) -> Floats:
        """(J, 4, 4) the motion of every bone.

        joints: (14, 3) in `cam`; trunk: from `trunk`; head: (4, 4) affine of the head; scale: person
        over figure; knuckles: (2, 3) where the middle knuckles are, in `cam`.
        """
        out = np.tile(np.eye(4), (self._count, 1, 1))
        out[self._spine] = trunk
        out[self._root] = trunk[0]
        chest_turn = np.stack([orthonormal(trunk[3, :3, :3])] * 2)
        pelvis_turn = np.stack([orthonormal(trunk[0, :3, :3])] * 2)
        self._arms(out, joints, chest_turn, scale, knuckles)
        self._legs(out, joints, pelvis_turn, scale)
        self._neck_and_head(out, trunk[3], head, scale)
        return out

    def _arms(
        self, out: Floats, joints: Floats, chest_turn: Floats, scale: float, knuckles: Floats
    ) -> None:
        rest, bones, chest = self.joints, self._bones, out[self._spine[3]]
        start = self._heads[bones["clavicle"]]
        at = start @ chest[:3, :3].T + chest[:3, 3]
        turn = swung(chest_turn, rest[SHOULDERS] - start, joints[SHOULDERS] - at)
        out[bones["clavicle"]] = _stretched(
            turn, start, rest[SHOULDERS], at, joints[SHOULDERS], scale=scale
        )
        upper = swung(
            chest_turn, rest[ELBOWS] - rest[SHOULDERS], joints[ELBOWS] - joints[SHOULDERS]
        )
        upper = self._twisted(upper, joints)
        out[bones["upperarm"]] = _stretched(
            upper, rest[SHOULDERS], rest[ELBOWS], joints[SHOULDERS], joints[ELBOWS], scale=scale
        )
        fore = swung(upper, rest[WRISTS] - rest[ELBOWS], joints[WRISTS] - joints[ELBOWS])
        out[bones["lowerarm"]] = _stretched(
            fore, rest[ELBOWS], rest[WRISTS], joints[ELBOWS], joints[WRISTS], scale=scale
        )
        hand = swung(fore, self._knuckles - rest[WRISTS], knuckles - joints[WRISTS])
        motion = _rigid(hand * scale, rest[WRISTS], joints[WRISTS])
        out[self._hands] = motion[:, None]

    def _twisted(self, upper: Floats, joints: Floats) -> Floats:
        """Upper arms turned about themselves until the elbows bend in the plane they are seen to."""
        rest = self.joints
        along = unit(joints[ELBOWS] - joints[SHOULDERS])
        fore = unit(joints[WRISTS] - joints[ELBOWS])
        wanted = cross(along, fore)
        rest_normal = cross(rest[ELBOWS] - rest[SHOULDERS], rest[WRISTS] - rest[ELBOWS])
        has = unit((upper @ rest_normal[:, :, None])[..., 0])
        bend = np.linalg.norm(wanted, axis=1)
        angle = np.arctan2((cross(has, wanted) * along).sum(1), (has * wanted).sum(1))
        share = np.clip((bend - TWIST_FROM) / (TWIST_FULL - TWIST_FROM), 0, 1)
        share = share * share * (3 - 2 * share)
        # Past the clamp the sign is a coin's toss: half a turn either way counts for nothing.
        angle = np.clip(angle, -MOST_TWIST_RAD, MOST_TWIST_RAD) * np.clip(
            (np.pi - np.abs(angle)) / (np.pi - MOST_TWIST_RAD), 0, 1
        )
        return np.asarray(about(along, share * angle) @ upper)

    def _legs(self, out: Floats, joints: Floats, pelvis_turn: Floats, scale: float) -> None:
        rest, bones = self.joints, self._bones
        turn = pelvis_turn
        for name, start, end in (
            ("thigh", HIPS, KNEES),
            ("calf", KNEES, ANKLES),
            ("foot", ANKLES, TOES),
        ):
            turn = swung(turn, rest[end] - rest[start], joints[end] - joints[start])
            out[bones[name]] = _stretched(
                turn, rest[start], rest[end], joints[start], joints[end], scale=scale
            )
        out[bones["ball"]] = out[bones["foot"]]

    def _neck_and_head(self, out: Floats, chest: Floats, head: Floats, scale: float) -> None:
        start, end = self._heads[self._neck], self._heads[self._head]
        at = chest[:3, :3] @ start + chest[:3, 3]
        goal = head[:3, :3] @ end + head[:3, 3]
        chest_turn, head_turn = orthonormal(chest[:3, :3]), orthonormal(head[:3, :3])
        between = chest_turn @ exp_so3(NECK_TURN * log_so3(chest_turn.T @ head_turn))
        turn = swung(between[None], (end - start)[None], (goal - at)[None])
        out[self._neck] = _stretched(
            turn, start[None], end[None], at[None], goal[None], scale=scale, limits=NECK_STRETCH
        )[0]
        out[self._head] = head


def trunk_axes(joints: Floats) -> tuple[Floats, Floats]:
    """(3, 3) axes of pelvis and chest as columns: to the wearer's left, up, forwards."""
    up = unit(joints[SHOULDERS].mean(0) - joints[HIPS].mean(0))
    axes = []
    for pair in (HIPS, SHOULDERS):
        left, right = joints[pair]
        across = left - right
        across = unit(across - (across @ up) * up)
        axes.append(np.stack([across, up, cross(across, up)], axis=1))
    return axes[0], axes[1]


def _trunk_length(joints: Floats) -> float:
    return float(np.linalg.norm(joints[SHOULDERS].mean(0) - joints[HIPS].mean(0)))


def _width(joints: Floats, pair: slice, axes: Floats) -> float:
    left, right = joints[pair]
    return float((left - right) @ axes[:, 0])


def _stretched(
    turn: Floats,
    rest_start: Floats,
    rest_end: Floats,
    start: Floats,
    end: Floats,
    *,
    scale: float,
    limits: tuple[float, float] = (0.3, 2.0),
) -> Floats:
    """(n, 4, 4) rotations with the person's scale across each bone and its own length along it."""
    bone = rest_end - rest_start
    rest_length = np.sqrt((bone * bone).sum(1))
    along = bone / rest_length[:, None]
    stretch = np.linalg.norm(end - start, axis=1) / rest_length
    stretch = np.clip(stretch, scale * limits[0], scale * limits[1])
    linear = turn @ (
        scale * np.eye(3) + (stretch - scale)[:, None, None] * along[:, :, None] * along[:, None]
    )
    return _rigid(linear, rest_start, start)


def _rigid(linear: Floats, rest: Floats, goal: Floats) -> Floats:
    """(n, 4, 4) affines with these (n, 3, 3) linear parts that carry (n, 3) rest onto goal."""
    out = np.zeros((len(linear), 4, 4))
    out[:, :3, :3] = linear
    out[:, :3, 3] = goal - (linear @ rest[:, :, None])[..., 0]
    out[:, 3, 3] = 1.0
    return out
