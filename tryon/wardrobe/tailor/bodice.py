"""Drafting of tops: front, back and sleeves, and where they start around the form."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tryon.core.spaces import Floats
from tryon.wardrobe.tailor.form import Form
from tryon.wardrobe.tailor.pattern import Edge, Gap, Panel, Place, Seam, curve

Profile = tuple[tuple[float, float], ...]
"""Pairs of height and full girth in metres, from the underarm down."""


@dataclass(frozen=True)
class Neckline:
    """width_m: from the middle to where the shoulder seam starts; front_m, back_m: how far the middle
    lies below that point; vee: straight to a point in front, else round."""

    width_m: float
    front_m: float
    back_m: float
    vee: bool = False


@dataclass(frozen=True)
class Torso:
    """The measures that a trunk is drafted from, all in metres.

    neckline: see there; shoulder_m: length of the shoulder seam; lift_m: the seam lies this much above
    the skin's ridge; underarm_y: height of the armhole's lowest point; chest_m: half the width between
    the armholes, front and back; profile: girths from the underarm to the hem; room: (height, gap)
    pairs, how far from the skin the cloth is kept; front_share: of the girths; front_drop_m: how much lower
    the front's edge is cut in the middle than at the sides; region: see `Panel`.
    """

    neckline: Neckline
    shoulder_m: float
    lift_m: float
    underarm_y: float
    chest_m: tuple[float, float]
    profile: Profile
    room: Profile
    front_share: float = 0.5
    front_drop_m: float = 0.0
    region: str = "trunk"


@dataclass(frozen=True)
class Sleeve:
    """length_m: from the top of the cap to the hem; upper_m, hem_m: girths at the underarm and the
    hem; elbow_m: girth at the elbow, None for a straight line; ease: cap over armhole; room_m: gap."""

    length_m: float
    upper_m: float
    hem_m: float
    elbow_m: float | None = None
    ease: float = 1.0
    room_m: float = 0.004


def torso_panels(form: Form, torso: Torso) -> tuple[Panel, ...]:
    """Front and back in one piece each, sewn at the shoulders and sides."""
    return (
        Panel(
            "front",
            _trunk_edges(form, torso, front=True),
            _trunk_place(form, torso, front=True),
            torso.region,
            _room(torso.room),
        ),
        Panel(
            "back",
            _trunk_edges(form, torso, front=False),
            _trunk_place(form, torso, front=False),
            torso.region,
            _room(torso.room),
        ),
    )


NECK_EDGES = (("front", "neck_l"), ("front", "neck_r"), ("back", "neck_r"), ("back", "neck_l"))
"""The neckline in the order of each panel's outline."""

TORSO_SEAMS = tuple(
    Seam(("front", f"{edge}_{side}"), ("back", f"{edge}_{side}"))
    for edge in ("shoulder", "side")
    for side in "lr"
)


def sleeve_panels(
    form: Form, torso: Torso, sleeve: Sleeve
) -> tuple[tuple[Panel, ...], tuple[Seam, ...]]:
    """Both sleeves, and the seams that close them and set them in."""
    front, back = (
        next(e for e in _trunk_edges(form, torso, front=f) if e.name == "armhole_l").length
        for f in (True, False)
    )
    panels, seams = [], []
    for side in "lr":
        edges = _sleeve_edges(sleeve, front, back, left=side == "l")
        place = _sleeve_place(form, sleeve, torso, edges, side)
        name = f"sleeve_{side}"
        panels.append(Panel(name, edges, place, f"arm_{side}", _constant(sleeve.room_m)))
        seams += [
            Seam((name, "under_front"), (name, "under_back")),
            Seam((name, "cap_front"), ("front", f"armhole_{side}")),
            Seam((name, "cap_back"), ("back", f"armhole_{side}")),
        ]
    return tuple(panels), tuple(seams)


def shoulder_points(form: Form, torso: Torso) -> tuple[Floats, Floats]:
    """(2,) pattern places of the left shoulder seam's ends, at the neck and at the arm."""
    neck = form.ridge(torso.neckline.width_m)
    tip = form.ridge(torso.neckline.width_m + 0.97 * torso.shoulder_m)
    drop = neck[1] - tip[1]
    run = np.sqrt(max(torso.shoulder_m**2 - drop**2, 1e-6))
    top = np.array([torso.neckline.width_m, neck[1] + torso.lift_m])
    return top, top + np.array([run, -drop])


