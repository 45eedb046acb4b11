"""How the joints of another figure move to make it stand as our body does at rest.

Trunk, neck and head move as one: rigs put the joints of the spine where they like, and turning by
their directions would bend what was straight. Arms, legs and fingers turn bone by bone, each by the
smallest rotation from its direction to ours, and stretch along the bone only.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations, product

import numpy as np

from tryon.core.body_fit import BODY_JOINTS
from tryon.core.mesh import Mesh
from tryon.core.spaces import Floats
from tryon.core.transforms import align, exp_so3, rigid

NUMBER = {name: number for number, name in enumerate(BODY_JOINTS)}
SIDES = ("_l", "_r")
ANCHORS = tuple(
    NUMBER[name]
    for name in (
        "thigh_l", "thigh_r", "calf_l", "calf_r", "foot_l", "foot_r", "upperarm_l", "upperarm_r",
        "clavicle_l", "clavicle_r", "neck_01",
    )
)  # fmt: skip
"""Joints that lie alike in all rigs and standing poses."""
TRUNK = ("Root", "pelvis", "spine_01", "spine_02", "spine_03", "neck_01", "head")
CHAINS = (
    ("clavicle", "upperarm", "lowerarm", "hand", "middle_01"),
    ("pelvis", "thigh", "calf", "foot", "ball"),
    *(
        ("hand", f"{digit}_01", f"{digit}_02", f"{digit}_03")
        for digit in ("thumb", "index", "middle", "ring", "pinky")
    ),
)
"""Joint above, then the bones of a limb from its root on, without sides."""
STRETCH = (0.5, 2.0)
WIDENING = (0.8, 1.25)
FLAT_SHARE = 0.03
SNAP_RAD = np.radians(25.0)


def body_from_file(theirs: Floats, ours: Floats) -> Floats | None:
    """(4, 4) similarity that stands a stranger's figure where our body stands.

    theirs, ours: (53, 3) joints, NaN where there are none. Turns by less than 25° are poses, not axes,
    and left out. None when too few joints tell.
    """
    known = np.array([k for k in ANCHORS if np.isfinite(theirs[k]).all()], np.int64)
    if len(known) >= 3:
        source, target = theirs[known], ours[known]
        spread = np.linalg.svd(source - source.mean(0), compute_uv=False)
        if spread[1] > FLAT_SHARE * spread[0]:
            whole = align(source, target, np.ones(len(known)), scaled=True)
            factor = float(np.cbrt(np.linalg.det(whole[:3, :3])))
            turn = _snapped(whole[:3, :3] / factor)
            return _onto(source, target, factor * turn)
    known = np.flatnonzero(np.isfinite(theirs).all(1))
    if len(known) < 2:
        return None
    # Joints on one line (a pair of sleeves, one leg) tell size and place; glTF tells up and front.
    source, target = theirs[known], ours[known]
    way = np.linalg.norm(np.diff(source, axis=0), axis=1).sum()
    if way < 1e-9:
        return None
    factor = np.linalg.norm(np.diff(target, axis=0), axis=1).sum() / way
    return _onto(source, target, float(factor) * np.eye(3))


def motions(start: Floats, end: Floats) -> Floats:
    """(53, 4, 4) each joint's motion of what hangs on it, from one figure's stance to another's.

    start, end: (53, 3) joints of our rig in both, metres; NaN in `start` where there are none: those
    move with the joint above.
    """
    out = np.zeros((len(BODY_JOINTS), 4, 4))
    lower, upper = _trunk(start, end)
    for name in TRUNK:
        out[NUMBER[name]] = lower if name in ("Root", "pelvis", "spine_01") else upper
    for side in SIDES:
        out[NUMBER[f"clavicle{side}"]] = upper
        for above, *chain in CHAINS:
            # Each chain stands after the one that it hangs on, so what is above is set already.
            last = out[NUMBER[above if above == "pelvis" else f"{above}{side}"]]
            bones = [NUMBER[f"{name}{side}"] for name in chain]
            for bone, following in zip(bones, [*bones[1:], None], strict=True):
                if np.isfinite(start[bone]).all():
                    last = _bone_motion(bone, following, start, end, last=last)
                out[bone] = last
    return out


def _bone_motion(
    bone: int, following: int | None, start: Floats, end: Floats, *, last: Floats
) -> Floats:
    """One bone's motion: from its place and direction to ours, stretched along it."""
    turn = _rotation_of(last)
    stretch = np.eye(3)
    if following is not None and np.isfinite(start[following]).all():
        theirs, ours = start[following] - start[bone], end[following] - end[bone]
        if BODY_JOINTS[bone].startswith("foot"):
            # Soles lie flat on the floor however high the heel: feet turn about the vertical only.
            theirs, ours = theirs * [1, 0, 1], ours * [1, 0, 1]
        lengths = np.linalg.norm(theirs), np.linalg.norm(ours)
        if min(lengths) > 1e-6:
            along = theirs / lengths[0]
            turn = smallest_turn(along, ours / lengths[1])
            factor = float(np.clip(lengths[1] / lengths[0], *STRETCH))
            stretch = np.eye(3) + (factor - 1) * np.outer(along, along)
    linear = turn @ stretch
    return rigid(linear, end[bone] - linear @ start[bone])


