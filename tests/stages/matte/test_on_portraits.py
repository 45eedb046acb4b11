"""Hats over real hair."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from tryon.core.camera import PinholeCamera
from tryon.core.frame import Frame
from tryon.core.result import TryonResult
from tryon.engine import Engine
from tryon.stages.detect.segment import PersonSegmenter


@pytest.fixture(scope="module")
def hatted(astronaut: NDArray[np.uint8]) -> TryonResult:
    with Engine() as engine:
        return engine.photo(astronaut, ["aurelle-fedora"], layers=True)


def test_no_hair_is_left_beside_the_crown(
    astronaut: NDArray[np.uint8], hatted: TryonResult
) -> None:
    hat = hatted.layers["aurelle-fedora"] > 127
    brim = np.array([np.flatnonzero(column).max(initial=-1) for column in hat.T])
    rows = np.arange(hat.shape[0])[:, None]
    above = (rows < brim[None] - 2) & ~hat & (np.abs(rows - brim[None]) < 70)
    segmenter = PersonSegmenter()
    before = segmenter.look(astronaut, low=(100, 0), high=(360, 240)).whole((512, 512)) > 0.5
    segmenter.close()
    hair = above & before
    assert hair.sum() > 150  # it did stand out
    # Her hair is brown, the wall behind it grey.
    warmth = hatted.image[..., 0].astype(int) - hatted.image[..., 2]
    was = astronaut[..., 0].astype(int) - astronaut[..., 2]
    assert np.median(was[hair]) > 40
    assert (warmth[hair] > 40).mean() < 0.05


def test_below_the_brim_every_byte_of_the_picture_stays(
    astronaut: NDArray[np.uint8], hatted: TryonResult
) -> None:
    assert np.array_equal(hatted.image[200:], astronaut[200:])


def test_the_filling_stands_still_while_nothing_moves(astronaut: NDArray[np.uint8]) -> None:
    camera = PinholeCamera.default((512, 512))
    frames = [Frame(astronaut, 40_000_000 * k, k, camera) for k in range(6)]
    with Engine() as engine, engine.session(["aurelle-fedora"]) as session:
        images = [session.step(frame).image for frame in frames]
    changes = np.abs(images[-1].astype(int) - images[-2])
    assert changes[:90].mean() < 0.5
    assert not changes[220:].any()
