"""Surfaces swept, turned, lofted and put together, with texture coordinates in centimetres.

Everything is a `Solid` in metres until `Solid.mesh` gives it a name, a material and normals. A grid's
front is where columns × rows points to: rows run up a lathe's profile or along a sweep's path, columns
counter-clockwise around it. Seams have their vertices twice (texture), at the same place to the bit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tryon.core.mesh import Material, Mesh
from tryon.core.spaces import Floats
from tryon.core.transforms import apply
from tryon.wardrobe.atelier import curves
from tryon.wardrobe.atelier.creases import corner_normals

Ints = NDArray[np.int32]
CM_PER_M = 100.0


@dataclass(frozen=True, eq=False)
class Solid:
    """points: (V, 3) float64 metres; faces: (F, 3) int32 counter-clockwise from outside; uv: (V, 2) cm."""

    points: Floats
    faces: Ints
    uv: Floats

    def moved(self, target_from_solid: Floats) -> Solid:
        """Carried by an affine (4, 4); a mirroring one keeps the faces outward."""
        mirrors = np.linalg.det(target_from_solid[:3, :3]) < 0
        faces = np.ascontiguousarray(self.faces[:, ::-1]) if mirrors else self.faces
        return replace(self, points=apply(target_from_solid, self.points), faces=faces)

    def flipped(self) -> Solid:
        """The same surface with inside and outside exchanged."""
        return replace(self, faces=np.ascontiguousarray(self.faces[:, ::-1]))

    def volume_m3(self) -> float:
        """Signed volume; positive for a closed solid whose faces look outward."""
        a, b, c = (self.points[self.faces[:, k]] for k in range(3))
        return float(np.einsum("ij,ij->", a, np.cross(b, c)) / 6)

    def mesh(
        self,
        name: str,
        material: Material,
        *,
        crease_deg: float = 40.0,
        tile_cm: tuple[float, float] = (1.0, 1.0),
    ) -> Mesh:
        """A `Mesh` whose edges sharper than `crease_deg` stay sharp.

        crease_deg: 180 is smooth all over, 0 flat facets; tile_cm: one texture repeat in centimetres.
        """
        normals, vertex, faces = corner_normals(self.points, self.faces, crease_deg=crease_deg)
        return Mesh(
            name,
            self.points[vertex].astype(np.float32),
            faces,
            normals.astype(np.float32),
            (self.uv / np.array(tile_cm))[vertex].astype(np.float32),
            material=material,
        )


def merge(solids: Sequence[Solid]) -> Solid:
    """Several solids as one; nothing is welded."""
    start = np.cumsum([0] + [len(s.points) for s in solids[:-1]])
    return Solid(
        np.concatenate([s.points for s in solids]),
        np.concatenate(
            [s.faces + np.int32(k) for s, k in zip(solids, start, strict=True)], dtype=np.int32
        ),
        np.concatenate([s.uv for s in solids]),
    )


def instances(solid: Solid, target_from_solid: Floats) -> Solid:
    """One solid at (N, 4, 4) places, merged: beads, stones, stitches."""
    return merge([solid.moved(transform) for transform in target_from_solid])


def grid(points: Floats, *, closed_rows: bool = False, closed_columns: bool = False) -> Solid:
    """A surface through (R, C, 3) points; closed directions join their last points to their first.

    uv: mean length along the columns, and along the rows, in centimetres. Triangles without area
    (poles) are left out.
    """
    if closed_rows:
        points = np.concatenate([points, points[:1]])
    if closed_columns:
        points = np.concatenate([points, points[:, :1]], axis=1)
    rows, columns = points.shape[:2]
    across = np.linalg.norm(np.diff(points, axis=1), axis=2).mean(0)
    along = np.linalg.norm(np.diff(points, axis=0), axis=2).mean(1)
    u = np.concatenate([[0.0], np.cumsum(across)]) * CM_PER_M
    v = np.concatenate([[0.0], np.cumsum(along)]) * CM_PER_M
    uv = np.stack(np.meshgrid(u, v), axis=-1).reshape(-1, 2)
    index = np.arange(rows * columns, dtype=np.int32).reshape(rows, columns)
    a, b = index[:-1, :-1].ravel(), index[:-1, 1:].ravel()
    d, c = index[1:, :-1].ravel(), index[1:, 1:].ravel()
    faces = np.stack([np.stack([a, b, c], 1), np.stack([a, c, d], 1)], axis=1).reshape(-1, 3)
    flat = points.reshape(-1, 3)
    return Solid(flat, faces[_has_area(flat, faces)], uv)


def _has_area(points: Floats, faces: Ints) -> NDArray[np.bool_]:
    a, b, c = (points[faces[:, k]] for k in range(3))
    return np.asarray(np.linalg.norm(np.cross(b - a, c - a), axis=1) > 1e-16)


def cap(loop: Floats) -> Solid:
    """A flat fan that closes a (C, 3) loop that is star-shaped about its mean; seen counter-clockwise."""
    centre = loop.mean(0)
    normal = np.cross(loop - centre, np.roll(loop, -1, axis=0) - centre).sum(0)
    normal /= max(float(np.linalg.norm(normal)), 1e-30)
    side = np.eye(3)[int(np.argmin(np.abs(normal)))]
    side = side - normal * (normal @ side)
    side /= np.linalg.norm(side)
    points = np.concatenate([loop, centre[None]])
    uv = (points - centre) @ np.stack([side, np.cross(normal, side)], axis=1) * CM_PER_M
    count = len(loop)
    here = np.arange(count, dtype=np.int32)
    faces = np.stack([here, (here + 1) % count, np.full(count, count)], axis=1).astype(np.int32)
    return Solid(points, faces[_has_area(points, faces)], uv)


def loft(loops: Floats, *, caps: bool = True) -> Solid:
    """A skin over (R, C, 3) closed loops, each counter-clockwise as seen from the last one's side."""
    skin = grid(loops, closed_columns=True)
    return merge([skin, cap(loops[-1]), cap(loops[0][::-1])]) if caps else skin


