"""Small stacks of vectors and rotations, without numpy's overhead for its general case."""

from __future__ import annotations

import numpy as np

from tryon.core.spaces import Floats

OPPOSITE = -0.999
"""Cosine below which two directions point opposite ways."""


def unit(vectors: Floats) -> Floats:
    """(…, d) the same directions with length 1; what is zero stays zero."""
    length = np.sqrt((vectors * vectors).sum(-1, keepdims=True))
    return np.asarray(vectors / np.maximum(length, 1e-9))


def cross(a: Floats, b: Floats) -> Floats:
    """(…, 3) cross products; `numpy.cross` takes ten times as long for so few."""
    ax, ay, az = a[..., 0], a[..., 1], a[..., 2]
    bx, by, bz = b[..., 0], b[..., 1], b[..., 2]
    return np.stack([ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx], axis=-1)


def skews(vectors: Floats) -> Floats:
    """(n, 3, 3) cross-product matrices of (n, 3) vectors."""
    out = np.zeros((len(vectors), 3, 3))
    x, y, z = vectors.T
    out[:, 0, 1], out[:, 0, 2], out[:, 1, 2] = -z, y, -x
    out[:, 1, 0], out[:, 2, 0], out[:, 2, 1] = z, -y, x
    return out


def swung(turn: Floats, rest: Floats, goal: Floats) -> Floats:
    """(n, 3, 3) rotations `turn`, swung by the shortest way so that (n, 3) rest points to goal."""
    a, b = unit((turn @ rest[:, :, None])[..., 0]), unit(goal)
    cosine = (a * b).sum(1)
    if cosine.min() < OPPOSITE:
        # The shortest way is not unique: half a turn first, about anything across.
        across = unit(cross(a, np.eye(3)[np.abs(a).argmin(1)]))
        half = 2 * across[:, :, None] * across[:, None] - np.eye(3)
        back = (cosine < OPPOSITE)[:, None]
        turn = np.where(back[..., None], half @ turn, turn)
        a, cosine = np.where(back, -a, a), np.where(back[:, 0], -cosine, cosine)
    k = skews(cross(a, b))
    return np.asarray((np.eye(3) + k + (k @ k) / (1 + cosine)[:, None, None]) @ turn)


def about(axis: Floats, angle: Floats) -> Floats:
    """(n, 3, 3) rotations by (n,) angles about (n, 3) unit axes (Rodrigues' formula)."""
    k = skews(axis)
    s, c = np.sin(angle)[:, None, None], np.cos(angle)[:, None, None]
    return np.asarray(np.eye(3) + s * k + (1 - c) * (k @ k))


def orthonormal(linear: Floats) -> Floats:
    """(3, 3) rotation of stretched axes (columns): y is kept, then x, by two cross products."""
    y = unit(linear[:, 1])
    x = unit(linear[:, 0] - (linear[:, 0] @ y) * y)
    return np.stack([x, y, cross(x, y)], axis=1)
