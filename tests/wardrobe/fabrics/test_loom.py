"""The loom against the weaver's drafts."""

from __future__ import annotations

import numpy as np
import pytest

from tryon.wardrobe.fabrics.loom import (
    Yarn,
    herringbone,
    plain,
    satin,
    threads,
    twill,
    woven,
)

BLACK, WHITE = (0.0, 0.0, 0.0), (1.0, 1.0, 1.0)
EVEN = Yarn(uneven=0, weft_uneven=0, slub=0, fuzz=0, shade=0)


def test_plain_weave_is_over_one_under_one() -> None:
    np.testing.assert_array_equal(plain(), [[True, False], [False, True]])


@pytest.mark.parametrize(("over", "under"), [(2, 2), (3, 1), (2, 1)])
def test_twill_climbs_to_the_right_by_one_a_row(over: int, under: int) -> None:
    structure = twill(over, under)
    assert (structure.sum(0) == over).all()
    assert (structure.sum(1) == over).all()
    np.testing.assert_array_equal(structure[1], np.roll(structure[0], 1))


def test_satin_binds_every_thread_once_and_never_beside_the_last() -> None:
    down = ~satin(8, 3)
    assert (down.sum(0) == 1).all()
    assert (down.sum(1) == 1).all()
    column = down.argmax(1)
    step = np.abs(column - np.roll(column, 1))
    assert np.minimum(step, 8 - step).min() > 1


def test_herringbone_turns_round() -> None:
    structure = herringbone(2, 2, 8)
    assert structure.shape == (4, 16)
    np.testing.assert_array_equal(structure, structure[:, ::-1])


def test_the_thread_on_top_gives_its_colour() -> None:
    warp, weft = np.tile(BLACK, (8, 1)), np.tile(WHITE, (8, 1))
    swatch = woven(
        twill(3, 1), warp, weft, cell_px=16, per_cm=8, tilt=0.2,
        rng=np.random.default_rng(1), yarn=EVEN,
    )  # fmt: skip
    assert swatch.tile_cm == (1.0, 1.0)
    middles = swatch.color[8::16, 8::16, 0][::-1]
    np.testing.assert_array_equal(middles < 128, np.tile(twill(3, 1), (2, 2)))


def test_threads_are_laid_in_order_over_and_over() -> None:
    rows = threads(np.array([BLACK, WHITE]), ((0, 2), (1, 1)), 7)
    np.testing.assert_array_equal(rows[:, 0], [0, 0, 1, 0, 0, 1, 0])


def test_a_repeat_of_half_a_structure_is_our_own_mistake() -> None:
    rows = np.tile(WHITE, (6, 1))
    with pytest.raises(ValueError, match="do not repeat"):
        woven(twill(2, 2), rows, rows, cell_px=4, per_cm=6, tilt=0.1, rng=np.random.default_rng(1))
