"""Jitter and lag of the bridge on a real portrait, and the rulers that they are measured with."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from tryon.core.errors import SuppliesError
from tryon.qa.steadiness import (
    FPS,
    Steadiness,
    film,
    jitter_px,
    lag_ms,
    measure,
    record,
    sway,
    table,
)
from tryon.stages.fit_face import FaceFitter
from tryon.wardrobe.head import HeadModel

AT_S = np.arange(5 * FPS) / FPS


@pytest.fixture(scope="module")
def ways(astronaut: NDArray[np.uint8]) -> dict[str, Steadiness]:
    try:
        fitter = FaceFitter(HeadModel.load())
    except SuppliesError as missing:
        pytest.skip(str(missing))
    still = record(astronaut, fitter, moving=False, seconds=2.5)
    moving = record(astronaut, fitter, moving=True, seconds=4.0)
    return {way.name: way for way in measure(still, moving)}


def test_the_bridge_stands_still_on_a_still_face(ways: dict[str, Steadiness]) -> None:
    """0.09 px is what MediaPipe's own matrix was found to have in other engines."""
    assert ways["smoothed"].still_px < 0.05
    assert ways["smoothed"].still_px < 0.8 * ways["MediaPipe's matrix"].still_px
    assert ways["smoothed"].still_px < 0.8 * ways["raw landmark"].still_px


def test_the_bridge_follows_a_moving_face_at_once(ways: dict[str, Steadiness]) -> None:
    assert abs(ways["smoothed"].lag_ms) <= 12.0
    assert ways["smoothed"].lag_ms - ways["fit"].lag_ms < 6.0


def test_every_way_is_in_the_table(ways: dict[str, Steadiness]) -> None:
    assert table(list(ways.values())).row_count == len(ways) == 4


def test_lag_of_a_delayed_path_is_its_delay() -> None:
    truth = sway(AT_S)
    for delay_s in (0.0, 0.012, 0.05):
        assert lag_ms(sway(AT_S - delay_s), truth) == pytest.approx(1000 * delay_s, abs=1.0)


def test_jitter_counts_what_is_fast_and_not_what_is_slow() -> None:
    slow = np.stack([20 * np.sin(2 * np.pi * AT_S), 3 * AT_S], axis=1)
    fast = np.stack([0.3 * np.sin(2 * np.pi * 8 * AT_S), np.zeros_like(AT_S)], axis=1)
    assert jitter_px(fast) == pytest.approx(0.3 / np.sqrt(2), rel=0.05)
    assert jitter_px(slow) < 0.05
    assert jitter_px(slow + fast) == pytest.approx(jitter_px(fast), rel=0.1)


def test_a_filmed_portrait_moves_by_what_it_is_told(astronaut: NDArray[np.uint8]) -> None:
    still, moved = (film(astronaut, dx, np.random.default_rng(0)) for dx in (0.0, 10.0))
    off = moved[:, 10:].astype(float) - still[:, :-10]
    assert np.abs(off.mean()) < 0.5
    assert np.median(np.abs(off)) < 20


def test_noise_is_fresh_in_every_frame_and_the_same_in_every_run(
    astronaut: NDArray[np.uint8],
) -> None:
    rng = np.random.default_rng(3)
    one, two = film(astronaut, 0.0, rng), film(astronaut, 0.0, rng)
    assert (one != two).mean() > 0.5
    np.testing.assert_array_equal(one, film(astronaut, 0.0, np.random.default_rng(3)))


def test_a_picture_without_a_face_measures_nothing(no_face: NDArray[np.uint8]) -> None:
    try:
        fitter = FaceFitter(HeadModel.load())
    except SuppliesError as missing:
        pytest.skip(str(missing))
    with pytest.raises(ValueError, match="not found in frame 0"):
        record(no_face, fitter, moving=False, seconds=0.1)


@pytest.fixture
def no_face() -> NDArray[np.uint8]:
    return np.full((512, 512, 3), 128, np.uint8)