def carried(mesh: Mesh, dense: Floats, moves: Floats) -> Mesh:
    """The mesh moved by (53, 4, 4) motions of the joints; dense: (V, 53) their shares.

    Linear blend skinning; normals by the cofactor matrix, which stretches turn rightly.
    """
    blend = (dense @ moves.reshape(len(moves), 16)).reshape(-1, 4, 4)
    linear = blend[:, :3, :3]
    vertices = np.einsum("nij,nj->ni", linear, mesh.vertices) + blend[:, :3, 3]
    cofactor = np.stack(
        [np.cross(linear[:, (k + 1) % 3], linear[:, (k + 2) % 3]) for k in range(3)], axis=1
    )
    normals = np.einsum("nij,nj->ni", cofactor, mesh.normals)
    normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12)
    return replace(mesh, vertices=vertices.astype(np.float32), normals=normals.astype(np.float32))


def _trunk(start: Floats, end: Floats) -> tuple[Floats, Floats]:
    """Motions of the lower and of the upper trunk: heights of hips and shoulders to ours, middles to
    ours, the upper one as wide as our shoulders."""
    low, high = ((_middle(start, name), _middle(end, name)) for name in ("thigh", "upperarm"))
    factors, shift, lean = np.ones(3), np.zeros(3), 0.0
    if low[0] is not None and high[0] is not None and low[1] is not None and high[1] is not None:
        rise = high[0][1] - low[0][1]
        if rise > 1e-6:
            factors[1] = np.clip((high[1][1] - low[1][1]) / rise, *STRETCH)
            lean = ((high[1] - low[1]) - (high[0] - low[0]))[2] / rise
        shift = low[1] - factors * low[0]
        shift[2] -= lean * low[0][1]
    elif low[0] is not None and low[1] is not None:
        shift = low[1] - low[0]
    elif high[0] is not None and high[1] is not None:
        shift = high[1] - high[0]
    lower = rigid(np.diag(factors), shift)
    lower[2, 1] += lean
    upper = lower.copy()
    if high[0] is not None:
        pair = [NUMBER["upperarm_l"], NUMBER["upperarm_r"]]
        widths = [abs(float(figure[pair[0], 0] - figure[pair[1], 0])) for figure in (start, end)]
        wider = float(np.clip(widths[1] / max(widths[0], 1e-9), *WIDENING))
        middle = float(start[pair, 0].mean())
        upper[0, 0] = wider
        upper[0, 3] = float(end[pair, 0].mean()) - wider * middle
    return lower, upper


def _middle(figure: Floats, name: str) -> Floats | None:
    pair = figure[[NUMBER[f"{name}{side}"] for side in SIDES]]
    return np.asarray(pair.mean(0)) if np.isfinite(pair).all() else None


def _onto(source: Floats, target: Floats, linear: Floats) -> Floats:
    return rigid(linear, target.mean(0) - linear @ source.mean(0))


def _snapped(turn: Floats) -> Floats:
    """The nearest turn between axes, when one is near."""
    best = max(_axis_turns(), key=lambda axes: float(np.trace(axes.T @ turn)))
    angle = np.arccos(np.clip((np.trace(best.T @ turn) - 1) / 2, -1, 1))
    return best if angle < SNAP_RAD else turn


def _axis_turns() -> list[Floats]:
    """The 24 rotations that carry axes to axes."""
    out = []
    for order in permutations(range(3)):
        for signs in product((1.0, -1.0), repeat=3):
            turn = np.zeros((3, 3))
            turn[range(3), order] = signs
            if np.linalg.det(turn) > 0:
                out.append(turn)
    return out


def smallest_turn(start: Floats, end: Floats) -> Floats:
    """(3, 3) rotation from one unit vector to another about their common normal."""
    axis = np.cross(start, end)
    sine, cosine = float(np.linalg.norm(axis)), float(start @ end)
    if sine < 1e-9:
        if cosine > 0:
            return np.eye(3)
        helper = np.eye(3)[int(np.argmin(np.abs(start)))]
        axis, sine = np.cross(start, helper), 1.0
        axis /= np.linalg.norm(axis)
        return exp_so3(np.pi * axis)
    return exp_so3(np.arctan2(sine, cosine) * axis / sine)


def _rotation_of(motion: Floats) -> Floats:
    """(3, 3) the turn in a motion without its stretch."""
    u, _, vt = np.linalg.svd(motion[:3, :3])
    turn = u @ vt
    return np.asarray(turn if np.linalg.det(turn) > 0 else np.eye(3))
