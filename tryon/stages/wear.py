"""Clothes on fitted bodies: skinned with them, grown to their girth, hidden by their arms.

The bare body is drawn first as a hider. What garments cover of it is pushed back, so that cloth and
skin never fight; arms, hands and neck hide as they are, and take the garments' contact shadow.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from tryon.core.body_fit import BodyFit
from tryon.core.mesh import Mesh
from tryon.core.scene import Draw, Role
from tryon.core.spaces import Floats
from tryon.wardrobe.body import Body
from tryon.wardrobe.body_girth import dense_of, girth_directions, grown
from tryon.wardrobe.garment import Garment, LookLayers, look_layers
from tryon.wardrobe.skinning import Skinning

BODY_LEVEL = 1
COVERED_BIAS_M = -0.02
"""Skin under cloth hides only what is this much behind it: the far side of the garment."""
SKIN_BIAS_M = -0.004
"""Bare skin steps back a little, so that a hem that lies on it is not frayed."""
LAYER_BIAS_M = 0.006
"""Each layer stands this much nearer in the depth test than the one under it."""
GIRTH_STEP = 0.004
"""A person's clothes are let out or taken in when a girth changed by this share."""
FINE_FROM_PX = 260.0
"""Bodies whose trunk is longer than this in the picture wear the finest level of detail."""
FINGERS = ("thumb", "index", "middle", "ring", "pinky")
SHADOW_REACH_M = 0.014
SHADOW_STRENGTH = 0.45


@dataclass(frozen=True, eq=False)
class _Piece:
    """A mesh that moves with the joints. directions: (G, V, 3) how girths move its rest vertices."""

    mesh: Mesh
    bones: NDArray[np.uint8]
    weights: NDArray[np.float32]
    directions: NDArray[np.float32]
    role: Role
    owner: str
    bias_m: float
    palm: str = ""
    """Side of the palm that this is, "l" or "r"."""


