"""The compiled inner loop of moving cloth: small XPBD steps in one thread, in a fixed order.

Macklin, Müller and Chentanez 2016, with one sweep in each small step (Macklin et al. 2019). No reordering
of sums and no parallel loops: the same input gives the same bits in every process. Compiled on first use.
"""

from __future__ import annotations

import numpy as np
from numba import njit

PUSH_M = 0.02
"""The body pushes cloth out by no more than this in a substep, so that nothing explodes."""
FRICTION = 0.25
FLOOR_FRICTION = 0.5
NEAR_M = 0.12
"""Capsules farther away than this are left out for `NEAR_STEPS` substeps."""
NEAR_STEPS = 8
SPEED = 7.0
"""Fastest cloth against what carries it, metres a second."""


def _gap_plain(x, y, z, a, b, ra, rb):  # type: ignore[no-untyped-def]  # noqa: PLR0917  compiled
    """Distance of a point from a tapered capsule's skin, where along it, and away from its axis."""
    ux, uy, uz = b[0] - a[0], b[1] - a[1], b[2] - a[2]
    px, py, pz = x - a[0], y - a[1], z - a[2]
    t = (px * ux + py * uy + pz * uz) / max(ux * ux + uy * uy + uz * uz, 1e-12)
    t = min(max(t, 0.0), 1.0)
    dx, dy, dz = px - t * ux, py - t * uy, pz - t * uz
    far = np.sqrt(dx * dx + dy * dy + dz * dz)
    return far - (ra + t * (rb - ra)), t, dx, dy, dz, far


gap = njit(cache=True)(_gap_plain)


def _gaps_plain(points, middles, radii, cones, out):  # type: ignore[no-untyped-def]
    for n in range(len(points)):
        for c in range(len(cones)):
            a, b = cones[c, 0], cones[c, 1]
            out[n, c] = gap(
                points[n, 0],
                points[n, 1],
                points[n, 2],
                middles[a],
                middles[b],
                radii[a],
                radii[b],
            )[0]


gaps = njit(cache=True)(_gaps_plain)
"""Compiled: (points, middles, radii, cones, out) fills (N, M) `out` with distances."""


def _pull_plain(points, weight, a, b, length, compliance):  # type: ignore[no-untyped-def]  # noqa: PLR0917
    """Move both ends of one pair towards its length."""
    mass = weight[a] + weight[b]
    dx = points[a, 0] - points[b, 0]
    dy = points[a, 1] - points[b, 1]
    dz = points[a, 2] - points[b, 2]
    far = np.sqrt(dx * dx + dy * dy + dz * dz)
    if mass == 0.0 or far < 1e-9:
        return
    move = (far - length) / ((mass + compliance) * far)
    points[a, 0] -= weight[a] * move * dx
    points[a, 1] -= weight[a] * move * dy
    points[a, 2] -= weight[a] * move * dz
    points[b, 0] += weight[b] * move * dx
    points[b, 1] += weight[b] * move * dy
    points[b, 2] += weight[b] * move * dz


pull = njit(cache=True)(_pull_plain)


def _fold_plain(points, weight, fold, size, height, compliance):  # type: ignore[no-untyped-def]  # noqa: PLR0917
    """Move the four corners of two triangles towards the height of the fourth over the first three.

    The height keeps its sign, unlike the distance across the shared side: a crease cannot flip over.
    """
    p, q, r, s = fold[0], fold[1], fold[2], fold[3]
    ex, ey, ez = (
        points[q, 0] - points[p, 0],
        points[q, 1] - points[p, 1],
        points[q, 2] - points[p, 2],
    )
    fx, fy, fz = (
        points[r, 0] - points[p, 0],
        points[r, 1] - points[p, 1],
        points[r, 2] - points[p, 2],
    )
    gx, gy, gz = (
        points[s, 0] - points[p, 0],
        points[s, 1] - points[p, 1],
        points[s, 2] - points[p, 2],
    )
    sx, sy, sz = (ey * fz - ez * fy) / size, (ez * fx - ex * fz) / size, (ex * fy - ey * fx) / size
    rx, ry, rz = (gy * ez - gz * ey) / size, (gz * ex - gx * ez) / size, (gx * ey - gy * ex) / size
    qx, qy, qz = (fy * gz - fz * gy) / size, (fz * gx - fx * gz) / size, (fx * gy - fy * gx) / size
    px, py, pz = -sx - rx - qx, -sy - ry - qy, -sz - rz - qz
    mass = (
        weight[p] * (px * px + py * py + pz * pz)
        + weight[q] * (qx * qx + qy * qy + qz * qz)
        + weight[r] * (rx * rx + ry * ry + rz * rz)
        + weight[s] * (sx * sx + sy * sy + sz * sz)
    )
    if mass == 0.0:
        return
    move = (height - (sx * gx + sy * gy + sz * gz)) / (mass + compliance)
    points[p, 0] += weight[p] * move * px
    points[p, 1] += weight[p] * move * py
    points[p, 2] += weight[p] * move * pz
    points[q, 0] += weight[q] * move * qx
    points[q, 1] += weight[q] * move * qy
    points[q, 2] += weight[q] * move * qz
    points[r, 0] += weight[r] * move * rx
    points[r, 1] += weight[r] * move * ry
    points[r, 2] += weight[r] * move * rz
    points[s, 0] += weight[s] * move * sx
    points[s, 1] += weight[s] * move * sy
    points[s, 2] += weight[s] * move * sz


