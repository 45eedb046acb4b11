"""Drafting of trousers: a front and a back for each leg, and where they start around the form."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tryon.core.spaces import Floats
from tryon.wardrobe.tailor.form import Form
from tryon.wardrobe.tailor.pattern import Edge, Panel, Place, Seam, curve


@dataclass(frozen=True)
class Legs:
    """Heights and girths in metres.

    waist_y, hip_y, crotch_y, knee_y, hem_y: heights; waist, hip: whole girths; knee, hem: girths of one
    leg; fork_front, fork_back: how far the crotch reaches beyond the middle; back_rise: the back's
    middle stands so much higher, and back_slant farther out; knee_out, hem_out: how far
    knee and hem stand outward of the hip, since the form's legs are apart; gap_m: from the skin.
    """

    waist_y: float
    hip_y: float
    crotch_y: float
    knee_y: float
    hem_y: float
    waist: float
    hip: float
    knee: float
    hem: float
    fork_front: float
    fork_back: float
    knee_out: float
    hem_out: float
    back_rise: float = 0.032
    back_slant: float = 0.018
    gap_m: float = 0.0035


SIDE_RISE_M = 0.004
"""The side is so much shorter than the inside of the leg, since the legs stand apart."""

FULL_THIGH_M = 0.25

PANELS = ("front_l", "front_r", "back_l", "back_r")

LEG_SEAMS = (
    *(
        Seam((f"front_{side}", edge), (f"back_{side}", edge))
        for side in "lr"
        for edge in ("side", "hip", "inseam")
    ),
    Seam(("front_l", "middle"), ("front_r", "middle")),
    Seam(("back_l", "middle"), ("back_r", "middle")),
)


def leg_panels(form: Form, legs: Legs) -> tuple[Panel, ...]:
    """Four panels; the middle of the body is x = 0 in each."""
    gap = legs.gap_m

    def room(flat: Floats) -> Floats:
        return np.full(len(flat), gap)

    out = []
    for name in PANELS:
        front, left = name.startswith("front"), name.endswith("_l")
        edges = _front(legs) if front else _back(legs)
        # Drawn with the side seam at x > 0; seen from outside that is the left front, the right back.
        if front != left:
            edges = mirrored(edges)
        place = _place(form, legs, front=front, left=left)
        out.append(Panel(name, edges, place, f"leg_{name[-1]}", room))
    return tuple(out)


def mirrored(edges: tuple[Edge, ...]) -> tuple[Edge, ...]:
    """The outline in a mirror, still counter-clockwise."""
    flip = np.array([-1.0, 1.0])
    return tuple(Edge(edge.name, edge.control[::-1] * flip) for edge in reversed(edges))


def _front(legs: Legs) -> tuple[Edge, ...]:
    quarter = legs.hip / 4
    return _outline(legs, quarter, legs.waist / 4, legs.fork_front, 0.0, 0.0, 0.97)


def _back(legs: Legs) -> tuple[Edge, ...]:
    quarter = legs.hip / 4
    return _outline(
        legs, quarter, legs.waist / 4, legs.fork_back, legs.back_rise, legs.back_slant, 1.03
    )


def _outline(  # noqa: PLR0917  one caller for each half, side by side
    legs: Legs, hip: float, waist: float, fork: float, rise: float, slant: float, share: float
) -> tuple[Edge, ...]:
    """Hem, side, waist, middle with its fork, inseam; x grows from the middle to the side."""
    middle_x = 0.5 * (hip - fork)
    knee, hem = 0.25 * legs.knee * share, 0.25 * legs.hem * share
    at_hem, at_knee = middle_x + legs.hem_out, middle_x + legs.knee_out
    hem_in, hem_out = (at_hem - hem, legs.hem_y), (at_hem + hem, legs.hem_y + SIDE_RISE_M)
    side_hip = (hip, legs.hip_y)
    top_side, top_middle = (waist + slant, legs.waist_y), (slant, legs.waist_y + rise)
    fork_point = (-fork, legs.crotch_y)
    knee_pull = 0.35
    # Shorts have less way from the crotch to what stands for the knee.
    reach = min(1.0, (legs.crotch_y - legs.knee_y) / FULL_THIGH_M)
    pulled = knee_pull * (legs.hem_out - legs.knee_out)
    return (
        curve("hem", hem_in, hem_out),
        curve(
            "side",
            hem_out,
            (at_knee + knee + pulled, legs.knee_y + knee_pull * (legs.hem_y - legs.knee_y)),
            (at_knee + knee + 0.004, legs.knee_y + 0.12 * reach),
            (hip + 0.012, legs.hip_y - 0.09),
            side_hip,
        ),
        curve(
            "hip",
            side_hip,
            (hip, legs.hip_y + 0.07),
            (waist + slant + 0.02, legs.waist_y - 0.05),
            top_side,
        ),
        curve(
            "waist",
            top_side,
            (0.5 * (top_side[0] + slant), legs.waist_y - 0.002 + 0.4 * rise),
            top_middle,
        ),
        curve(
            "middle",
            top_middle,
            (0.004, legs.hip_y),
            (0.004, legs.crotch_y + 0.028),
            (-0.30 * fork, legs.crotch_y),
            fork_point,
        ),
        curve(
            "inseam",
            fork_point,
            (at_knee - knee - 0.05 * reach, legs.crotch_y - 0.13 * reach),
            (at_knee - knee - 0.008, legs.knee_y + 0.06 * reach),
            (at_knee - knee + pulled, legs.knee_y + knee_pull * (legs.hem_y - legs.knee_y)),
            hem_in,
        ),
    )


def _place(form: Form, legs: Legs, *, front: bool, left: bool) -> Place:
    side = "l" if left else "r"
    joints = np.array([form.joint(f"{name}_{side}") for name in ("foot", "calf", "thigh")])
    sign = 1.0 if left else -1.0
    fork = legs.fork_front if front else legs.fork_back
    middle_x = 0.5 * (legs.hip / 4 - fork)

    def place(flat: Floats) -> Floats:
        # x from the middle to the side, whichever way the panel was mirrored.
        x = flat[:, 0] * (1.0 if front == left else -1.0)
        y = flat[:, 1]
        girth = np.interp(y, [legs.hem_y, legs.knee_y, legs.crotch_y], [legs.hem, legs.knee, 0.62])
        out = np.interp(
            y, [legs.hem_y, legs.knee_y, legs.crotch_y], [legs.hem_out, legs.knee_out, 0.0]
        )
        angle = 2 * np.pi * (x - middle_x - out) / girth
        radius = girth / (2 * np.pi)
        axis = np.stack([np.interp(y, joints[:, 1], joints[:, k]) for k in (0, 2)], axis=1)
        facing = 1.0 if front else -1.0
        leg = np.stack(
            [
                axis[:, 0] + sign * radius * np.sin(angle),
                y,
                axis[:, 1] + facing * radius * np.cos(angle),
            ],
            axis=1,
        )
        whole = np.interp(y, [legs.hip_y, legs.waist_y], [legs.hip, legs.waist])
        share = sign * np.maximum(x, 0.0) / whole
        hip = form.around(y, share if front else 0.5 - share, whole)
        up = np.clip((y - legs.crotch_y) / (legs.hip_y - legs.crotch_y), 0, 1)[:, None]
        return np.asarray(leg + up * (hip - leg))

    return place
