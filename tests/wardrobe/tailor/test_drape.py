"""Cloth falls onto a ball: it rests on it, keeps its size, and falls the same way every time."""

from __future__ import annotations

import numpy as np
import pytest
import trimesh

from tryon.core.spaces import Floats
from tryon.wardrobe.tailor.cloth import Cloth, cut
from tryon.wardrobe.tailor.drape import JERSEY, Schedule, drape, links_of
from tryon.wardrobe.tailor.pattern import Panel, Pattern, curve
from tryon.wardrobe.tailor.sdf import DistanceField

RADIUS, GAP = 0.12, 0.004


@pytest.fixture(scope="module")
def ball() -> DistanceField:
    mesh = trimesh.creation.icosphere(subdivisions=4, radius=RADIUS)
    return DistanceField.of(np.asarray(mesh.vertices), np.asarray(mesh.faces), margin=0.05)


@pytest.fixture(scope="module")
def kerchief() -> Cloth:
    def above(flat: Floats) -> Floats:
        return np.stack([flat[:, 0], np.full(len(flat), RADIUS + 0.01), -flat[:, 1]], axis=1)

    half = 0.2
    corners = [(-half, -half), (half, -half), (half, half), (-half, half)]
    edges = tuple(
        curve(name, corners[k], corners[(k + 1) % 4])
        for k, name in enumerate(("front", "left", "back", "right"))
    )
    panel = Panel("square", edges, above, "trunk", lambda flat: np.full(len(flat), GAP))
    return cut(Pattern((panel,), ()), 0.02)


def test_distances_are_those_of_the_ball(ball: DistanceField) -> None:
    rng = np.random.default_rng(5)
    direction = rng.normal(size=(500, 3))
    direction /= np.linalg.norm(direction, axis=1, keepdims=True)
    radius = rng.uniform(0.06, RADIUS + 0.04, 500)
    measured = ball.at(radius[:, None] * direction)
    np.testing.assert_allclose(measured, radius - RADIUS, atol=1.5e-3)
    out = ball.pushed_out(0.5 * RADIUS * direction, 0.003)
    assert (np.linalg.norm(out, axis=1) > RADIUS + 0.002).all()


def test_places_outside_the_grid_are_far_away(ball: DistanceField) -> None:
    np.testing.assert_array_equal(ball.at(np.array([[9.0, 0, 0], [0, -9.0, 0]])), 1.0)


def test_cloth_rests_on_what_it_falls_on_and_keeps_its_size(
    ball: DistanceField, kerchief: Cloth
) -> None:
    points = _fallen(ball, kerchief)
    assert ball.at(points).min() > GAP - 0.002
    assert points[:, 1].max() < RADIUS + 2 * GAP, "it lies on the ball"
    assert points[:, 1].min() < 0.02, "and its corners hang down"
    links = links_of(kerchief, JERSEY)
    sides = len(links.pairs) - _folds_and_tape(kerchief)
    ends = points[links.pairs[:sides]]
    stretch = np.linalg.norm(ends[:, 0] - ends[:, 1], axis=1) / links.length[:sides]
    assert abs(float(stretch.mean()) - 1) < 0.02
    assert np.quantile(stretch, 0.99) < 1.08


def test_the_same_cloth_falls_to_the_same_bits(ball: DistanceField, kerchief: Cloth) -> None:
    np.testing.assert_array_equal(_fallen(ball, kerchief), _fallen(ball, kerchief))


def test_another_order_of_constraints_gives_other_folds(
    ball: DistanceField, kerchief: Cloth
) -> None:
    assert not np.array_equal(_fallen(ball, kerchief), _fallen(ball, kerchief, seed=2))


def _fallen(ball: DistanceField, cloth: Cloth, *, seed: int = 1) -> Floats:
    return drape(
        cloth,
        ball,
        fabric=JERSEY,
        schedule=Schedule(sew=5, settle=70, rest=20),
        rng=np.random.default_rng(seed),
    )


def _folds_and_tape(cloth: Cloth) -> int:
    """How many links are not sides: Euler's formula counts the sides of a disc."""
    sides = cloth.count + len(cloth.faces) - 1
    return len(links_of(cloth, JERSEY).pairs) - sides
