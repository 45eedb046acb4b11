"""Thickness of trunk and limbs as linear directions of any mesh in the body's rest pose.

A girth is a (G,) vector of radial growths, 0 for none, in the order of `GIRTHS`: at five heights of
the trunk (left and right side apart), at five places of each leg, on each upper arm and forearm, and of
each foot, which real shoes make wider, thicker and longer.
Body and garments grow alike, since the directions depend on nothing but place and skin weights; cloth
moves by as many centimetres as the skin under it, so that its ease stays what it was cut to.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from tryon.core.spaces import Floats
from tryon.wardrobe.body import Body, Figure

TRUNK_AT = (0.15, 0.35, 0.55, 0.75, 0.97)
"""Heights of the trunk's girths, 0 at the shoulder joints and 1 at the hip joints."""
LEG_AT = (0.25, 0.6, 1.0, 1.5, 1.9)
"""Places of a leg's girths: hip 0, knee 1, ankle 2."""
SIDES = ("l", "r")
GIRTHS: tuple[str, ...] = (
    *(f"trunk_{side}_{k}" for side in SIDES for k in range(len(TRUNK_AT))),
    *(f"leg_{side}_{k}" for side in SIDES for k in range(len(LEG_AT))),
    *(f"{bone}_{side}" for side in SIDES for bone in ("upperarm", "lowerarm")),
    *(f"foot_{way}_{side}" for side in SIDES for way in ("side", "tip")),
)
TRUNK = slice(0, 2 * len(TRUNK_AT))
LEGS = slice(TRUNK.stop, TRUNK.stop + 2 * len(LEG_AT))
ARMS = slice(LEGS.stop, LEGS.stop + 4)
FEET = slice(ARMS.stop, ARMS.stop + 4)
"""Where in a girth each part's growths are, the left side's before the right's."""
FOOT_BONES = ("foot", "ball")
SEAM_M = 0.04
"""Left and right girths of the trunk pass into each other within this distance of the middle."""
SLEEVE_HEAD, SLEEVE_FULL = 0.2, 0.45
"""An upper arm's growth is so small at the shoulder and full from this share of the bone on: sleeves are
wider than arms, shoulders are not."""
TRUNK_BONES = ("pelvis", "spine_01", "spine_02", "spine_03", "clavicle_l", "clavicle_r")
SHOULDER_FADE = -0.05
"""Above this share of the trunk its girth ends, so that the neck keeps its size."""
NEAREST, LEAST_FAR = 4, 1e-5
"""So many places of the skin tell how thick a limb is in a direction; nearer ones count as here."""
PARTLY = 0.02
"""Skin that a limb's joints move by this share tells of its thickness."""
LEG_END, TRUNK_END = 1.95, 1.2
"""Cloth below the ankle and below the seat grows as the skin does there."""


@dataclass(frozen=True, eq=False)
class Axes:
    """The middle lines that girths grow away from, of one figure, metres in `body`.

    shoulder_y, hip_y: heights of the trunk's ends; trunk_z: (5,) depth of its middle at `TRUNK_AT`;
    legs, arms: (2, 3, 3) left and right: hip, knee, ankle and shoulder, elbow, wrist; feet: (2, 2, 3)
    ankle and end of the toes.
    """

    shoulder_y: float
    hip_y: float
    trunk_z: Floats
    legs: Floats
    arms: Floats
    feet: Floats

    @classmethod
    def of(cls, body: Body, figure: Figure) -> Axes:
        def line(*names: str) -> Floats:
            return np.array(
                [[figure.heads[body.bone(f"{name}_{side}")] for name in names] for side in SIDES]
            )

        legs, arms = line("thigh", "calf", "foot"), line("upperarm", "lowerarm", "hand")
        shoulder_y, hip_y = float(arms[:, 0, 1].mean()), float(legs[:, 0, 1].mean())
        trunk = np.isin(body.bones[:, 0], [body.bone(name) for name in TRUNK_BONES])
        points = figure.vertices[trunk].astype(np.float64)
        middle = []
        for share in TRUNK_AT:
            height = shoulder_y + share * (hip_y - shoulder_y)
            near = points[np.abs(points[:, 1] - height) < 0.02, 2]
            middle.append(0.5 * (near.min() + near.max()))
        toes = np.array([figure.tails[body.bone(f"ball_{side}")] for side in SIDES])
        feet = np.stack([legs[:, 2], toes], axis=1)
        return cls(shoulder_y, hip_y, np.array(middle), legs, arms, feet)

    def trunk_share(self, height: Floats) -> Floats:
        """0 at the shoulder joints, 1 at the hip joints."""
        return np.asarray((height - self.shoulder_y) / (self.hip_y - self.shoulder_y))