fold_to = njit(cache=True)(_fold_plain)


def _find_near_plain(points, slack, middles, radii, cones, near):  # type: ignore[no-untyped-def]  # noqa: PLR0917
    """(N, 1 + M) the count, then the numbers, of the capsules that each particle may meet soon."""
    for n in range(len(points)):
        count = 0
        for c in range(len(cones)):
            a, b = cones[c, 0], cones[c, 1]
            d = gap(
                points[n, 0],
                points[n, 1],
                points[n, 2],
                middles[a],
                middles[b],
                radii[a],
                radii[b],
            )[0]
            if d - slack[n, c] < NEAR_M:
                count += 1
                near[n, count] = c
        near[n, 0] = count


find_near = njit(cache=True)(_find_near_plain)


def _hit_plain(points, before, n, slack, middles, moved, radii, cones, near):  # type: ignore[no-untyped-def]  # noqa: PLR0917
    """Push one particle out of the capsules, with friction against their own motion."""
    for k in range(near[0]):
        c = near[1 + k]
        a, b = cones[c, 0], cones[c, 1]
        d, t, dx, dy, dz, far = gap(
            points[n, 0], points[n, 1], points[n, 2], middles[a], middles[b], radii[a], radii[b]
        )
        d -= slack[c]
        if d >= 0.0 or far < 1e-6:
            continue
        push = min(-d, PUSH_M)
        dx, dy, dz = dx / far, dy / far, dz / far
        points[n, 0] += push * dx
        points[n, 1] += push * dy
        points[n, 2] += push * dz
        mx = points[n, 0] - before[n, 0] - (moved[a, 0] + t * (moved[b, 0] - moved[a, 0]))
        my = points[n, 1] - before[n, 1] - (moved[a, 1] + t * (moved[b, 1] - moved[a, 1]))
        mz = points[n, 2] - before[n, 2] - (moved[a, 2] + t * (moved[b, 2] - moved[a, 2]))
        out = mx * dx + my * dy + mz * dz
        mx, my, mz = mx - out * dx, my - out * dy, mz - out * dz
        slide = np.sqrt(mx * mx + my * my + mz * mz)
        if slide > 1e-9:
            stop = min(1.0, FRICTION * push / slide)
            points[n, 0] -= stop * mx
            points[n, 1] -= stop * my
            points[n, 2] -= stop * mz


hit = njit(cache=True)(_hit_plain)


