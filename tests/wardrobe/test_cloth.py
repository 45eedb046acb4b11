from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tryon.core.mesh import Mesh
from tryon.supplies import baked_dir
from tryon.wardrobe.body import Body
from tryon.wardrobe.body_capsules import BodyCapsules
from tryon.wardrobe.body_girth import GIRTHS
from tryon.wardrobe.cloth import LooseCloth, loose_cloth
from tryon.wardrobe.cloth_balance import balanced
from tryon.wardrobe.cloth_follower import Follower
from tryon.wardrobe.cloth_mesh import fold_heights, fold_sizes, sides_and_folds
from tryon.wardrobe.garment import Garment, GarmentPart
from tryon.wardrobe.tailor.dress import GarmentParameters, garment


def worn(cut: str) -> Garment:
    return garment(GarmentParameters(cut=cut), item_id=cut, variant="plain")


@pytest.fixture(scope="module")
def body() -> Body:
    return Body.load()


@pytest.fixture(scope="module")
def skirt(body: Body) -> LooseCloth:
    found = loose_cloth(body, worn("skirt"))
    assert found is not None
    return found


def flared(body: Body, original: Garment, by: float) -> Garment:
    """Trousers whose legs grow to `by` times their width from the hip to the ankle."""
    hip, ankle = (
        np.array([body.figure.heads[body.bone(f"{bone}_{side}")] for side in "lr"])
        for bone in ("thigh", "foot")
    )

    def grown(part: GarmentPart) -> GarmentPart:
        points = part.mesh.vertices.astype(np.float64)
        side = (points[:, 0] < 0).astype(int)
        share = np.clip((hip[side, 1] - points[:, 1]) / (hip - ankle)[side, 1], 0, 1)[:, None]
        middle = hip[side] + share * (ankle - hip)[side]
        out = points + share * (by - 1) * (points - middle) * [1, 0, 1]
        mesh = part.mesh
        return replace(part, mesh=Mesh(mesh.name, out.astype(np.float32), mesh.faces, mesh.normals))

    return replace(original, levels=tuple(tuple(map(grown, parts)) for parts in original.levels))


def test_what_hangs_is_loose_and_what_fits_is_not(body: Body) -> None:
    for cut in ("tee", "trousers", "blazer", "loafers"):
        assert loose_cloth(body, worn(cut)) is None, cut
    for cut in ("skirt", "dress", "coat"):
        cloth = loose_cloth(body, worn(cut))
        assert cloth is not None
        assert 200 <= len(cloth.points) <= 800, cut


def test_wide_trousers_swing_below_the_knee_and_are_held_at_the_hip(body: Body) -> None:
    # Wider ones would cut through each other in the middle, as a skirt lies there.
    for wide in (flared(body, worn("trousers"), by=2.0), worn("wide-trousers")):
        cloth = loose_cloth(body, wide)
        assert cloth is not None
        assert not (cloth.held & (cloth.points[:, 1] < 0.3)).any()
        assert cloth.held[cloth.points[:, 1] > 0.85].all()


def test_a_waistband_is_held_and_a_hem_is_free(skirt: LooseCloth) -> None:
    height = skirt.points[:, 1]
    assert skirt.held[height > height.max() - 0.02].all()
    assert (skirt.hold[height < height.min() + 0.3] == 0).all()


def test_cloth_under_a_garment_that_follows_the_skin_is_held(body: Body) -> None:
    alone = loose_cloth(body, worn("skirt"))
    under = loose_cloth(body, worn("skirt"), under=[worn("tee")])
    assert alone is not None
    assert under is not None
    hem_of_the_tee = worn("tee").parts[0].mesh.bounds[0, 1]
    covered = under.points[:, 1] > hem_of_the_tee + 0.03
    assert covered.sum() > 10
    assert under.held[covered].mean() > 0.9
    assert alone.held[alone.points[:, 1] > hem_of_the_tee + 0.03].mean() < 0.5