def _trunk_edges(form: Form, torso: Torso, *, front: bool) -> tuple[Edge, ...]:
    """Edges of the front or back, as seen from outside: the viewer's right is the wearer's left in
    front and the wearer's right behind."""
    right, left = ("l", "r") if front else ("r", "l")
    neck, tip = shoulder_points(form, torso)
    share = torso.front_share if front else 1 - torso.front_share
    half = [(y, 0.5 * girth * share) for y, girth in torso.profile]
    underarm = np.array([half[0][1], torso.underarm_y])
    chest = torso.chest_m[0 if front else 1]
    rise = tip[1] - torso.underarm_y
    hole = [
        underarm,
        np.array([chest + 0.30 * (underarm[0] - chest), torso.underarm_y + 0.01]),
        np.array([chest - 0.004, torso.underarm_y + 0.42 * rise]),
        tip,
    ]
    side = [np.array([w, y]) for y, w in reversed(half)]
    low = torso.neckline.front_m if front else torso.neckline.back_m
    middle = np.array([0.0, neck[1] - low])
    # A flared side is longer than its drop; the hem's corner is lifted so that it hangs level.
    run = curve("side", *side).length
    flares = side[0][0] > min(w for _, w in half)
    lift = max(0.0, run - (side[-1][1] - side[0][1])) if flares else 0.0
    side[0] = side[0] + np.array([0.0, lift])
    # Without darts the way over the bust is longer: the front's edge is cut lower in the middle.
    hem_low = side[0][1] - lift - (torso.front_drop_m / 0.75 if front else 0.0)
    mirror = np.array([-1.0, 1.0])
    hem = [side[0] * mirror, (-0.4 * side[0][0], hem_low), (0.4 * side[0][0], hem_low), side[0]]
    necks = _neck_edges(neck, middle, right, left, vee=torso.neckline.vee and front)
    other_hole = [point * mirror for point in reversed(hole)]
    return (
        curve("hem", *hem),
        curve(f"side_{right}", *side),
        curve(f"armhole_{right}", *hole),
        curve(f"shoulder_{right}", tip, neck),
        *necks,
        curve(f"shoulder_{left}", neck * mirror, tip * mirror),
        curve(f"armhole_{left}", *other_hole),
        curve(f"side_{left}", *(p * mirror for p in reversed(side))),
    )


def _neck_edges(
    neck: Floats, middle: Floats, right: str, left: str, *, vee: bool
) -> tuple[Edge, Edge]:
    """The neckline from the shoulder seam at the viewer's right down to the middle and up again."""
    low = neck[1] - middle[1]
    if vee:
        half = [neck, np.array([0.62 * neck[0], middle[1] + 0.52 * low]), middle]
    else:
        half = [
            neck,
            np.array([neck[0], neck[1] - 0.62 * low]),
            np.array([0.552 * neck[0], middle[1]]),
            middle,
        ]
    mirror = np.array([-1.0, 1.0])
    return (
        curve(f"neck_{right}", *half),
        curve(f"neck_{left}", *(point * mirror for point in reversed(half))),
    )


def _trunk_place(form: Form, torso: Torso, *, front: bool) -> Place:
    heights = np.array([y for y, _ in torso.profile][::-1])
    girths = np.array([g for _, g in torso.profile][::-1])
    top = shoulder_points(form, torso)[0][1]
    ridge_z = float(form.ridge(torso.neckline.width_m + 0.5 * torso.shoulder_m)[2])

    def place(flat: Floats) -> Floats:
        x, y = flat.T
        y = np.maximum(y, heights[0]) if torso.front_drop_m else y
        girth = np.maximum(np.interp(y, heights, girths), 1.02 * form.girth_at(y))
        out = form.around(
            np.minimum(y, torso.underarm_y), (0.0 if front else 0.5) + x / girth, girth
        )
        up = np.clip((y - torso.underarm_y) / (top - torso.underarm_y), 0, 1)
        out[:, 1] = y
        out[:, 2] += up**2 * (ridge_z - out[:, 2]) * 0.8
        # Towards the shoulders the arms widen the figure: the flat width is nearer to the truth.
        out[:, 0] += up * ((x if front else -x) - out[:, 0])
        return out

    return place


