"""Pictures that nobody meant for a try-on: nothing breaks, and nothing absurd is drawn."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from tests.clips import portrait
from tryon.core.result import TryonResult
from tryon.engine import Engine

EVERYTHING = [
    "aurelle-tee", "aurelle-trousers", "aurelle-coat", "aurelle-fedora", "aurelle-windsor",
    "aurelle-hoops", "aurelle-pearls",
]  # fmt: skip


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with Engine() as opened:
        yield opened


def dress(engine: Engine, picture: NDArray[np.uint8]) -> TryonResult:
    result = engine.photo(np.ascontiguousarray(picture), EVERYTHING, layers=True)
    assert result.image.shape == picture.shape
    for person in result.people:
        if person.face is not None:
            assert np.isfinite(person.face.cam_from_head).all()
            assert np.linalg.det(person.face.cam_from_head[:3, :3]) == pytest.approx(1, abs=1e-6)
        if person.body is not None:
            assert np.isfinite(person.body.cam_from_rest).all()
            assert (person.body.joints_cam_m[:, 2] < 0).all(), "in front of the camera"
    return result


def test_person_upside_down(engine: Engine, astronaut: NDArray[np.uint8]) -> None:
    result = dress(engine, astronaut[::-1, ::-1])
    covered = np.maximum.reduce([*result.layers.values(), np.zeros((512, 512), np.uint8)]) > 128
    assert covered.mean() < 0.9


def test_drawing_of_lines(engine: Engine, astronaut: NDArray[np.uint8]) -> None:
    grey = cv2.cvtColor(astronaut, cv2.COLOR_RGB2GRAY)
    lines = 255 - cv2.Canny(grey, 60, 160)
    dress(engine, np.repeat(lines[..., None], 3, axis=2))


def test_mannequin_without_a_face(engine: Engine) -> None:
    picture = np.full((480, 360, 3), 200, np.uint8)
    cv2.ellipse(picture, (180, 80), (34, 46), 0, 0, 360, (235, 230, 225), -1)
    cv2.rectangle(picture, (130, 130), (230, 330), (235, 230, 225), -1)
    for x in (140, 195):
        cv2.rectangle(picture, (x, 330), (x + 30, 470), (235, 230, 225), -1)
    dress(engine, picture)


def test_crowd_is_dressed_up_to_the_limit(engine: Engine) -> None:
    crowd = np.tile(portrait((200, 150)), (3, 3, 1))
    result = dress(engine, crowd)
    faces = [person for person in result.people if person.face is not None]
    assert len(faces) == 4, "the engine's default"


def test_picture_of_one_colour(engine: Engine) -> None:
    picture = np.full((64, 48, 3), 127, np.uint8)
    result = dress(engine, picture)
    assert result.people == ()
    np.testing.assert_array_equal(result.image, picture)


@pytest.mark.parametrize("size_wh", [(1, 1), (3, 200), (200, 3), (637, 359)])
def test_odd_sizes(engine: Engine, size_wh: tuple[int, int]) -> None:
    picture = cv2.resize(portrait(), size_wh, interpolation=cv2.INTER_AREA)
    dress(engine, picture)


def test_only_a_hand_in_view(engine: Engine, shared_data: Path) -> None:
    bgr = cv2.imread(str(shared_data / "photos" / "hand-thumb-up.png"))
    assert bgr is not None
    result = dress(engine, bgr[..., ::-1])
    assert [person.face for person in result.people if person.face is not None] == []
    garments = [result.layers[item] for item in result.layers if item != "body"]
    assert all((layer > 128).mean() < 0.5 for layer in garments)
