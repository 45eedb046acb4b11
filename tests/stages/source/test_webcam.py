"""A webcam shows what is now, and says what is wrong when it cannot."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from tryon.core.errors import CameraError, InputError
from tryon.stages.source import WebcamSource, open_webcam, webcam
from tryon.stages.source.lens import Lens


class FakeCamera:
    """Stands in for cv2.VideoCapture: blue counts the pictures up.

    A new picture comes when `gate` is opened for it; meanwhile the last one comes again, as from a
    camera that looks at a still scene, or nothing when it `hangs`. After `count` pictures it fails.
    """

    def __init__(self, count: int = 1000, *, opens: bool = True, hangs: bool = False) -> None:
        self.gate = threading.Semaphore(0)
        self.opens = opens
        self.hangs = hangs
        self.count = count
        self.read_so_far = 0
        self.released = False
        self.delivered = threading.Semaphore(0)
        self.unplugged = threading.Event()

    def isOpened(self) -> bool:  # noqa: N802  # OpenCV's name
        return self.opens

    def read(self) -> tuple[bool, np.ndarray | None]:
        new = self.gate.acquire(timeout=0.01)
        if self.hangs and not new:
            self.unplugged.wait()
        if self.read_so_far >= self.count or self.unplugged.is_set():
            return False, None
        self.read_so_far += new
        picture = np.zeros((6, 8, 3), np.uint8)
        picture[..., 0] = max(0, self.read_so_far - 1)
        if new:
            self.delivered.release()
        return True, picture

    def get(self, _: int) -> float:
        return 30.0

    def set(self, *_: float) -> bool:
        return True

    def release(self) -> None:
        self.released = True


@pytest.fixture
def plug_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., FakeCamera]]:
    """Puts a camera at number 2 of a machine that has no other."""
    monkeypatch.setattr(webcam, "_JOIN_S", 0.5)
    monkeypatch.setattr(webcam, "_DEVICES", tmp_path)
    cameras: list[FakeCamera] = []

    def plug(camera: FakeCamera) -> FakeCamera:
        (tmp_path / "video2").touch()
        monkeypatch.setattr(cv2, "VideoCapture", lambda _: camera)
        cameras.append(camera)
        return camera

    yield plug
    for camera in cameras:
        camera.unplugged.set()


def opened(**options: object) -> WebcamSource:
    return WebcamSource("2", Lens(), **options)


def test_pictures_are_rgb_unmirrored_and_carry_a_webcam_camera(
    plug_in: Callable[..., FakeCamera],
) -> None:
    camera = plug_in(FakeCamera())
    camera.gate.release(5)
    with open_webcam("2") as source:
        frame = next(iter(source))
    assert frame.rgb[0, 0].tolist()[:2] == [0, 0]
    assert frame.camera.focal_px[0] == pytest.approx(0.9 * 8)
    assert source.frame_count is None
    assert source.frames_per_s == 30.0
    assert camera.released


def test_slow_reader_gets_the_newest_picture_and_nothing_queues_up(
    plug_in: Callable[..., FakeCamera],
) -> None:
    camera = plug_in(FakeCamera())
    camera.gate.release()
    with opened() as source:
        frames = iter(source)
        assert next(frames).rgb[0, 0, 2] == 0
        camera.gate.release(40)
        for _ in range(41):
            assert camera.delivered.acquire(timeout=5)
        # The forty-first picture has been read; the thread hands it over before it reads again.
        camera.gate.release()
        assert camera.delivered.acquire(timeout=5)
        assert next(frames).rgb[0, 0, 2] >= 40


def test_times_are_those_of_arrival_and_increase_strictly(
    plug_in: Callable[..., FakeCamera],
) -> None:
    camera = plug_in(FakeCamera())
    ticking = itertools.chain([1000, 1000, 900], itertools.count(5000, 10))
    camera.gate.release()
    with opened(clock_ns=lambda: next(ticking)) as source:
        times = []
        for frame in source:
            times.append(frame.t_ns)
            if len(times) == 5:
                break
    assert times[0] >= 1000
    assert (np.diff(times) > 0).all()
    assert times[-1] >= 5000


def test_camera_that_stops_is_an_error_not_an_end(plug_in: Callable[..., FakeCamera]) -> None:
    camera = plug_in(FakeCamera(count=1))
    camera.gate.release(5)

    def watch() -> None:
        with opened() as source:
            for _ in source:
                pass

    with pytest.raises(CameraError, match="stopped delivering") as caught:
        watch()
    assert "--camera" in caught.value.remedy
    assert camera.released


def test_camera_that_delivers_nothing_is_an_error(plug_in: Callable[..., FakeCamera]) -> None:
    camera = plug_in(FakeCamera(count=0))
    with pytest.raises(CameraError, match="delivers no picture"):
        opened()
    assert camera.released


def test_camera_that_hangs_is_given_up_and_freed_when_its_driver_comes_back(
    plug_in: Callable[..., FakeCamera], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webcam, "_JOIN_S", 0.01)
    camera = plug_in(FakeCamera(hangs=True))
    camera.gate.release()
    with opened(next_picture_s=0.05) as source:
        frames = iter(source)
        next(frames)
        with pytest.raises(CameraError, match="stopped delivering"):
            next(frames)
    assert not camera.released
    camera.unplugged.set()
    for thread in threading.enumerate():
        if thread.name == "tryon-webcam":
            thread.join(5)
    assert camera.released


def test_closing_from_elsewhere_ends_the_stream(plug_in: Callable[..., FakeCamera]) -> None:
    camera = plug_in(FakeCamera())
    camera.gate.release()
    source = opened()
    frames = iter(source)
    next(frames)
    closing = threading.Timer(0.05, source.close)
    closing.start()
    list(frames)
    closing.join()
    assert camera.released


def test_absent_camera_lists_those_that_are_there(plug_in: Callable[..., FakeCamera]) -> None:
    with pytest.raises(CameraError, match="no camera 0") as caught:
        open_webcam("0")
    assert "shows no camera" in caught.value.remedy
    assert "tryon doctor" in caught.value.remedy
    plug_in(FakeCamera())
    with pytest.raises(CameraError) as caught:
        open_webcam(0)
    assert "video2" in caught.value.remedy


def test_camera_in_use_says_how_to_find_the_other_program(
    plug_in: Callable[..., FakeCamera],
) -> None:
    plug_in(FakeCamera(opens=False))
    with pytest.raises(CameraError, match="another program uses it") as caught:
        opened()
    for word in ("fuser", "--camera", "tryon doctor"):
        assert word in caught.value.remedy


def test_camera_without_permission_names_the_group(
    plug_in: Callable[..., FakeCamera], monkeypatch: pytest.MonkeyPatch
) -> None:
    plug_in(FakeCamera())
    monkeypatch.setattr(webcam.os, "access", lambda *_: False)
    with pytest.raises(CameraError, match="may not be used") as caught:
        opened()
    assert "group `video`" in caught.value.remedy


@pytest.mark.parametrize("device", ["clip.mp4", "rtsp://host/stream", "http://host", "-1", ""])
def test_only_cameras_are_opened_never_files_or_addresses(
    device: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: object) -> None:
        raise AssertionError("OpenCV was asked to open it")

    monkeypatch.setattr(cv2, "VideoCapture", refuse)
    with pytest.raises(CameraError, match="is not a camera"):
        open_webcam(device)


def test_wrong_calibration_is_told_before_the_camera_lights_up(
    tmp_path: Path, plug_in: Callable[..., FakeCamera]
) -> None:
    camera = plug_in(FakeCamera())
    with pytest.raises(InputError, match=r"gone\.yml"):
        open_webcam("2", calibration=tmp_path / "gone.yml")
    assert camera.read_so_far == 0
