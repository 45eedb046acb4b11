"""Hair is told from clothes by colour and place."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.stages.matte.figures import CLOTH, Figure, figure
from tryon.stages.matte.colours import Colours, cells_of
from tryon.stages.matte.hair import HeadInPicture, find_hair, sample_colours
from tryon.stages.matte.hats import hair_beside_hat


def hair_of(someone: Figure) -> tuple[HeadInPicture, NDArray[np.float32]]:
    head = HeadInPicture.of(someone.face, someone.camera, head_px=64)
    assert head is not None
    rgb, person = head.window.shrunk(someone.rgb), head.window.person(someone.mask)
    clothes = Colours.of(cells_of(someone.rgb), someone.cloth)
    colours = sample_colours(rgb, head, person, clothes)
    assert colours is not None
    share = find_hair(rgb, head, person, colours)
    whole = np.zeros(someone.hair.shape, np.float32)
    whole[head.window.slices] = head.window.enlarged(share)
    return head, whole


@pytest.fixture(scope="module")
def longhaired() -> tuple[Figure, HeadInPicture, NDArray[np.float32]]:
    someone = figure()
    head, share = hair_of(someone)
    return someone, head, share


def below_chin(someone: Figure) -> NDArray[np.bool_]:
    rows = np.arange(someone.rgb.shape[0])[:, None] + np.zeros(someone.rgb.shape[1], int)
    return (rows > 265) & (rows < 400)


def test_hair_that_falls_over_the_chest_is_found(longhaired) -> None:
    someone, _, share = longhaired
    assert share[someone.hair & below_chin(someone)].mean() > 0.9


def test_cloth_and_skin_are_not_taken_for_hair(longhaired) -> None:
    someone, _, share = longhaired
    assert share[someone.cloth].mean() < 0.02
    face = someone.skin & ~below_chin(someone)
    assert share[face].mean() < 0.08


def test_nothing_is_claimed_where_hair_and_clothes_have_one_colour() -> None:
    someone = figure(hair=CLOTH)
    _, share = hair_of(someone)
    assert not share[someone.cloth].any()


def test_the_same_picture_gives_the_same_hair(longhaired) -> None:
    _, _, share = longhaired
    assert np.array_equal(share, hair_of(figure())[1])


def test_only_what_is_above_the_brim_and_outside_of_the_hat_is_stray(longhaired) -> None:
    someone, head, _ = longhaired
    worn = ((np.abs(head.right_m) < 0.07) & (head.up_m > 0.05)) | (
        (np.abs(head.right_m) < 0.13) & (np.abs(head.up_m - 0.055) < 0.006)
    )
    person = head.window.person(someone.mask)
    stray = hair_beside_hat(head, person, worn.astype(np.float32))
    assert stray.any()
    assert not (stray & worn).any()
    assert head.up_m[stray].min() > 0.045
