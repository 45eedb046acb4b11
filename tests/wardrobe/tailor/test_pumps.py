"""High heels lie on the flat foot of the rest pose and stand level under the one that is turned down."""

from __future__ import annotations

import numpy as np
import pytest

from tryon.engine.mannequin import at_ease
from tryon.wardrobe.catalogue import Catalogue, bundled_folder
from tryon.wardrobe.heels import heel_pitch_rad, on_heels, raised
from tryon.wardrobe.load_garment import load_garment
from tryon.wardrobe.model_bodies import model_bodies
from tryon.wardrobe.skinning import Skinning
from tryon.wardrobe.tailor.form import Form
from tryon.wardrobe.tailor.garments.pumps import BLOCK_PUMPS, PUMPS, PumpRecipe
from tryon.wardrobe.tailor.garments.sandals import SANDALS
from tryon.wardrobe.tailor.make import BakedGarment

each = pytest.mark.parametrize(
    ("name", "recipe"),
    [("pumps", PUMPS), ("block-pumps", BLOCK_PUMPS), ("sandals", SANDALS.pump)],
)


@each
def test_heel_and_sole_stand_on_one_floor(
    name: str, recipe: PumpRecipe, shipped: dict[str, BakedGarment], form: Form
) -> None:
    motion = on_heels(form.body, form.figure, shipped[name].finished["heel"])
    low = {
        part.name: float(
            Skinning(part.vertices, part.bones, part.weights).posed(motion)[:, 1].min()
        )
        for part in shipped[name].levels[0]
    }
    assert low["trim"] == pytest.approx(-recipe.shoe.sole, abs=1e-3)
    assert low["sole"] == pytest.approx(-recipe.shoe.sole, abs=3e-3)


@each
def test_the_heel_is_as_high_as_it_is_sold(
    name: str, recipe: PumpRecipe, shipped: dict[str, BakedGarment], form: Form
) -> None:
    motion = on_heels(form.body, form.figure, recipe.heel)
    back = form.figure.vertices[form.points[:, 1] < 0.01]
    back = back[back[:, 2] < back[:, 2].min() + 0.03].astype(np.float64)
    foot = motion[form.body.bone("foot_l")]
    high = (back @ foot[:3, :3].T + foot[:3, 3])[:, 1].mean()
    assert high == pytest.approx(recipe.heel, abs=0.012)
    assert shipped[name].finished["heel"] == recipe.heel


def test_the_heel_does_not_stick_out_behind_the_shoe(
    shipped: dict[str, BakedGarment], form: Form
) -> None:
    motion = on_heels(form.body, form.figure, PUMPS.heel)
    back = {
        part.name: Skinning(part.vertices, part.bones, part.weights).posed(motion)[:, 2].min()
        for part in shipped["pumps"].levels[0]
    }
    assert back["trim"] > back["sole"] - 0.001


def test_ankles_rise_together_with_the_body_and_toes_stay(form: Form) -> None:
    body, figure = form.body, form.figure
    motion = on_heels(body, figure, 0.085)
    heads = np.einsum("jab,jb->ja", motion[:, :3, :3], figure.heads) + motion[:, :3, 3]
    for side in "lr":
        calf, foot, ball = (body.bone(f"{name}_{side}") for name in ("calf", "foot", "ball"))
        shin = np.linalg.norm(heads[calf] - heads[foot])
        assert shin == pytest.approx(
            np.linalg.norm(figure.heads[calf] - figure.heads[foot]), abs=0.002
        )
        np.testing.assert_allclose(heads[ball], figure.heads[ball], atol=1e-9)
    assert 0.04 < heads[body.bone("pelvis"), 1] - figure.heads[body.bone("pelvis"), 1] < 0.085


def test_without_heels_nothing_turns(form: Form) -> None:
    assert heel_pitch_rad(form.body, form.figure, 0.0) == 0.0
    still = np.tile(np.eye(4), (len(form.body.names), 1, 1))
    np.testing.assert_allclose(on_heels(form.body, form.figure, 0.0), still, atol=1e-12)


def test_garments_tell_how_high_their_heels_are_and_models_rise_on_them(form: Form) -> None:
    catalogue = Catalogue.load([bundled_folder()])
    heights = {
        name: load_garment(item, item.variants[0].name).heel_m
        for name in ("aurelle-vendome", "aurelle-vivienne", "aurelle-loafers")
        for item in [catalogue.item(name)]
    }
    assert heights == {"aurelle-vendome": 0.085, "aurelle-vivienne": 0.055, "aurelle-loafers": 0.0}
    figure = model_bodies["noor"].figure(form.body)
    head = form.body.bone("head")
    ease = at_ease(form.body, figure)
    flat, high = (raised(form.body, figure, ease, heel_m)[head, 1, 3] for heel_m in (0.0, 0.085))
    assert 0.04 < high - flat < 0.085


def test_sandals_leave_the_toes_bare_and_their_footbed_has_a_top(
    shipped: dict[str, BakedGarment], form: Form
) -> None:
    garment = shipped["sandals"]
    assert not garment.hides_body.any()
    straps = next(part for part in garment.levels[0] if part.name == "cloth").vertices
    toes = form.joint("ball_l")[2] + 0.05
    assert straps[:, 2].max() < toes
    sole = next(part for part in garment.levels[0] if part.name == "sole")
    assert (sole.normals[:, 1] > 0.9).sum() > 100
