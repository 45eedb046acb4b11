"""Rays and nearest points on triangles, against brute force."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tryon.core.camera import PinholeCamera
from tryon.core.spaces import Floats
from tryon.qa.surface import closest_on_triangles, trace

CAMERA = PinholeCamera.from_vertical_fov(45.0, (320, 240))


def wall(depth_m: float) -> tuple[Floats, Floats]:
    x, y = np.array([-1.0, 1.0, 1.0, -1.0]), np.array([-1.0, -1.0, 1.0, 1.0])
    corners = np.stack([x, y, np.full(4, -depth_m)], axis=1)
    return corners, np.array([[0, 1, 2], [0, 2, 3]])


@given(st.floats(60, 260), st.floats(20, 220))
def test_a_traced_pixel_projects_back_onto_itself(x: float, y: float) -> None:
    vertices, faces = wall(2.0)
    triangle, weights = trace(CAMERA, np.array([[x, y]]), vertices, faces)
    hit = (vertices[faces[triangle]] * weights[..., None]).sum(1)
    np.testing.assert_allclose(CAMERA.project(hit), [[x, y]], atol=1e-6)


def test_the_nearer_of_two_walls_is_hit() -> None:
    near, faces = wall(1.5)
    far, _ = wall(2.5)
    both = np.concatenate([far, near])
    triangle, _ = trace(
        CAMERA, np.array([[161.0, 119.0]]), both, np.concatenate([faces, faces + 4])
    )
    assert triangle[0] >= 2


def test_a_ray_past_everything_hits_nothing() -> None:
    vertices, faces = wall(50.0)
    triangle, _ = trace(CAMERA, np.array([[5.0, 5.0]]), vertices, faces)
    assert triangle[0] == -1


@given(st.integers(0, 10_000))
def test_nearest_point_is_no_farther_than_any_sampled_one(seed: int) -> None:
    rng = np.random.default_rng(seed)
    vertices = rng.normal(size=(9, 3))
    faces = np.array([[0, 1, 2], [3, 4, 5], [6, 7, 8]])
    points = rng.normal(size=(4, 3)) * 2
    at, triangle, weights = closest_on_triangles(points, vertices, faces)
    np.testing.assert_allclose((vertices[faces[triangle]] * weights[..., None]).sum(1), at)
    assert weights.min() >= -1e-9
    np.testing.assert_allclose(weights.sum(1), 1)
    shares = rng.dirichlet(np.ones(3), 200)
    samples = np.einsum("sk,fkc->fsc", shares, vertices[faces]).reshape(-1, 3)
    nearest = np.linalg.norm(points[:, None] - samples, axis=2).min(1)
    assert (np.linalg.norm(points - at, axis=1) <= nearest + 1e-9).all()
