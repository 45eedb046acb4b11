"""Clothes on fitted bodies: skinned with them, grown to their girth, hidden by their arms.

The bare body is drawn first as a hider. What garments cover of it is pushed back, so that cloth and
skin never fight; arms, hands and neck hide as they are, and take the garments' contact shadow.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from typing import Protocol, Self

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
"""A person's clothes are let out or taken in when a girth changed by this share …"""
ALTER_EVERY_S, GIRTH_JUMP = 0.12, 0.03
"""… but only so often, unless it is off by so much: girths glide, and altering costs."""
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

    def hang_under(self, outer: Self) -> None:
        """Lie under another garment's loose cloth and move with that where it is held."""

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
        self._followers: dict[int, tuple[tuple[tuple[int, Follower], ...], ...]] = {}
        self.over: dict[int, int] = {}
        self.loose = self._loose_cloths()
        self._capsules = BodyCapsules.of(body) if self.loose else None
        if self._capsules is not None:
            # Numba takes half a second to import: only when cloth is worn that moves.
            balance = import_module("tryon.wardrobe.cloth_balance")
            self.loose = {k: balance.balanced(c, self._capsules) for k, c in self.loose.items()}

    def _loose_cloths(self) -> dict[int, LooseCloth]:
        """What is loose of each garment, by the garment's number: held where another lies on it.

        Fills `over`: which garment's loose cloth lies on that of which.
        """
        worn = self.layers.garments
        found = [loose_cloth(self._body, garment) for garment in worn]
        out = {}
        for number, (garment, cloth) in enumerate(zip(worn, found, strict=True)):
            if cloth is None:
                continue
            outer = [k for k, other in enumerate(worn) if other.layer > garment.layer]
            moving = [k for k in outer if found[k] is not None]
            if moving:
                self.over[number] = moving[0]
            covers = [worn[k] for k in outer]
            held = loose_cloth(self._body, garment, under=covers) if outer else cloth
            if held is not None:
                out[number] = held
        return out

    def on_somebody(self, loosen: Loosen) -> dict[int, LooseParts]:
        """The loose cloth of each garment that has some, by the garment's number and outermost first,
        for one person."""
        hung: dict[int, LooseParts] = {}
        for number in sorted(self.loose, reverse=True):
            assert self._capsules is not None
            air_m = LAYER_AIR_M * self.layers.garments[number].layer
            hung[number] = loosen(self._body, self.loose[number], self._capsules, air_m)
            if self.over.get(number) in hung:
                hung[number].hang_under(hung[self.over[number]])
        return hung

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

    def followers(self, level: int) -> tuple[tuple[tuple[int, Follower], ...], ...]:
        """For each piece, by which garments' loose cloth it is moved, one after the other: by what lies
        on it, then by its own; bound on the neutral figure."""
        if level not in self._followers:
            self._followers[level] = tuple(map(self._following, self.pieces(level)))
        return self._followers[level]

    def _following(self, piece: _Piece) -> tuple[tuple[int, Follower], ...]:
        out = []
        for garment in (self.over.get(piece.garment), piece.garment):
            cloth = None if garment is None else self.loose.get(garment)
            if garment is not None and cloth is not None:
                mesh = piece.mesh
                follower = Follower.of(cloth, cloth.points, mesh.vertices, mesh.normals)
                if follower.moves:
                    out.append((garment, follower))
        return tuple(out)

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
        self._loose: dict[int, LooseParts] = {} if loosen is None else look.on_somebody(loosen)
        self._followers: tuple[tuple[tuple[int, Follower], ...], ...] = ()
        self._level: int | None = None
        self._girth: Floats | None = None
        self._altered_t_ns = 0
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
        self._alter(pieces, level, fit.girth, t_ns)
        if self._loose:
            floor = self._look.floor(fit)
            for loose in self._loose.values():
                loose.step(fit.cam_from_rest, t_ns, floor=floor)
        moved: dict[int, _Moved] = {}
        draws = []
        for number, piece in enumerate(pieces):
            if piece.palm and piece.palm in without_palms:
                continue
            vertices, normals = self._posed(number, fit.cam_from_rest, moved)
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

    def _posed(self, number: int, cam_from_rest: Floats, moved: dict[int, _Moved]) -> _Moved:
        """A piece's vertices and normals in this frame; pieces of one mesh are moved once."""
        bound = self._bound[number]
        if id(bound) not in moved:
            moved[id(bound)] = bound.posed(cam_from_rest), bound.posed_normals(cam_from_rest)
        vertices, normals = moved[id(bound)]
        for garment, follower in self._followers[number]:
            vertices, normals = self._loose[garment].drawn(follower, vertices, normals)
        return vertices, normals

    def _alter(self, pieces: Sequence[_Piece], level: int, girth: Floats, t_ns: int) -> None:
        if level != self._level:
            self._bound = _bindings(pieces)
            self._followers = self._look.followers(level)
            self._level, self._girth = level, None
        if self._girth is not None:
            off = float(np.abs(girth - self._girth).max())
            is_soon = 0 <= t_ns - self._altered_t_ns < ALTER_EVERY_S * 1e9
            if off < GIRTH_STEP or (is_soon and off < GIRTH_JUMP):
                return
        for loose in self._loose.values():
            loose.alter(girth)
        shapes: dict[int, NDArray[np.float32]] = {}
        followers = []
        for piece, bound, known in zip(pieces, self._bound, self._followers, strict=True):
            if id(bound) not in shapes:
                shapes[id(bound)] = grown(piece.mesh.vertices, piece.directions, girth)
                bound.reshape(shapes[id(bound)])
            shape, normals = shapes[id(bound)], piece.mesh.normals
            followers.append(
                tuple(
                    (garment, self._rebound(follower, garment, shape, normals))
                    for garment, follower in known
                    if garment in self._loose
                )
            )
        self._followers = tuple(followers)
        self._girth, self._altered_t_ns = girth, t_ns

    def _rebound(
        self,
        follower: Follower,
        garment: int,
        shape: NDArray[np.float32],
        normals: NDArray[np.float32],
    ) -> Follower:
        cloth, rest = self._look.loose[garment], self._loose[garment].rest
        return Follower.of(cloth, rest, shape, normals, known=follower)


_Moved = tuple[NDArray[np.float32], NDArray[np.float32]]


def _bindings(pieces: Sequence[_Piece]) -> tuple[Skinning, ...]:
    """Each piece's binding to the joints; pieces that are cut from one mesh share one."""
    known: dict[tuple[int, int], Skinning] = {}
    for p in pieces:
        key = (id(p.mesh.vertices), id(p.bones))
        if key not in known:
            known[key] = Skinning(p.mesh.vertices, p.bones, p.weights, normals=p.mesh.normals)
    return tuple(known[id(p.mesh.vertices), id(p.bones)] for p in pieces)


def as_silhouette(draws: Sequence[Draw], owner: str) -> tuple[Draw, ...]:
    """The same with skin and cloth as one visible thing of that owner: the dressed body's outline."""
    return tuple(replace(draw, role=Role.VISIBLE, owner=owner, depth_bias_m=0.0) for draw in draws)
