"""Garments of the neutral figure are let out to the models, and the models stand at ease."""

from __future__ import annotations

import numpy as np
import pytest

from tryon.engine.mannequin import at_ease, let_out
from tryon.wardrobe.body import Body
from tryon.wardrobe.body_girth import dense_of
from tryon.wardrobe.catalogue import Catalogue, bundled_folder
from tryon.wardrobe.garment import GarmentPart
from tryon.wardrobe.load_garment import load_garment
from tryon.wardrobe.model_bodies import model_bodies


@pytest.fixture(scope="module")
def body() -> Body:
    return Body.load()


@pytest.fixture(scope="module")
def dress() -> GarmentPart:
    item = Catalogue.load([bundled_folder()]).item("aurelle-slip")
    return load_garment(item, item.variants[0].name).parts[0]


def test_on_the_neutral_figure_cloth_stays_where_it_is(body: Body, dress: GarmentPart) -> None:
    dense = dense_of(dress.bones, dress.weights, len(body.names))
    moved = let_out(body, body.figure, dress.mesh.vertices, dense)
    np.testing.assert_allclose(moved, dress.mesh.vertices, atol=1e-6)


@pytest.mark.parametrize("name", model_bodies)
def test_cloth_is_neither_torn_nor_crumpled_on_a_model(
    body: Body, dress: GarmentPart, name: str
) -> None:
    dense = dense_of(dress.bones, dress.weights, len(body.names))
    moved = let_out(body, model_bodies[name].figure(body), dress.mesh.vertices, dense)
    a, b = dress.mesh.faces[:, 0], dress.mesh.faces[:, 1]
    before = np.linalg.norm(dress.mesh.vertices[a] - dress.mesh.vertices[b], axis=1)
    after = np.linalg.norm(moved[a] - moved[b], axis=1)
    # The folded edge of a hem is a fraction of a millimetre wide.
    wide = before > 0.004
    low, high = np.quantile(after[wide] / before[wide], [0.01, 0.99])
    assert low > 0.6
    assert high < 1.7


def test_hands_hang_nearer_to_the_body_and_feet_nearer_to_each_other(body: Body) -> None:
    motion = at_ease(body, body.figure)
    heads = np.einsum("jab,jb->ja", motion[:, :3, :3], body.figure.heads) + motion[:, :3, 3]
    for name in ("hand", "foot"):
        left, right = body.bone(f"{name}_l"), body.bone(f"{name}_r")
        before = body.figure.heads[left, 0] - body.figure.heads[right, 0]
        assert 0.08 < heads[left, 0] - heads[right, 0] < 0.9 * before, name
    soles = [body.bone(f"foot_{side}") for side in "lr"]
    np.testing.assert_allclose(motion[soles, :3, :3], np.tile(np.eye(3), (2, 1, 1)), atol=1e-9)
