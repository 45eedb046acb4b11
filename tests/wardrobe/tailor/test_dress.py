"""Garments in their cloths, and what is left to see of each when they are worn over each other."""

from __future__ import annotations

import numpy as np
import pytest
from pydantic import ValidationError

from tryon.wardrobe.garment import Garment, look_layers
from tryon.wardrobe.tailor.dress import GarmentParameters, garment, make_garment_asset
from tryon.wardrobe.tailor.fabrics import FINISHES, cloth, tile_cm
from tryon.wardrobe.tailor.form import Form


def _worn(cut: str, **parameters: str) -> Garment:
    return garment(GarmentParameters(cut=cut, **parameters), item_id=cut, variant="v")


@pytest.mark.parametrize("finish", FINISHES)
def test_cloths_repeat_without_a_seam(finish: str) -> None:
    material = cloth(finish, "#808080")
    for texture in (material.base_color_texture, material.normal_texture):
        assert texture is not None
        picture = texture.astype(float)
        inside = np.abs(np.diff(picture, axis=1)).mean(axis=(0, 2)).max()
        across = np.abs(picture[:, 0] - picture[:, -1]).mean()
        assert across <= 1.5 * inside + 1
    assert min(tile_cm(finish)) > 0


def test_stripes_have_their_width_and_distance_in_centimetres() -> None:
    material = cloth("jersey", "#ffffff", stripe=("#000000", 0.6, 2.4))
    assert tile_cm("jersey", ("#000000", 0.6, 2.4)) == (2.4, 2.4)
    assert material.base_color_texture is not None
    dark = material.base_color_texture.mean(axis=(1, 2)) < 100
    assert dark.mean() == pytest.approx(0.6 / 2.4, abs=0.02)


def test_an_unknown_cut_or_cloth_is_refused_by_name() -> None:
    with pytest.raises(ValidationError, match="toga"):
        GarmentParameters(cut="toga")
    with pytest.raises(ValidationError, match="tinfoil"):
        GarmentParameters(cut="tee", cloth="tinfoil")


def test_the_asset_shows_the_finest_level_of_the_garment() -> None:
    parameters = GarmentParameters(cut="coat", color="#aa7744", button_color="#221100")
    asset = make_garment_asset(parameters, item_id="c", variant="camel")
    worn = garment(parameters, item_id="c", variant="camel")
    for shown, part in zip(asset.parts, worn.parts, strict=True):
        np.testing.assert_array_equal(shown.vertices, part.mesh.vertices)
    buttons = asset.part("button")
    assert buttons is not None
    assert buttons.material.base_color[0] < 0.05


def test_garments_grow_with_the_person(form: Form) -> None:
    part = _worn("tee").parts[0]
    directions = part.girth_directions(form.body)
    assert directions.shape[1:] == part.mesh.vertices.shape
    assert np.abs(directions).max() > 0.05


def test_layers_are_ordered_and_keep_their_own_arrays_when_nothing_covers_them(form: Form) -> None:
    tee, trousers = _worn("tee"), _worn("trousers")
    look = look_layers(form.body, [tee, trousers])
    assert [worn.item_id for worn in look.garments] == ["trousers", "tee"]
    assert look.part_faces[1][0][0] is tee.parts[0].mesh.faces
    assert look.part_vertices[1][0][0] is tee.parts[0].mesh.vertices
    bare = look_layers(form.body, [])
    assert all(seen.all() for seen in bare.body_faces)


def test_a_coat_hides_the_shirt_under_it_but_not_its_neckline(form: Form) -> None:
    tee, coat = _worn("tee"), _worn("coat")
    alone, together = look_layers(form.body, [tee]), look_layers(form.body, [coat, tee])
    left = len(together.part_faces[0][0][0]) / len(alone.part_faces[0][0][0])
    assert 0.02 < left < 0.5
    kept = np.unique(together.part_faces[0][0][0])
    middle = tee.parts[0].mesh.vertices[kept]
    assert (np.hypot(middle[:, 0], middle[:, 1] - form.landmark("throat")[1]) < 0.09).any()
    assert len(together.part_faces[1][0][0]) == len(coat.parts[0].mesh.faces)


def test_inner_cloth_is_drawn_in_under_what_is_worn_over_it(form: Form) -> None:
    tee, trousers = _worn("long-sleeve"), _worn("trousers")
    look = look_layers(form.body, [tee, trousers])
    before, after = trousers.parts[0].mesh.vertices, look.part_vertices[0][0][0]
    moved = np.linalg.norm(after - before, axis=1)
    hem = tee.parts[0].mesh.vertices[:, 1].min()
    assert moved[before[:, 1] < hem - 0.06].max() == pytest.approx(0, abs=1e-6)
    assert 0.001 < moved.max() < 0.051
