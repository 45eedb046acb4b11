"""Results in a window of this machine's screen."""

from __future__ import annotations

import os
import subprocess
import sys
from types import TracebackType

import cv2
import numpy as np

from tryon.core.errors import OutputError
from tryon.core.result import TryonResult

ESCAPE = "\x1b"
_TRIAL_S = 20.0
_TRIAL = """
import resource
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
import cv2
cv2.namedWindow("tryon")
"""
_REMEDY = (
    "Run it on a desktop, log in with `ssh -X`, or write to a file with `tryon photo` or "
    "`tryon video`."
)


class WindowSink:
    """Results in a window. Raises OutputError when this machine has no screen for one."""

    def __init__(self, title: str) -> None:
        self._title = title

    def __enter__(self) -> WindowSink:
        _demand_screen()
        try:
            cv2.namedWindow(self._title, cv2.WINDOW_NORMAL | cv2.WINDOW_KEEPRATIO)
        except cv2.error as error:
            raise OutputError(
                "No window can be opened: this OpenCV is built without a screen.",
                remedy="Uninstall opencv-python-headless; `tryon doctor` says what is in the way.",
            ) from error
        self._sized = False
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        cv2.destroyWindow(self._title)

    def write(self, result: TryonResult, *, mirrored: bool = False) -> str | None:
        """Show a result, as a mirror does or as it is, and return the key that was pressed.

        The key is one character, None when there was none, and `ESCAPE` when the window was closed.
        """
        rgb = result.image[:, ::-1] if mirrored else result.image
        if not self._sized:
            cv2.resizeWindow(self._title, rgb.shape[1], rgb.shape[0])
            self._sized = True
        cv2.imshow(self._title, np.ascontiguousarray(rgb[..., ::-1]))
        key = cv2.waitKey(1)
        if cv2.getWindowProperty(self._title, cv2.WND_PROP_VISIBLE) < 1:
            return ESCAPE
        return chr(key & 0xFF) if key >= 0 else None


def _demand_screen() -> None:
    """Raise OutputError without a screen.

    Qt ends the whole process when it finds none, so another process tries first.
    """
    if not sys.platform.startswith("linux"):
        return
    if not os.environ.get("DISPLAY"):
        raise OutputError("There is no screen: DISPLAY is not set.", remedy=_REMEDY)
    command = [sys.executable, "-c", _TRIAL]
    try:
        trial = subprocess.run(
            command, capture_output=True, text=True, timeout=_TRIAL_S, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise OutputError(
            f"The screen does not answer within {_TRIAL_S:.0f} s.", remedy=_REMEDY
        ) from error
    if trial.returncode < 0:
        platform = os.environ.get("QT_QPA_PLATFORM", "xcb")
        raise OutputError(
            f"No window can be opened at DISPLAY={os.environ['DISPLAY']} ({platform}).",
            remedy=f"{_REMEDY} Where QT_QPA_PLATFORM is set, set it to xcb.",
        )
