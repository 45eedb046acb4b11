"""Pairs are the cheapest in total, whoever comes first."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tryon.stages.detect.pairing import cheapest_pairs

COSTS = st.floats(0.0, 10.0) | st.just(np.inf)


@given(rows=st.lists(st.lists(COSTS, min_size=3, max_size=3), min_size=1, max_size=3))
def test_no_other_pairing_is_cheaper(rows: list[list[float]]) -> None:
    costs = np.array(rows)
    pairs = cheapest_pairs(costs)
    assert len(set(pairs.values())) == len(pairs)
    finite = np.where(np.isfinite(costs), costs, 1e3)
    best = min(
        sum(finite[r, c] for r, c in enumerate(chosen))
        for chosen in permutations(range(3), len(rows))
    )
    dear = 1e3 * (len(rows) - len(pairs))
    assert sum(costs[r, c] for r, c in pairs.items()) + dear == pytest.approx(best)


def test_one_person_takes_the_nearest() -> None:
    assert cheapest_pairs(np.array([[3.0, 1.0, 2.0]])) == {0: 1}
    assert cheapest_pairs(np.array([[3.0], [1.0]])) == {1: 0}


def test_what_is_too_dear_or_missing_stays_alone() -> None:
    assert cheapest_pairs(np.array([[np.inf]])) == {}
    assert cheapest_pairs(np.array([[0.5, 2.0], [2.0, 0.9]]), below=0.6) == {0: 0}
    assert cheapest_pairs(np.zeros((0, 3))) == {}
