"""One service for all tests of this folder: an engine takes seconds to warm up."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from flask import Flask
from flask.testing import FlaskClient
from numpy.typing import NDArray
from playwright.sync_api import Playwright, sync_playwright
from werkzeug.serving import make_server
from werkzeug.test import TestResponse

from service import ServiceConfig, create_app
from service.parts import Service, service_of

TOKEN = "a-token-only-for-tests"
OTHER_TOKEN = "another-token-for-tests"
SHOP = "https://shop.example"


@dataclass(frozen=True)
class House:
    """The running service: over HTTP at `url`, and from inside."""

    url: str
    app: Flask
    service: Service
    catalogue_dir: Path
    cache_dir: Path


class WholeClient(FlaskClient):
    """Reads answers to their end, so that files are closed."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        return super().open(*args, **{"buffered": True, **kwargs})


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Warm, with two places for live visitors, a brand, and an empty catalogue of its own."""
    folder = tmp_path_factory.mktemp("service")
    config = ServiceConfig(
        max_sessions=2,
        resume_s=3.0,
        idle_timeout_s=30.0,
        max_picture_mb=4,
        max_clip_s=5.0,
        rate_limit="100000 per minute",
        brand_rate_limit="100000 per minute",
        cors_origins=(SHOP,),
        brand_tokens={"Maison Lune": TOKEN, "Other": OTHER_TOKEN},
        catalogue_dir=str(folder / "catalogue"),
        cache_dir=str(folder / "cache"),
    )
    (folder / "catalogue").mkdir()
    app = create_app(config, warm_up=False)
    app.test_client_class = WholeClient
    service_of(app).studio.warm_up()
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    service = service_of(app)
    yield House(
        f"http://127.0.0.1:{server.server_port}",
        app,
        service,
        folder / "catalogue",
        folder / "cache",
    )
    server.shutdown()
    thread.join()
    server.server_close()
    service.seats.close()
    if service.jobs is not None:
        service.jobs.close()
    service.studio.close()


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    """Drives browsers; only one may run at a time, and only while a module needs it."""
    with sync_playwright() as driver:
        yield driver


@pytest.fixture
def client(house: House) -> FlaskClient:
    """Requests without a network."""
    return house.app.test_client()


@pytest.fixture(scope="session")
def selfie(astronaut: NDArray[np.uint8]) -> bytes:
    """A JPEG of a half body, 512 × 512."""
    return jpeg_of(astronaut)


@pytest.fixture(scope="session")
def camera_frame(astronaut: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """(480, 640, 3) a person as a webcam sees one."""
    view = np.array([[1.25, 0, 40.0], [0, 1.25, 60.0]])
    out = cv2.warpAffine(astronaut, view, (640, 480), borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(out, np.uint8)


def jpeg_of(rgb: NDArray[np.uint8], quality: int = 90) -> bytes:
    """A picture's bytes."""
    good, data = cv2.imencode(".jpg", rgb[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
    assert good
    return data.tobytes()


def picture_of(jpeg: bytes) -> NDArray[np.uint8]:
    """(H, W, 3) RGB."""
    bgr = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    assert bgr is not None
    return np.asarray(bgr[..., ::-1], np.uint8)
