"""Placements of one material that move as one are drawn as one mesh, and look the same."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from tryon.core.camera import PinholeCamera
from tryon.core.scene import Draw, Lighting
from tryon.core.transforms import rigid
from tryon.stages.place import Placement, joined, place_on_head
from tryon.stages.render import Renderer
from tryon.wardrobe.catalogue import Catalogue
from tryon.wardrobe.head import HeadModel
from tryon.wardrobe.load import load_asset

CAMERA = PinholeCamera.default((320, 240))
AWAY = rigid(None, np.array([0.0, 0.0, -0.55]))


@pytest.fixture(scope="module")
def renderer() -> Iterator[Renderer]:
    with Renderer() as opened:
        yield opened


@pytest.fixture(scope="module")
def placements() -> tuple[Placement, ...]:
    item = Catalogue.load().item("aurelle-windsor")
    model = HeadModel.load()
    asset = load_asset(item, item.variants[0].name)
    return place_on_head(asset, item.category, model.fitted(model.landmarks))


def picture(renderer: Renderer, placements: tuple[Placement, ...]) -> np.ndarray:
    draws = [Draw(p.mesh, AWAY @ p.head_from_mesh, owner=p.owner) for p in placements]
    layer = renderer.draw(CAMERA, draws, Lighting.studio(), supersample=2.0)
    assert layer is not None
    return layer.rgba


def test_fewer_meshes_give_the_same_picture(
    renderer: Renderer, placements: tuple[Placement, ...]
) -> None:
    fewer = joined(placements)
    assert len(fewer) < len(placements)
    apart, together = picture(renderer, placements), picture(renderer, fewer)
    np.testing.assert_allclose(apart.astype(int), together, atol=1)


def test_no_triangle_is_lost(placements: tuple[Placement, ...]) -> None:
    assert sum(len(p.mesh.faces) for p in joined(placements)) == sum(
        len(p.mesh.faces) for p in placements
    )


def test_joined_mesh_stays_the_same_object(placements: tuple[Placement, ...]) -> None:
    for one, other in zip(joined(placements), joined(placements), strict=True):
        assert one.mesh is other.mesh, "a renderer keeps it by identity"


def test_what_moves_apart_stays_apart(placements: tuple[Placement, ...]) -> None:
    swung = {p.mesh.name for p in joined(placements)}
    assert {"left_temple", "right_temple"} <= swung
    turned = replace(placements[0], follows="gravity")
    assert len(joined([placements[0], turned])) == 2


def test_other_material_stays_apart(placements: tuple[Placement, ...]) -> None:
    first = placements[0]
    other = replace(first.mesh.material, roughness=0.9)
    painted = replace(first, mesh=replace(first.mesh, material=other))
    assert len(joined([first, painted])) == 2
    assert len(joined([first, first])) == 1
