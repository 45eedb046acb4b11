"""The one thread of this process that speaks OpenGL.

A context belongs to the thread that made it, cannot be shared with a forked child, and pyrender's
way of deleting one ends EGL for the whole process. So the first renderer starts this thread, every
renderer shares it, and it lives until the process ends.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from tryon.core.errors import GraphicsError

if TYPE_CHECKING:
    from tryon.stages.render.device import Device

P = ParamSpec("P")
T = TypeVar("T")

INSTALL_GL = (
    "Install Mesa's software renderer: apt-get install -y libegl1 libgl1 libgl1-mesa-dri "
    "(then `tryon doctor` shows what was found)."
)

_lock = threading.Lock()
_thread: ThreadPoolExecutor | None = None
_owner_pid = 0
_device: Device | None = None


def on_gl_thread(task: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Future[T]:
    """Run `task` on the GL thread, which is started on first use; a task must not wait for another.

    Raises GraphicsError in a process that was forked after the thread had started.
    """
    global _thread, _owner_pid  # noqa: PLW0603  # the one thread of the process
    if _thread is not None and _owner_pid != os.getpid():
        # Asked before the lock is taken: a fork may have copied it locked.
        raise GraphicsError(
            f"Process {os.getpid()} was forked after process {_owner_pid} had opened OpenGL.",
            remedy="Open the engine after the fork (gunicorn: in post_fork, without preload; "
            "multiprocessing: with the spawn method).",
        )
    with _lock:
        if _thread is None:
            _owner_pid = os.getpid()
            _thread = ThreadPoolExecutor(1, thread_name_prefix="tryon-gl")
        return _thread.submit(task, *args, **kwargs)


def device() -> Device:
    """The process's OpenGL device, opened on first use; call it on the GL thread only.

    Raises GraphicsError with the packages to install when there is no usable OpenGL.
    """
    global _device  # noqa: PLW0603  # the one device of the process
    if _device is None:
        os.environ.setdefault("PYOPENGL_PLATFORM", "egl")
        # pyrender's viewer, which is not used here, would look for an X server and its libraries.
        os.environ.setdefault("PYGLET_HEADLESS", "1")
        try:
            # Takes 0.6 s and reads PYOPENGL_PLATFORM, so it waits for the first renderer.
            from tryon.stages.render.device import Device  # noqa: PLC0415
        except (ImportError, AttributeError, OSError, RuntimeError, TypeError) as problem:
            # What PyOpenGL and pyrender raise, by platform, where libEGL or libGL is missing.
            raise unusable(problem) from problem
        _device = Device()
    return _device


def unusable(problem: BaseException) -> GraphicsError:
    """The error that says why OpenGL cannot be opened and what to install."""
    lines = str(problem).strip().splitlines()
    reason = lines[0] if lines else type(problem).__name__
    return GraphicsError(f"OpenGL cannot be opened: {reason}.", remedy=INSTALL_GL)
