"""Drafting of tops: front, back and sleeves, and where they start around the form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from tryon.core.spaces import Floats
from tryon.wardrobe.tailor.form import Form
from tryon.wardrobe.tailor.pattern import Aside, Edge, Gap, Panel, Place, Seam, curve

Front = Literal["open", "closed"]
"""How a jacket or coat is worn."""
Profile = tuple[tuple[float, float], ...]
"""Pairs of height and full girth in metres, from the underarm down."""


PINCH_M, PINCHED = (0.04, 0.10), 0.25
"""Nearer to the underarm than the first there is only this share of the room."""


FULL_BUST_M, FLAT_SHARE = 0.94, 0.08
"""Fronts with round necks are cut shorter above the bust by this share of what is missing to the first."""


@dataclass(frozen=True)
class Neckline:
    """width_m: from the middle to where the shoulder seam starts; front_m, back_m: how far the middle
    lies below that point; vee: straight to a point in front, else round."""

    width_m: float
    front_m: float
    back_m: float
    vee: bool = False


@dataclass(frozen=True)
class Opening:
    """Fronts that hang apart: top_m, low_m: how far each keeps from the middle where the neckline ends
    and at the hem; cutaway_m: how far from the edge their lower corners are rounded off."""

    top_m: float
    low_m: float
    cutaway_m: float = 0.0


@dataclass(frozen=True)
class Torso:
    """The measures that a trunk is drafted from, all in metres.

    neckline: see there; shoulder_m: length of the shoulder seam; lift_m: the seam lies this much above
    the skin's ridge; underarm_y: height of the armhole's lowest point; chest_m: half the width between
    the armholes, front and back; profile: girths from the underarm to the hem; room: (height, gap)
    pairs, how far from the skin the cloth is kept; front_share: of the girths; front_drop_m: how much lower
    the front's edge is cut in the middle than at the sides; region: see `Panel`; opening: None for a
    front in one piece.
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
    opening: Opening | None = None

    @property
    def fronts(self) -> tuple[str, str]:
        """The panels of the wearer's left and right front; the same one where it is in one piece."""
        return ("front", "front") if self.opening is None else ("front_l", "front_r")


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
    """Back and front, sewn at the shoulders and sides; two fronts where they hang open."""
    front, back = (_trunk_edges(form, torso, front=f) for f in (True, False))
    place = _trunk_place(form, torso, front=True)
    corner_x = max(edge.control[-1][0] for edge in back if edge.name.startswith("side_"))
    room = _pinched(_room(torso.room), np.array([corner_x, torso.underarm_y]))
    behind = Panel("back", back, _trunk_place(form, torso, front=False), torso.region, room)
    if torso.opening is None:
        return (Panel("front", front, place, torso.region, room), behind)
    left, right = _halves(front, torso.opening.cutaway_m)
    least = _apart(torso.opening, left[-1])
    return (
        Panel("front_l", left, place, torso.region, room, Aside(1.0, least)),
        Panel("front_r", right, place, torso.region, room, Aside(-1.0, least)),
        behind,
    )


NECK_EDGES = (("front", "neck_l"), ("front", "neck_r"), ("back", "neck_r"), ("back", "neck_l"))
"""The neckline in the order of each panel's outline."""


def neck_edges(torso: Torso) -> tuple[tuple[str, str], ...]:
    """As `NECK_EDGES`, with the edges of open fronts beside the neckline."""
    if torso.opening is None:
        return NECK_EDGES
    return (
        ("front_l", "neck_l"),
        ("front_l", "middle"),
        ("front_r", "middle"),
        ("front_r", "neck_r"),
        ("back", "neck_r"),
        ("back", "neck_l"),
    )


def hem_edges(torso: Torso) -> tuple[tuple[str, str], ...]:
    """The lower edge of a trunk."""
    return tuple((panel, "hem") for panel in dict.fromkeys((*torso.fronts, "back")))