def girth_directions(
    body: Body, figure: Figure, points: NDArray[np.floating], dense_weights: NDArray[np.floating]
) -> NDArray[np.float32]:
    """(G, N, 3) how each girth moves each point of a mesh that is bound to the figure.

    points: (N, 3) metres in the rest pose; dense_weights: (N, J) shares of the joints.
    """
    axes, skin = Axes.of(body, figure), _skin(body, figure)
    places: Floats = np.asarray(points, np.float64)
    out = np.zeros((len(GIRTHS), len(places), 3), np.float32)

    def mass(*names: str) -> Floats:
        return np.asarray(dense_weights[:, [body.bone(name) for name in names]].sum(1), np.float64)

    share = axes.trunk_share(places[:, 1])
    fade = np.clip((share - SHOULDER_FADE) / (TRUNK_AT[0] - SHOULDER_FADE), 0, 1)
    amount = mass(*TRUNK_BONES) * fade
    radial = skin.trunk.within(share, from_trunk(places, share, axes), amount)
    left = np.clip(places[:, 0] / (2 * SEAM_M) + 0.5, 0, 1)
    for number, side_share in enumerate((left, 1 - left)):
        hats = _hats(share, TRUNK_AT) * side_share
        first = number * len(TRUNK_AT)
        out[first : first + len(TRUNK_AT)] = hats[:, :, None] * radial
    for number, side in enumerate(SIDES):
        along, radial = along_and_around(places, axes.legs[number])
        radial = skin.legs[number].within(along, radial, mass(f"thigh_{side}", f"calf_{side}"))
        first = LEGS.start + number * len(LEG_AT)
        out[first : first + len(LEG_AT)] = _hats(along, LEG_AT)[:, :, None] * radial
        along, radial = along_and_around(places, axes.arms[number])
        first = ARMS.start + 2 * number
        for k, bone in enumerate(("upperarm", "lowerarm")):
            amount = mass(f"{bone}_{side}") * np.clip(along / SLEEVE_FULL, SLEEVE_HEAD, 1)
            out[first + k] = skin.arms[number].within(along, radial, amount)
        first = FEET.start + 2 * number
        amount = mass(*(f"{bone}_{side}" for bone in FOOT_BONES))[:, None]
        ankle, toe = axes.feet[number]
        along = _along(places, ankle, toe)[:, None]
        out[first] = amount * (places - ankle - along * (toe - ankle))
        out[first + 1] = amount * np.maximum(along, 0) * (toe - ankle)
    return out


@dataclass(frozen=True, eq=False)
class Thickness:
    """How far a limb's skin is from its middle line, by place along it and direction around it.

    tree: of (n, 4) places and unit directions; radius: (n,) metres; most: the last place that is asked.
    """

    tree: cKDTree
    radius: Floats
    most: float

    @classmethod
    def of(cls, along: Floats, radial: Floats, most: float) -> Thickness:
        radius = np.linalg.norm(radial, axis=1)
        return cls(cKDTree(_keys(along, radial, radius)), radius, most)

    def within(self, along: Floats, radial: Floats, amount: Floats) -> Floats:
        """(N, 3) the ways from the middle line, each only as far as the skin that it passes through,
        times (N,) an amount."""
        out = np.zeros_like(radial)
        here = amount > 0
        way, length = radial[here], np.linalg.norm(radial[here], axis=1)
        far, near = self.tree.query(
            _keys(np.minimum(along[here], self.most), way, length), k=NEAREST
        )
        share = 1 / np.maximum(far, LEAST_FAR) ** 2
        skin = (share * self.radius[near]).sum(1) / share.sum(1)
        out[here] = way * (amount[here] * np.minimum(1, skin / np.maximum(length, 1e-9)))[:, None]
        return out


