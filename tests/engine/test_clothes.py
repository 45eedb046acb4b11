"""Clothes on a body whose true outline is known: the base body itself, drawn head to toe."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.clips import portrait
from tryon.core.body_fit import BODY_JOINTS, BodyView
from tryon.core.camera import PinholeCamera
from tryon.core.frame import Frame
from tryon.core.result import TryonResult
from tryon.engine import Engine, result_document
from tryon.qa.bench import SCENES, sitter
from tryon.wardrobe.body import Body

TEE, TROUSERS, COAT, HAT = (f"aurelle-{name}" for name in ("tee", "trousers", "coat", "fedora"))
FULL_LOOK = SCENES[-1]
FRAME_NS = 33_333_333


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with Engine() as opened:
        yield opened


@pytest.fixture(scope="module")
def person() -> NDArray[np.uint8]:
    """(960, 720, 3) somebody who stands before a wall."""
    return sitter(FULL_LOOK)


@pytest.fixture(scope="module")
def dressed(engine: Engine, person: NDArray[np.uint8]) -> TryonResult:
    return engine.photo(person, [TEE, TROUSERS, HAT], layers=True)


def test_names_of_the_joints_are_those_of_the_rig() -> None:
    assert Body.load().names == BODY_JOINTS


def test_garments_cover_the_body_they_are_worn_on(dressed: TryonResult) -> None:
    body = dressed.layers["body"] > 128
    for item in (TEE, TROUSERS):
        cloth = dressed.layers[item] > 128
        assert cloth.sum() > 0.1 * body.sum(), item
        assert (cloth & ~body).sum() < 0.01 * cloth.sum(), "cloth is part of the dressed outline"
    assert (dressed.layers[HAT] > 128).any()


def test_outline_has_no_accessories(dressed: TryonResult) -> None:
    hat, body = dressed.layers[HAT] > 128, dressed.layers["body"] > 128
    rows = np.flatnonzero(hat.any(1))
    assert np.flatnonzero(body.any(1)).min() > rows.min(), "the hat stands above the outline"


def test_top_lies_above_trousers(dressed: TryonResult) -> None:
    def middle(item: str) -> float:
        return float(np.nonzero(dressed.layers[item] > 128)[0].mean())

    assert middle(HAT) < middle(TEE) < middle(TROUSERS)


def test_outer_layer_hides_the_inner_one(engine: Engine, person: NDArray[np.uint8]) -> None:
    alone = engine.photo(person, [TEE], layers=True).layers[TEE]
    under = engine.photo(person, [COAT, TEE], layers=True).layers[TEE]
    assert (under > 128).sum() < 0.25 * (alone > 128).sum()


def test_body_is_told_joint_by_joint(dressed: TryonResult) -> None:
    (entry,) = result_document(dressed)["people"]
    body = entry["body"]
    assert body is not None
    assert body["view"] == BodyView.WHOLE.value
    assert list(body["joints_px"]) == list(BODY_JOINTS)
    px = body["joints_px"]
    assert px["upperarm_l"][0] > px["upperarm_r"][0], "who faces us has the left arm on our right"
    assert px["head"][1] < px["pelvis"][1] < px["foot_l"][1]
    assert body["joints_cam_m"]["pelvis"][2] < -1.0, "in front of the camera"
    assert 1400 < body["measurements_mm"]["stature"] < 2000
    assert 0.5 < body["confidence"] <= 1


def test_face_and_body_are_one_person(dressed: TryonResult) -> None:
    (person,) = dressed.people
    assert person.face is not None
    assert person.body is not None
    assert person.face.track == person.body.track == person.id


def test_garment_is_placed_with_its_box(dressed: TryonResult) -> None:
    items = {item.id: item for item in dressed.items}
    left, top, right, bottom = items[TROUSERS].bbox_px or (0, 0, 0, 0)
    x, y = items[TROUSERS].anchor_px
    assert items[TROUSERS].anchor == "waist"
    assert left < x < right
    assert abs(y - top) < 0.25 * (bottom - top), "trousers hang from the waist"


def test_same_photo_gives_the_same_pixels(
    engine: Engine, person: NDArray[np.uint8], dressed: TryonResult
) -> None:
    again = engine.photo(person, [TEE, TROUSERS, HAT])
    np.testing.assert_array_equal(again.image, dressed.image)


def test_overlapped_stream_equals_frame_by_frame(engine: Engine, person: NDArray[np.uint8]) -> None:
    small = np.ascontiguousarray(person[::2, ::2])
    camera = PinholeCamera.default((small.shape[1], small.shape[0]))
    frames = [
        Frame(np.ascontiguousarray(np.roll(small, 2 * k, axis=1)), k * FRAME_NS, k, camera)
        for k in range(5)
    ]
    with engine.session([TEE, TROUSERS]) as session:
        overlapped = [result.image for result in session.run(frames)]
    with engine.session([TEE, TROUSERS]) as session:
        stepped = [session.step(frame).image for frame in frames]
    for one, other in zip(overlapped, stepped, strict=True):
        np.testing.assert_array_equal(one, other)


def test_clothes_come_and_go_within_a_stream(engine: Engine, person: NDArray[np.uint8]) -> None:
    small = np.ascontiguousarray(person[::2, ::2])
    camera = PinholeCamera.default((small.shape[1], small.shape[0]))
    with engine.session([HAT]) as session:
        first = session.step(Frame(small, 0, 0, camera))
        session.wear(engine.outfit([TEE]))
        second = session.step(Frame(small, FRAME_NS, 1, camera))
        session.wear(engine.outfit([HAT]))
        third = session.step(Frame(small, 2 * FRAME_NS, 2, camera))
    assert [len(r.items) for r in (first, second, third)] == [1, 1, 1]
    assert first.people[0].body is third.people[0].body is None
    assert second.people[0].body is not None
    assert second.people[0].id == first.people[0].id


def test_only_what_is_seen_of_a_close_up_is_dressed(engine: Engine) -> None:
    """A webcam shows head and shoulders: the legs are guessed, and no limb is flung into view."""
    still = portrait((320, 240))
    result = engine.photo(still, [TEE], layers=True)
    for person in result.people:
        if person.body is not None:
            assert person.body.view is not BodyView.WHOLE
            assert np.isfinite(person.body.joints_cam_m).all()
    assert (result.layers["body"] > 128)[:20].mean() < 0.2


def test_hand_alone_or_nobody_is_not_dressed(engine: Engine) -> None:
    rng = np.random.default_rng(5)
    noise = rng.integers(0, 256, (240, 320, 3), dtype=np.uint8)
    result = engine.photo(noise, [TEE, TROUSERS])
    assert result.people == ()
    np.testing.assert_array_equal(result.image, noise)
