"""Painters without a stage: fast, exact, and slow or broken on demand. Run as a program, this exports a
film in the way of the command line, to be killed."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from functools import partial
from pathlib import Path

import numpy as np

from shows.film.export import Programme, export
from tryon import Caption, Chapter, InputError

SIZE_WH = (64, 48)
FPS = Fraction(25)
FLASH_S, CLICK_S = 3.0, 3.0


def picture(t_s: float) -> np.ndarray:
    """A bar that moves 25 pixels a second; white at FLASH_S."""
    rgb = np.full((SIZE_WH[1], SIZE_WH[0], 3), 30, np.uint8)
    rgb[:, round(t_s * 25) % SIZE_WH[0]] = 220
    return np.full_like(rgb, 255) if abs(t_s - FLASH_S) < 1e-6 else rgb


@contextmanager
def bars() -> Iterator[Callable[[float], np.ndarray]]:
    yield picture


@contextmanager
def slow_bars(*, frame_s: float) -> Iterator[Callable[[float], np.ndarray]]:
    def painter(t_s: float) -> np.ndarray:
        time.sleep(frame_s)
        return picture(t_s)

    yield painter


@contextmanager
def broken_bars() -> Iterator[Callable[[float], np.ndarray]]:
    def painter(t_s: float) -> np.ndarray:
        if t_s > 3.0:
            raise InputError("The look noir is not in the wardrobe.", remedy="Add it.")
        return picture(t_s)

    yield painter


@contextmanager
def dying_bars() -> Iterator[Callable[[float], np.ndarray]]:
    def painter(t_s: float) -> np.ndarray:
        if t_s > 3.0:
            os._exit(9)
        return picture(t_s)

    yield painter


def sound(start_s: float, end_s: float) -> np.ndarray:
    """Silence with a click at CLICK_S."""
    heard = np.zeros((round((end_s - start_s) * 48_000), 2), np.float32)
    at = round((CLICK_S - start_s) * 48_000)
    if 0 <= at < len(heard):
        heard[at : at + 100] = 0.9
    return heard


def programme(duration_s: float = 7.0, fingerprint: str = "a") -> Programme:
    return Programme(
        "Bars", duration_s, fingerprint, sound=sound,
        captions={"en": [Caption(1.0, 4.0, "One")], "zh": [Caption(1.0, 4.0, "一")]},
        chapters=[Chapter(0.0, 3.0, "First"), Chapter(3.0, 7.0, "Second")],
    )  # fmt: skip


if __name__ == "__main__":
    export(
        programme(), partial(slow_bars, frame_s=0.01), Path(sys.argv[1]),
        size_wh=SIZE_WH, fps=FPS, workers=int(sys.argv[2]),
    )  # fmt: skip
