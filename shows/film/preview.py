"""A show in real time: the picture of now, as often as it can be drawn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from shows.film.crew import Painter, Picture


@dataclass(frozen=True)
class Shown:
    """How a preview went. frames: that were shown; dropped: times of the grid that none was drawn for in
    time; busy_s: seconds that drawing took; lasted_s: seconds that it played."""

    frames: int
    dropped: int
    busy_s: float
    lasted_s: float

    @property
    def fps(self) -> float:
        """Pictures that were shown a second."""
        return self.frames / self.lasted_s if self.lasted_s > 0 else 0.0

    @property
    def possible_fps(self) -> float:
        """Pictures a second that could have been drawn."""
        return self.frames / self.busy_s if self.busy_s > 0 else 0.0


def play(
    painter: Painter,
    *,
    start_s: float,
    end_s: float,
    fps: float,
    show: Callable[[Picture, float], bool],
    clock: Callable[[], float],
    sleep: Callable[[float], None],
) -> Shown:
    """Play a show against a clock, in its own pace; pictures that come too late are left out.

    show: is given a picture and its time, and answers whether to go on; clock, sleep: in seconds.
    """
    began = clock()
    frames = dropped = 0
    busy_s = 0.0
    due = 0
    while start_s + due / fps < end_s:
        early_s = began + due / fps - clock()
        if early_s > 0:
            sleep(early_s)
        before = clock()
        picture = painter(start_s + due / fps)
        busy_s += clock() - before
        frames += 1
        if not show(picture, start_s + due / fps):
            break
        # The newest time that has come; every one in between was missed.
        following = max(due + 1, int((clock() - began) * fps + 1e-6))
        dropped += following - due - 1
        due = following
    return Shown(frames, dropped, busy_s, clock() - began)
