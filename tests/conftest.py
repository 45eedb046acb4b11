"""Fixtures that several folders of tests share."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import cv2
import hypothesis
import numpy as np
import pytest
from numpy.typing import NDArray

from tryon.supplies import supply_path

# The same examples every time: what fails, fails for everybody. `--hypothesis-profile=default` looks on.
hypothesis.settings.register_profile("steady", derandomize=True, deadline=None, print_blob=True)
hypothesis.settings.load_profile("steady")

REPOSITORY = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of clips, photos and models for developers; the test is skipped where it is absent."""
    folder = Path(os.environ.get("TRYON_SHARED_DATA", REPOSITORY.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"{folder} is not on this machine (set TRYON_SHARED_DATA)")
    return folder


@pytest.fixture(scope="session")
def astronaut() -> NDArray[np.uint8]:
    """(512, 512, 3) RGB: a half body with a clear, frontal face."""
    return _picture("astronaut.png")


@pytest.fixture(scope="session")
def hopper() -> NDArray[np.uint8]:
    """(600, 512, 3) RGB: a face that wears glasses and a hat."""
    return _picture("grace_hopper.jpg")


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Python code of this process that looks up or connects to a host fails (see `sockets.py`
    for a guard that holds native code too)."""

    def refuse(*arguments: object, **_: object) -> None:
        raise AssertionError(f"the network was reached for: {arguments[-1]}")

    for name in ("connect", "connect_ex", "sendto"):
        monkeypatch.setattr(socket.socket, name, refuse)
    for name in ("getaddrinfo", "gethostbyname", "create_connection"):
        monkeypatch.setattr(socket, name, refuse)


def _picture(name: str) -> NDArray[np.uint8]:
    bgr = cv2.imread(str(supply_path(name)), cv2.IMREAD_COLOR)
    assert bgr is not None
    rgb = np.ascontiguousarray(bgr[..., ::-1])
    rgb.setflags(write=False)
    return rgb.astype(np.uint8, copy=False)
