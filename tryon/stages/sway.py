"""Loose cloth of one garment on one person, stepped by frame time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from types import ModuleType

import numpy as np
from numpy.typing import NDArray

from tryon.core.filters import NS_PER_S
from tryon.core.spaces import Floats
from tryon.wardrobe.body import Body
from tryon.wardrobe.body_capsules import BodyCapsules
from tryon.wardrobe.body_girth import dense_of, girth_directions, grown
from tryon.wardrobe.cloth import LooseCloth
from tryon.wardrobe.cloth_follower import Follower
from tryon.wardrobe.cloth_mesh import fold_heights, fold_sizes, particle_normals
from tryon.wardrobe.skinning import Skinning

LONGEST_GAP_S = 0.25
"""After a longer gap, and after a leap, cloth settles anew."""
LEAP_SPEED, LEAP_M = 4.0, 0.15
"""Nobody's clothes are carried faster than this, metres a second, or leap farther at once."""
TURN_SPEED, TURN_RAD = 9.0, 0.6
"""Nobody's hips and thighs turn faster than this, radians a second: a fit that flips does."""
TANGLED, TANGLED_SHARE = 0.35, 0.1
"""Cloth of which more than this share of sides is longer or shorter than it should by more than this has
been caught in limbs, and settles anew."""
SETTLE_STEPS = 180
SETTLE_DRAG, DRAG = 8.0, 1.2
"""Exponents a second of the speed that cloth loses to the air."""
STRETCH_CHANGE_S = 0.4
"""How slowly cloth is let out to a person's changing stretches."""
CRUMPLED, CRUMPLED_SHARE = 0.2, 0.01
"""The same for cloth that has settled: it is tried from another start."""
LEAST_WEIGHT = 0.2
"""Joints that move some of the cloth by less than this share cannot tear it along."""
CARRIED = 0.6
"""Share of a person's travel that their clothes take part in without inertia."""
UP = (0.0, 1.0, 0.0)


@dataclass(frozen=True, eq=False)
class _Pose:
    """goal: (N, 3) the particles as they follow the skin; middles, radii: of the capsules; length, reach,
    sizes, heights: what the cloth keeps, let out to the person; scale: of the person; even: (N, 3) the
    particles as if both legs and both arms moved alike; turns: (b, 3, 3) linear parts of the joints that
    move it."""

    goal: Floats
    middles: Floats
    radii: Floats
    length: Floats
    reach: Floats
    sizes: Floats
    heights: Floats
    scale: float
    even: Floats
    turns: Floats


