"""Sizes by EN 13402-3: each has its body, on the rig that everybody shares."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from tryon.core.errors import InputError
from tryon.wardrobe.body import Body
from tryon.wardrobe.sizes import WOMEN, body_size, figure_of


@pytest.fixture(scope="module")
def body() -> Body:
    return Body.load()


@pytest.mark.parametrize("letter", WOMEN)
def test_a_sizes_body_has_its_girths(body: Body, letter: str) -> None:
    measured, size = body.measure(figure_of(body, letter)), WOMEN[letter]
    found = [measured.bust, measured.waist, measured.hip]
    assert found == pytest.approx([size.bust, size.waist, size.hip], abs=0.002)


def test_larger_sizes_are_larger_everywhere(body: Body) -> None:
    for small, large in pairwise(body.measure(figure_of(body, letter)) for letter in WOMEN):
        for name in ("bust", "underbust", "waist", "hip", "thigh", "calf", "upper_arm"):
            assert getattr(large, name) > getattr(small, name), name


def test_joints_and_heads_stay(body: Body) -> None:
    figure = figure_of(body, "XXL")
    np.testing.assert_array_equal(figure.heads, body.figure.heads)
    assert body.measure(figure).stature == pytest.approx(body.measure().stature, abs=0.003)
    assert body.measure(figure).head == pytest.approx(body.measure().head, abs=0.003)


def test_the_neutral_figure_would_buy_the_sample_size(body: Body) -> None:
    bust = body.measure().bust
    nearest = min(WOMEN, key=lambda letter: abs(WOMEN[letter].bust - bust))
    assert nearest == "S"


def test_an_unknown_size_names_those_there_are(body: Body) -> None:
    with pytest.raises(InputError, match=r"no size 'XXXL'.*XS, S, M"):
        body_size("XXXL")
    with pytest.raises(InputError, match="no size"):
        figure_of(body, "m")
