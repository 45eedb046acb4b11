"""Films are the same at every run, and their truth is where the picture shows it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from tryon.core.errors import GraphicsError, SuppliesError
from tryon.qa.portrait import SITTERS
from tryon.qa.replay.cutouts import whole
from tryon.qa.synth.body_film import BODY_FILMS, BodyFilmStudio
from tryon.qa.synth.fairness import Row, fairness, unfair
from tryon.qa.synth.film import FilmStudio
from tryon.qa.synth.scene import FILMS, LIGHTS, SKINS, Scene, fairness_scenes

SHORT = replace(FILMS["turn"], size_wh=(160, 120), seconds=0.2)


@pytest.fixture(scope="module")
def studio() -> Iterator[FilmStudio]:
    try:
        opened = FilmStudio()
    except (SuppliesError, GraphicsError) as missing:
        pytest.skip(str(missing))
    with opened:
        yield opened


def test_a_film_is_the_same_at_every_run(studio: FilmStudio) -> None:
    first, second = (list(studio.film(SHORT)) for _ in range(2))
    assert len(first) == SHORT.count == 3
    assert all(np.array_equal(a[0], b[0]) for a, b in zip(first, second, strict=True))


def test_truth_lies_where_the_picture_shows_it(studio: FilmStudio) -> None:
    """The bridge lies on the person, and what is hidden by a forearm is not in the mask."""
    camera = SHORT.camera()
    for _, (person,) in studio.film(SHORT):
        x, y = camera.project(person.anchors["bridge"]).astype(int)
        assert whole(person.mask, camera.size_wh)[y, x] == 255
    bare = next(iter(studio.film(SHORT)))[1][0].mask
    hidden = next(iter(studio.film(replace(SHORT, occluded=True))))[1][0].mask
    seen, left = (int((whole(mask, camera.size_wh) > 127).sum()) for mask in (bare, hidden))
    assert left < 0.95 * seen


def test_two_people_change_sides() -> None:
    scene = FILMS["crossing"]
    x = [[scene.cam_from_head(k, who)[0, 3] for who in range(2)] for k in (0, scene.count - 1)]
    assert x[0][0] * x[0][1] < 0
    assert np.sign(x[0][0]) != np.sign(x[1][0])


def test_skin_light_hair_and_glasses_change_the_picture_and_nothing_else_does(
    studio: FilmStudio,
) -> None:
    base = replace(SHORT, sitters=(SITTERS[0],), seconds=0.07)
    plain = next(iter(studio.film(base)))[0].astype(int)
    for other in (
        replace(base, light="dim"), replace(base, hair=False), replace(base, glasses="aurelle-soleil"),
    ):  # fmt: skip
        assert np.abs(next(iter(studio.film(other)))[0] - plain).max() > 40
    assert np.abs(next(iter(studio.film(replace(base, name="x"))))[0] - plain).max() == 0


def test_joints_of_a_body_lie_on_it() -> None:
    try:
        opened = BodyFilmStudio()
    except SuppliesError as missing:
        pytest.skip(str(missing))
    scene = replace(BODY_FILMS["reach"], seconds=0.14)
    camera = scene.camera()
    with opened as stage:
        for _, (person,) in stage.film(scene):
            mask = whole(person.mask, camera.size_wh)
            for joint in person.joints.values():
                x, y = camera.project(joint).astype(int)
                assert mask[y, x] > 127


def test_the_fairness_films_change_one_trait_at_a_time() -> None:
    scenes = fairness_scenes()
    traits = {trait for trait, _, _ in scenes}
    assert traits == {"skin", "light", "hair", "glasses", "occlusion"}
    assert sum(trait == "skin" for trait, _, _ in scenes) == len(SKINS)
    assert sum(trait == "light" for trait, _, _ in scenes) == len(LIGHTS)


def _row(trait: str, value: str, mm: float) -> Row:
    return Row(
        trait,
        value,
        {"true_found": 1, "true_anchor_mm.p50": mm, "true_turn_deg.p50": 1, "true_swapped": 0},
    )


def test_who_is_served_worse_is_told() -> None:
    assert unfair([_row("skin", "light", 2.0), _row("skin", "dark", 3.0)]) == []
    (told,) = unfair([_row("skin", "light", 2.0), _row("skin", "dark", 5.0)])
    assert "2.50 times as far off with dark as with light" in told
    (told,) = unfair([_row("light", "front", 2.0), _row("light", "back", 9.0)])
    assert "light back: true_anchor_mm.p50 is 9" in told
    lost = Row("skin", "dark", {"true_found": 0.0})
    assert any("true_found is 0" in told for told in unfair([lost]))


def test_a_films_measures_are_those_of_its_truth() -> None:
    scene: Scene = replace(fairness_scenes()[0][2], seconds=0.4)
    try:
        (row,) = fairness(scenes=[("skin", "light", scene)])
    except (SuppliesError, GraphicsError) as missing:
        pytest.skip(str(missing))
    assert row.values["true_found"] == 1
    assert 0 < row.values["true_anchor_mm.p50"] < 10
