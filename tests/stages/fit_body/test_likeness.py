"""Which shape a person is like: read from lengths and half-widths, as sure as they are."""

from __future__ import annotations

import numpy as np
import pytest

from tryon.stages.fit_body.lift import Skeleton
from tryon.stages.fit_body.likeness import (
    GIRTH_BIAS,
    LENGTH_BIAS,
    PRIOR_SD,
    Likeness,
    LikenessGauge,
)
from tryon.stages.fit_body.rig import Rig
from tryon.wardrobe.body import Body
from tryon.wardrobe.body_girth import GIRTHS
from tryon.wardrobe.ease import skin_reaches_m


@pytest.fixture(scope="module")
def gauge(body: Body) -> LikenessGauge:
    return LikenessGauge.of(body)


def read(
    gauge: LikenessGauge, body: Body, *, sure: float = 1.0, seen: float = 1.0, **shape: float
) -> Likeness:
    """The likeness of a body of that shape, as the fit would measure it."""
    figure = body.shaped(shape)
    joints = Rig(body.names, figure.heads, figure.tails).joints
    # The fit's own errors are part of what it measures.
    trunk, shoulders, *limbs = np.exp(LENGTH_BIAS)
    across = 0.5 * (shoulders - 1) * (joints[0] - joints[1])
    lengths = Skeleton(joints).bones * np.array([*limbs, 1.0])
    biased = joints.copy()
    biased[:2] += np.array([across, -across])
    biased[:2, 1] += (trunk - 1) * (joints[:2, 1].mean() - joints[6:8, 1].mean())
    kinds = [GIRTH_BIAS.get(name.partition("_")[0], 0.0) for name in GIRTHS]
    ratio = skin_reaches_m(body, figure) / skin_reaches_m(body, body.figure)
    return gauge.read(
        biased, lengths, ratio * np.exp(kinds) - 1, scale=1.0,
        sure=np.full(14, sure), seen=np.full(len(GIRTHS), seen),
    )  # fmt: skip


def test_the_neutral_body_is_like_itself(gauge: LikenessGauge, body: Body) -> None:
    like = read(gauge, body)
    assert max(map(abs, like.shape.values())) < 0.05


@pytest.mark.parametrize(
    ("name", "amount"), [("male", 1.0), ("male", -1.0), ("height", 0.4), ("weight", 0.9)]
)
def test_a_shape_is_found_on_its_side_and_before_all_others(
    gauge: LikenessGauge, body: Body, name: str, amount: float
) -> None:
    found = read(gauge, body, **{name: amount}).shape
    assert np.sign(found[name]) == np.sign(amount)
    assert abs(found[name]) > 0.25 * abs(amount)
    others = [
        abs(value) / PRIOR_SD.get(other, 0.3) for other, value in found.items() if other != name
    ]
    assert abs(found[name]) / PRIOR_SD[name] > 0.7 * max(others)


def test_what_is_not_seen_stays_at_the_mean_and_is_said_to_be_unsure(
    gauge: LikenessGauge, body: Body
) -> None:
    blind = read(gauge, body, sure=0.0, seen=0.0, male=1.0)
    clear = read(gauge, body, male=1.0)
    assert max(map(abs, blind.shape.values())) < 1e-9
    assert blind.sd["male"] == pytest.approx(PRIOR_SD["male"])
    assert clear.sd["male"] < 0.8 * blind.sd["male"]
    assert all(clear.sd[name] <= blind.sd[name] + 1e-12 for name in clear.sd)


def test_coefficients_stay_within_the_shapes_ends(gauge: LikenessGauge, body: Body) -> None:
    like = read(gauge, body, male=1.0, height=1.0, weight=1.0)
    assert max(map(abs, like.shape.values())) <= 1.0
