"""Debian's Chromium, headless, with a camera that shows a clip made here."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from playwright.sync_api import Browser, Page, Playwright

INSTALL = "apt-get update && apt-get install -y --no-install-recommends chromium"
CAMERA_WH = (640, 480)
FRAMES = 24


def chromium() -> str:
    """Path of the browser; without it the test is skipped, in continuous integration it fails."""
    found = os.environ.get("TRYON_CHROMIUM") or shutil.which("chromium")
    if found is None:
        told = f"Chromium is not installed. Run: {INSTALL}"
        if os.environ.get("CI"):
            pytest.fail(told)
        pytest.skip(told)
    return found


def write_camera_clip(path: Path, portrait: NDArray[np.uint8]) -> None:
    """A motion JPEG of a person who sways a little, as the fake camera plays it, over and over."""
    with path.open("wb") as file:
        for index in range(FRAMES):
            phase = 2 * np.pi * index / FRAMES
            scale = 1.34
            shift = (-20 + 16 * np.cos(phase), -6 + 6 * np.sin(phase))
            view = np.array([[scale, 0, shift[0]], [0, scale, shift[1]]])
            frame = cv2.warpAffine(
                portrait[..., ::-1].copy(), view, CAMERA_WH, borderMode=cv2.BORDER_REPLICATE
            )
            good, jpeg = cv2.imencode(".jpg", frame, [cv2.IMWRITE_JPEG_QUALITY, 92])
            assert good
            file.write(jpeg.tobytes())


@contextmanager
def browser(
    playwright: Playwright, camera: Path | None, *, allow: bool = True
) -> Iterator[Browser]:
    """A browser that allows the camera by itself, or (`allow=False`) has one that it refuses."""
    flags = [
        "--use-fake-device-for-media-stream",
        "--use-angle=swiftshader",
        "--enable-unsafe-swiftshader",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--no-first-run",
        "--mute-audio",
    ]
    flags += ["--use-fake-ui-for-media-stream"] if allow else ["--deny-permission-prompts"]
    flags += [f"--use-file-for-fake-video-capture={camera}"] if camera else []
    flags += ["--no-sandbox"] if os.geteuid() == 0 else []
    opened = playwright.chromium.launch(executable_path=chromium(), args=flags)
    try:
        yield opened
    finally:
        opened.close()


def until(page: Page, expression: str, *, timeout_s: float = 40.0) -> None:
    """Wait for a script expression to hold. Playwright's own waiting evaluates strings in the page,
    which the page's Content-Security-Policy forbids."""
    for _ in range(int(timeout_s * 20)):
        if page.evaluate(expression):
            return
        page.wait_for_timeout(50)
    state = page.evaluate(
        "({...document.querySelector('#glass')?.dataset, frames: globalThis.tryon?.mirror.frames,"
        " told: document.querySelector('#status')?.textContent})"
    )
    raise AssertionError(f"never came true within {timeout_s} s: {expression}; the page: {state}")
