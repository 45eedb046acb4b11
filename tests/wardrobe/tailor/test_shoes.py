"""Loafers enclose the foot, stand on their soles and open at the ankle."""

from __future__ import annotations

import numpy as np
import pytest

from tryon.wardrobe.body_parts import Part
from tryon.wardrobe.tailor.form import Form
from tryon.wardrobe.tailor.garments.shoes import LOAFERS, Last
from tryon.wardrobe.tailor.make import BakedGarment, BakedPart


@pytest.fixture(scope="module")
def parts(shipped: dict[str, BakedGarment]) -> dict[str, BakedPart]:
    return {part.name: part for part in shipped["loafers"].levels[0]}


def test_the_sole_lies_under_the_whole_foot(parts: dict[str, BakedPart], form: Form) -> None:
    sole, foot = parts["sole"].vertices, form.part(Part.LEFT_FOOT)
    left = sole[sole[:, 0] > 0]
    for axis in (0, 2):
        assert left[:, axis].min() < foot[foot[:, 1] < 0.02][:, axis].min()
        assert left[:, axis].max() > foot[foot[:, 1] < 0.02][:, axis].max()
    assert left[:, 1].min() == pytest.approx(-LOAFERS.sole, abs=5e-4)


def test_left_and_right_are_mirror_images(parts: dict[str, BakedPart]) -> None:
    for part in parts.values():
        left, right = (part.vertices[s * part.vertices[:, 0] > 0] for s in (1, -1))
        np.testing.assert_allclose(left[:, 0].max(), -right[:, 0].min(), atol=2e-3)
        np.testing.assert_allclose(left[:, 2].max(), right[:, 2].max(), atol=2e-3)


def test_surfaces_look_outward(parts: dict[str, BakedPart], form: Form) -> None:
    for name in ("cloth", "trim"):
        part = parts[name]
        left = (part.vertices[:, 0] > 0) & (part.vertices[:, 1] < 0.05)
        last = Last.of(form, "l", LOAFERS.toe)
        middle = last.heel + 0.5 * last.length_m * last.forward + (0, 0.02, 0)
        away = part.vertices[left] - middle
        assert np.median(np.einsum("ij,ij->i", part.normals[left], away)) > 0.005


def test_toes_and_heel_are_hidden_and_the_shin_is_not(
    shipped: dict[str, BakedGarment], form: Form
) -> None:
    hidden = shipped["loafers"].hides_body
    foot = form.body.parts == Part.LEFT_FOOT
    toes = foot & (form.points[:, 2] > form.joint("ball_l")[2] + 0.02)
    assert hidden[toes].mean() > 0.95
    assert not hidden[form.points[:, 1] > 2 * form.joint("foot_l")[1]].any()
