"""Measures of a body in the rest pose, after ISO 8559-1, from its surface.

Girths are perimeters of the convex hull of a cross-section, as a tape measures them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import ConvexHull, QhullError

from tryon.core.spaces import Floats

Indices = NDArray[np.int64]

UPPER_ARM_AT, FOREARM_AT, THIGH_AT, CALF_AT, NECK_AT = 0.5, 0.3, 0.25, 0.3, 0.35
"""Where along its bone a limb's girth is taken, from the end near the trunk."""


@dataclass(frozen=True)
class Measurements:
    """Sizes of a person in metres, named after ISO 8559-1; limbs are the mean of left and right.

    inside_leg: crotch to floor; back_length: nape to waist along the back; arm_length: shoulder,
    elbow, wrist; shoulder_width: between the shoulder points; head: largest girth above the brows.
    """

    stature: float
    bust: float
    underbust: float
    waist: float
    hip: float
    neck: float
    upper_arm: float
    forearm: float
    thigh: float
    calf: float
    shoulder_width: float
    arm_length: float
    back_length: float
    inside_leg: float
    head: float

    def scaled(self, factor: float) -> Measurements:
        """The measures of the same body in another size."""
        return Measurements(**{f.name: getattr(self, f.name) * factor for f in fields(self)})


@dataclass(frozen=True, eq=False)
class Tape:
    """What measuring needs to know of a mesh.

    edges: for each region (`torso`, `neck`, `head`, `arm_l`, `arm_r`, `leg_l`, `leg_r`) its (E, 2)
    edges; landmarks: vertex numbers by name; bones: joint numbers by name.
    """

    edges: Mapping[str, Indices]
    landmarks: Mapping[str, int]
    bones: Mapping[str, int]

    def girth(self, vertices: Floats, region: str, point: Floats, normal: Floats) -> float:
        """Metres around a region where the plane through `point` cuts it; 0 where it does not."""
        edges = self.edges[region]
        height = (vertices - point) @ normal
        a, b = height[edges[:, 0]], height[edges[:, 1]]
        cut = a * b < 0
        if cut.sum() < 3:
            return 0.0
        share = (a[cut] / (a[cut] - b[cut]))[:, None]
        start, end = vertices[edges[cut, 0]], vertices[edges[cut, 1]]
        across, along = _plane_axes(normal)
        flat = (start + share * (end - start)) @ np.stack([across, along], axis=1)
        try:
            # In two dimensions, scipy calls the perimeter `area`.
            return float(ConvexHull(flat).area)
        except QhullError:
            return 0.0

    def measure(self, vertices: Floats, heads: Floats) -> Measurements:
        """All measures of a body in the rest pose: (V, 3) vertices and (J, 3) joints, metres."""
        vertices = np.asarray(vertices, np.float64)
        at = {name: vertices[number] for name, number in self.landmarks.items()}
        up = np.array([0.0, 1.0, 0.0])

        def level(name: str) -> float:
            return self.girth(vertices, "torso", at[name], up)

        def limb(region: str, start: str, end: str, share: float) -> float:
            sides = [
                self._limb(vertices, heads, f"{region}{s}", (f"{start}{s}", f"{end}{s}"), share)
                for s in ("_l", "_r")
            ]
            return float(np.mean(sides))

        return Measurements(
            stature=float(vertices[:, 1].max() - vertices[:, 1].min()),
            bust=level("bust_point_l"),
            underbust=level("underbust"),
            waist=level("waist_back"),
            hip=level("buttock_l"),
            neck=self._limb(vertices, heads, "neck", ("neck_01", "head"), NECK_AT),
            upper_arm=limb("arm", "upperarm", "lowerarm", UPPER_ARM_AT),
            forearm=limb("arm", "lowerarm", "hand", FOREARM_AT),
            thigh=limb("leg", "thigh", "calf", THIGH_AT),
            calf=limb("leg", "calf", "foot", CALF_AT),
            shoulder_width=float(np.linalg.norm(at["acromion_l"] - at["acromion_r"])),
            arm_length=float(np.mean([self._arm_length(heads, at, s) for s in ("_l", "_r")])),
            back_length=_length(vertices[self._back(vertices, at)]),
            inside_leg=float(at["crotch"][1] - vertices[:, 1].min()),
            head=self.girth(vertices, "head", at["glabella"], up),
        )

    def _limb(
        self, vertices: Floats, heads: Floats, region: str, bone: tuple[str, str], share: float
    ) -> float:
        a, b = (heads[self.bones[name]] for name in bone)
        return self.girth(vertices, region, a + share * (b - a), (b - a) / np.linalg.norm(b - a))

    def _arm_length(self, heads: Floats, at: Mapping[str, Floats], side: str) -> float:
        path = [heads[self.bones[f"{name}{side}"]] for name in ("lowerarm", "hand")]
        return _length(np.array([at[f"acromion{side}"], *path]))

    def _back(self, vertices: Floats, at: Mapping[str, Floats]) -> Indices:
        """Vertices along the spine from nape to waist, top first."""
        back = self.edges["spine"].ravel()
        heights = vertices[back, 1]
        between = (heights <= at["nape"][1]) & (heights >= at["waist_back"][1])
        return np.asarray(back[between][np.argsort(-heights[between])])


def _plane_axes(normal: Floats) -> tuple[Floats, Floats]:
    """Two unit vectors that span the plane across a unit normal."""
    helper = np.eye(3)[int(np.argmin(np.abs(normal)))]
    across = np.cross(normal, helper)
    across /= np.linalg.norm(across)
    return across, np.cross(normal, across)


def _length(path: Floats) -> float:
    return float(np.linalg.norm(np.diff(path, axis=0), axis=1).sum())
