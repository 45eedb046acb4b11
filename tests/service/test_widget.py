"""The try-on of one item inside another shop's page."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from flask import Flask
from numpy.typing import NDArray
from playwright.sync_api import Playwright, expect
from werkzeug.serving import BaseWSGIServer, make_server

from service import ServiceConfig, create_app
from service.parts import service_of
from tests.service.browser import browser, write_camera_clip
from tests.service.conftest import House


def start(app: Flask) -> tuple[BaseWSGIServer, threading.Thread]:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    return server, thread


@pytest.fixture
def shop(house: House) -> Iterator[str]:
    """A page of another origin with one script and one element, and a mirror that allows it."""
    shop_app = Flask("shop")
    shop_server, shop_thread = start(shop_app)
    origin = f"http://127.0.0.1:{shop_server.server_port}"
    config = ServiceConfig(
        embed_origins=(origin,),
        cache_dir=str(house.cache_dir),
        catalogue_dir=str(house.catalogue_dir),
    )
    mirror = create_app(config, warm_up=False)
    mirror_server, mirror_thread = start(mirror)
    home = f"http://localhost:{mirror_server.server_port}"

    @shop_app.get("/")
    def page() -> str:
        return (
            f'<!doctype html><html lang="en"><title>Shop</title><script src="{home}/widget.js"></script>'
            '<h1>A shop</h1><tryon-mirror item="aurelle-aviator" lang="en" label="Try it"></tryon-mirror>'
        )

    yield origin
    for server, thread in ((shop_server, shop_thread), (mirror_server, mirror_thread)):
        server.shutdown()
        thread.join()
        server.server_close()
    service_of(mirror).seats.close()
    service_of(mirror).studio.close()


def test_one_script_and_one_element_put_the_mirror_into_a_shop(
    shop: str, playwright: Playwright, astronaut: NDArray[np.uint8], tmp_path: Path
) -> None:
    camera = tmp_path / "camera.mjpeg"
    write_camera_clip(camera, astronaut)
    with browser(playwright, camera) as chrome:
        page = chrome.new_context(viewport={"width": 1100, "height": 800}).new_page()
        page.goto(shop)
        mirror = page.frame_locator("tryon-mirror iframe")
        mirror.locator("[data-ready]").wait_for(timeout=30_000)
        expect(mirror.locator("#grid .card:visible")).to_have_count(1)
        mirror.locator("#open").click()
        expect(mirror.locator("#glass")).to_have_attribute(
            "data-dressed", "aurelle-aviator", timeout=30_000
        )
        assert page.locator("tryon-mirror iframe").get_attribute("title") == "Try it"


def test_page_of_a_shop_that_is_not_configured_cannot_frame_the_mirror(
    house: House, playwright: Playwright
) -> None:
    app = Flask("stranger")

    @app.get("/")
    def page() -> str:
        return f'<!doctype html><iframe src="{house.url}/embed?item=aurelle-aviator"></iframe>'

    server, thread = start(app)
    try:
        with browser(playwright, None) as chrome:
            tab = chrome.new_context().new_page()
            tab.goto(f"http://localhost:{server.server_port}")
            tab.wait_for_load_state("networkidle")
            assert tab.frame_locator("iframe").locator("#open").count() == 0
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
