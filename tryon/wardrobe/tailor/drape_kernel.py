"""Compiled loops of draping. Loading numba takes half a second, so this module is imported when cloth is
draped and not before."""

from __future__ import annotations

import numpy as np
from numba import njit

FRAME_S = 1 / 60
SUBSTEPS = 20
PUSH_M = 0.004
"""The body pushes cloth out by no more than this in a substep."""
PULL_M = 0.006
"""A seam or side shortens by no more than this in a substep."""


def _sample_plain(values, origin, step, x, y, z):  # type: ignore[no-untyped-def]  # noqa: PLR0917  compiled
    """Distance and gradient (not of unit length) at one point; far outside, 1 m and no gradient."""
    u, v, w = (x - origin[0]) / step, (y - origin[1]) / step, (z - origin[2]) / step
    i, j, k = int(np.floor(u)), int(np.floor(v)), int(np.floor(w))
    if i < 0 or j < 0 or k < 0:
        return 1.0, 0.0, 0.0, 0.0
    if i >= values.shape[0] - 1 or j >= values.shape[1] - 1 or k >= values.shape[2] - 1:
        return 1.0, 0.0, 0.0, 0.0
    a, b, c = u - i, v - j, w - k
    v000, v100 = values[i, j, k], values[i + 1, j, k]
    v010, v110 = values[i, j + 1, k], values[i + 1, j + 1, k]
    v001, v101 = values[i, j, k + 1], values[i + 1, j, k + 1]
    v011, v111 = values[i, j + 1, k + 1], values[i + 1, j + 1, k + 1]
    x00, x10 = v000 + a * (v100 - v000), v010 + a * (v110 - v010)
    x01, x11 = v001 + a * (v101 - v001), v011 + a * (v111 - v011)
    y0, y1 = x00 + b * (x10 - x00), x01 + b * (x11 - x01)
    gx = (1 - c) * ((1 - b) * (v100 - v000) + b * (v110 - v010)) + c * (
        (1 - b) * (v101 - v001) + b * (v111 - v011)
    )
    gy = (1 - c) * (x10 - x00) + c * (x11 - x01)
    return y0 + c * (y1 - y0), gx / step, gy / step, (y1 - y0) / step


sample = njit(cache=True)(_sample_plain)
"""Compiled: (values, origin, step, x, y, z) → distance and its gradient's x, y, z."""


def _sample_many_plain(values, origin, step, points, out):  # type: ignore[no-untyped-def]
    for n in range(len(points)):
        out[n] = sample(values, origin, step, points[n, 0], points[n, 1], points[n, 2])[0]


def _push_many_plain(values, origin, step, points, gap):  # type: ignore[no-untyped-def]
    for n in range(len(points)):
        d, gx, gy, gz = sample(values, origin, step, points[n, 0], points[n, 1], points[n, 2])
        length = np.sqrt(gx * gx + gy * gy + gz * gz)
        if d < gap[n] and length > 1e-6:
            move = (gap[n] - d) / length
            points[n, 0] += move * gx
            points[n, 1] += move * gy
            points[n, 2] += move * gz


sample_many = njit(cache=True)(_sample_many_plain)
push_many = njit(cache=True)(_push_many_plain)


def _run_plain(  # type: ignore[no-untyped-def]  # noqa: PLR0917  compiled
    points,
    velocity,
    free,
    pairs,
    length,
    compliance,
    gap,
    values,
    origin,
    step,
    gravity,
    keep,
    speed,
    friction,
    floor,
):
    """One frame, in place."""
    dt = FRAME_S / SUBSTEPS
    before = points.copy()
    for _ in range(SUBSTEPS):
        for n in range(len(points)):
            velocity[n, 1] -= gravity * dt * free[n]
            size = np.sqrt(velocity[n, 0] ** 2 + velocity[n, 1] ** 2 + velocity[n, 2] ** 2)
            slow = free[n] * min(1.0, speed / max(size, 1e-12))
            for k in range(3):
                before[n, k] = points[n, k]
                points[n, k] += dt * slow * velocity[n, k]
        for c in range(len(pairs)):
            a, b = pairs[c, 0], pairs[c, 1]
            mass = free[a] + free[b]
            if mass == 0.0:
                continue
            dx = points[a, 0] - points[b, 0]
            dy = points[a, 1] - points[b, 1]
            dz = points[a, 2] - points[b, 2]
            far = np.sqrt(dx * dx + dy * dy + dz * dz)
            if far < 1e-9:
                continue
            move = (far - length[c]) / (mass + compliance[c] / (dt * dt))
            move = min(max(move, -PULL_M), PULL_M) / far
            points[a, 0] -= free[a] * move * dx
            points[a, 1] -= free[a] * move * dy
            points[a, 2] -= free[a] * move * dz
            points[b, 0] += free[b] * move * dx
            points[b, 1] += free[b] * move * dy
            points[b, 2] += free[b] * move * dz
        for n in range(len(points)):
            d, gx, gy, gz = sample(values, origin, step, points[n, 0], points[n, 1], points[n, 2])
            size = np.sqrt(gx * gx + gy * gy + gz * gz)
            if d < gap[n] and size > 1e-6 and free[n] > 0.0:
                push = min(gap[n] - d, PUSH_M)
                gx, gy, gz = gx / size, gy / size, gz / size
                points[n, 0] += push * gx
                points[n, 1] += push * gy
                points[n, 2] += push * gz
                mx = points[n, 0] - before[n, 0]
                my = points[n, 1] - before[n, 1]
                mz = points[n, 2] - before[n, 2]
                out = mx * gx + my * gy + mz * gz
                mx, my, mz = mx - out * gx, my - out * gy, mz - out * gz
                slide = np.sqrt(mx * mx + my * my + mz * mz)
                if slide > 1e-12:
                    hold = min(1.0, friction * push / slide)
                    points[n, 0] -= hold * mx
                    points[n, 1] -= hold * my
                    points[n, 2] -= hold * mz
            if points[n, 1] < floor:
                points[n, 1] = floor
                points[n, 0] -= friction * (points[n, 0] - before[n, 0])
                points[n, 2] -= friction * (points[n, 2] - before[n, 2])
            for k in range(3):
                velocity[n, k] = keep * (points[n, k] - before[n, k]) / dt


run = njit(cache=True)(_run_plain)
