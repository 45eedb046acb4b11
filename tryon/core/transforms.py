"""Rigid and similarity transforms as plain 4×4 float64 matrices named `target_from_source`."""

from __future__ import annotations

import numpy as np

from tryon.core.spaces import Floats


def rigid(rotation: Floats | None = None, translation: Floats | None = None) -> Floats:
    """(4, 4) transform of a (3, 3) rotation and a (3,) translation; what is missing is identity."""
    out = np.eye(4)
    if rotation is not None:
        out[:3, :3] = rotation
    if translation is not None:
        out[:3, 3] = translation
    return out


def scaling(factors: float | Floats) -> Floats:
    """(4, 4) scaling by one factor or by (3,) factors about the origin."""
    out = np.eye(4)
    out[np.arange(3), np.arange(3)] = factors
    return out


def inverse(matrix: Floats) -> Floats:
    """Inverse of an affine (4, 4) transform."""
    linear: Floats = np.linalg.inv(matrix[:3, :3]).astype(np.float64)
    return rigid(linear, -linear @ matrix[:3, 3])


def apply(matrix: Floats, points: Floats) -> Floats:
    """Carry (…, 3) points through an affine (4, 4) transform."""
    return np.asarray(points @ matrix[:3, :3].T + matrix[:3, 3])


def exp_so3(rotation_vector: Floats) -> Floats:
    """(3, 3) rotation by a (3,) rotation vector in radians (Rodrigues' formula)."""
    angle = float(np.linalg.norm(rotation_vector))
    k = skew(rotation_vector)
    if angle < 1e-8:
        return np.eye(3) + k + 0.5 * k @ k
    turn = np.sin(angle) / angle * k + (1 - np.cos(angle)) / angle**2 * k @ k
    return np.asarray(np.eye(3) + turn)


def log_so3(rotation: Floats) -> Floats:
    """(3,) rotation vector in radians of a (3, 3) rotation, of length at most π."""
    axis = np.array(
        [
            rotation[2, 1] - rotation[1, 2],
            rotation[0, 2] - rotation[2, 0],
            rotation[1, 0] - rotation[0, 1],
        ]
    )
    sin2 = float(np.linalg.norm(axis))
    angle = float(np.arctan2(sin2, np.trace(rotation) - 1.0))
    if sin2 > 1e-6:
        return axis * (angle / sin2)
    if angle < 1.0:
        return 0.5 * axis
    # A half turn: the axis is the eigenvector to eigenvalue 1; the small antisymmetric part picks its sign.
    symmetric = 0.5 * (rotation + np.eye(3))
    column = symmetric[:, int(np.argmax(np.diag(symmetric)))]
    unit = column / np.linalg.norm(column)
    return angle * (unit if unit @ axis >= 0 else -unit)


def skew(vector: Floats) -> Floats:
    """(3, 3) matrix of the cross product with a (3,) vector."""
    x, y, z = vector
    return np.array([[0.0, -z, y], [z, 0.0, -x], [-y, x, 0.0]])


def slerp(start: Floats, end: Floats, share: float) -> Floats:
    """(3, 3) rotation that lies `share` of the way from `start` to `end` along the shorter arc."""
    return start @ exp_so3(share * log_so3(start.T @ end))


def nearest_rotation(matrix: Floats) -> Floats:
    """(3, 3) rotation nearest to a matrix in the Frobenius norm, never a reflection."""
    u, _, vt = np.linalg.svd(matrix)
    u[:, 2] *= np.sign(np.linalg.det(u @ vt))
    return np.asarray(u @ vt, np.float64)


def rotation_from_angles(yaw: float, pitch: float, roll: float) -> Floats:
    """(3, 3) head rotation from angles in radians, R = Ry(yaw) · Rx(pitch) · Rz(roll).

    Zero is a face that looks into the camera. Positive yaw turns the face towards the wearer's left
    (+x), positive pitch looks down, positive roll tips the crown towards the wearer's right (−x).
    """
    cy, sy, cp, sp, cr, sr = (f(a) for a in (yaw, pitch, roll) for f in (np.cos, np.sin))
    about_y = np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
    about_x = np.array([[1, 0, 0], [0, cp, -sp], [0, sp, cp]])
    about_z = np.array([[cr, -sr, 0], [sr, cr, 0], [0, 0, 1]])
    out: Floats = about_y @ about_x @ about_z
    return out


def angles_from_rotation(rotation: Floats) -> tuple[float, float, float]:
    """(yaw, pitch, roll) in radians of a (3, 3) rotation; the inverse of `rotation_from_angles`."""
    pitch = np.arcsin(np.clip(-rotation[1, 2], -1.0, 1.0))
    if abs(rotation[1, 2]) > 1 - 1e-9:
        return float(np.arctan2(-rotation[2, 0], rotation[0, 0])), float(pitch), 0.0
    yaw = np.arctan2(rotation[0, 2], rotation[2, 2])
    roll = np.arctan2(rotation[1, 0], rotation[1, 1])
    return float(yaw), float(pitch), float(roll)


def align(source: Floats, target: Floats, weights: Floats, *, scaled: bool) -> Floats:
    """(4, 4) rigid or similarity transform that carries (n, 3) source onto target points best.

    Weighted least squares after Umeyama (1991), never a reflection. `weights` is (n,), non-negative.
    """
    w = weights / weights.sum()
    source_mean, target_mean = w @ source, w @ target
    s, t = source - source_mean, target - target_mean
    u, d, vt = np.linalg.svd((t * w[:, None]).T @ s)
    sign = np.array([1.0, 1.0, np.sign(np.linalg.det(u @ vt))])
    rotation = (u * sign) @ vt
    scale = float((d * sign).sum() / (w @ (s**2).sum(1))) if scaled else 1.0
    return rigid(scale * rotation, target_mean - scale * rotation @ source_mean)