def _sleeve_edges(sleeve: Sleeve, front: float, back: float, *, left: bool) -> tuple[Edge, ...]:
    """The bicep line is y = 0; the cap rises above it until it is as long as the armhole."""
    wanted = (front + back) * sleeve.ease
    low, high = 0.005, 0.25
    for _ in range(40):
        height = 0.5 * (low + high)
        length = sum(e.length for e in _cap(sleeve.upper_m, height, left=left))
        low, high = (height, high) if length < wanted else (low, height)
    cap = _cap(sleeve.upper_m, height, left=left)
    drop = max(sleeve.length_m - height, 0.03)
    half, hem = sleeve.upper_m / 2, sleeve.hem_m / 2
    mid = half + 0.5 * (hem - half) if sleeve.elbow_m is None else sleeve.elbow_m / 2
    # The sides are met at a right angle by a hem that is a little lower in the middle.
    slope = 0.3 * max(half - hem, 0.0)
    corner = np.array([hem, -drop + 0.25 * slope])
    right, other = ("under_back", "under_front") if left else ("under_front", "under_back")
    return (
        curve("hem", corner * (-1, 1), (0.0, -drop - 0.15 * slope), corner),
        curve(right, corner, (mid, -0.5 * drop), (half, 0.0)),
        *cap,
        curve(other, (-half, 0.0), (-mid, -0.5 * drop), corner * (-1, 1)),
    )


def _cap(width: float, height: float, *, left: bool) -> tuple[Edge, Edge]:
    half = width / 2
    first, second = ("cap_back", "cap_front") if left else ("cap_front", "cap_back")
    return (
        curve(first, (half, 0.0), (0.55 * half, 0.0), (0.62 * half, height), (0.0, height)),
        curve(second, (0.0, height), (-0.62 * half, height), (-0.55 * half, 0.0), (-half, 0.0)),
    )


def _sleeve_place(
    form: Form, sleeve: Sleeve, torso: Torso, edges: tuple[Edge, ...], side: str
) -> Place:
    sign = 1.0 if side == "l" else -1.0
    shoulder, elbow, wrist = (form.joint(f"{b}_{side}") for b in ("upperarm", "lowerarm", "hand"))
    tip = shoulder_points(form, torso)[1]
    upper = (elbow - shoulder) / np.linalg.norm(elbow - shoulder)
    fore = (wrist - elbow) / np.linalg.norm(wrist - elbow)
    cap_height = float(edges[2].control[-1][1])
    start = np.array([sign * tip[0], tip[1], shoulder[2]])
    # The top of the cap lies at the shoulder seam's end; distances count along the arm from there.
    offset = float((start - shoulder) @ upper)
    elbow_at = float(np.linalg.norm(elbow - shoulder))
    outward = np.array([sign, 0.0, 0.0]) - upper * (upper[0] * sign)
    outward /= np.linalg.norm(outward)
    behind = np.cross(outward, upper) * sign
    behind = behind if behind[2] < 0 else -behind
    hem_y = float(edges[0].control[0][1])

    def place(flat: Floats) -> Floats:
        x, y = flat.T
        along = offset + cap_height - y
        width = np.interp(y, [hem_y, 0.0], [sleeve.hem_m, sleeve.upper_m])
        angle = 2 * np.pi * x / width * sign
        radius = width / (2 * np.pi)
        axis = shoulder + np.minimum(along, elbow_at)[:, None] * upper
        axis = axis + np.maximum(along - elbow_at, 0.0)[:, None] * fore
        return np.asarray(
            axis
            + (radius * np.cos(angle))[:, None] * outward
            + (radius * np.sin(angle))[:, None] * behind
        )

    return place


def _constant(value: float) -> Gap:
    def gap(flat: Floats) -> Floats:
        return np.full(len(flat), value)

    return gap


def _room(profile: Profile) -> Gap:
    rows = sorted(profile)

    def gap(flat: Floats) -> Floats:
        return np.interp(flat[:, 1], [y for y, _ in rows], [g for _, g in rows])

    return gap
