"""The house's six models are tall, slender and each somebody else."""

from __future__ import annotations

import pytest

import tryon
from tryon.core.errors import InputError
from tryon.wardrobe.body import Body
from tryon.wardrobe.body_measure import Measurements
from tryon.wardrobe.model_bodies import model_bodies, model_body


@pytest.fixture(scope="module")
def measured() -> dict[str, Measurements]:
    body = Body.load()
    return {name: body.measure(model.figure(body)) for name, model in model_bodies.items()}


def test_women_are_as_tall_as_runways_want_and_men_taller(
    measured: dict[str, Measurements],
) -> None:
    for name, model in model_bodies.items():
        low, high = (1.75, 1.82) if model.sex == "woman" else (1.85, 1.91)
        assert low < measured[name].stature < high, name


def test_waists_are_slender_for_the_height(measured: dict[str, Measurements]) -> None:
    for name, found in measured.items():
        assert found.waist < 0.44 * found.stature, name


def test_no_two_models_measure_alike(measured: dict[str, Measurements]) -> None:
    girths = [(round(m.stature, 2), round(m.bust, 2), round(m.waist, 2)) for m in measured.values()]
    assert len(set(girths)) == len(girths) == 6


def test_models_are_public_and_an_unknown_name_says_who_there_is() -> None:
    assert tryon.model_bodies is model_bodies
    with pytest.raises(InputError, match="no model 'nobody'") as refused:
        model_body("nobody")
    assert "noor" in refused.value.remedy
