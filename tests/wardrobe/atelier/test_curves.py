"""Curves of the recipes."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy.interpolate import PchipInterpolator

from tryon.wardrobe.atelier.curves import smooth_values

STEPS = st.lists(st.floats(0.05, 2.0), min_size=1, max_size=8)


@given(steps=STEPS, seed=st.integers(0, 10_000))
def test_smooth_values_are_scipys(steps: list[float], seed: int) -> None:
    known_at = np.concatenate([[0.0], np.cumsum(steps)])
    known = np.random.default_rng(seed).normal(size=len(known_at))
    at = np.linspace(-0.5, known_at[-1] + 0.5, 60)
    expected = PchipInterpolator(known_at, known)(np.clip(at, 0.0, known_at[-1]))
    np.testing.assert_allclose(smooth_values(at, known_at, known), expected, atol=1e-9)


def test_smooth_values_never_overshoot() -> None:
    known_at, known = np.array([0.0, 1.0, 1.1, 3.0]), np.array([0.0, 0.0, 1.0, 1.0])
    between = smooth_values(np.linspace(0, 3, 200), known_at, known)
    assert between.min() >= 0
    assert between.max() <= 1
    assert np.all(np.diff(between) >= -1e-12)
