"""Faces are found, near and far, and keep their names from frame to frame."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from tests.stages.detect.pictures import FACE_PX, FRAME_NS, frame_with_faces
from tryon.core.camera import PinholeCamera
from tryon.core.errors import DetectorError, SuppliesError
from tryon.core.filters import DROPOUT_FADE_S, DROPOUT_HOLD_S
from tryon.core.frame import Frame
from tryon.core.landmarks import FaceMark
from tryon.stages.detect import Box, FaceDetector
from tryon.supplies import supply_path


@pytest.fixture
def stream() -> Iterator[FaceDetector]:
    with FaceDetector(mode="stream") as detector:
        yield detector


@pytest.fixture(scope="module")
def photo() -> Iterator[FaceDetector]:
    with FaceDetector(mode="photo") as detector:
        yield detector


def as_frame(rgb: NDArray[np.uint8]) -> Frame:
    return Frame(rgb, 0, 0, PinholeCamera.default((rgb.shape[1], rgb.shape[0])))


@pytest.mark.parametrize("face_px", [70, 40])
def test_a_small_face_is_found_in_every_frame(stream: FaceDetector, face_px: float) -> None:
    for index in range(24):
        at = (180 + 6 * index, 240 + 40 * np.sin(index / 6), face_px)
        (face,) = stream.detect(frame_with_faces(at, index=index))
        assert (face.track, face.age_s) == (0, 0)
        assert face.px[:, :2].mean(0) == pytest.approx(at[:2], abs=0.2 * face_px)


def test_left_is_the_wearers_left(photo: FaceDetector, astronaut: NDArray[np.uint8]) -> None:
    (face,) = photo.detect(as_frame(astronaut))
    left, right = face.px[FaceMark.LEFT_EYE_OUTER], face.px[FaceMark.RIGHT_EYE_OUTER]
    assert left[0] > right[0] + 40, "who faces us has the left eye on the picture's right"


def test_mirrored_picture_gives_mirrored_landmarks(
    photo: FaceDetector, astronaut: NDArray[np.uint8]
) -> None:
    (face,) = photo.detect(as_frame(astronaut))
    (other,) = photo.detect(as_frame(np.ascontiguousarray(astronaut[:, ::-1])))
    left = face.px[FaceMark.LEFT_EYE_OUTER, 0]
    assert 512 - other.px[FaceMark.RIGHT_EYE_OUTER, 0] == pytest.approx(left, abs=2)


def test_two_people_keep_their_ids_while_one_is_hidden_for_a_moment(stream: FaceDetector) -> None:
    both = ((180.0, 240.0, 110.0), (470.0, 240.0, 90.0))
    where = {}
    for index in range(20):
        shown = both if not 8 <= index < 12 else both[:1]
        for face in stream.detect(frame_with_faces(*shown, index=index)):
            where.setdefault(face.track, []).append(face.px[:, 0].mean())
    assert len(where) == 2
    for xs in where.values():
        assert np.ptp(xs) < 15


def test_dropout_is_held_then_fades_and_is_forgotten(stream: FaceDetector) -> None:
    at = (320.0, 240.0, 110.0)
    for index in range(6):
        (last,) = stream.detect(frame_with_faces(at, index=index))
    ages = []
    for index in range(6, 6 + 20):
        faces = stream.detect(frame_with_faces(index=index))
        if not faces:
            break
        np.testing.assert_array_equal(faces[0].px, last.px)
        ages.append(faces[0].age_s)
    assert ages == pytest.approx([FRAME_NS / 1e9 * (k + 1) for k in range(len(ages))], abs=1e-6)
    assert ages[-1] == pytest.approx(DROPOUT_HOLD_S + DROPOUT_FADE_S, abs=0.05)


def test_looped_clip_does_not_rewind_the_clock(stream: FaceDetector) -> None:
    frames = [frame_with_faces((300 + 4 * k, 240, 110), index=k) for k in range(6)]
    tracks = [face.track for _ in range(3) for f in frames for face in stream.detect(f)]
    assert tracks == [0] * 18


def test_first_frame_at_time_zero_counts(stream: FaceDetector) -> None:
    frame = frame_with_faces((320, 240, 110))
    assert frame.t_ns == 0
    assert len(stream.detect(frame)) == 1
    assert len(stream.detect(frame)) == 1, "the same time twice"


def test_reset_forgets_everybody_but_never_uses_an_id_again(stream: FaceDetector) -> None:
    frame = frame_with_faces((320, 240, 110))
    (before,) = stream.detect(frame)
    stream.reset()
    (after,) = stream.detect(frame)
    assert after.track == before.track + 1
    assert after.age_s == 0


@pytest.mark.parametrize("width", [637, 638, 639, 641])
def test_width_that_is_no_multiple_of_four_moves_nothing(photo: FaceDetector, width: int) -> None:
    (plain,) = photo.detect(frame_with_faces((320, 240, 110)))
    (odd,) = photo.detect(frame_with_faces((320, 240, 110), size_wh=(width, 480)))
    off = np.linalg.norm(odd.px[:, :2] - plain.px[:, :2], axis=1)
    assert np.median(off) < 1.0


def test_picture_that_changes_its_size_is_followed(stream: FaceDetector) -> None:
    for index, size_wh in enumerate([(640, 480), (320, 240), (641, 479)]):
        scale = size_wh[0] / 640
        at = (320 * scale, 240 * scale, 110 * scale)
        (face,) = stream.detect(frame_with_faces(at, size_wh=size_wh, index=index))
        assert face.px[:, 0].mean() == pytest.approx(at[0], abs=12 * scale)


@pytest.mark.parametrize("side", [1, 3, 17])
def test_tiny_pictures_hold_nobody(photo: FaceDetector, stream: FaceDetector, side: int) -> None:
    frame = as_frame(np.zeros((side, side, 3), np.uint8))
    assert photo.detect(frame) == stream.detect(frame) == ()


def test_noise_and_patterns_are_nobody(photo: FaceDetector) -> None:
    rng = np.random.default_rng(3)
    noise = rng.integers(0, 256, (240, 320, 3), dtype=np.uint8)
    blobs = cv2.GaussianBlur(noise, (0, 0), 9)
    for rgb in (noise, cv2.normalize(blobs, None, 0, 255, cv2.NORM_MINMAX)):
        assert photo.detect(as_frame(rgb)) == ()


def test_no_more_people_than_asked_for() -> None:
    with FaceDetector(mode="photo", max_faces=1) as detector:
        (only,) = detector.detect(frame_with_faces((160, 240, 80), (460, 240, 120)))
    assert only.px[:, 0].mean() == pytest.approx(460, abs=20), "the larger one"
    with pytest.raises(ValueError, match="at least 1"):
        FaceDetector(mode="photo", max_faces=0)


def test_hint_finds_a_face_that_is_looked_for_nowhere_else(stream: FaceDetector) -> None:
    stream.detect(frame_with_faces((100, 100, 110)))
    hint = Box(560, 400, 600, 440)
    found = stream.detect(frame_with_faces((100, 100, 110), (580, 420, 30), index=1), hints=[hint])
    assert len(found) == 2


def test_photo_and_stream_agree_about_a_still_face(
    photo: FaceDetector, stream: FaceDetector
) -> None:
    (once,) = photo.detect(frame_with_faces((320, 240, FACE_PX)))
    for index in range(4):
        (followed,) = stream.detect(
            replace(frame_with_faces((320, 240, FACE_PX)), t_ns=index * FRAME_NS)
        )
    off = np.linalg.norm(once.px[:, :2] - followed.px[:, :2], axis=1)
    assert np.median(off) < 0.02 * FACE_PX


def test_detection_is_the_same_every_time(astronaut: NDArray[np.uint8]) -> None:
    def run() -> list[NDArray[np.float64]]:
        with FaceDetector(mode="stream") as detector:
            return [
                face.px
                for k in range(4)
                for face in detector.detect(frame_with_faces((300 + 5 * k, 240, 90), index=k))
            ]

    for first, second in zip(run(), run(), strict=True):
        np.testing.assert_array_equal(first, second)


def test_model_with_a_wrong_hash_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRYON_CACHE", str(tmp_path))
    (tmp_path / "supplies").mkdir()
    (tmp_path / "supplies" / "face_landmarker.task").write_bytes(b"PK not the model")
    with pytest.raises(SuppliesError, match="damaged") as caught:
        FaceDetector(mode="photo")
    assert "tryon setup" in caught.value.remedy


def test_own_model_that_is_damaged_is_refused_before_it_can_hang(tmp_path: Path) -> None:
    content = bytearray(supply_path("face_landmarker.task").read_bytes())
    content[len(content) // 2] ^= 0xFF
    damaged = tmp_path / "face.task"
    damaged.write_bytes(content)
    with pytest.raises(DetectorError, match="intact"):
        FaceDetector(mode="photo", model=damaged)
    with pytest.raises(DetectorError, match="does not exist"):
        FaceDetector(mode="photo", model=tmp_path / "none.task")


def test_forked_child_is_told_instead_of_hanging() -> None:
    program = (
        "import os, numpy as np\n"
        "from tryon.core.camera import PinholeCamera\n"
        "from tryon.core.errors import DetectorError\n"
        "from tryon.core.frame import Frame\n"
        "from tryon.stages.detect import FaceDetector\n"
        "detector = FaceDetector(mode='photo')\n"
        "frame = Frame(np.zeros((64, 64, 3), np.uint8), 0, 0, PinholeCamera.default((64, 64)))\n"
        "pid = os.fork()\n"
        "if pid == 0:\n"
        "    try:\n"
        "        detector.detect(frame)\n"
        "    except DetectorError as error:\n"
        "        os._exit(7 if 'fork' in error.message else 8)\n"
        "    os._exit(9)\n"
        "print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))\n"
    )
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
        env={**os.environ},
    )
    assert done.stdout.strip() == "7"
    assert done.stderr == "", "native logs stay out of standard error"


def test_heads_that_turn_are_followed_in_real_clips(shared_data: Path) -> None:
    clip = cv2.VideoCapture(
        str(shared_data / "clips" / "head-pose-face-detection-female-and-male.gif")
    )
    counts, tracks = [], set()
    with FaceDetector(mode="stream") as detector:
        for index in range(90):
            okay, bgr = clip.read()
            if not okay:
                break
            rgb = np.ascontiguousarray(bgr[..., ::-1])
            faces = detector.detect(replace(as_frame(rgb), t_ns=index * FRAME_NS, index=index))
            counts.append(len(faces))
            tracks |= {face.track for face in faces}
    clip.release()
    assert np.mean(np.array(counts) == 2) > 0.95
    assert len(tracks) <= 3