def _advance_plain(  # type: ignore[no-untyped-def]  # noqa: PLR0917, PLR0912  compiled
    points,
    velocity,
    hold,
    start,
    goal,
    pairs,
    length,
    stretch,
    folds,
    sizes,
    heights,
    bend,
    mass,
    anchor,
    reach,
    slack,
    middles_from,
    middles_to,
    radii,
    cones,
    gravity,
    up,
    floor,
    carry,
    wind,
    h,
    steps,
    drag,
):
    """`steps` substeps of `h` seconds, in place. hold: 1 moves from `start` to `goal`; gravity: (3,);
    floor: least height along `up`; carry: (3,) how far all is carried along without inertia; wind: (N, 3)
    acceleration; drag: share of the speed against the carrier lost in a second (its exponent)."""
    count = len(points)
    weight = np.zeros(count)
    follow = np.zeros(count)
    for n in range(count):
        weight[n] = 0.0 if hold[n] >= 0.999 else 1.0 / mass[n]
        # Half-held cloth creeps towards the skin, at a rate that does not depend on the step.
        follow[n] = 1.0 - (1.0 - min(hold[n], 0.999) ** 2) ** (h * 60.0)
    stiff, soft = stretch / (h * h), bend / (h * h)
    before = points.copy()
    middles = middles_from.copy()
    moved = (middles_to - middles_from) / steps
    keep = np.exp(-drag * h)
    near = np.zeros((count, len(cones) + 1), np.int64)
    for step in range(steps):
        share = (step + 1) / steps
        for n in range(count):
            for k in range(3):
                before[n, k] = points[n, k] + carry[k] / steps
            if weight[n] == 0.0:
                for k in range(3):
                    points[n, k] = start[n, k] + share * (goal[n, k] - start[n, k])
                continue
            size = 0.0
            for k in range(3):
                velocity[n, k] = keep * (velocity[n, k] + h * (wind[n, k] + gravity[k]))
                size += velocity[n, k] ** 2
            slow = min(1.0, SPEED / max(np.sqrt(size), 1e-12))
            for k in range(3):
                points[n, k] = before[n, k] + h * slow * velocity[n, k]
        for k in range(3):
            for m in range(len(middles)):
                middles[m, k] = middles_from[m, k] + share * (middles_to[m, k] - middles_from[m, k])
        for c in range(len(folds)):
            fold_to(points, weight, folds[c], sizes[c], heights[c], soft)
        if step % NEAR_STEPS == 0:
            find_near(points, slack, middles, radii, cones, near)
        # Always the same way round: in turn forwards and backwards they would jump between two balances.
        for c in range(len(pairs)):
            pull(points, weight, pairs[c, 0], pairs[c, 1], length[c], stiff)
        for n in range(count):
            if weight[n] == 0.0:
                for k in range(3):
                    velocity[n, k] = 0.0
                continue
            a = anchor[n]
            dx = points[n, 0] - points[a, 0]
            dy = points[n, 1] - points[a, 1]
            dz = points[n, 2] - points[a, 2]
            far = np.sqrt(dx * dx + dy * dy + dz * dz)
            if far > reach[n] and far > 1e-9:
                back = 1.0 - reach[n] / far
                points[n, 0] -= back * dx
                points[n, 1] -= back * dy
                points[n, 2] -= back * dz
            for k in range(3):
                at = start[n, k] + share * (goal[n, k] - start[n, k])
                points[n, k] += follow[n] * (at - points[n, k])
            hit(points, before, n, slack[n], middles, moved, radii, cones, near[n])
            height = points[n, 0] * up[0] + points[n, 1] * up[1] + points[n, 2] * up[2]
            if height < floor:
                for k in range(3):
                    slip = points[n, k] - before[n, k]
                    points[n, k] += (floor - height) * up[k] - FLOOR_FRICTION * slip
            for k in range(3):
                velocity[n, k] = (points[n, k] - before[n, k]) / h


advance = njit(cache=True)(_advance_plain)


def _normals_plain(points, faces, out):  # type: ignore[no-untyped-def]
    """Fill (N, 3) `out` with unit normals of the particles, each triangle weighted by its area."""
    out[:] = 0.0
    for f in range(len(faces)):
        a, b, c = faces[f, 0], faces[f, 1], faces[f, 2]
        ux, uy, uz = (
            points[b, 0] - points[a, 0],
            points[b, 1] - points[a, 1],
            points[b, 2] - points[a, 2],
        )
        vx, vy, vz = (
            points[c, 0] - points[a, 0],
            points[c, 1] - points[a, 1],
            points[c, 2] - points[a, 2],
        )
        nx, ny, nz = uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx
        for k in range(3):
            n = faces[f, k]
            out[n, 0] += nx
            out[n, 1] += ny
            out[n, 2] += nz
    for n in range(len(out)):
        size = max(np.sqrt(out[n, 0] ** 2 + out[n, 1] ** 2 + out[n, 2] ** 2), 1e-12)
        for k in range(3):
            out[n, k] /= size


normals = njit(cache=True)(_normals_plain)


def _follow_plain(points, around, corner, share, rise, lean, hold, vertices, facing):  # type: ignore[no-untyped-def]  # noqa: PLR0917
    """Move (V, 3) `vertices` and their normals `facing`, given as they follow the skin, in place."""
    place, up, way = np.zeros(3), np.zeros(3), np.zeros(3)
    for v in range(len(vertices)):
        if hold[v] >= 1.0:
            continue
        a, b, c = corner[v, 0], corner[v, 1], corner[v, 2]
        for k in range(3):
            place[k] = (
                share[v, 0] * points[a, k] + share[v, 1] * points[b, k] + share[v, 2] * points[c, k]
            )
            up[k] = (
                share[v, 0] * around[a, k] + share[v, 1] * around[b, k] + share[v, 2] * around[c, k]
            )
        size = max(np.sqrt(up[0] ** 2 + up[1] ** 2 + up[2] ** 2), 1e-12)
        for k in range(3):
            up[k] /= size
            way[k] = (
                lean[v, 0] * (points[b, k] - points[a, k])
                + lean[v, 1] * (points[c, k] - points[a, k])
                + lean[v, 2] * up[k]
            )
        size = max(np.sqrt(way[0] ** 2 + way[1] ** 2 + way[2] ** 2), 1e-12)
        for k in range(3):
            at = place[k] + rise[v] * up[k]
            vertices[v, k] = at + hold[v] * (vertices[v, k] - at)
            way[k] = way[k] / size + hold[v] * (facing[v, k] - way[k] / size)
        size = max(np.sqrt(way[0] ** 2 + way[1] ** 2 + way[2] ** 2), 1e-12)
        for k in range(3):
            facing[v, k] = way[k] / size


follow = njit(cache=True)(_follow_plain)