def test_every_particle_hangs_from_a_held_one_within_the_cloths_own_length(
    skirt: LooseCloth,
) -> None:
    assert skirt.held[skirt.anchor].all()
    straight = np.linalg.norm(skirt.points - skirt.points[skirt.anchor], axis=1)
    assert (straight <= skirt.reach + 1e-9).all()


def test_folds_are_shared_sides_and_know_which_way_they_are_creased() -> None:
    points = np.array([[0, 0, 0], [1, 0, 0], [0.5, 1, 0], [0.5, -1, 0.2]], float)
    faces = np.array([[0, 1, 2], [1, 0, 3]])
    sides, folds = sides_and_folds(faces)
    assert len(sides) == 5
    assert folds.tolist() == [[0, 1, 2, 3]]
    sizes = fold_sizes(points, folds)
    up = fold_heights(points, folds, sizes)
    down = fold_heights(points * [1, 1, -1], folds, sizes)
    assert up == pytest.approx(0.2)
    assert down == pytest.approx(-0.2)


def test_the_balance_is_kept_and_read_again_to_the_bit(
    body: Body, skirt: LooseCloth, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tryon.wardrobe.cloth_balance.baked_dir", lambda: tmp_path)
    capsules = BodyCapsules.of(body)
    first = balanced(skirt, capsules)
    (kept,) = tmp_path.glob("cloth-*.npz")
    again = balanced(skirt, capsules)
    kept.write_bytes(b"cut short")
    anew = balanced(skirt, capsules)
    assert first.give.any()
    for other in (again, anew):
        assert np.array_equal(first.give, other.give)
        assert np.array_equal(first.lift, other.lift)
    assert tmp_path != baked_dir()


def test_drawn_vertices_are_where_they_were_while_the_cloth_is_at_rest(
    body: Body, skirt: LooseCloth
) -> None:
    for parts in worn("skirt").levels:
        for part in parts:
            follower = Follower.of(skirt, skirt.points, part.mesh.vertices, part.mesh.normals)
            corner = skirt.points[follower.corner]
            flat = np.einsum("vk,vkd->vd", follower.share, corner)
            off = np.linalg.norm(flat - part.mesh.vertices, axis=1)
            free = follower.hold < 1
            # What is left is the way along the normal, and beside the triangle at the very hem.
            left = np.abs(off - np.abs(follower.rise))[free]
            assert np.percentile(left, 99) < 0.002


def test_capsules_hold_the_skin_of_legs_and_seat(body: Body) -> None:
    capsules = BodyCapsules.of(body)
    middles, radii = capsules.spheres()
    skin = body.figure.vertices[
        (body.figure.vertices[:, 1] < 0.95) & (body.figure.vertices[:, 1] > 0.12)
    ].astype(np.float64)
    skin = skin[np.abs(skin[:, 0]) < 0.26]
    a, b = capsules.cones.T
    along = middles[b] - middles[a]
    t = np.einsum("nmd,md->nm", skin[:, None] - middles[a], along) / (along**2).sum(1)
    t = np.clip(t, 0, 1)
    foot = middles[a] + t[..., None] * along
    radius = radii[a] + t * (radii[b] - radii[a])
    outside = (np.linalg.norm(skin[:, None] - foot, axis=2) - radius).min(1)
    assert np.percentile(outside, 97) < 0.0
    assert outside.max() < 0.03


def test_capsules_grow_with_the_girth_of_the_person(body: Body) -> None:
    capsules = BodyCapsules.of(body)
    girth = np.zeros(len(GIRTHS))
    girth[GIRTHS.index("leg_l_1")] = 0.3
    _, before = capsules.spheres()
    _, after = capsules.spheres(girth)
    grew = after / before > 1.1
    assert grew.any()
    left = [body.names[k].endswith("_l") for k in capsules.weights[grew].argmax(1)]
    assert all(left)
