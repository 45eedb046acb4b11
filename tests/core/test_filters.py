from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tryon.core.filters import (
    DROPOUT_FADE_S,
    DROPOUT_HOLD_S,
    NS_PER_S,
    OneEuro,
    dropout_opacity,
    low_pass_share,
)


def test_a_dropout_is_held_then_fades_then_is_gone() -> None:
    assert dropout_opacity(0.0) == 1.0
    assert dropout_opacity(DROPOUT_HOLD_S) == 1.0
    assert np.isclose(dropout_opacity(DROPOUT_HOLD_S + 0.5 * DROPOUT_FADE_S), 0.5)
    assert dropout_opacity(DROPOUT_HOLD_S + DROPOUT_FADE_S) == 0.0
    assert dropout_opacity(60.0) == 0.0


@given(cutoff=st.floats(0.01, 100), dt=st.floats(1e-4, 10))
def test_the_share_of_a_new_sample_is_a_share_and_grows_with_time(cutoff: float, dt: float) -> None:
    assert 0 < low_pass_share(cutoff, dt) < low_pass_share(cutoff, 2 * dt) < 1


def follow(samples: list[float], t_ns: list[int], filter_: OneEuro) -> list[float]:
    value, out = samples[0], []
    for sample, t in zip(samples, t_ns, strict=True):
        step = np.array([sample - value])
        value += filter_.gain(step, t) * step[0]
        out.append(float(value))
    return out


def test_the_first_sample_passes_even_at_time_zero() -> None:
    assert OneEuro(1.0, beta=0.0).gain(np.array([5.0]), 0) == 1.0


def test_time_zero_counts_as_a_time() -> None:
    """With 0 taken for "no time yet", the second sample would pass whole."""
    filter_ = OneEuro(1.0, beta=0.0)
    filter_.gain(np.zeros(1), 0)
    assert filter_.gain(np.ones(1), 33_000_000) == pytest.approx(low_pass_share(1.0, 0.033))


def test_a_second_sample_of_the_same_time_changes_nothing() -> None:
    filter_ = OneEuro(1.0, beta=1.0)
    filter_.gain(np.zeros(1), 7)
    assert filter_.gain(np.ones(1), 7) == 0.0


def test_a_jump_back_in_time_starts_anew() -> None:
    filter_ = OneEuro(1.0, beta=0.0)
    filter_.gain(np.zeros(1), NS_PER_S)
    assert filter_.gain(np.ones(1), 0) == 1.0


def test_reset_forgets_time_and_speed() -> None:
    used, fresh = OneEuro(0.5, beta=2.0), OneEuro(0.5, beta=2.0)
    follow([0.0, 5.0, 9.0], [0, 33_000_000, 66_000_000], used)
    used.reset()
    later = [99_000_000, 132_000_000, 165_000_000]
    assert follow([1.0, 2.0, 1.0], later, used) == follow([1.0, 2.0, 1.0], later, fresh)


def test_rest_is_calm_and_motion_is_prompt() -> None:
    t_ns = [round(k * NS_PER_S / 30) for k in range(90)]
    rng = np.random.default_rng(0)
    noise = rng.normal(0, 1.0, 90)
    calm = follow(list(noise), t_ns, OneEuro(0.5, beta=0.0))
    assert np.std(calm[30:]) < 0.4 * np.std(noise)
    ramp = [20.0 * t / NS_PER_S for t in t_ns]
    slow = follow(ramp, t_ns, OneEuro(0.5, beta=0.0))
    quick = follow(ramp, t_ns, OneEuro(0.5, beta=1.0))
    assert ramp[-1] - quick[-1] < 0.2 * (ramp[-1] - slow[-1])
