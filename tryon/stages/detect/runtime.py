"""What every MediaPipe task here needs: quiet start, padded pictures, a clock that only rises.

Known traps met in this module: native code writes log lines that no environment variable stops;
widths that are no multiple of four abort the process when a mask is read; timestamps must strictly
increase per object, in milliseconds; an object that crossed a fork hangs; a broken model can hang
the process, so files are checked before they are loaded.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import threading
import weakref
import zipfile
from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from pathlib import Path
from typing import Protocol, TypeVar

import mediapipe as mp
import numpy as np

from tryon.core.errors import DetectorError
from tryon.core.frame import Picture

TaskT = TypeVar("TaskT")

WIDTH_MULTIPLE = 4
NS_PER_MS = 1_000_000

_stderr_lock = threading.Lock()


@contextlib.contextmanager
def quiet_native_logs() -> Iterator[None]:
    """Send file descriptor 2 to nowhere for a short while.

    Native code writes there directly. The descriptor belongs to the whole process, so keep the block
    short; a lock keeps two threads from restoring each other's redirection.
    """
    with _stderr_lock:
        try:
            kept = os.dup(2)
        except OSError:  # A service without standard error has nothing to silence.
            yield
            return
        try:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, 2)
            os.close(nowhere)
            yield
        finally:
            os.dup2(kept, 2)
            os.close(kept)


def open_task(create: Callable[[], TaskT], warm_up: Callable[[TaskT], object]) -> TaskT:
    """Create a task and let it see one blank picture, so that neither logs nor start-up time fall
    on the first real frame.

    Raises DetectorError when the native library refuses.
    """
    with quiet_native_logs():
        try:
            task = create()
            warm_up(task)
        except (RuntimeError, ValueError, OSError) as problem:
            raise DetectorError(
                f"MediaPipe cannot start its detector: {problem}.",
                remedy="Run `tryon doctor` to see which library or model is at fault.",
            ) from problem
    return task


class QuietUntilFound:
    """Silences native code until a first result holds something: some of it speaks up only then."""

    def __init__(self) -> None:
        self._is_over = False

    def __call__(self, detect: Callable[[], TaskT], found: Callable[[TaskT], bool]) -> TaskT:
        """The result of `detect`."""
        if self._is_over:
            return detect()
        with quiet_native_logs():
            result = detect()
        self._is_over = found(result)
        return result


def blank_image(side: int = 128) -> mp.Image:
    """A grey picture in which nothing is found."""
    return as_image(np.full((side, side, 3), 127, np.uint8))


def padded(picture: Picture) -> Picture:
    """The (H, W, 3) picture as C-contiguous memory, its width padded to a multiple of four.

    The last column is repeated; pixel coordinates stay those of the picture as long as normalised
    results are scaled by the padded size.
    """
    surplus = -picture.shape[1] % WIDTH_MULTIPLE
    if surplus:
        return np.pad(picture, ((0, 0), (0, surplus), (0, 0)), mode="edge")
    return np.ascontiguousarray(picture)


def as_image(picture: Picture) -> mp.Image:
    """MediaPipe's image of an already padded picture."""
    return mp.Image(image_format=mp.ImageFormat.SRGB, data=picture)


class MillisecondClock:
    """Maps capture times to the strictly increasing whole milliseconds that video mode demands.

    Steps follow the capture clock; when that stands still or jumps back (a looped clip), time goes
    on by one millisecond.
    """

    def __init__(self) -> None:
        self._last_t_ns: int | None = None
        self._now_ms = 0

    def tick(self, t_ns: int) -> int:
        """The next timestamp in milliseconds for a frame captured at `t_ns`."""
        step_ns = 0 if self._last_t_ns is None else t_ns - self._last_t_ns
        self._last_t_ns = t_ns
        self._now_ms += max(1, round(step_ns / NS_PER_MS))
        return self._now_ms

    def nudge(self) -> int:
        """A timestamp for an extra look within the same frame."""
        self._now_ms += 1
        return self._now_ms


class Closable(Protocol):
    """What owns something native."""

    def close(self) -> None:
        """Let go of it; only ever called once."""
        ...


def close_with(owner: object, closables: Sequence[Closable]) -> weakref.finalize[..., object]:
    """Close these when `owner` is collected, when the result is called, or before the process ends.

    MediaPipe closes its tasks on an executor of its own, which threads' exit functions shut down
    before `atexit` begins; so ours must be one of those, registered after it.
    """
    finalizer = weakref.finalize(owner, _close_all, tuple(closables))
    finalizer.atexit = False
    with _finalizers_lock:
        _finalizers[:] = [known for known in _finalizers if known.alive]
        _finalizers.append(finalizer)
    return finalizer


_finalizers: list[weakref.finalize[..., object]] = []
_finalizers_lock = threading.Lock()


def _close_leftovers() -> None:
    for finalizer in _finalizers:
        finalizer()


# Private, but there is no public way to run before executors are shut down. What is registered last
# runs first, so theirs, which comes with their module, must be there already.
import_module("concurrent.futures.thread")
getattr(threading, "_register_atexit", atexit.register)(_close_leftovers)


def _close_all(closables: Sequence[Closable]) -> None:
    for closable in closables:
        closable.close()


class ProcessGuard:
    """Remembers the process that owns native objects."""

    def __init__(self) -> None:
        self._pid = os.getpid()

    def check(self) -> None:
        """Raise DetectorError in a forked child, where an inherited detector would hang."""
        if os.getpid() != self._pid:
            raise DetectorError(
                "This detector was created before the process forked and would hang.",
                remedy="Create it in the worker, or start workers with `spawn`.",
            )


def read_model_members(model: Path, members: Sequence[str]) -> dict[str, bytes]:
    """The named networks and tables of a `.task` bundle, checked for damage before they are loaded.

    Raises DetectorError if the file is missing, no bundle, lacks a member, or is damaged.
    """
    remedy = "Run `tryon setup` to restore the model, or give the path of an intact bundle."
    try:
        with zipfile.ZipFile(model) as bundle:
            content = {name: bundle.read(name) for name in members}
    except FileNotFoundError as problem:
        raise DetectorError(f"The model {model} does not exist.", remedy=remedy) from problem
    except (zipfile.BadZipFile, KeyError, OSError) as problem:
        raise DetectorError(f"{model} is no intact model bundle: {problem}.", remedy=remedy) from (
            problem
        )
    for name, data in content.items():
        if name.endswith(".tflite") and data[4:8] != b"TFL3":
            raise DetectorError(f"{name} in {model} is no TensorFlow Lite model.", remedy=remedy)
    return content
