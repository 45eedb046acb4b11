"""A preview keeps pace with the music and leaves out what it cannot draw in time."""

from __future__ import annotations

import numpy as np
import pytest

from shows.film.preview import Shown, play


class Clock:
    """Time that passes only when somebody draws or sleeps."""

    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s

    def sleep(self, duration_s: float) -> None:
        assert duration_s > 0
        self.now_s += duration_s


def preview(draw_s: float, *, stop_after: int = 10_000) -> tuple[Shown, list[float], Clock]:
    clock = Clock()
    times: list[float] = []

    def painter(t_s: float) -> np.ndarray:
        clock.now_s += draw_s
        return np.zeros((2, 2, 3), np.uint8)

    def show(_rgb: np.ndarray, t_s: float) -> bool:
        times.append(t_s)
        return len(times) < stop_after

    shown = play(painter, start_s=5.0, end_s=7.0, fps=25, show=show, clock=clock, sleep=clock.sleep)
    return shown, times, clock


def test_a_fast_machine_shows_every_picture_at_its_time() -> None:
    shown, times, clock = preview(0.010)
    np.testing.assert_allclose(times, 5.0 + np.arange(50) / 25)
    assert shown.dropped == 0
    assert clock.now_s == pytest.approx(100 + 49 / 25 + 0.010)
    assert shown.possible_fps == pytest.approx(100)


def test_a_slow_machine_drops_pictures_and_stays_in_time() -> None:
    shown, times, clock = preview(0.110)
    assert shown.frames == len(times) < 20
    assert shown.dropped > 30
    # Nothing is shown later than it took to draw, and one picture of the grid.
    assert clock.now_s < 102 + 0.110 + 0.04
    assert np.diff(times).min() >= 0.08 - 1e-9
    assert np.diff(times).max() <= 0.16 + 1e-9
    assert shown.possible_fps == pytest.approx(1 / 0.110)


def test_it_ends_when_the_window_is_closed() -> None:
    shown, times, _ = preview(0.01, stop_after=7)
    assert shown.frames == len(times) == 7