def sweep(
    profile: Floats,
    path: Floats,
    *,
    closed: bool = False,
    scale: Floats | float = 1.0,
    up: Floats | None = None,
    twist_rad: Floats | float = 0.0,
    caps: bool = True,
) -> Solid:
    """A counter-clockwise (C, 2) outline carried along (N, 3) points without twisting.

    The outline's first axis is the path's side, its second `up` (see `curves.travelling_frames`).
    closed: the path is a loop, its first point not repeated; scale: one factor, or (N,) or (N, 2) of
    them along the path; twist_rad: turn about the path, one or (N,); caps: shut both ends flat.
    """
    count = len(path)
    frames = curves.travelling_frames(path, closed=closed, up=up)
    factors = np.asarray(scale, float)
    factors = factors.reshape(-1, 1) if factors.ndim < 2 else factors
    turn = np.broadcast_to(np.asarray(twist_rad, float), (count,))[:, None]
    outline = np.broadcast_to(factors, (count, 2))[:, None, :] * profile
    x = outline[..., 0] * np.cos(turn) - outline[..., 1] * np.sin(turn)
    y = outline[..., 0] * np.sin(turn) + outline[..., 1] * np.cos(turn)
    loops = (
        path[:, None] + x[..., None] * frames[:, None, :, 0] + y[..., None] * frames[:, None, :, 1]
    )
    if closed:
        return grid(loops, closed_rows=True, closed_columns=True)
    return loft(loops, caps=caps)


def tube(
    path: Floats,
    radius: Floats | float,
    *,
    sides: int = 12,
    closed: bool = False,
    caps: bool = True,
) -> Solid:
    """A round wire along (N, 3) points; the radius is one number or (N,), in metres."""
    return sweep(curves.circle(1.0, sides), path, closed=closed, scale=radius, caps=caps)


def torus(radius: float, tube_radius: float, *, segments: int = 64, sides: int = 16) -> Solid:
    """A ring about the y axis."""
    flat = curves.circle(radius, segments)
    path = np.stack([flat[:, 0], np.zeros(segments), flat[:, 1]], axis=1)
    return tube(path, tube_radius, sides=sides, closed=True)


def lathe(profile: Floats, *, segments: int = 48) -> Solid:
    """(R, 2) radii and heights, from below to above along the outside, turned about the y axis.

    A profile that begins and ends on the axis gives a closed solid.
    """
    angle = np.linspace(0.0, 2 * np.pi, segments, endpoint=False)
    around = np.stack([np.sin(angle), np.zeros(segments), np.cos(angle)], axis=1)
    points = profile[:, None, :1] * around[None]
    points[..., 1] = profile[:, 1:]
    return grid(points, closed_columns=True)


def sphere(radius: float, *, segments: int = 16, rings: int = 10) -> Solid:
    """A ball about the origin with its poles on the y axis; 2 × segments × (rings − 1) triangles."""
    angle = np.linspace(-np.pi / 2, np.pi / 2, rings + 1)
    profile = radius * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    profile[[0, -1], 0] = 0.0
    return lathe(profile, segments=segments)


def rounded_box(size: Floats, radius: float, *, steps: int = 3) -> Solid:
    """A box of (3,) edge lengths about the origin with rounded edges and corners."""
    inner = np.maximum(np.asarray(size, float) / 2 - radius, 0.0)
    bend = np.tan(np.linspace(-np.pi / 4, 0, steps + 1))
    line = np.concatenate([bend, -bend[::-1]])
    hold = np.repeat([-1.0, 1.0], steps + 1)
    sides = []
    for axis in range(3):
        for sign in (1.0, -1.0):
            first, second = (axis + 1) % 3, (axis + 2) % 3
            direction = np.zeros((len(line), len(line), 3))
            direction[..., axis] = sign
            direction[..., first], direction[..., second] = line[None, :], line[:, None]
            centre = np.zeros_like(direction)
            centre[..., axis] = sign
            centre[..., first], centre[..., second] = hold[None, :], hold[:, None]
            direction /= np.linalg.norm(direction, axis=2, keepdims=True)
            side = grid(centre * inner + radius * direction)
            sides.append(side if sign > 0 else side.flipped())
    return merge(sides)


def thickened(points: Floats, thickness: float, *, closed_columns: bool = False) -> Solid:
    """A closed shell: the (R, C, 3) surface, its inner side `thickness` metres behind it, and the rim."""
    normals = grid_normals(points, closed_columns=closed_columns)
    inner = points - thickness * normals
    if closed_columns:
        loop = np.concatenate([points, inner[::-1]])
        return grid(loop, closed_rows=True, closed_columns=True)
    sides = [grid(points), grid(inner).flipped()]
    for outer, under in (
        (points[0][::-1], inner[0][::-1]),
        (points[-1], inner[-1]),
        (points[:, 0], inner[:, 0]),
        (points[::-1, -1], inner[::-1, -1]),
    ):
        sides.append(grid(np.stack([outer, under])))
    return merge(sides)


def grid_normals(points: Floats, *, closed_columns: bool = False) -> Floats:
    """(R, C, 3) unit normals of a grid's front, columns × rows."""
    if closed_columns:
        across = np.roll(points, -1, axis=1) - np.roll(points, 1, axis=1)
    else:
        across = np.gradient(points, axis=1)
    normal = np.cross(across, np.gradient(points, axis=0))
    out: Floats = normal / np.maximum(np.linalg.norm(normal, axis=2, keepdims=True), 1e-15)
    return out
