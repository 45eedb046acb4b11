"""Bodies are found, from the front and from behind, kept apart, and named after their faces."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.stages.detect.figures import cutout, scene
from tryon.core.camera import PinholeCamera
from tryon.core.errors import DetectorError
from tryon.core.filters import DROPOUT_FADE_S, DROPOUT_HOLD_S
from tryon.core.frame import Frame
from tryon.core.landmarks import PoseLandmarks
from tryon.stages.detect import BodyDetector, FaceDetector
from tryon.stages.detect.body_tracks import LEAST_LOOKS
from tryon.stages.detect.photo_bodies import FIRST_FACELESS_ID
from tryon.stages.detect.pose_landmarker import View, read_visibility
from tryon.supplies import supply_path

FRAME_NS = 33_333_333
WIDE = (960, 540)


@pytest.fixture
def stream() -> Iterator[BodyDetector]:
    with BodyDetector(mode="stream") as detector:
        yield detector


@pytest.fixture(scope="module")
def photo() -> Iterator[BodyDetector]:
    with BodyDetector(mode="photo") as detector:
        yield detector


def as_frame(rgb: NDArray[np.uint8]) -> Frame:
    return Frame(rgb, 0, 0, PinholeCamera.default((rgb.shape[1], rgb.shape[0])))


def chest(pose: PoseLandmarks) -> float:
    return float(pose.px[[11, 12], 0].mean())


def run(stream: BodyDetector, frames: Sequence[Frame]) -> list[tuple[PoseLandmarks, ...]]:
    return [stream.detect(frame) for frame in frames]


def standing(count: int, *, start: int = 0, people: int = 1, yaw_deg: float = 180.0) -> list[Frame]:
    """Frames of up to three people side by side, turned away unless told otherwise."""
    places = [(cutout(k, yaw_deg), 120 + 280 * k, 60) for k in range(people)]
    frame = scene(places, size_wh=WIDE)
    return [replace(frame, t_ns=(start + k) * FRAME_NS, index=k) for k in range(count)]


def test_a_face_and_its_body_are_one_person(
    photo: BodyDetector, astronaut: NDArray[np.uint8]
) -> None:
    frame = as_frame(astronaut)
    with FaceDetector(mode="photo") as faces:
        seen = [replace(face, track=7) for face in faces.detect(frame)]
    (body,) = photo.detect(frame, seen)
    assert body.track == 7
    assert np.linalg.norm(body.px[0] - seen[0].px[1, :2]) < 15, "the same nose"


def test_left_is_the_wearers_left(photo: BodyDetector, astronaut: NDArray[np.uint8]) -> None:
    (body,) = photo.detect(as_frame(astronaut))
    assert body.px[11, 0] > body.px[12, 0] + 100
    assert body.world[11, 0] > body.world[12, 0], "metres and pixels agree on right and left"


@pytest.mark.parametrize("surplus", [1, 2, 3])
def test_width_that_is_no_multiple_of_four_neither_aborts_nor_shifts_the_mask(
    photo: BodyDetector, astronaut: NDArray[np.uint8], surplus: int
) -> None:
    picture = np.ascontiguousarray(astronaut[:, : 508 + surplus])
    (body,) = photo.detect(as_frame(picture))
    assert body.mask is not None
    whole = body.mask.whole((508 + surplus, 512))
    assert whole.shape == picture.shape[:2]
    x, y = body.px[[11, 12]].mean(0).astype(int)
    assert whole[y + 40, x] > 0.9, "the chest is the person"
    assert whole[5, 5] < 0.1, "the corner is not"


def test_missing_visibility_counts_as_not_seen() -> None:
    np.testing.assert_array_equal(
        read_visibility([None, float("nan"), 0.25, float("inf"), 1.5]), [0, 0, 0.25, 0, 1]
    )


def test_a_view_beyond_the_picture_keeps_its_size_and_place() -> None:
    picture = np.arange(40 * 50 * 3, dtype=np.uint32).reshape(40, 50, 3).astype(np.uint8)
    for view in (View(-20, -10, 64, 64), View(30, 20, 64, 64), View(-100, 5, 64, 20)):
        part = view.cut(picture)
        assert part.shape == (view.height, view.width, 3)
        assert part.flags.c_contiguous
    part = View(-20, -10, 64, 64).cut(picture)
    np.testing.assert_array_equal(part[10:50, 20:64], picture[:, :44])


def test_three_people_are_three_bodies(photo: BodyDetector) -> None:
    bodies = photo.detect(standing(1, people=3, yaw_deg=0.0)[0])
    assert len({body.track for body in bodies}) == 3
    places = sorted(chest(body) for body in bodies)
    assert np.diff(places).min() > 200, "each body is somebody else's"


def test_passers_by_in_the_background_of_a_photo_are_left_alone(photo: BodyDetector) -> None:
    near, far = cutout(0, 0.0, height_px=420), cutout(1, 0.0, height_px=190)
    alone = photo.detect(scene([(near, 40, 40)], size_wh=(480, 480)))
    both = photo.detect(scene([(far, 350, 60), (near, 40, 40)], size_wh=(480, 480)))
    assert len(alone) == len(both) == 1
    assert np.abs(alone[0].px - both[0].px).mean() < 12


def test_nobody_is_found_where_nobody_is(photo: BodyDetector) -> None:
    assert photo.detect(scene([], size_wh=WIDE)) == ()


def test_somebody_seen_from_behind_is_found_and_followed(stream: BodyDetector) -> None:
    seen = run(stream, standing(LEAST_LOOKS + 2))
    (body,) = seen[-1]
    assert body.track >= FIRST_FACELESS_ID
    assert body.px[11, 0] < body.px[12, 0], "from behind the left shoulder is on the left"


def test_ids_hold_while_three_people_stand(stream: BodyDetector) -> None:
    seen = run(stream, standing(30, people=3, yaw_deg=0.0))
    ids = [{body.track for body in bodies} for bodies in seen[-10:]]
    assert len(ids[0]) == 3
    assert all(other == ids[0] for other in ids)


def test_shoulder_to_shoulder_every_face_gets_a_body_of_its_own(stream: BodyDetector) -> None:
    """The trap: the landmarker reads only the most prominent body of what it is shown."""
    people = [(cutout(k, 0.0, height_px=700), 60 + 230 * k, 80) for k in range(3)]
    frame = scene(people, size_wh=(900, 500))
    with FaceDetector(mode="photo") as detector:
        faces = detector.detect(frame)
    assert len(faces) >= 2, "the drawn faces are read as faces"
    for k in range(4):
        bodies = stream.detect(replace(frame, t_ns=k * FRAME_NS), faces)
    seen = {body.track: body for body in bodies}
    for face in faces:
        nose = np.linalg.norm(seen[face.track].px[0] - face.px[1, :2])
        assert nose < 0.5 * np.ptp(face.px[:, 1])


def test_ids_stay_with_their_people_when_two_cross(stream: BodyDetector) -> None:
    near, far = cutout(0, 90.0, height_px=430), cutout(1, -90.0, height_px=400)
    frames = [
        scene([(far, 760 - 14 * k, 70), (near, 60 + 14 * k, 60)], size_wh=WIDE, t_ns=k * FRAME_NS)
        for k in range(52)
    ]
    seen = run(stream, frames)
    start, end = seen[12], seen[-1]
    assert len(start) == len(end) == 2
    left, right = sorted(start, key=chest)
    after = {body.track: chest(body) for body in end}
    assert after[left.track] > after[right.track], "who came from the left left to the right"


def test_a_body_that_is_missed_is_held_then_fades_then_is_gone(stream: BodyDetector) -> None:
    (track,) = {b.track for bodies in run(stream, standing(8)) for b in bodies}
    empty = scene([], size_wh=WIDE)
    gone = [replace(empty, t_ns=(8 + k) * FRAME_NS) for k in range(20)]
    ages = [[body.age_s for body in bodies] for bodies in run(stream, gone)]
    assert ages[0][0] == pytest.approx(1 / 30, abs=0.01)
    assert all(np.diff([age[0] for age in ages if age]) > 0)
    shown = sum(bool(age) for age in ages) / 30
    assert shown == pytest.approx(DROPOUT_HOLD_S + DROPOUT_FADE_S, abs=0.07)
    assert ages[-1] == []
    back = run(stream, standing(4, start=30))
    assert back[-1][0].track == track, "who comes back after a second keeps the id"


def test_a_looped_clip_does_not_rewind_the_clock(stream: BodyDetector) -> None:
    once = run(stream, standing(8))
    again = run(stream, standing(8))
    assert {b.track for bodies in again for b in bodies} == {once[-1][0].track}
    assert all(b.age_s == 0 for bodies in again for b in bodies)


def test_reset_forgets_everybody(stream: BodyDetector) -> None:
    (before,) = run(stream, standing(8))[-1]
    stream.reset()
    (after,) = run(stream, standing(8))[-1]
    assert after.track != before.track


def test_masks_outlive_the_next_frame(stream: BodyDetector) -> None:
    seen = run(stream, standing(LEAST_LOOKS + 1))
    mask = seen[-1][0].mask
    assert mask is not None
    kept = mask.share.copy()
    run(stream, standing(2, start=LEAST_LOOKS + 1))
    np.testing.assert_array_equal(mask.share, kept)


def test_a_damaged_model_is_told_with_its_remedy(tmp_path: Path) -> None:
    broken = tmp_path / "pose.task"
    broken.write_bytes(supply_path("pose_landmarker_full.task").read_bytes()[:200_000])
    with pytest.raises(DetectorError, match="tryon setup"):
        BodyDetector(mode="photo", model=broken)


def test_nobody_at_all_cannot_be_asked_for() -> None:
    with pytest.raises(ValueError, match="max_people"):
        BodyDetector(mode="photo", max_people=0)


def test_closing_twice_does_no_harm() -> None:
    detector = BodyDetector(mode="stream")
    detector.close()
    detector.close()


@pytest.mark.parametrize("detector", ["BodyDetector", "FaceDetector"])
def test_detector_that_is_never_closed_leaves_no_word_at_exit(detector: str) -> None:
    program = f"from tryon.stages.detect import {detector}\nkept = {detector}(mode='photo')\n"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stderr == ""
