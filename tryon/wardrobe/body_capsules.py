"""The body as tapered capsules that loose cloth collides with, centred on slices of the skin.

Capsules round the bones would let knees, seat and calves through: these sit where the flesh is.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from tryon.core.spaces import Floats
from tryon.wardrobe.body import Body
from tryon.wardrobe.body_girth import dense_of, girth_directions
from tryon.wardrobe.body_parts import Part
from tryon.wardrobe.cloth import LooseCloth

SHARE, AIR_M = 92.0, 0.009
"""Radius: the percentile of the slice's distances from its middle, and this much more."""
LEG_AT = (0.12, 0.35, 0.6, 0.85, 1.0, 1.15, 1.4, 1.7, 1.95)
"""Slices of a leg: hip 0, knee 1, ankle 2."""
ARM_AT = (0.35, 0.7, 1.0, 1.4, 1.95)
TRUNK_AT = (-0.02, 0.1, 0.22, 0.38, 0.6, 0.85)
"""Slices of the trunk: hip joints 0, shoulder joints 1."""
HALF_SLICE_M = 0.022
SIDES = ("l", "r")
ARM_BONES = ("upperarm", "lowerarm")
LEAST_WEIGHT = 0.05
GIRTH_STEP = 0.15
"""Growth over which the change of a slice is taken as straight."""


@dataclass(frozen=True, eq=False)
class Slice:
    """The skin around one node. vertices: (n,) of the body; way: (3,) unit, along the limb; outward: x of
    the side on which half a trunk's circle lies, 0 for a limb."""

    vertices: NDArray[np.int64]
    way: Floats
    outward: float


@dataclass(frozen=True, eq=False)
class BodyCapsules:
    """K spheres, and the pairs of them that a capsule is stretched between.

    weights: (K, J) shares of the joints that move each sphere; cones: (M, 2) spheres; families: (M,)
    "trunk", "leg" or "arm" of each capsule.
    """

    weights: Floats
    cones: NDArray[np.int64]
    families: tuple[str, ...]
    _body: Body
    _at_rest: Floats
    _growth: Floats
    """(K, 4) middles and radii of the neutral figure, and (G, K, 4) how they change with each girth."""

    @classmethod
    def of(cls, body: Body) -> BodyCapsules:
        """The capsules of the neutral figure, ready to grow with girths."""
        slices: list[Slice] = []
        cones: list[tuple[int, int]] = []
        families: list[str] = []
        trunk: dict[str, list[int]] = {}
        for side in SIDES:
            nodes = []
            for slice_ in _trunk(body, side):
                nodes.append(len(slices))
                slices.append(slice_)
            trunk[side] = nodes
            cones += list(pairwise(nodes))
            families += ["trunk"] * (len(nodes) - 1)
            for family, bones, stops in (
                ("leg", ("thigh", "calf", "foot"), LEG_AT),
                ("arm", ("upperarm", "lowerarm", "hand"), ARM_AT),
            ):
                chain = list(range(len(slices), len(slices) + len(stops)))
                slices += _limb(body, tuple(f"{bone}_{side}" for bone in bones), stops)
                if family == "leg":
                    cones.append((nodes[0], chain[0]))
                    families.append("leg")
                cones += list(pairwise(chain))
                families += [family] * (len(chain) - 1)
        cones += list(zip(trunk["l"], trunk["r"], strict=True))
        families += ["trunk"] * len(trunk["l"])
        dense = dense_of(body.bones, body.weights, len(body.names))
        at_rest, growth = zip(*(_growing(body, s, dense[s.vertices]) for s in slices), strict=True)
        return cls(
            np.array([dense[s.vertices].mean(0) for s in slices], np.float64),
            np.array(cones, np.int64),
            tuple(families),
            body,
            np.stack(at_rest),
            np.stack(growth, axis=1),
        )

    def spheres(self, girth: Floats | None = None) -> tuple[Floats, Floats]:
        """(K, 3) middles and (K,) radii at rest, of the neutral figure grown to a girth."""
        all_of_it = self._at_rest
        if girth is not None:
            all_of_it = all_of_it + np.tensordot(girth, self._growth, 1)
        return all_of_it[:, :3].copy(), all_of_it[:, 3].copy()

    def near(self, cloth: LooseCloth) -> NDArray[np.int64]:
        """(m, 2) the capsules that a cloth can meet: arms only when it hangs from an arm."""
        used = np.unique(cloth.bones[cloth.weights > LEAST_WEIGHT])
        arms = any(self._body.names[bone].startswith(ARM_BONES) for bone in used)
        return self.cones[[arms or family != "arm" for family in self.families]]


