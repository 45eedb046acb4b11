from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tryon.core.mesh import Material
from tryon.core.spaces import Floats
from tryon.core.transforms import exp_so3, rigid, scaling
from tryon.wardrobe.atelier import curves, solids
from tryon.wardrobe.atelier.solids import Solid

few = settings(max_examples=20, deadline=None)


def is_watertight(solid: Solid) -> bool:
    """Every directed edge has its opposite once, after seams are welded."""
    _, place = np.unique(
        np.round(solid.points / 1e-9).astype(np.int64), axis=0, return_inverse=True
    )
    faces = place.ravel()[solid.faces]
    start, end = faces.ravel(), np.roll(faces, -1, axis=1).ravel()
    key = start.astype(np.int64) * (place.max() + 1) + end
    back = end.astype(np.int64) * (place.max() + 1) + start
    return len(np.unique(key)) == len(key) and set(key.tolist()) == set(back.tolist())


def wavy_path(seed: int, count: int = 24) -> Floats:
    steps = np.random.default_rng(seed).normal(0, 0.004, (6, 3))
    steps[:, 2] = 0.02
    return curves.catmull_rom(np.cumsum(steps, axis=0), count)


def closed_solids() -> dict[str, Solid]:
    ring = np.stack([np.cos(np.arange(9) * 0.7), np.arange(9) * 0.1, np.sin(np.arange(9) * 0.7)], 1)
    sheet = np.stack(
        [*np.meshgrid(np.linspace(0, 0.1, 6), np.linspace(0, 0.2, 9)), np.zeros((9, 6))], axis=2
    )
    sheet[..., 2] = 0.01 * np.sin(20 * sheet[..., 1])
    return {
        "sphere": solids.sphere(0.01),
        "torus": solids.torus(0.02, 0.002),
        "tube": solids.tube(0.02 * ring, 0.001),
        "box": solids.rounded_box(np.array([0.02, 0.01, 0.03]), 0.002),
        "lathe": solids.lathe(np.array([[0, -0.01], [0.02, 0.0], [0.01, 0.02], [0, 0.021]])),
        "sweep": solids.sweep(curves.rounded_rectangle(0.01, 0.004, 0.001), wavy_path(3)),
        "thickened": solids.thickened(sheet, 0.001),
    }


@pytest.mark.parametrize("name", sorted(closed_solids()))
def test_a_closed_solid_is_watertight_and_faces_outward(name: str) -> None:
    solid = closed_solids()[name]
    assert is_watertight(solid)
    assert solid.volume_m3() > 0
    assert np.isfinite(solid.uv).all()


@pytest.mark.parametrize("crease_deg", [0.0, 40.0, 180.0])
@pytest.mark.parametrize("name", sorted(closed_solids()))
def test_meshes_have_unit_normals_and_keep_their_faces(name: str, crease_deg: float) -> None:
    solid = closed_solids()[name]
    mesh = solid.mesh(name, Material(), crease_deg=crease_deg)
    np.testing.assert_allclose(np.linalg.norm(mesh.normals, axis=1), 1, atol=1e-6)
    assert mesh.uv is not None
    assert np.isfinite(mesh.uv).all()
    np.testing.assert_allclose(mesh.vertices[mesh.faces], solid.points[solid.faces], atol=1e-7)


def test_volumes_are_those_of_the_textbook() -> None:
    ball = solids.sphere(0.01, segments=96, rings=64).volume_m3()
    assert ball == pytest.approx(4 / 3 * np.pi * 1e-6, rel=0.01)
    ring = solids.torus(0.02, 0.002, segments=128, sides=48).volume_m3()
    assert ring == pytest.approx(2 * np.pi**2 * 0.02 * 0.002**2, rel=0.01)


def test_a_box_keeps_its_size() -> None:
    size = np.array([0.02, 0.01, 0.03])
    box = solids.rounded_box(size, 0.002)
    np.testing.assert_allclose(np.ptp(box.points, axis=0), size, atol=1e-12)


def test_edges_of_a_box_stay_sharp_and_a_sphere_stays_smooth() -> None:
    box = solids.rounded_box(np.full(3, 0.01), 0.0, steps=1).mesh("box", Material(), crease_deg=30)
    assert np.allclose(np.sort(np.abs(box.normals), axis=1), [0, 0, 1], atol=1e-6)
    ball = solids.sphere(0.01, segments=24, rings=16).mesh("ball", Material())
    outward = ball.vertices / np.linalg.norm(ball.vertices, axis=1, keepdims=True)
    assert np.einsum("ij,ij->i", ball.normals, outward).min() > 0.995


def test_texture_coordinates_measure_centimetres() -> None:
    path = np.linspace([0, 0, 0], [0, 0, 0.05], 8)
    tube = solids.tube(path, 0.01, sides=64, caps=False)
    np.testing.assert_allclose(np.ptp(tube.uv, axis=0), [2 * np.pi, 5.0], rtol=0.01)


@few
@given(st.integers(0, 10_000), st.floats(0.0005, 0.003))
def test_a_wire_along_any_gentle_path_is_closed(seed: int, radius: float) -> None:
    wire = solids.tube(wavy_path(seed), radius)
    assert is_watertight(wire)
    assert wire.volume_m3() > 0


@few
@given(st.integers(0, 10_000), st.booleans())
def test_frames_are_proper_rotations_along_the_path(seed: int, closed: bool) -> None:
    path = wavy_path(seed)
    if closed:
        way_back = path[-2:0:-1] + np.array([0.03, 0, 0])
        path = np.concatenate([path, way_back])
    frames = curves.travelling_frames(path, closed=closed)
    np.testing.assert_allclose(np.linalg.det(frames), 1, atol=1e-9)
    np.testing.assert_allclose(
        frames @ frames.transpose(0, 2, 1), np.broadcast_to(np.eye(3), frames.shape), atol=1e-9
    )


@few
@given(st.integers(0, 10_000), st.integers(2, 50))
def test_resampling_is_even_and_keeps_the_ends(seed: int, count: int) -> None:
    path = wavy_path(seed)
    even = curves.resample(path, count)
    np.testing.assert_allclose(even[[0, -1]], path[[0, -1]], atol=1e-12)
    gaps = np.linalg.norm(np.diff(even, axis=0), axis=1)
    assert gaps.max() <= gaps.min() * 1.2 + 1e-9


@few
@given(st.integers(0, 10_000))
def test_curves_pass_through_their_points(seed: int) -> None:
    points = np.random.default_rng(seed).uniform(-1, 1, (6, 2))
    dense = curves.catmull_rom(points, 2000)
    nearest = np.linalg.norm(dense[:, None] - points[None], axis=2).min(0)
    assert nearest.max() < 0.02


def test_mirroring_keeps_the_faces_outward() -> None:
    ball = solids.sphere(0.01)
    assert ball.moved(scaling(np.array([-1.0, 1, 1]))).volume_m3() == pytest.approx(
        ball.volume_m3()
    )


@few
@given(st.integers(1, 6))
def test_beads_add_up(count: int) -> None:
    places = np.array(
        [rigid(exp_so3(np.array([0.1 * k, 0, 0])), np.array([k, 0.0, 0])) for k in range(count)]
    )
    beads = solids.instances(solids.sphere(0.01), places)
    assert beads.volume_m3() == pytest.approx(count * solids.sphere(0.01).volume_m3())
    assert is_watertight(beads)
