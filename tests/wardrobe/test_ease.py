"""How far clothes stand off the body where its girth is measured."""

from __future__ import annotations

import numpy as np
import pytest

from tryon.wardrobe.body import Body
from tryon.wardrobe.body_girth import GIRTHS
from tryon.wardrobe.catalogue import Catalogue
from tryon.wardrobe.ease import ease_m
from tryon.wardrobe.garment import Garment
from tryon.wardrobe.load_garment import load_garment


@pytest.fixture(scope="module")
def body() -> Body:
    return Body.load()


def garment(item_id: str) -> Garment:
    item = Catalogue.load().item(item_id)
    return load_garment(item, item.variants[0].name)


def of(ease: np.ndarray, *names: str) -> np.ndarray:
    return np.array([ease[GIRTHS.index(name)] for name in names])


def test_a_bare_body_has_no_ease(body: Body) -> None:
    assert not ease_m(body, []).any()


def test_a_tee_covers_the_trunk_and_no_leg(body: Body) -> None:
    ease = ease_m(body, [garment("aurelle-tee")])
    trunk = of(ease, *(f"trunk_{side}_{k}" for side in "lr" for k in range(4)))
    assert np.all((trunk > 0.003) & (trunk < 0.03))
    assert not of(ease, "leg_l_2", "leg_r_2", "foot_side_l", "lowerarm_l").any()


def test_left_and_right_are_alike(body: Body) -> None:
    ease = ease_m(body, [garment("aurelle-trousers")])
    left, right = (of(ease, *(f"leg_{side}_{k}" for k in range(5))) for side in "lr")
    assert left == pytest.approx(right, abs=0.004)
    assert left[3:].min() > 0.005


def test_the_outermost_cloth_counts(body: Body) -> None:
    tee, coat = garment("aurelle-tee"), garment("aurelle-coat")
    both, outer = ease_m(body, [tee, coat]), ease_m(body, [coat])
    assert np.all(both >= outer)
    assert of(both, "upperarm_l") > of(ease_m(body, [tee]), "upperarm_l") + 0.002


def test_shoes_cover_feet_alone(body: Body) -> None:
    ease = ease_m(body, [garment("aurelle-loafers")])
    assert of(ease, "foot_side_l", "foot_side_r", "foot_tip_l").min() > 0.002
    assert not of(ease, "leg_l_0", "trunk_l_2").any()