def _trunk(body: Body, side: str) -> list[Slice]:
    points = body.figure.vertices.astype(np.float64)
    sign = 1.0 if side == "l" else -1.0
    low = body.figure.heads[body.bone(f"thigh_{side}"), 1]
    high = body.figure.heads[body.bone(f"upperarm_{side}"), 1]
    fleshy = np.isin(body.parts, (Part.TORSO, Part.LEFT_THIGH, Part.RIGHT_THIGH))
    out = []
    for share in TRUNK_AT:
        height = low + share * (high - low)
        near = fleshy & (np.abs(points[:, 1] - height) < HALF_SLICE_M) & (sign * points[:, 0] >= 0)
        out.append(Slice(np.flatnonzero(near), np.array([0.0, 1.0, 0.0]), sign))
    return out


def _limb(body: Body, bones: tuple[str, ...], stops: tuple[float, ...]) -> list[Slice]:
    points = body.figure.vertices.astype(np.float64)
    joints = [body.figure.heads[body.bone(name)] for name in bones]
    first = int(Part.LEFT_THIGH if bones[0].startswith("thigh") else Part.LEFT_UPPER_ARM)
    first += bones[0].endswith("_r")
    own = np.isin(body.parts, (first, first + 2))
    out = []
    for stop in stops:
        upper = stop <= 1
        start, end = (joints[0], joints[1]) if upper else (joints[1], joints[2])
        middle = start + (stop if upper else stop - 1) * (end - start)
        way = (end - start) / np.linalg.norm(end - start)
        near = own & (np.abs((points - middle) @ way) < HALF_SLICE_M)
        out.append(Slice(np.flatnonzero(near), way, 0.0))
    return out


def _growing(body: Body, slice_: Slice, dense: NDArray[np.floating]) -> tuple[Floats, Floats]:
    """(4,) middle and radius of a slice of the neutral figure, and (G, 4) their change with each girth."""
    skin = body.figure.vertices[slice_.vertices].astype(np.float64)
    directions = girth_directions(body, body.figure, skin, dense)
    start = _sphere(skin, slice_)
    rates = [
        (_sphere(skin + GIRTH_STEP * along, slice_) - start) / GIRTH_STEP for along in directions
    ]
    return start, np.array(rates)


def _sphere(skin: Floats, slice_: Slice) -> Floats:
    """(4,) middle and radius of a slice: of a limb's whole circle, or of one half of the trunk."""
    if slice_.outward:
        depth = np.percentile(skin[:, 2], [100 - SHARE, SHARE])
        radius = 0.5 * float(depth[1] - depth[0])
        edge = float(np.percentile(slice_.outward * skin[:, 0], SHARE))
        middle = np.array(
            [
                slice_.outward * max(edge - radius, 0.0),
                float(skin[:, 1].mean()),
                0.5 * float(depth.sum()),
            ]
        )
        return np.append(middle, min(radius, edge) + AIR_M)
    helper = np.eye(3)[np.argmin(np.abs(slice_.way))]
    across = np.cross(slice_.way, helper)
    across /= np.linalg.norm(across)
    axes = np.stack([across, np.cross(slice_.way, across), slice_.way])
    local = skin @ axes.T
    centre = np.array([0.5 * (local[:, k].min() + local[:, k].max()) for k in range(3)])
    away = np.hypot(local[:, 0] - centre[0], local[:, 1] - centre[1])
    return np.append(centre @ axes, float(np.percentile(away, SHARE)) + AIR_M)
