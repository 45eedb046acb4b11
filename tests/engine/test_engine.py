"""The front door: photos and streams through one engine, on real faces."""

from __future__ import annotations

import math
import os
import subprocess
import sys
from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray

import tryon
from tests.clips import portrait
from tests.conftest import REPOSITORY
from tryon.core.camera import PinholeCamera
from tryon.core.filters import DROPOUT_FADE_S, DROPOUT_HOLD_S
from tryon.core.frame import Frame
from tryon.engine import Engine, result_document

GLASSES, HAT, HOOPS, PEARLS = (
    f"aurelle-{name}" for name in ("windsor", "fedora", "hoops", "pearls")
)
FRAME_NS = 40_000_000


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with Engine() as opened:
        yield opened


def frames(count: int, *, step_px: int = 2) -> list[Frame]:
    """A portrait that drifts to the right."""
    still = portrait()
    camera = PinholeCamera.default((320, 240))
    return [
        Frame(np.ascontiguousarray(np.roll(still, step_px * k, axis=1)), k * FRAME_NS, k, camera)
        for k in range(count)
    ]


def empty(index: int) -> Frame:
    camera = PinholeCamera.default((320, 240))
    return Frame(np.full((240, 320, 3), 90, np.uint8), index * FRAME_NS, index, camera)


def test_what_is_worn_is_in_the_picture(engine: Engine, astronaut: NDArray[np.uint8]) -> None:
    result = engine.photo(astronaut, [GLASSES, HAT, HOOPS, PEARLS], layers=True)
    assert result.image.shape == astronaut.shape
    assert [item.id for item in result.items] == [GLASSES, HAT, HOOPS, PEARLS]
    for item in result.items:
        covered = result.layers[item.id] > 128
        assert covered.sum() > 50, item.id
        change = np.abs(result.image.astype(int) - astronaut)[covered].mean()
        assert change > 5, item.id


def test_the_picture_that_was_given_is_left_alone(
    engine: Engine, astronaut: NDArray[np.uint8]
) -> None:
    before = astronaut.copy()
    engine.photo(astronaut, [HAT])
    np.testing.assert_array_equal(astronaut, before)


def test_nobody_there_is_a_value_not_an_error(engine: Engine) -> None:
    picture = np.full((120, 160, 3), 130, np.uint8)
    result = engine.photo(picture, [GLASSES])
    np.testing.assert_array_equal(result.image, picture)
    assert result.people == result.items == ()


def test_wearing_nothing_still_says_who_is_there(
    engine: Engine, astronaut: NDArray[np.uint8]
) -> None:
    result = engine.photo(astronaut, [])
    np.testing.assert_array_equal(result.image, astronaut)
    assert len(result.people) == 1


def test_items_hide_each_other_as_their_depth_says(
    engine: Engine, astronaut: NDArray[np.uint8]
) -> None:
    alone = engine.photo(astronaut, [HOOPS], layers=True).layers[HOOPS]
    under_hat = engine.photo(astronaut, [HOOPS, HAT], layers=True).layers
    assert not ((under_hat[HOOPS] > 128) & (under_hat[HAT] > 250)).any()
    assert (under_hat[HOOPS] > 0).sum() <= (alone > 0).sum()


def test_both_earrings_hang_on_their_own_side(engine: Engine, astronaut: NDArray[np.uint8]) -> None:
    result = engine.photo(astronaut, [HOOPS], layers=True)
    face = result.people[0].face
    assert face is not None
    left, right = (
        result.camera.project(face.anchor_in_cam(name)) for name in ("left_lobe", "right_lobe")
    )
    assert left[0] > right[0] + 30
    columns = np.flatnonzero((result.layers[HOOPS] > 128).any(0))
    middle = 0.5 * (left[0] + right[0])
    assert (columns < middle).any()
    assert (columns > middle).any()


def test_photos_do_not_influence_each_other(
    engine: Engine, astronaut: NDArray[np.uint8], hopper: NDArray[np.uint8]
) -> None:
    first = engine.photo(astronaut, [GLASSES])
    engine.photo(hopper, [HAT])
    again = engine.photo(astronaut, [GLASSES])
    np.testing.assert_array_equal(first.image, again.image)


def test_another_engine_gives_the_same_pixels(astronaut: NDArray[np.uint8]) -> None:
    def dressed() -> NDArray[np.uint8]:
        with Engine() as engine:
            return engine.photo(astronaut, [GLASSES, HAT]).image

    np.testing.assert_array_equal(dressed(), dressed())