@dataclass(frozen=True, eq=False)
class Skin:
    """The thickness of the trunk, and of left and right legs and arms."""

    trunk: Thickness
    legs: tuple[Thickness, ...]
    arms: tuple[Thickness, ...]


@lru_cache(maxsize=4)
def _skin(body: Body, figure: Figure) -> Skin:
    axes = Axes.of(body, figure)
    points = figure.vertices.astype(np.float64)
    dense = dense_of(body.bones, body.weights, len(body.names))

    def of(*names: str) -> NDArray[np.bool_]:
        return np.asarray(dense[:, [body.bone(name) for name in names]].sum(1) > PARTLY)

    trunk = of(*TRUNK_BONES)
    share = axes.trunk_share(points[trunk, 1])
    legs, arms = [], []
    for number, side in enumerate(SIDES):
        leg = of(f"thigh_{side}", f"calf_{side}")
        legs.append(Thickness.of(*along_and_around(points[leg], axes.legs[number]), LEG_END))
        arm = of(f"upperarm_{side}", f"lowerarm_{side}")
        arms.append(Thickness.of(*along_and_around(points[arm], axes.arms[number]), np.inf))
    middle = from_trunk(points[trunk], share, axes)
    return Skin(Thickness.of(share, middle, TRUNK_END), tuple(legs), tuple(arms))


def _keys(along: Floats, radial: Floats, length: Floats) -> Floats:
    return np.column_stack([along, radial / np.maximum(length, 1e-9)[:, None]])


def from_trunk(places: Floats, share: Floats, axes: Axes) -> Floats:
    """(N, 3) level ways from the middle of the trunk."""
    out = places.copy()
    out[:, 1] = 0.0
    out[:, 2] -= np.interp(share, TRUNK_AT, axes.trunk_z)
    return out


def grown(
    points: NDArray[np.floating], directions: NDArray[np.float32], girth: Floats
) -> NDArray[np.float32]:
    """(N, 3) rest points with a (G,) girth applied along their (G, N, 3) directions."""
    return np.asarray(points + np.tensordot(girth.astype(np.float32), directions, 1), np.float32)


def dense_of(
    bones: NDArray[np.integer], weights: NDArray[np.floating], joints: int
) -> NDArray[np.float32]:
    """(N, joints) shares out of (N, K) bones and weights."""
    out = np.zeros((len(bones), joints), np.float32)
    np.add.at(out, (np.arange(len(bones))[:, None], bones), weights.astype(np.float32))
    return out


def _hats(at: Floats, stops: tuple[float, ...]) -> Floats:
    """(S, N) piecewise linear shares of the stops, constant beyond the ends; they sum to 1."""
    return np.array([np.interp(at, stops, row) for row in np.eye(len(stops))])


def along_and_around(points: Floats, line: Floats) -> tuple[Floats, Floats]:
    """Along a two-part limb (0 to 2, by height above its joints' planes) and away from its axis."""
    start, middle, end = line
    first, second = _along(points, start, middle), _along(points, middle, end)
    lower = first > 1
    along = np.where(lower, 1 + np.clip(second, 0, None), first)
    foot = np.where(
        lower[:, None],
        middle + second[:, None] * (end - middle),
        start + first[:, None] * (middle - start),
    )
    return along, points - foot


def _along(points: Floats, start: Floats, end: Floats) -> Floats:
    bone = end - start
    return np.asarray((points - start) @ bone / (bone @ bone))