class Sway:
    """The particles of a garment as they hang from one moving person, in any metric space.

    body, cloth, capsules: of the same neutral figure; air_m: how much farther than usual the cloth keeps
    from the body; carried: share of the person's travel that it takes part in without inertia; wind: (3,)
    in the target space, the acceleration in metres a second squared of cloth that stands across it.
    """

    def __init__(
        self,
        body: Body,
        cloth: LooseCloth,
        capsules: BodyCapsules,
        air_m: float = 0.0,
        *,
        carried: float = CARRIED,
        wind: Floats | None = None,
    ) -> None:
        self.cloth = cloth
        self._kernel, self._balance = _solver()
        self._capsules = capsules
        self._carried = carried
        self._air_m = air_m
        self._wind = np.zeros(3) if wind is None else wind
        self._cones = capsules.near(cloth)
        self._used = np.unique(cloth.bones[cloth.weights > LEAST_WEIGHT])
        self._skinning = Skinning(cloth.points, cloth.bones, cloth.weights)
        dense = dense_of(cloth.bones, cloth.weights, len(body.names))
        self._shares = dense.astype(np.float64)
        # As if left and right were one: how a skirt starts to settle where legs cross.
        self._even = 0.5 * (self._shares + self._shares[:, _mirrored(body.names)])
        self._directions = girth_directions(body, body.figure, cloth.points, dense)
        self._outer: Sway | None = None
        self._on_outer: Follower | None = None
        self.alter(np.zeros(len(self._directions)))
        self.reset()

    def reset(self) -> None:
        """Forget how the cloth hangs: the next step settles it anew."""
        self._last: _Pose | None = None
        self._t_ns = 0
        self._stretch: Floats | None = None
        self._velocity = np.zeros_like(self.cloth.points)
        self.points: Floats = self.cloth.points.copy()

    def hang_under(self, outer: Sway) -> None:
        """From now on what is held of it lies under another garment's cloth and moves with that.

        The outer one must be altered and stepped first.
        """
        self._outer = outer

    def alter(self, girth: Floats) -> None:
        """Let the cloth out to a (G,) girth of the body under it."""
        rest = grown(self.cloth.points, self._directions, girth).astype(np.float64)
        self.rest: Floats = rest
        self._skinning.reshape(rest)
        self._rest_middles, radii = self._capsules.spheres(girth)
        self._rest_radii = radii + self._air_m
        self._slack = self._balance.slack(rest, self._rest_middles, self._rest_radii, self._cones)
        self._sizes = fold_sizes(rest, self.cloth.folds)
        self._heights = fold_heights(rest, self.cloth.folds, self._sizes) - self.cloth.lift
        if self._outer is not None:
            self._on_outer = Follower.of(
                self._outer.cloth,
                self._outer.rest,
                rest,
                particle_normals(rest, self.cloth.faces),
                known=self._on_outer,
            )
        pairs = self.cloth.pairs
        self._along = rest[pairs[:, 0]] - rest[pairs[:, 1]]
        self._away = rest - rest[self.cloth.anchor]

    def step(
        self,
        target_from_rest: Floats,
        t_ns: int,
        *,
        up: tuple[float, float, float] = UP,
        floor: float | None = None,
    ) -> Floats:
        """(N, 3) the particles at time `t_ns`, in the target space, metres.

        target_from_rest: (J, 4, 4) affine motion of each joint; up: unit, against gravity; floor: height
        along `up` that nothing falls below. The first step, and one after a gap or a leap, settles the
        cloth from the shape that follows the skin.
        """
        gap_s = (t_ns - self._t_ns) / NS_PER_S
        if self._last is not None and gap_s == 0:
            return self.points
        fresh = self._last is None or not 0 < gap_s <= LONGEST_GAP_S
        pose = self._pose(target_from_rest, None if fresh else gap_s)
        self._t_ns = t_ns
        height = -1e9 if floor is None else floor
        last = self._last
        if fresh or last is None or _leapt(last, pose, gap_s):
            self._settle(pose, np.array(up), height)
        else:
            steps = max(1, round(gap_s / self._balance.TICK_S))
            carry = self._carried * (pose.goal.mean(0) - last.goal.mean(0))
            self._advance(
                last, pose, np.array(up), height, carry=carry, h=gap_s / steps, steps=steps
            )
            if self._strained(pose, TANGLED) > TANGLED_SHARE:
                self._settle(pose, np.array(up), height)
        self._last = pose
        return self.points

    def drawn(
        self, follower: Follower, vertices: NDArray[np.floating], normals: NDArray[np.floating]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """(V, 3) vertices and unit normals of what follows the cloth.

        vertices, normals: (V, 3) the same as they follow the skin.
        """
        around = np.zeros_like(self.points)
        self._kernel.normals(self.points, self.cloth.faces, around)
        places, facing = vertices.astype(np.float64), normals.astype(np.float64)
        self._kernel.follow(
            self.points,
            around,
            follower.corner,
            follower.share,
            follower.rise,
            follower.lean,
            follower.hold,
            places,
            facing,
        )
        return places.astype(np.float32), facing.astype(np.float32)

    def _pose(self, target_from_rest: Floats, gap_s: float | None) -> _Pose:
        stretch = _stretches(target_from_rest)
        if self._stretch is None or gap_s is None:
            self._stretch = stretch
        else:
            self._stretch = self._stretch + (1 - np.exp(-gap_s / STRETCH_CHANGE_S)) * (
                stretch - self._stretch
            )
        own = (self._shares @ self._stretch.reshape(len(stretch), 9)).reshape(-1, 3, 3)
        pairs, anchor = self.cloth.pairs, self.cloth.anchor
        mean = 0.5 * (own[pairs[:, 0]] + own[pairs[:, 1]])
        length = np.linalg.norm(np.einsum("cab,cb->ca", mean, self._along), axis=1)
        mean = 0.5 * (own + own[anchor])
        away = np.linalg.norm(self._away, axis=1)
        longer = np.linalg.norm(np.einsum("nab,nb->na", mean, self._away), axis=1)
        reach = self.cloth.reach * longer / np.maximum(away, 1e-9)
        rows = (self._capsules.weights @ target_from_rest[:, :3].reshape(-1, 12)).reshape(-1, 3, 4)
        middles = np.einsum("kab,kb->ka", rows[:, :, :3], self._rest_middles) + rows[:, :, 3]
        scale = float(np.cbrt(np.abs(np.linalg.det(own)).mean()))
        size = np.cbrt(np.abs(np.linalg.det(rows[:, :, :3])))
        even = (self._even @ target_from_rest[:, :3].reshape(-1, 12)).reshape(-1, 3, 4)
        goal = self._skinning.posed(target_from_rest)
        if self._outer is not None and self._on_outer is not None:
            goal, _ = self._outer.drawn(self._on_outer, goal, np.zeros_like(goal))
        return _Pose(
            goal.astype(np.float64),
            np.ascontiguousarray(middles),
            self._rest_radii * size,
            length,
            reach,
            self._sizes * scale**2,
            self._heights * scale,
            scale,
            np.einsum("nab,nb->na", even[:, :, :3], self.rest) + even[:, :, 3],
            target_from_rest[self._used, :3, :3],
        )

    def _strained(self, pose: _Pose, share: float) -> float:
        """Share of sides that are longer or shorter than they should by more than a share."""
        pairs = self.cloth.pairs
        away = np.linalg.norm(self.points[pairs[:, 0]] - self.points[pairs[:, 1]], axis=1)
        return float((np.abs(away - pose.length) > share * pose.length).mean())

    def _settle(self, pose: _Pose, up: Floats, floor: float) -> None:
        self._settle_from(pose.goal, pose, up, floor)
        crumpled = self._strained(pose, CRUMPLED)
        if crumpled > CRUMPLED_SHARE:
            # Where legs cross, cloth that follows each of them starts inside out.
            first = self.points
            even = np.where(self.cloth.held[:, None], pose.goal, pose.even)
            self._settle_from(even, pose, up, floor)
            if self._strained(pose, CRUMPLED) > crumpled:
                self.points = first
        self._velocity = np.zeros_like(self.points)

    def _settle_from(self, start: Floats, pose: _Pose, up: Floats, floor: float) -> None:
        self.points = start.copy()
        self._velocity = np.zeros_like(start)
        self._advance(
            pose,
            pose,
            up,
            floor,
            carry=np.zeros(3),
            h=self._balance.TICK_S,
            steps=SETTLE_STEPS,
            drag=SETTLE_DRAG,
        )

    def _advance(
        self,
        last: _Pose,
        pose: _Pose,
        up: Floats,
        floor: float,
        *,
        carry: Floats,
        h: float,
        steps: int,
        drag: float = DRAG,
    ) -> None:
        points = self.points.copy()
        cloth = self.cloth
        self._kernel.advance(
            points,
            self._velocity,
            cloth.hold,
            last.goal,
            pose.goal,
            cloth.pairs,
            pose.length - cloth.give * (h / self._balance.TICK_S) ** 2,
            self._balance.STRETCH,
            cloth.folds,
            pose.sizes,
            pose.heights,
            self._balance.BEND,
            cloth.mass,
            cloth.anchor,
            pose.reach,
            self._slack * pose.scale,
            last.middles,
            pose.middles,
            pose.radii,
            self._cones,
            -self._balance.GRAVITY * up,
            up,
            floor,
            carry,
            self._wind_on(points),
            h,
            steps,
            drag,
        )
        self.points = points

    def _wind_on(self, points: Floats) -> Floats:
        """(N, 3) acceleration: the wind presses on cloth that stands across it."""
        if not self._wind.any():
            return np.zeros_like(points)
        normal = particle_normals(points, self.cloth.faces)
        return np.asarray((normal @ self._wind)[:, None] * normal)


def _solver() -> tuple[ModuleType, ModuleType]:
    """Numba takes half a second to import: only when cloth is worn that moves."""
    return (
        import_module("tryon.wardrobe.cloth_kernel"),
        import_module("tryon.wardrobe.cloth_balance"),
    )


def _mirrored(names: Sequence[str]) -> list[int]:
    """For each joint that of the other side."""
    number = {name: k for k, name in enumerate(names)}
    swap = {"_l": "_r", "_r": "_l"}
    return [number[name[:-2] + swap.get(name[-2:], name[-2:])] for name in names]


def _leapt(last: _Pose, pose: _Pose, gap_s: float) -> bool:
    """Whether the body moved or turned as no body does."""
    moved = np.linalg.norm(pose.goal - last.goal, axis=1)
    if np.median(moved) > LEAP_M + LEAP_SPEED * gap_s:
        return True
    # The cosine of a turn from the trace, stretches divided out (exact for equal ones).
    size = np.linalg.norm(last.turns, axis=(1, 2)) * np.linalg.norm(pose.turns, axis=(1, 2))
    trace = 3 * np.einsum("bij,bij->b", last.turns, pose.turns) / np.maximum(size, 1e-12)
    turned = np.arccos(np.clip((trace - 1) / 2, -1, 1))
    return bool(turned.max() > TURN_RAD + TURN_SPEED * gap_s)


def _stretches(target_from_rest: Floats) -> Floats:
    """(J, 3, 3) symmetric stretch of each joint in the rest pose, its rotation left out."""
    linear = target_from_rest[:, :3, :3]
    squared = np.einsum("jba,jbc->jac", linear, linear)
    values, vectors = np.linalg.eigh(squared)
    return np.asarray(
        np.einsum("jab,jb,jcb->jac", vectors, np.sqrt(np.maximum(values, 1e-12)), vectors)
    )
