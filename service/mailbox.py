"""Between the thread that reads a visitor's messages and the one that dresses frames: the newest wins."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from time import perf_counter

from service.wire import FrameMessage


@dataclass(frozen=True)
class Wish:
    """What the visitor wants to wear from now on; the page counts its wishes with `number`."""

    wear: tuple[str, ...]
    variants: dict[str, str]
    number: int


@dataclass(frozen=True)
class Mail:
    """What has come since the last look. frame: with the time of arrival on `perf_counter`."""

    frame: tuple[FrameMessage, float] | None
    dropped: tuple[FrameMessage, ...]
    wish: Wish | None
    lens: str | None
    forget: bool
    notices: tuple[dict[str, object], ...]
    ended: str | None


class Mailbox:
    """Holds one frame and one wish at most, whatever a visitor sends: memory is bounded."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._frame: tuple[FrameMessage, float] | None = None
        self._dropped: list[FrameMessage] = []
        self._wish: Wish | None = None
        self._lens: str | None = None
        self._forget = False
        self._notices: list[dict[str, object]] = []
        self._ended: str | None = None

    def put_frame(self, frame: FrameMessage) -> None:
        """Replaces a frame that was not looked at yet."""
        with self._changed:
            if self._frame is not None and len(self._dropped) < MOST_TOLD:
                old = self._frame[0]
                self._dropped.append(FrameMessage(old.seq, old.capture_ms, old.quality, b""))
            self._frame = (frame, perf_counter())
            self._changed.notify()

    def put_wish(self, wish: Wish) -> None:
        """Replaces a wish that was not looked at yet."""
        with self._changed:
            self._wish = wish
            self._changed.notify()

    def put_lens(self, lens: str) -> None:
        """Says what kind of camera the following frames come from."""
        with self._changed:
            self._lens = lens

    def put_forget(self) -> None:
        """The following frames show something else: another camera, another clip."""
        with self._changed:
            self._forget = True

    def put_notice(self, notice: dict[str, object]) -> None:
        """Something to tell the visitor."""
        with self._changed:
            if len(self._notices) < MOST_TOLD:
                self._notices.append(notice)
            self._changed.notify()

    def end(self, why: str) -> None:
        """Nothing more comes. The first reason counts."""
        with self._changed:
            self._ended = self._ended or why
            self._changed.notify()

    def collect(self, timeout_s: float) -> Mail:
        """Everything that has come, waiting for something at most so long."""
        with self._changed:
            self._changed.wait_for(
                lambda: (
                    self._frame is not None
                    or self._wish is not None
                    or bool(self._notices)
                    or self._ended is not None
                ),
                timeout_s,
            )
            mail = Mail(
                self._frame,
                tuple(self._dropped),
                self._wish,
                self._lens,
                self._forget,
                tuple(self._notices),
                self._ended,
            )
            self._frame = self._wish = self._lens = None
            self._forget = False
            self._dropped.clear()
            self._notices.clear()
            return mail


MOST_TOLD = 64
"""A page that keeps to two frames in flight never has more than one dropped at a time."""
