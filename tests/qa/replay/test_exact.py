"""Numbers to bytes and back."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray

from tryon.core.errors import InputError
from tryon.core.landmarks import Detections, FaceLandmarks, PersonMask, PoseLandmarks
from tryon.qa.replay.exact import pack, unpack
from tryon.qa.replay.recording import SEEN


@dataclass(frozen=True, eq=False)
class Leaf:
    array: NDArray[np.float64]
    number: float = 0.0
    later: str = "new"


@dataclass(frozen=True)
class Branch:
    leaves: tuple[Leaf, ...] = ()
    by_name: dict[str, float] = field(default_factory=dict)


def _again(branch: Branch) -> Branch:
    return unpack(pack(branch), Branch, known=(Branch, Leaf), where="x")


@settings(deadline=None)
@given(
    arrays=st.lists(
        hnp.arrays(
            st.sampled_from([np.float64, np.float32, np.uint8, np.int64, np.bool_]),
            hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4),
        ),
        max_size=4,
    ),
    number=st.floats(),
)
def test_every_array_comes_back_to_the_bit(
    arrays: list[NDArray[np.generic]], number: float
) -> None:
    leaves = tuple(Leaf(array, number) for array in arrays)  # type: ignore[arg-type]  # any dtype
    for before, after in zip(leaves, _again(Branch(leaves)).leaves, strict=True):
        assert after.array.dtype == before.array.dtype
        assert after.array.shape == before.array.shape
        assert after.array.tobytes() == before.array.tobytes()
        assert np.array_equal(after.number, before.number, equal_nan=True)


def test_the_same_numbers_give_the_same_bytes() -> None:
    assert pack(Leaf(np.arange(5.0))) == pack(Leaf(np.arange(5.0)))


def test_faces_bodies_and_masks_come_back() -> None:
    rng = np.random.default_rng(0)
    face = FaceLandmarks(3, rng.normal(size=(478, 3)), 0.25, rng.normal(size=(4, 4)), 0.1)
    mask = PersonMask(rng.random((9, 7)).astype(np.float32), (-3, 5), 2)
    pose = PoseLandmarks(
        1000, rng.normal(size=(33, 2)), rng.normal(size=(33, 3)), rng.random(33), mask
    )
    seen = unpack(pack(Detections((face,), (pose,))), Detections, known=SEEN, where="x")
    assert np.array_equal(seen.faces[0].px, face.px)
    assert np.array_equal(seen.faces[0].mediapipe_matrix, face.mediapipe_matrix)
    assert (seen.faces[0].track, seen.faces[0].age_s) == (3, 0.1)
    back = seen.poses[0].mask
    assert back is not None
    assert (back.corner_xy, back.step) == ((-3, 5), 2)
    assert np.array_equal(back.share, mask.share)


def test_a_field_that_a_class_gained_takes_its_default() -> None:
    @dataclass(frozen=True, eq=False)
    class Older:
        array: NDArray[np.float64]

    packed = pack(Older(np.zeros(2)))
    grown = type("Older", (Leaf,), {})
    assert unpack(packed, Leaf, known=(grown,), where="x").later == "new"


def test_damaged_bytes_are_refused_with_the_place() -> None:
    packed = pack(Branch((Leaf(np.arange(50.0)),)))
    for broken in (b"", packed[:-20], packed[:40], b"PK" + packed[2:60]):
        with pytest.raises(InputError, match=r"here\.exact"):
            unpack(broken, Branch, known=(Branch, Leaf), where="here.exact")


def test_another_class_than_expected_is_refused() -> None:
    with pytest.raises(InputError, match="holds Leaf, not Branch"):
        unpack(pack(Leaf(np.zeros(1))), Branch, known=(Branch, Leaf), where="x")
