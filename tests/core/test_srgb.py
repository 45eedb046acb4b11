"""Codes and light are each other's inverse, by the standard's own points."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tryon.core.srgb import ROOT_STEPS, code_of, code_of_root, light_of, light_of_code


@given(st.floats(0.0, 1.0))
def test_there_and_back(code: float) -> None:
    assert code_of(light_of(np.array([code])))[0] == pytest.approx(code, abs=1e-6)


def test_points_of_the_standard() -> None:
    assert light_of(np.array([0.0, 0.04045, 0.5, 1.0])) == pytest.approx(
        [0.0, 0.0031308, 0.2140411, 1.0], abs=1e-6
    )


def test_every_code_comes_back_through_the_tables() -> None:
    root = np.sqrt(light_of_code())
    step = np.rint(root * (ROOT_STEPS - 1)).astype(int)
    np.testing.assert_array_equal(code_of_root()[step], np.arange(256))


def test_tables_that_everybody_shares_cannot_be_written_to() -> None:
    for table in (light_of_code(), code_of_root()):
        with pytest.raises(ValueError, match="read-only"):
            table[0] = 1
