"""Skinning as one product agrees with skinning vertex by vertex."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tryon.core.transforms import exp_so3, rigid
from tryon.wardrobe.skinning import Skinning, top_weights


def motions(rng: np.random.Generator, count: int) -> np.ndarray:
    return np.array(
        [rigid(exp_so3(rng.normal(0, 1, 3)), rng.normal(0, 1, 3)) for _ in range(count)]
    )


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000))
def test_one_product_is_the_sum_over_bones(seed: int) -> None:
    rng = np.random.default_rng(seed)
    dense = rng.uniform(0, 1, (40, 9)) ** 6
    bones, weights = top_weights(dense / dense.sum(1, keepdims=True))
    vertices, moves = rng.normal(0, 1, (40, 3)), motions(rng, 9)
    expected = np.zeros((40, 3))
    for v in range(40):
        for bone, weight in zip(bones[v], weights[v], strict=True):
            expected[v] += weight * (moves[bone] @ [*vertices[v], 1.0])[:3]
    posed = Skinning(vertices, bones, weights).posed(moves)
    np.testing.assert_allclose(posed, expected, atol=1e-4)


def test_the_rest_pose_gives_the_mesh_back() -> None:
    rng = np.random.default_rng(0)
    vertices = rng.normal(0, 1, (30, 3))
    bones, weights = top_weights(rng.uniform(0, 1, (30, 7)))
    rest = np.tile(np.eye(4), (7, 1, 1))
    np.testing.assert_allclose(Skinning(vertices, bones, weights).posed(rest), vertices, atol=1e-5)


def test_a_bone_that_is_named_twice_counts_twice() -> None:
    bones = np.array([[2, 2]], np.uint8)
    weights = np.array([[0.5, 0.5]], np.float32)
    moves = np.tile(np.eye(4), (3, 1, 1))
    moves[2, :3, 3] = (1.0, 0.0, 0.0)
    posed = Skinning(np.zeros((1, 3)), bones, weights).posed(moves)
    np.testing.assert_allclose(posed, [[1.0, 0.0, 0.0]])


def test_normals_stay_across_a_stretched_surface() -> None:
    slope = np.array([[0.0, 0, 0], [1, 1, 0], [0, 0, 1]])
    normal = np.cross(slope[1] - slope[0], slope[2] - slope[0])
    normal /= np.linalg.norm(normal)
    skinning = Skinning(
        slope, np.zeros((3, 1), np.uint8), np.ones((3, 1)), normals=np.tile(normal, (3, 1))
    )
    stretch = np.diag([3.0, 1.0, 1.0, 1.0])[None]
    posed, turned = skinning.posed(stretch), skinning.posed_normals(stretch)
    assert abs(float(turned[0] @ (posed[1] - posed[0]))) < 1e-5
    np.testing.assert_allclose(np.linalg.norm(turned, axis=1), 1.0, atol=1e-5)


def test_a_new_rest_shape_keeps_the_binding() -> None:
    rng = np.random.default_rng(4)
    vertices = rng.normal(0, 1, (20, 3))
    bones, weights = top_weights(rng.uniform(0, 1, (20, 5)))
    skinning, moves = Skinning(vertices, bones, weights), motions(rng, 5)
    skinning.reshape(vertices * 1.1)
    np.testing.assert_allclose(
        skinning.posed(moves), Skinning(vertices * 1.1, bones, weights).posed(moves), atol=1e-5
    )


def test_a_mesh_bound_without_normals_says_so() -> None:
    skinning = Skinning(np.zeros((1, 3)), np.zeros((1, 1), np.uint8), np.ones((1, 1)))
    with pytest.raises(ValueError, match="without normals"):
        skinning.posed_normals(np.eye(4)[None])
