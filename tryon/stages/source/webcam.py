"""A camera of this machine, newest picture first."""

from __future__ import annotations

import os
import re
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np

from tryon.core.errors import CameraError
from tryon.core.frame import Frame, Picture
from tryon.stages.source.lens import Lens

WANTED_WH = (1280, 720)
"""The size that a camera is asked for; it answers with the nearest that it has."""

_FIRST_PICTURE_S = 10.0
_NEXT_PICTURE_S = 5.0
_JOIN_S = 2.0
_DEVICES = Path("/dev")


def open_webcam(
    device: str | int,
    *,
    fov_deg: float | None = None,
    calibration: str | os.PathLike[str] | None = None,
) -> WebcamSource:
    """Open a camera by its number or device path, and wait for its first picture.

    The camera's lens comes from the calibration file, else from `fov_deg` (vertical degrees), else
    from `PinholeCamera.default` for webcams. Raises CameraError when it is absent, in use, may not
    be used, or delivers nothing; InputError for the calibration.
    """
    return WebcamSource(device, Lens.chosen(fov_deg, calibration))


class WebcamSource:
    """What a camera sees now. Use it as a context manager.

    Only the newest picture is kept: whoever is slow misses pictures and is never behind. A frame's
    time is the moment its picture arrived, on the monotonic clock. Iteration ends when the source
    is closed, and raises CameraError when the camera stops delivering.

    clock_ns: the monotonic clock; first_picture_s, next_picture_s: how long to wait for a picture.
    """

    frame_count: int | None = None

    def __init__(
        self,
        device: str | int,
        lens: Lens,
        *,
        clock_ns: Callable[[], int] = time.monotonic_ns,
        first_picture_s: float = _FIRST_PICTURE_S,
        next_picture_s: float = _NEXT_PICTURE_S,
    ) -> None:
        self._name = str(device)
        self._lens = lens
        self._clock_ns = clock_ns
        self._next_picture_s = next_picture_s
        self._arrival = threading.Condition()
        self._newest: tuple[Picture, int] | None = None
        self._closed = False
        self._failed = False
        self._capture = _opened(device)
        rate = float(self._capture.get(cv2.CAP_PROP_FPS))
        self.frames_per_s = rate if np.isfinite(rate) and rate > 0 else None
        self._thread = threading.Thread(target=self._keep_newest, name="tryon-webcam", daemon=True)
        self._thread.start()
        with self._arrival:
            self._await_picture(first_picture_s)
            delivers = self._newest is not None
        if not delivers:
            self.close()
            raise self._silent("delivers no picture")

    def __enter__(self) -> WebcamSource:
        return self

    def __exit__(self, *failure: object) -> None:
        self.close()

    def __iter__(self) -> Iterator[Frame]:
        index = 0
        while (picture := self._next()) is not None:
            bgr, t_ns = picture
            rgb = np.ascontiguousarray(bgr[..., ::-1])
            yield self._lens.frame(rgb, t_ns=t_ns, index=index, webcam=True)
            index += 1

    def close(self) -> None:
        """Stop, and set the camera free for others."""
        with self._arrival:
            self._closed = True
            self._arrival.notify_all()
        self._thread.join(_JOIN_S)

    def _keep_newest(self) -> None:
        """Read until the source is closed, then release the camera.

        The capture belongs to this thread: releasing it while a hung driver reads would crash.
        """
        last_ns = -1
        try:
            while not (self._closed or self._failed):
                arrived, bgr = self._capture.read()
                last_ns = max(self._clock_ns(), last_ns + 1)
                with self._arrival:
                    if arrived:
                        self._newest = (np.asarray(bgr, np.uint8), last_ns)
                    else:
                        self._failed = True
                    self._arrival.notify_all()
        finally:
            self._capture.release()

    def _next(self) -> tuple[Picture, int] | None:
        """Take the newest picture, or wait for one; None when the source was closed."""
        with self._arrival:
            self._await_picture(self._next_picture_s)
            if self._closed:
                return None
            picture, self._newest = self._newest, None
        if picture is None:
            raise self._silent("stopped delivering pictures")
        return picture

    def _await_picture(self, timeout_s: float) -> None:
        self._arrival.wait_for(
            lambda: self._newest is not None or self._failed or self._closed, timeout_s
        )

    def _silent(self, what: str) -> CameraError:
        return CameraError(
            f"Camera {self._name} {what}.",
            remedy="Unplug it and plug it in again, or choose another with --camera; `tryon doctor` "
            "lists them.",
        )


def _opened(device: str | int) -> cv2.VideoCapture:
    """The camera, asked for its wanted size. Raises CameraError with the likely reason."""
    number = _number(device)
    node = _DEVICES / f"video{number}"
    if sys.platform.startswith("linux"):
        if not node.exists():
            found = sorted(path.name for path in _DEVICES.glob("video*"))
            listed = f"Found: {', '.join(found)}." if found else "This machine shows no camera."
            raise CameraError(
                f"There is no camera {device}.",
                remedy=f"{listed} Plug one in, choose it with --camera, or see `tryon doctor`.",
            )
        if not os.access(node, os.R_OK | os.W_OK):
            raise CameraError(
                f"Camera {device} may not be used by you.",
                remedy="Add yourself to the group `video`, then log in again.",
            )
    capture = cv2.VideoCapture(number)
    if not capture.isOpened():
        capture.release()
        raise CameraError(
            f"Camera {device} cannot be opened: another program uses it, or it is no camera.",
            remedy=f"Close that program (`fuser {node}` finds it), or choose another with --camera; "
            "`tryon doctor` lists them.",
        )
    capture.set(cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*"MJPG"))
    capture.set(cv2.CAP_PROP_FRAME_WIDTH, WANTED_WH[0])
    capture.set(cv2.CAP_PROP_FRAME_HEIGHT, WANTED_WH[1])
    capture.set(cv2.CAP_PROP_BUFFERSIZE, 1)
    return capture


def _number(device: str | int) -> int:
    """The camera's number from a number, `/dev/video2`, or a link to it.

    Nothing else is passed on: OpenCV would take it for a file or a network address.
    """
    text = str(device).strip()
    if text.isascii() and text.isdigit():
        return int(text)
    named = re.fullmatch(r"/dev/video(\d+)", os.path.realpath(text))
    if named:
        return int(named[1])
    raise CameraError(
        f"{device} is not a camera.",
        remedy="Give a number or a path such as /dev/video2; for a file use `tryon video`.",
    )
