"""Holes are filled from what is around them, and nothing else changes."""

from __future__ import annotations

import numpy as np
import pytest

from tryon.core.scene import Layer
from tryon.stages.matte.erase import OldClothes, OldPart
from tryon.stages.matte.fill import filled
from tryon.stages.matte.window import Window


@pytest.fixture
def wall() -> np.ndarray:
    """(160, 200, 3) a shaded wall with grain."""
    grain = np.random.default_rng(3).normal(0, 3, (160, 200, 3))
    slope = np.linspace(90, 170, 200)[None, :, None] + np.array([0, 8, -12])
    return np.clip(slope + grain, 0, 255).astype(np.uint8)


def hole() -> np.ndarray:
    out = np.zeros((160, 200), bool)
    out[50:110, 90:112] = True
    return out


def test_a_hole_in_a_wall_becomes_wall(wall: np.ndarray) -> None:
    painted = wall.copy()
    painted[hole()] = (200, 20, 20)
    out = filled(painted, hole(), ~hole())
    error = out[hole()].astype(float) - wall[hole()]
    assert np.abs(error.mean(0)).max() < 3
    assert out[hole()].astype(float).std() > 2  # grain and slope, not a flat patch


def test_outside_of_the_hole_every_byte_stays(wall: np.ndarray) -> None:
    out = filled(wall, hole(), ~hole())
    assert np.array_equal(out[~hole()], wall[~hole()])


def test_with_nothing_known_the_picture_stays(wall: np.ndarray) -> None:
    assert np.array_equal(filled(wall, hole(), np.zeros_like(hole())), wall)


def taken_out_of(wall: np.ndarray) -> tuple[np.ndarray, OldPart]:
    window = Window((0, 0), (200, 160), 1.0)
    person = np.zeros((160, 200), np.float32)
    person[40:120, 80:130] = 1
    part = OldPart.of(
        window,
        hole(),
        painted=np.zeros_like(hole()),
        person=person,
        anybody=person,
        covered=np.zeros_like(hole()),
    )
    return OldClothes((part,)).taken_out(wall), part


def test_what_is_kept_of_a_person_is_never_touched(wall: np.ndarray) -> None:
    out, part = taken_out_of(wall)
    kept = np.zeros_like(hole())
    kept[40:120, 80:130] = True
    kept &= ~hole()
    kept[48:112, 88:114] = False  # the blending pixel around the hole
    assert kept.any()
    assert np.array_equal(out[kept], wall[kept])
    assert not (part.known & (part.hole | kept)).any()


def test_the_same_frame_gives_the_same_bytes(wall: np.ndarray) -> None:
    assert np.array_equal(taken_out_of(wall)[0], taken_out_of(wall.copy())[0])


def test_skin_is_laid_only_where_cloth_was_taken_out(wall: np.ndarray) -> None:
    layer = Layer(np.full((160, 200, 4), 255, np.uint8), (0, 0))
    _, part = taken_out_of(wall)
    assert not OldClothes((part,)).bared(layer).rgba.any()
