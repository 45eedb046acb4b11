"""Clothes on fitted bodies: skinned with them, grown to their girth, hidden by their arms.

The bare body is drawn first as a hider. What garments cover of it is pushed back, so that cloth and
skin never fight; arms, hands and neck hide as they are, and take the garments' contact shadow.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from tryon.core.body_fit import BodyFit, BodyView
from tryon.core.mesh import Mesh
from tryon.core.scene import Draw, Role
from tryon.core.spaces import Floats
from tryon.wardrobe.body import Body
from tryon.wardrobe.body_capsules import BodyCapsules
from tryon.wardrobe.body_girth import dense_of, girth_directions, grown
from tryon.wardrobe.cloth import LooseCloth, loose_cloth
from tryon.wardrobe.cloth_follower import Follower
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
SOLE_M = 0.01
"""The floor is this far below the balls of the feet, and much the same in shoes."""
LAYER_AIR_M = 0.004
"""Loose cloth of each layer keeps this much farther from the body than that of the one under it."""


class LooseParts(Protocol):
    """The loose cloth of one garment on one person (see `sway`)."""

    rest: Floats

    def alter(self, girth: Floats) -> None:
        """Let it out to the girth of the person."""

    def step(self, target_from_rest: Floats, t_ns: int, *, floor: float | None = None) -> Floats:
        """Move it to a time."""

    def drawn(
        self, follower: Follower, vertices: NDArray[np.floating], normals: NDArray[np.floating]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """(V, 3) vertices and normals of what follows it."""


Loosen = Callable[[Body, LooseCloth, BodyCapsules, float], LooseParts]
"""Hangs a cloth on one more person: (body, cloth, capsules, metres of air under it)."""


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
    garment: int = -1
    """Number of the garment among those worn, −1 for the body."""


class LookOnBodies:
    """Garments worn together, ready to be put on anybody. Takes a second to make, nothing to wear."""

    def __init__(self, body: Body, garments: Sequence[Garment]) -> None:
        self._body = body
        self.layers: LookLayers = look_layers(body, garments)
        self._hiders = self._cut_body()
        self._levels: dict[int, tuple[_Piece, ...]] = {}
        found = tuple(loose_cloth(body, worn) for worn in self.layers.garments)
        self._capsules = BodyCapsules.of(body) if any(found) else None
        self.loose: tuple[LooseCloth | None, ...] = tuple(map(self._hung, found))

    def _hung(self, cloth: LooseCloth | None) -> LooseCloth | None:
        if cloth is None or self._capsules is None:
            return None
        # Numba takes half a second to import: only when cloth is worn that moves.
        balance = import_module("tryon.wardrobe.cloth_balance")
        hung: LooseCloth = balance.balanced(cloth, self._capsules)
        return hung

    def on_somebody(self, loosen: Loosen) -> dict[int, LooseParts]:
        """The loose cloth of each garment that has some, by the garment's number, for one person."""
        if self._capsules is None:
            return {}
        return {
            number: loosen(self._body, cloth, self._capsules, LAYER_AIR_M * garment.layer)
            for number, (cloth, garment) in enumerate(
                zip(self.loose, self.layers.garments, strict=True)
            )
            if cloth is not None
        }

    def floor(self, fit: BodyFit) -> float | None:
        """Height of the floor in `cam`, metres, where the feet are seen."""
        if fit.view is not BodyView.WHOLE:
            return None
        feet = fit.joints_cam_m[[self._body.bone("ball_l"), self._body.bone("ball_r")], 1]
        return float(feet.min()) - SOLE_M * fit.scale

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
        for number, (garment, faces_by_level, shapes_by_level) in enumerate(
            zip(layers.garments, layers.part_faces, layers.part_vertices, strict=True)
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
                            garment=number,
                        )
                    )
        return tuple(pieces)

    def _directions(
        self, mesh: Mesh, bones: NDArray[np.uint8], weights: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        dense = dense_of(bones, weights, len(self._body.names))
        return girth_directions(self._body, self._body.figure, mesh.vertices, dense)


class Wearer:
    """One person in one look: remembers the girth that the clothes were last altered to, and how what
    is loose of them hangs.

    loosen: makes loose cloth; without it all clothes follow the skin.
    """

    def __init__(self, look: LookOnBodies, loosen: Loosen | None = None) -> None:
        self._look = look
        self._loose = {} if loosen is None else look.on_somebody(loosen)
        self._followers: tuple[Follower | None, ...] = ()
        self._level: int | None = None
        self._girth: Floats | None = None
        self._bound: tuple[Skinning, ...] = ()

    def draws(
        self, fit: BodyFit, t_ns: int, *, without_palms: Sequence[str] = ()
    ) -> tuple[Draw, ...]:
        """What hides and what is worn, in this frame's pose; positions are in `cam`.

        t_ns: time of the frame, for cloth that swings; without_palms: sides, "l" or "r", whose palm hides
        nothing since the real hand is known better.
        """
        level = 0 if self._look.trunk_px(fit) > FINE_FROM_PX else 1
        pieces = self._look.pieces(level)
        self._alter(pieces, level, fit.girth)
        if self._loose:
            floor = self._look.floor(fit)
            for loose in self._loose.values():
                loose.step(fit.cam_from_rest, t_ns, floor=floor)
        draws = []
        for number, piece in enumerate(pieces):
            if piece.palm and piece.palm in without_palms:
                continue
            vertices, normals = self._posed(number, piece, fit.cam_from_rest)
            draws.append(
                Draw(
                    piece.mesh,
                    np.eye(4),
                    role=piece.role,
                    owner=piece.owner,
                    person=fit.track,
                    opacity=fit.opacity,
                    vertices=vertices,
                    normals=normals,
                    depth_bias_m=piece.bias_m,
                )
            )
        return tuple(draws)

    def _posed(
        self, number: int, piece: _Piece, cam_from_rest: Floats
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        bound, follower = self._bound[number], self._followers[number]
        vertices, normals = bound.posed(cam_from_rest), bound.posed_normals(cam_from_rest)
        if follower is None:
            return vertices, normals
        return self._loose[piece.garment].drawn(follower, vertices, normals)

    def _alter(self, pieces: Sequence[_Piece], level: int, girth: Floats) -> None:
        if level != self._level:
            self._bound = tuple(
                Skinning(p.mesh.vertices, p.bones, p.weights, normals=p.mesh.normals)
                for p in pieces
            )
            self._followers = (None,) * len(pieces)
            self._level, self._girth = level, None
        if self._girth is not None and float(np.abs(girth - self._girth).max()) < GIRTH_STEP:
            return
        for loose in self._loose.values():
            loose.alter(girth)
        followers = []
        for piece, bound, known in zip(pieces, self._bound, self._followers, strict=True):
            shape = grown(piece.mesh.vertices, piece.directions, girth)
            bound.reshape(shape)
            followers.append(self._following(piece, shape, known))
        self._followers = tuple(followers)
        self._girth = girth

    def _following(
        self, piece: _Piece, shape: NDArray[np.float32], known: Follower | None
    ) -> Follower | None:
        cloth = self._look.loose[piece.garment] if piece.garment in self._loose else None
        if cloth is None:
            return None
        follower = Follower.of(
            cloth,
            self._loose[piece.garment].rest,
            shape,
            piece.mesh.normals,
            corner=None if known is None else known.corner,
        )
        return follower if follower.moves else None


def as_silhouette(draws: Sequence[Draw], owner: str) -> tuple[Draw, ...]:
    """The same with skin and cloth as one visible thing of that owner: the dressed body's outline."""
    return tuple(replace(draw, role=Role.VISIBLE, owner=owner, depth_bias_m=0.0) for draw in draws)
