"""The form is measured where tailors measure, and cloth can be laid around it at any girth."""

from __future__ import annotations

import numpy as np
import pytest

from tryon.wardrobe.body import Body
from tryon.wardrobe.tailor.form import Form
from tryon.wardrobe.tailor.garments.tops import TEE, torso_of


def test_heights_follow_each_other_from_neck_to_knee(form: Form) -> None:
    assert (
        form.ridge(0.08)[1]
        > form.armpit_y
        > form.waist_y
        > form.hip_y
        > form.crotch_y
        > form.knee_y
        > 0
    )


def test_the_armpit_is_where_arm_and_trunk_part(form: Form) -> None:
    shoulder = form.joint("upperarm_l")
    x = np.linspace(0.1, form.joint("lowerarm_l")[0], 200)
    for step, parted in ((0.012, False), (-0.012, True)):
        row = np.stack(
            [x, np.full_like(x, form.armpit_y + step), np.full_like(x, shoulder[2])], axis=1
        )
        inside = np.flatnonzero(form.field.at(row) < 0)
        gaps = (np.diff(inside) > 1).any()
        assert gaps == parted


@pytest.mark.parametrize("girth", [0.9, 1.2])
def test_a_ring_around_the_form_has_the_girth_that_was_asked_for(form: Form, girth: float) -> None:
    share = np.linspace(0, 1, 400, endpoint=False)
    y = np.full(400, form.waist_y + 0.03)
    ring = form.around(y, share, np.full(400, girth))
    around = np.linalg.norm(ring - np.roll(ring, 1, axis=0), axis=1).sum()
    assert around == pytest.approx(girth, rel=0.01)
    np.testing.assert_allclose(ring[:, 1], y)
    assert ring[0, 2] == ring[:, 2].max() or ring[0, 2] > ring[:, 2].mean(), "0 is the front"
    assert ring[100, 0] > 0.1, "a quarter of the way round is the wearer's left"


def test_the_distance_field_knows_skin_from_air(form: Form) -> None:
    skin = form.points[(form.points[:, 1] > 0.2) & (form.points[:, 1] < 1.3)]
    assert np.quantile(np.abs(form.field.at(skin)), 0.99) < 0.004
    assert form.field.at(form.joint("spine_02")[None])[0] < -0.02


def test_a_recipe_follows_another_body(form: Form) -> None:
    body = Body.load()
    tall = Form(body, body.shaped({"height": 0.6, "bust": 0.8}))
    usual, other = torso_of(form, TEE), torso_of(tall, TEE)
    assert other.underarm_y > usual.underarm_y + 0.02
    assert other.profile[0][1] - tall.measures.bust == pytest.approx(TEE.bust_ease, abs=1e-9)
    assert other.profile[0][1] > usual.profile[0][1]