class LookOnBodies:
    """Garments worn together, ready to be put on anybody. Takes a second to make, nothing to wear."""

    def __init__(self, body: Body, garments: Sequence[Garment]) -> None:
        self._body = body
        self.layers: LookLayers = look_layers(body, garments)
        self._hiders = self._cut_body()
        self._levels: dict[int, tuple[_Piece, ...]] = {}

    def pieces(self, level: int) -> tuple[_Piece, ...]:
        """What moves with a person: the body that hides, then the garments, innermost first."""
        if level not in self._levels:
            self._levels[level] = (*self._hiders, *self._cloth(level))
        return self._levels[level]

    def trunk_px(self, fit: BodyFit) -> float:
        """From the pelvis to the neck in the picture, pixels."""
        ends = fit.joints_px[[self._body.bone("pelvis"), self._body.bone("neck_01")]]
        return float(np.linalg.norm(ends[1] - ends[0]))

    def _cut_body(self) -> tuple[_Piece, ...]:
        body = self._body
        mesh = body.mesh(BODY_LEVEL)
        source = body.levels[BODY_LEVEL].source
        bare = self.layers.body_faces[BODY_LEVEL]
        unfingered = ~np.isin(body.bones[source, 0], self._fingers())[mesh.faces].any(1)
        palms = {
            side: (body.bones[source, 0] == body.bone(f"hand_{side}"))[mesh.faces].all(1)
            for side in ("l", "r")
        }
        rest = unfingered & ~palms["l"] & ~palms["r"]
        shaded = replace(mesh, occlusion=self._openness(mesh))
        bones, weights = body.bones[source], body.weights[source]
        directions = self._directions(mesh, bones, weights)
        return tuple(
            _Piece(replace(shaded, faces=faces), bones, weights, directions, role, "", bias_m, palm)
            for faces, role, bias_m, palm in (
                (mesh.faces[~bare & rest], Role.OCCLUDER, COVERED_BIAS_M, ""),
                (mesh.faces[bare & rest], Role.CATCHER, SKIN_BIAS_M, ""),
                (mesh.faces[bare & palms["l"]], Role.CATCHER, SKIN_BIAS_M, "l"),
                (mesh.faces[bare & palms["r"]], Role.CATCHER, SKIN_BIAS_M, "r"),
            )
            if len(faces)
        )

    def _fingers(self) -> list[int]:
        """Bones of the fingers: spread where the person's are not, they would cut holes into cloth."""
        return [k for k, name in enumerate(self._body.names) if name.split("_")[0] in FINGERS]

    def _openness(self, mesh: Mesh) -> NDArray[np.float32]:
        """(V,) 1 on open skin, less beside an edge of cloth."""
        cloth = [part.mesh.vertices for worn in self.layers.garments for part in worn.levels[-1]]
        if not cloth:
            return np.ones(len(mesh.vertices), np.float32)
        distance, _ = cKDTree(np.concatenate(cloth)).query(
            mesh.vertices, distance_upper_bound=4 * SHADOW_REACH_M
        )
        return np.asarray(
            1 - SHADOW_STRENGTH * np.exp(-((distance / SHADOW_REACH_M) ** 2)), np.float32
        )

    def _cloth(self, level: int) -> tuple[_Piece, ...]:
        pieces = []
        layers = self.layers
        for garment, faces_by_level, shapes_by_level in zip(
            layers.garments, layers.part_faces, layers.part_vertices, strict=True
        ):
            at = min(level, len(garment.levels) - 1)
            for part, faces, shape in zip(
                garment.levels[at], faces_by_level[at], shapes_by_level[at], strict=True
            ):
                if len(faces):
                    pieces.append(
                        _Piece(
                            replace(part.mesh, vertices=shape, faces=faces),
                            part.bones,
                            part.weights,
                            part.girth_directions(self._body),
                            Role.VISIBLE,
                            garment.item_id,
                            LAYER_BIAS_M * garment.layer,
                        )
                    )
        return tuple(pieces)

    def _directions(
        self, mesh: Mesh, bones: NDArray[np.uint8], weights: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        dense = dense_of(bones, weights, len(self._body.names))
        return girth_directions(self._body, self._body.figure, mesh.vertices, dense)


class Wearer:
    """One person in one look: remembers the girth that the clothes were last altered to."""

    def __init__(self, look: LookOnBodies) -> None:
        self._look = look
        self._level: int | None = None
        self._girth: Floats | None = None
        self._bound: tuple[Skinning, ...] = ()

    def draws(self, fit: BodyFit, *, without_palms: Sequence[str] = ()) -> tuple[Draw, ...]:
        """What hides and what is worn, in this frame's pose; positions are in `cam`.

        without_palms: sides, "l" or "r", whose palm hides nothing since the real hand is known better.
        """
        level = 0 if self._look.trunk_px(fit) > FINE_FROM_PX else 1
        pieces = self._look.pieces(level)
        self._alter(pieces, level, fit.girth)
        cam_from_rest = fit.cam_from_rest
        return tuple(
            Draw(
                piece.mesh,
                np.eye(4),
                role=piece.role,
                owner=piece.owner,
                person=fit.track,
                opacity=fit.opacity,
                vertices=bound.posed(cam_from_rest),
                normals=bound.posed_normals(cam_from_rest),
                depth_bias_m=piece.bias_m,
            )
            for piece, bound in zip(pieces, self._bound, strict=True)
            if not piece.palm or piece.palm not in without_palms
        )

    def _alter(self, pieces: Sequence[_Piece], level: int, girth: Floats) -> None:
        if level != self._level:
            self._bound = tuple(
                Skinning(p.mesh.vertices, p.bones, p.weights, normals=p.mesh.normals)
                for p in pieces
            )
            self._level, self._girth = level, None
        if self._girth is not None and float(np.abs(girth - self._girth).max()) < GIRTH_STEP:
            return
        for piece, bound in zip(pieces, self._bound, strict=True):
            bound.reshape(grown(piece.mesh.vertices, piece.directions, girth))
        self._girth = girth


def as_silhouette(draws: Sequence[Draw], owner: str) -> tuple[Draw, ...]:
    """The same with skin and cloth as one visible thing of that owner: the dressed body's outline."""
    return tuple(replace(draw, role=Role.VISIBLE, owner=owner, depth_bias_m=0.0) for draw in draws)
