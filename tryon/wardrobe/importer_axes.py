"""Which way a stranger's model looks and stands, and how large its unit is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, get_args

import numpy as np
from scipy.spatial import cKDTree

from tryon.core.errors import ImportError3D
from tryon.core.mesh import Mesh
from tryon.core.spaces import Floats
from tryon.wardrobe.importer_report import ImportReport
from tryon.wardrobe.rays import RayScene

Direction = Literal["+x", "-x", "+y", "-y", "+z", "-z"]
DIRECTIONS: tuple[Direction, ...] = get_args(Direction)
SAMPLES = 12_000
FEWEST_RIM_POINTS = 12
METRES_OF_UNIT = {"metres": 1.0, "centimetres": 0.01, "millimetres": 0.001, "inches": 0.0254}


def vector(direction: Direction) -> Floats:
    """(3,) unit vector of a direction like "-z"."""
    sign = -1.0 if direction[0] == "-" else 1.0
    return np.asarray(sign * np.eye(3)["xyz".index(direction[1])])


def rotation_to_asset(front: Floats, up: Floats) -> Floats:
    """(3, 3) rotation that turns these file directions to z (forward) and y (up)."""
    z = front / np.linalg.norm(front)
    y = up - (up @ z) * z
    y /= np.linalg.norm(y)
    return np.stack([np.cross(y, z), y, z])


def surface_samples(meshes: Sequence[Mesh], count: int = SAMPLES) -> Floats:
    """(count, 3) points spread evenly over the surfaces, always the same ones."""
    corners = np.concatenate([m.vertices[m.faces] for m in meshes]).astype(np.float64)
    edge, other = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    area = np.linalg.norm(np.cross(edge, other), axis=1)
    ends = np.cumsum(area)
    index = np.arange(count)
    chosen = np.searchsorted(ends, (index + 0.5) / count * ends[-1])
    chosen = np.minimum(chosen, len(ends) - 1)
    # The plastic number's sequence (Roberts, 2018) fills triangles evenly.
    u, v = (0.7548776662 * index) % 1, (0.5698402910 * index) % 1
    over = u + v > 1
    u, v = np.where(over, 1 - u, u), np.where(over, 1 - v, v)
    out: Floats = corners[chosen, 0] + u[:, None] * edge[chosen] + v[:, None] * other[chosen]
    return out


def eyewear_axes(points: Floats, report: ImportReport) -> tuple[Floats, Floats]:
    """(3,) front and (3,) up of spectacles: mirrored across, temples to the back, hung from the top."""
    low, high = points.min(0), points.max(0)
    middle, size = 0.5 * (low + high), high - low
    across = int(np.argmin([_asymmetry(points, middle, axis) for axis in range(3)]))
    rest = [axis for axis in range(3) if axis != across]
    longer, shorter = sorted(rest, key=lambda axis: -size[axis])
    has_temples = size[longer] > 0.5 * size[across]
    depth, height = (longer, shorter) if has_temples else (shorter, longer)
    report.found.append(
        f"it is mirrored across {'xyz'[across]}, and "
        + (f"temples run along {'xyz'[depth]}" if has_temples else "has no open temples")
    )
    # Only the bridge and the rims come near the middle.
    central = np.abs(points[:, across] - middle[across]) < 0.2 * size[across]
    front_at = float(points[central, depth].mean()) if central.any() else float(middle[depth])
    front = np.eye(3)[depth] * (1.0 if front_at >= middle[depth] else -1.0)
    up_sign = 1.0
    if has_temples:
        ahead = (points - middle) @ front / size[depth]
        rim, arm = ahead > 0.5 - 0.1, (ahead > -0.1) & (ahead < 0.25)
        rim_height = 0.5 * (points[rim, height].min() + points[rim, height].max())
        if arm.any():
            up_sign = 1.0 if points[arm, height].mean() >= rim_height else -1.0
    else:
        report.assumed.append("its upper side is where the file has it (--up)")
    return front, np.eye(3)[height] * up_sign


def _asymmetry(points: Floats, middle: Floats, axis: int) -> float:
    """Mean distance of the mirrored points from the surface, as a share of the size."""
    few = points[:: max(1, len(points) // 3000)]
    mirrored = few.copy()
    mirrored[:, axis] = 2 * middle[axis] - mirrored[:, axis]
    distance = cKDTree(points).query(mirrored)[0]
    return float(distance.mean() / np.ptp(points, axis=0).max())


def hat_up(meshes: Sequence[Mesh], report: ImportReport) -> Floats:
    """(3,) up of a hat: away from the side where rays run deep into it before they meet anything."""
    points = np.concatenate([m.vertices for m in meshes]).astype(np.float64)
    low, high = points.min(0), points.max(0)
    scene = RayScene(meshes)
    depths = {d: _depth_seen(scene, low, high, vector(d)) for d in DIRECTIONS}
    best = max(DIRECTIONS, key=lambda d: depths[d])
    if depths["+y"] > 0.75 * depths[best]:
        best = "+y"
    report.found.append(f"its opening looks to {_opposite(best)}, so that {best} is up")
    return vector(best)


def _opposite(direction: Direction) -> str:
    return ("-" if direction[0] == "+" else "+") + direction[1]


def _depth_seen(scene: RayScene, low: Floats, high: Floats, towards: Floats) -> float:
    """Median way of rays along `towards`, from outside the box through the middle of one side, as a
    share of the box."""
    axis = int(np.argmax(np.abs(towards)))
    size, middle = high - low, 0.5 * (low + high)
    if size[axis] <= 0:
        return 0.0
    others = [k for k in range(3) if k != axis]
    steps = np.linspace(-0.12, 0.12, 7)
    starts = np.repeat(middle[None], 49, axis=0)
    for k, offset in zip(others, np.meshgrid(steps, steps), strict=True):
        starts[:, k] += offset.ravel() * size[k]
    starts[:, axis] = low[axis] if towards[axis] > 0 else high[axis]
    starts -= towards * 0.01 * size[axis]
    distance = scene.distances(starts, np.repeat(towards[None], 49, axis=0)) / size[axis]
    return float(np.median(np.where(np.isfinite(distance), distance, 0.0)))


def levelled(points: Floats, up: Floats) -> tuple[Floats, float]:
    """(3, 3) turn that lays the rim of a hat level, and by how many radians it does.

    The rim is the outermost ring as seen along `up`; brims that only curl come out level already.
    """
    total = np.eye(3)
    for _ in range(4):
        turned = points @ total.T
        rim = _outermost(turned, up)
        if len(rim) < FEWEST_RIM_POINTS:
            break
        centred = rim - rim.mean(0)
        normal = np.linalg.svd(centred, full_matrices=False)[2][2]
        normal = normal * (1.0 if normal @ up > 0 else -1.0)
        axis = np.cross(normal, up)
        sine, cosine = float(np.linalg.norm(axis)), float(normal @ up)
        if sine < 1e-4:
            break
        total = _rotation(axis / sine, float(np.arctan2(sine, cosine))) @ total
    angle = float(np.arccos(np.clip((np.trace(total) - 1) / 2, -1, 1)))
    return total, angle


def _rotation(axis: Floats, angle: float) -> Floats:
    x, y, z = axis
    k = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    out: Floats = np.eye(3) + np.sin(angle) * k + (1 - np.cos(angle)) * k @ k
    return out


def _outermost(points: Floats, up: Floats) -> Floats:
    """(72, 3) at most: the point farthest out in each of 72 directions around `up`."""
    flat = points - np.outer(points @ up, up)
    centre = 0.5 * (flat.min(0) + flat.max(0))
    away = flat - centre
    side = np.eye(3)[int(np.argmin(np.abs(up)))]
    side = side - (side @ up) * up
    side /= np.linalg.norm(side)
    angle = np.arctan2(away @ np.cross(up, side), away @ side)
    sector = np.floor((angle + np.pi) / (2 * np.pi) * 72).astype(int) % 72
    order = np.lexsort((-np.linalg.norm(away, axis=1), sector))
    first = np.unique(sector[order], return_index=True)[1]
    return points[order[first]]


def scale_to_metres(
    measured: float,
    plausible_m: tuple[float, float],
    fallback_m: float,
    *,
    wanted_mm: float | None,
    name: str,
    report: ImportReport,
) -> float:
    """Metres of one file unit, from a length as the file has it.

    wanted_mm: what that length is to be; else the unit under which it is plausible; else `fallback_m`.
    Raises ImportError3D for a length of zero.
    """
    if measured <= 0:
        raise ImportError3D(
            f"The model is flat: {name} is zero.", remedy="Say how it stands with --front and --up."
        )
    if wanted_mm is not None:
        return wanted_mm * 0.001 / measured
    for unit, metres in METRES_OF_UNIT.items():
        if plausible_m[0] <= measured * metres <= plausible_m[1]:
            how = report.found if unit == "metres" else report.assumed
            how.append(f"its unit is {unit}: {name} {measured * metres * 1000:.0f} mm (--width-mm)")
            return metres
    report.assumed.append(
        f"{name} is {fallback_m * 1000:.0f} mm, since {measured:.4g} fits no unit (--width-mm)"
    )
    return fallback_m / measured
