"""How large people are in the picture decides in how many triangles their eyewear is drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from tryon.core.camera import PinholeCamera
from tryon.core.fits import FaceFit
from tryon.core.scene import Draw
from tryon.core.transforms import rigid
from tryon.engine.dresser import FINE_FROM_PX_PER_M, STAYS_FINE_SHARE, Dresser
from tryon.engine.outfit import Accessory
from tryon.wardrobe.catalogue import Catalogue, WornItem
from tryon.wardrobe.head import HeadModel
from tryon.wardrobe.load import load_asset

GLASSES = "aurelle-windsor"
CAMERA = PinholeCamera.default((1280, 720))


@pytest.fixture(scope="module")
def model() -> HeadModel:
    return HeadModel.load()


@pytest.fixture(scope="module")
def outfit() -> Sequence[Accessory]:
    item = Catalogue.load().item(GLASSES)
    variant = item.variants[0].name
    return (Accessory(WornItem(item, variant), load_asset(item, variant)),)


def face(model: HeadModel, px_per_m: float, *, track: int = 0) -> FaceFit:
    """A head straight ahead at which a metre is so many pixels."""
    cam_from_head = rigid(None, np.array([0.0, 0.0, -CAMERA.focal_px[0] / px_per_m]))
    anchors = model.fitted(model.landmarks).anchors
    return FaceFit(track, cam_from_head, model.landmarks, anchors, 0.063, 0.002, 1.0)


def triangles(draws: Sequence[Draw], *, track: int = 0) -> int:
    return sum(len(d.mesh.faces) for d in draws if d.owner == GLASSES and d.person == track)


def test_small_eyewear_is_drawn_in_fewer_triangles_at_the_same_place(
    model: HeadModel, outfit: Sequence[Accessory]
) -> None:
    dresser = Dresser(model, outfit)
    near, far = (
        dresser.draws([face(model, share * FINE_FROM_PX_PER_M, track=track)], CAMERA)
        for track, share in enumerate((1.1, 0.5))
    )
    assert triangles(far, track=1) < 0.6 * triangles(near)
    for fine, coarse in zip(near[1:], far[1:], strict=True):
        assert len(fine.vertices_in_cam()) == len(coarse.vertices_in_cam())
        np.testing.assert_allclose(
            fine.cam_from_mesh[:3, :3], coarse.cam_from_mesh[:3, :3], atol=1e-12
        )


def test_who_stands_on_the_limit_does_not_change_to_and_fro(
    model: HeadModel, outfit: Sequence[Accessory]
) -> None:
    dresser = Dresser(model, outfit)
    shares = (0.5, 1.02, 0.98, 1.02, 0.5 * (1 + STAYS_FINE_SHARE), 0.8, 0.98, 1.02)
    seen = [
        triangles(dresser.draws([face(model, share * FINE_FROM_PX_PER_M)], CAMERA))
        for share in shares
    ]
    most = max(seen)
    assert [count == most for count in seen] == [
        False, True, True, True, True, False, False, True,
    ]  # fmt: skip


def test_two_people_of_different_size_each_have_their_own(
    model: HeadModel, outfit: Sequence[Accessory]
) -> None:
    people = [
        face(model, 1.2 * FINE_FROM_PX_PER_M),
        face(model, 0.4 * FINE_FROM_PX_PER_M, track=1),
    ]
    draws = Dresser(model, outfit).draws(people, CAMERA)
    assert triangles(draws, track=1) < 0.6 * triangles(draws)


def test_photos_have_all_triangles_however_small(
    model: HeadModel, outfit: Sequence[Accessory]
) -> None:
    small = face(model, 0.3 * FINE_FROM_PX_PER_M)
    always, stream = (
        triangles(Dresser(model, outfit, fine=fine).draws([small], CAMERA))
        for fine in (True, False)
    )
    assert stream < 0.6 * always


def test_what_has_no_coarser_form_is_drawn_as_it_is(
    model: HeadModel, outfit: Sequence[Accessory]
) -> None:
    bare = [replace(piece, asset=replace(piece.asset, coarse=())) for piece in outfit]
    small = face(model, 0.3 * FINE_FROM_PX_PER_M)
    whole = sum(len(mesh.faces) for mesh in outfit[0].asset.parts)
    assert triangles(Dresser(model, bare).draws([small], CAMERA)) == whole
