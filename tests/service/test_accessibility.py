"""WCAG 2.2 AA, as far as axe can tell, in every state of the page and both languages."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from numpy.typing import NDArray
from playwright.sync_api import Browser, Page, Playwright

from tests.service.browser import browser, until
from tests.service.conftest import House

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


@pytest.fixture(scope="module")
def chrome(playwright: Playwright) -> Iterator[Browser]:
    with browser(playwright, None, allow=False) as opened:
        yield opened


@pytest.fixture
def page(chrome: Browser) -> Iterator[Page]:
    # axe is put into the page by the test, which the page's own policy would rightly refuse.
    context = chrome.new_context(
        locale="en-GB", viewport={"width": 1280, "height": 860}, bypass_csp=True
    )
    yield context.new_page()
    context.close()


def violations(page: Page) -> list[str]:
    found = Axe().run(page, options=RULES).response["violations"]
    return [
        f"{each['id']}: {each['help']}: {node['html'][:160]}"
        for each in found
        for node in each["nodes"]
    ]


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/?lang=zh",
        "/items/aurelle-aviator",
        "/brand",
        "/no-such-page",
        "/embed?item=aurelle-aviator",
    ],
)
def test_page_has_no_violations(house: House, page: Page, path: str) -> None:
    page.goto(house.url + path)
    page.wait_for_load_state("networkidle")
    assert violations(page) == []


@pytest.mark.parametrize("window", ["compare", "share"])
def test_dressed_page_and_its_windows_have_no_violations(
    house: House, page: Page, window: str
) -> None:
    page.goto(house.url)
    page.wait_for_selector("[data-ready]")
    page.click("#person")
    until(page, "document.querySelector('#glass').dataset.dressed")
    page.click("#tool-split")
    assert violations(page) == []
    page.click(f"#tool-{window}")
    page.wait_for_selector(f"#{window}-window[open]")
    assert violations(page) == []


def test_refused_camera_has_no_violations(house: House, page: Page) -> None:
    page.goto(house.url)
    page.wait_for_selector("[data-ready]")
    page.click("#open")
    page.wait_for_selector("#refused:not([hidden])")
    assert violations(page) == []


def test_what_can_be_pressed_is_large_enough(
    house: House, page: Page, astronaut: NDArray[np.uint8]
) -> None:
    """WCAG 2.2, 2.5.8: 24 by 24 pixels."""
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(house.url)
    page.wait_for_selector("[data-ready]")
    page.click("#person")
    until(page, "document.querySelector('#glass').dataset.dressed")
    small = page.evaluate(
        """[...document.querySelectorAll("button, a, select, input")]
          .filter(e => e.checkVisibility() && getComputedStyle(e).opacity !== "0")
          .map(e => [e, e.getBoundingClientRect()])
          .filter(([e, box]) => box.width && (box.width < 24 || box.height < 24))
          .map(([e]) => e.outerHTML.slice(0, 120))"""
    )
    assert small == []