def test_unknown_item_is_an_error_of_ours(engine: Engine, astronaut: NDArray[np.uint8]) -> None:
    with pytest.raises(tryon.UnknownItemError, match="aurelle-windsr"):
        engine.photo(astronaut, ["aurelle-windsr"])


def test_result_is_drawn_on_the_very_frame_it_was_computed_from(engine: Engine) -> None:
    with engine.session([GLASSES]) as session:
        results = list(session.run(frames(8)))
    for result, frame in zip(results, frames(8), strict=True):
        assert (result.index, result.t_ns) == (frame.index, frame.t_ns)
        np.testing.assert_array_equal(result.image[200:], frame.rgb[200:])


def test_overlapped_stream_equals_frame_by_frame(engine: Engine) -> None:
    with engine.session([GLASSES, HAT]) as session:
        overlapped = [r.image for r in session.run(frames(6))]
    with engine.session([GLASSES, HAT]) as session:
        stepped = [session.step(frame).image for frame in frames(6)]
    for one, other in zip(overlapped, stepped, strict=True):
        np.testing.assert_array_equal(one, other)


def test_layers_of_a_stream_come_when_asked_for(engine: Engine) -> None:
    with engine.session([HAT]) as session:
        with_layers = session.step(frames(1)[0], layers=True)
        assert set(with_layers.layers) == {HAT}
        assert session.step(frames(2)[1]).layers == {}


def test_dropout_is_held_fades_and_ends(engine: Engine) -> None:
    with engine.session([HAT]) as session:
        for frame in frames(4):
            session.step(frame)
        opacities = []
        for index in range(4, 22):
            people = session.step(empty(index)).people
            opacities.append(people[0].face.opacity if people and people[0].face else 0.0)
    held = math.floor(DROPOUT_HOLD_S / (FRAME_NS / 1e9))
    gone = math.ceil((DROPOUT_HOLD_S + DROPOUT_FADE_S) / (FRAME_NS / 1e9))
    assert opacities[: held - 1] == [1.0] * (held - 1)
    assert all(a >= b for a, b in pairwise(opacities))
    assert 0 < opacities[held + 2] < 1
    assert opacities[gone:] == [0.0] * len(opacities[gone:])


def test_outfit_changes_from_one_frame_to_the_next(engine: Engine) -> None:
    first, second = frames(2)
    with engine.session([HAT]) as session:
        assert [i.id for i in session.step(first).items] == [HAT]
        session.wear(engine.outfit([GLASSES]))
        after = session.step(second)
    assert [i.id for i in after.items] == [GLASSES]
    assert after.people[0].id == 0, "who is where is kept"


def test_two_sessions_do_not_know_of_each_other(engine: Engine) -> None:
    with engine.session([HAT]) as one, engine.session([GLASSES]) as other:
        mine = [one.step(frame) for frame in frames(3)]
        nothing = [other.step(empty(k)) for k in range(3)]
    assert all(r.people for r in mine)
    assert not any(r.people for r in nothing)


def test_document_is_plain_data(engine: Engine, astronaut: NDArray[np.uint8]) -> None:
    document = result_document(engine.photo(astronaut, [GLASSES]))
    assert document["schema"] == "tryon.result.1"
    face = document["people"][0]["face"]
    assert face is not None
    assert len(face["cam_from_head"]) == 4
    assert document["items"][0]["anchor"] == "bridge"


def test_timings_name_every_stage(engine: Engine, astronaut: NDArray[np.uint8]) -> None:
    stages = engine.photo(astronaut, [GLASSES]).stages_ms
    assert list(stages) == [
        "detect", "wait", "fit", "smooth", "place", "light", "render", "composite",
    ]  # fmt: skip
    assert all(ms >= 0 for ms in stages.values())


def test_machine_without_opengl_is_told_what_to_install() -> None:
    program = (
        "import numpy as np, tryon\n"
        "with tryon.Engine() as engine:\n"
        "    try:\n"
        "        engine.photo(np.zeros((64, 64, 3), np.uint8), ['aurelle-windsor'])\n"
        "    except tryon.GraphicsError as error:\n"
        "        print(error.remedy)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        cwd=REPOSITORY,
        env={**os.environ, "EGL_DEVICE_ID": "99"},
    )
    assert "libgl1-mesa-dri" in done.stdout