def across(
    torso: Torso, panel: str, y: float, half: float, *, inner: float = 0.0
) -> tuple[tuple[str, tuple[float, float], tuple[float, float]], ...]:
    """The lines of a measure across the front or the back at a height, as `Measure` takes them.

    half: from the middle to the side; inner: from the middle to the edge of an open front.
    """
    if panel == "back" or torso.opening is None:
        return ((panel, (-half, y), (half, y)),)
    left, right = torso.fronts
    return ((left, (inner, y), (half, y)), (right, (-half, y), (-inner, y)))


def torso_seams(torso: Torso) -> tuple[Seam, ...]:
    """Shoulders and sides."""
    return tuple(
        Seam((front, f"{edge}_{side}"), ("back", f"{edge}_{side}"))
        for edge in ("shoulder", "side")
        for front, side in zip(torso.fronts, "lr", strict=True)
    )


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
    room = _pinched(_constant(sleeve.room_m), np.array([0.5 * sleeve.upper_m, 0.0]))
    panels, seams = [], []
    for trunk, side in zip(torso.fronts, "lr", strict=True):
        edges = _sleeve_edges(sleeve, front, back, left=side == "l")
        place = _sleeve_place(form, sleeve, torso, edges, side)
        name = f"sleeve_{side}"
        panels.append(Panel(name, edges, place, f"arm_{side}", room))
        seams += [
            Seam((name, "under_front"), (name, "under_back")),
            Seam((name, "cap_front"), (trunk, f"armhole_{side}")),
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
    if front and not torso.neckline.vee:
        # A flatter bust leaves less way from the shoulder down.
        flat = np.array([0.0, FLAT_SHARE * max(FULL_BUST_M - form.measures.bust, 0.0)])
        neck, tip = neck - flat, tip - flat
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


def _halves(front: tuple[Edge, ...], cutaway_m: float) -> tuple[tuple[Edge, ...], tuple[Edge, ...]]:
    """The wearer's left and right half of a front's outline, each closed by its `middle`."""
    # De Casteljau's halves of the hem's cubic.
    one, two, three, four = front[0].control
    hem = (one + 3 * two + 3 * three + four) / 8
    number = [edge.name for edge in front].index("neck_l")
    neck = front[number].control[-1]
    corner = hem + np.array([cutaway_m, 0.0])
    middle = np.array([neck, hem])
    if cutaway_m:
        middle = np.array([neck, neck + 0.6 * (hem - neck), hem + 0.03 * (neck - hem), corner])
    mirror = np.array([-1.0, 1.0])
    left = (
        curve("hem", corner, (two + 2 * three + four) / 4, (three + four) / 2, four),
        *front[1 : number + 1],
        curve("middle", *middle),
    )
    right = (
        curve("hem", one, (one + two) / 2, (one + 2 * two + three) / 4, corner * mirror),
        curve("middle", *(middle[::-1] * mirror)),
        *front[number + 1 :],
    )
    return left, right


def _apart(opening: Opening, middle: Edge) -> Gap:
    """How far from the middle a front keeps: more towards the hem, nothing beside the neckline."""
    top, low = float(middle.control[0][1]), float(middle.control[-1][1])

    def least(flat: Floats) -> Floats:
        return np.interp(flat[:, 1], [low, top, top + 0.06], [opening.low_m, opening.top_m, -0.002])

    return least


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


def _pinched(gap: Gap, corner: Floats) -> Gap:
    """Less room towards the underarm at (±x, y): between arm and trunk there is none to be had, and cloth
    that is pushed away from both stretches."""

    def pinched(flat: Floats) -> Floats:
        away = np.linalg.norm(np.abs(flat) * (1, 0) + flat * (0, 1) - corner, axis=1)
        return np.asarray(gap(flat) * np.interp(away, PINCH_M, [PINCHED, 1.0]))

    return pinched


def _room(profile: Profile) -> Gap:
    rows = sorted(profile)

    def gap(flat: Floats) -> Floats:
        return np.interp(flat[:, 1], [y for y, _ in rows], [g for _, g in rows])

    return gap
