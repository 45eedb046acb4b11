"""Jitter and lag of paths whose jitter and lag are known."""

from __future__ import annotations

import numpy as np
import pytest

from tryon.qa.replay.steadiness import jitter, lag_ms

AT_S = np.arange(120) / 30


def _sway(at_s: np.ndarray) -> np.ndarray:
    return np.stack([40 * np.sin(2 * np.pi * 0.5 * at_s), 5 * np.cos(2 * np.pi * 0.4 * at_s)], 1)


def test_slow_motion_is_no_jitter() -> None:
    assert jitter(_sway(AT_S), AT_S) < 0.1


def test_a_fast_tremble_is_its_root_mean_square() -> None:
    tremble = np.stack([np.sin(2 * np.pi * 8 * AT_S), np.zeros_like(AT_S)], axis=1)
    assert jitter(_sway(AT_S) + 0.5 * tremble, AT_S) == pytest.approx(0.5 / np.sqrt(2), rel=0.05)


def test_lag_is_the_delay_also_at_uneven_times() -> None:
    at_s = np.sort(np.random.default_rng(0).uniform(0, 4, 110))
    assert lag_ms(_sway(at_s - 0.05), _sway(at_s), at_s) == pytest.approx(50, abs=4)
    assert lag_ms(_sway(at_s), _sway(at_s), at_s) == pytest.approx(0, abs=2)


def test_what_hardly_moves_or_moves_otherwise_has_no_lag() -> None:
    still = np.zeros((120, 2))
    assert np.isnan(lag_ms(still, still, AT_S))
    other = np.random.default_rng(0).normal(size=(120, 2))
    assert np.isnan(lag_ms(other, _sway(AT_S), AT_S))
    assert np.isnan(jitter(_sway(AT_S[:5]), AT_S[:5]))
