"""How near a replay comes to the exact truth of a made-up film."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from scipy.optimize import linear_sum_assignment

from tryon.core.camera import PinholeCamera
from tryon.core.landmarks import Detections
from tryon.core.spaces import Floats
from tryon.core.transforms import log_so3
from tryon.qa.replay.cutouts import whole
from tryon.qa.replay.difference import overlap
from tryon.qa.replay.readings import FrameReading, Head, Replay, Trunk
from tryon.qa.synth.truth import TruePerson, Truth

JUDGED = ("bridge", "left_ear", "right_ear", "left_lobe", "right_lobe", "forehead", "crown", "chin")
FARTHEST_BY_FACE = 0.75
"""A head farther from the true one than this share of the distance between its ears is another's."""


def accuracy(
    replay: Replay, truth: Truth, *, camera: PinholeCamera, seen: Sequence[Detections] = ()
) -> dict[str, float]:
    """`true_…` measures: medians and 95th percentiles over frames and people who can be seen.

    seen: what the detectors saw in each frame, for the outlines of bodies. Angles are in degrees,
    `_mm` across the line of sight at the true depth, joints compared after sizes are made equal, since
    one camera cannot tell a small person from a far one.
    """
    rows: dict[str, list[float]] = {}
    numbers: dict[str, set[int]] = {}
    people = found = swapped = 0
    for k, (frame, cast) in enumerate(zip(replay.frames, truth.frames, strict=True)):
        heads = _matched(frame, cast, camera)
        for person in cast:
            if person.cam_from_head is None or not _visible(person, camera):
                continue
            people += 1
            head = heads.get(person.name)
            if head is None:
                continue
            found += head.age_s == 0
            numbers.setdefault(person.name, set()).add(head.track)
            swapped += _swapped(head, person)
            for name, value in _head_errors(head, person, camera).items():
                rows.setdefault(name, []).append(value)
        for name, value in _body_errors(frame.trunks, cast, camera).items():
            rows.setdefault(name, []).append(value)
        if k < len(seen):
            for value in _outlines(seen[k], cast, camera):
                rows.setdefault("true_outline_iou", []).append(value)
    values = {
        f"{name}.{at}": float(np.percentile(row, share))
        for name, row in rows.items()
        for at, share in (("p50", 50), ("p95", 5 if name.endswith("iou") else 95))
    }
    if people:
        values["true_found"] = found / people
        values["true_swapped"] = float(swapped)
        values["true_switches"] = float(sum(len(each) - 1 for each in numbers.values()))
    return values


def _matched(
    frame: FrameReading, cast: Sequence[TruePerson], camera: PinholeCamera
) -> Mapping[str, Head]:
    """Whose head is whose, by where they are in the picture."""
    true = [person for person in cast if person.cam_from_head is not None]
    if not true or not frame.heads:
        return {}
    places = np.stack([camera.project(person.anchors["bridge"]) for person in true])
    found = np.stack([camera.project(head.anchors["bridge"]) for head in frame.heads])
    cost = np.linalg.norm(places[:, None] - found[None], axis=2)
    out = {}
    for i, j in zip(*linear_sum_assignment(cost), strict=True):
        ears = np.stack([true[i].anchors[side] for side in ("left_ear", "right_ear")])
        depth = -float(ears[:, 2].mean())
        face_px = camera.focal_px[0] * float(np.linalg.norm(ears[0] - ears[1])) / depth
        if cost[i, j] < FARTHEST_BY_FACE * face_px:
            out[true[i].name] = frame.heads[j]
    return out


def _visible(person: TruePerson, camera: PinholeCamera) -> bool:
    """Whether nothing is before the person's nose."""
    x, y = camera.project(person.anchors["bridge"]).astype(int).tolist()
    width, height = camera.size_wh
    inside = 0 <= x < width and 0 <= y < height
    return inside and bool(whole(person.mask, camera.size_wh)[y, x] > 127)


def _head_errors(head: Head, person: TruePerson, camera: PinholeCamera) -> dict[str, float]:
    assert person.cam_from_head is not None
    turn = person.cam_from_head[:3, :3].T @ head.smoothed[:3, :3]
    px = {
        name: float(
            np.linalg.norm(
                camera.project(head.anchors[name]) - camera.project(person.anchors[name])
            )
        )
        for name in JUDGED
        if name in head.anchors and name in person.anchors
    }
    mm = {
        name: 1000 * value * -float(person.anchors[name][2]) / camera.focal_px[0]
        for name, value in px.items()
    }
    out = {
        "true_turn_deg": float(np.degrees(np.linalg.norm(log_so3(turn)))),
        "true_anchor_px": float(np.mean(list(px.values()))),
        "true_anchor_mm": float(np.mean(list(mm.values()))),
    }
    return out | {"true_bridge_px": px["bridge"], "true_bridge_mm": mm["bridge"]}


def _swapped(head: Head, person: TruePerson) -> bool:
    """Whether left came out on the right."""
    true = person.anchors["left_ear"] - person.anchors["right_ear"]
    return bool(true @ (head.anchors["left_ear"] - head.anchors["right_ear"]) <= 0)


def _body_errors(
    trunks: Sequence[Trunk], cast: Sequence[TruePerson], camera: PinholeCamera
) -> dict[str, float]:
    """Of one body in the picture."""
    true = [person for person in cast if person.joints]
    if len(true) != 1 or len(trunks) != 1:
        return {}
    names = list(true[0].joints)
    known = trunks[0].joint_names
    want = np.stack([true[0].joints[name] for name in names])
    have = trunks[0].joints[[known.index(name) for name in names]]
    px = np.linalg.norm(camera.project(have) - camera.project(want), axis=1)
    size = _trunk(want, names) / max(_trunk(have, names), 1e-6)
    spatial = size * (have - have.mean(0)) - (want - want.mean(0))
    trunk_px = camera.focal_px[0] * _trunk(want, names) / -float(want[:, 2].mean())
    return {
        "true_joint_px": float(px.mean()),
        "true_joint_share": float(px.mean() / trunk_px),
        "true_joint_mm": 1000 * float(np.linalg.norm(spatial, axis=1).mean()),
    }


def _trunk(joints: Floats, names: Sequence[str]) -> float:
    """Length from the middle of the shoulders to the middle of the hips."""
    at = {name: joints[k] for k, name in enumerate(names)}
    shoulders = at["upperarm_l"] + at["upperarm_r"]
    hips = at["thigh_l"] + at["thigh_r"]
    return float(np.linalg.norm(shoulders - hips) / 2)


def _outlines(seen: Detections, cast: Sequence[TruePerson], camera: PinholeCamera) -> list[float]:
    """Overlap of the one body's outline with what was seen of it."""
    true = [person.mask for person in cast if person.joints and person.mask is not None]
    masks = [pose.mask for pose in seen.poses if pose.mask is not None]
    if len(true) != 1 or len(masks) != 1:
        return []
    found = np.rint(255 * masks[0].whole(camera.size_wh)).astype(np.uint8)
    return [overlap(whole(true[0], camera.size_wh), found)]
