"""The page as a shopper uses it, in a real Chromium with a camera that shows a clip."""

from __future__ import annotations

import io
import os
import time
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect

from tests.service.browser import browser, until, write_camera_clip
from tests.service.conftest import House, jpeg_of

DESKTOP, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}
WEARS_WITHIN_S = 3.0


@pytest.fixture(scope="module")
def chrome(
    playwright: Playwright, astronaut: NDArray[np.uint8], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Browser]:
    clip = tmp_path_factory.mktemp("camera") / "camera.mjpeg"
    write_camera_clip(clip, astronaut)
    with browser(playwright, clip) as opened:
        yield opened


@pytest.fixture(scope="module")
def shots(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where screenshots are kept to be looked at."""
    chosen = os.environ.get("TRYON_SCREENSHOTS")
    folder = Path(chosen) if chosen else tmp_path_factory.mktemp("screenshots")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


class Shopper:
    """One tab, and what went wrong in it."""

    def __init__(self, house: House, context: BrowserContext) -> None:
        self.house = house
        self.page = context.new_page()
        self.wrong: list[str] = []
        self.page.on("pageerror", lambda error: self.wrong.append(f"error: {error}"))
        self.page.on(
            "console",
            lambda message: (
                self.wrong.append(f"console: {message.text}") if message.type == "error" else None
            ),
        )

    def visit(self, path: str = "/") -> Page:
        self.page.goto(self.house.url + path)
        self.page.wait_for_selector("[data-ready]")
        return self.page

    def dressed(self, *items: str) -> None:
        """Wait until these are worn, and seen."""
        wanted = " ".join(items)
        until(self.page, f"document.querySelector('#glass').dataset.dressed === {wanted!r}")
        frames = self.page.evaluate("tryon.mirror.frames")
        if self.page.evaluate("tryon.mirror.live"):
            until(self.page, f"tryon.mirror.frames > {frames + 2}")

    def after_and_before(self) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        """(H, W, 3) both canvases at one moment, unmirrored."""
        urls = self.page.evaluate(
            "['after', 'before'].map(id => document.getElementById(id).toDataURL('image/png'))"
        )
        contents = [io.BytesIO(b64decode(url.split(",")[1])) for url in urls]
        after, before = (np.asarray(Image.open(each).convert("RGB")) for each in contents)
        return after, before

    def worn_on_eyes(self) -> float:
        """How much the picture changes where the eyes are, between before and after."""
        after, before = self.after_and_before()
        height, width = after.shape[:2]
        rows = slice(int(0.24 * height), int(0.38 * height))
        columns = slice(int(0.33 * width), int(0.55 * width))
        changed = np.abs(after.astype(int) - before.astype(int)).max(2) > 40
        return float(changed[rows, columns].mean())


@pytest.fixture
def shopper(house: House, chrome: Browser) -> Iterator[Shopper]:
    yield from tab(house, chrome, viewport=DESKTOP, locale="en-GB")


@pytest.fixture
def phone(house: House, chrome: Browser) -> Iterator[Shopper]:
    yield from tab(
        house, chrome, viewport=PHONE, locale="zh-CN", has_touch=True, device_scale_factor=2
    )


def tab(house: House, chrome: Browser, **options: Any) -> Iterator[Shopper]:
    context = chrome.new_context(**options)
    shopper = Shopper(house, context)
    yield shopper
    context.close()
    end = time.monotonic() + 20
    while house.service.lobby.counts() != (0, 0):
        assert time.monotonic() < end, "the closed tab kept its place"
        time.sleep(0.05)
    assert shopper.wrong == []


def test_open_allow_and_wear_glasses_within_three_seconds(shopper: Shopper, shots: Path) -> None:
    page = shopper.visit()
    page.screenshot(path=shots / "desktop-first-screen.png")
    start = time.monotonic()
    page.get_by_role("button", name="Open the mirror").click()
    until(page, "document.querySelector('#glass').dataset.dressed === 'aurelle-aviator'")
    until(page, "tryon.mirror.frames > 2")
    # The promise is of three seconds; a machine that is busy with other tests gets some more.
    assert time.monotonic() - start < 3 * WEARS_WITHIN_S
    assert shopper.worn_on_eyes() > 0.25
    page.screenshot(path=shots / "desktop-live.png")


def test_variant_second_item_removal_and_undo(shopper: Shopper, shots: Path) -> None:
    page = shopper.visit("/?wear=aurelle-aviator")
    page.click("#open")
    shopper.dressed("aurelle-aviator")
    page.locator('[data-item="aurelle-aviator"][data-variant="gold-sunset"]').click()
    until(page, "tryon.worn.variantOf('aurelle-aviator') === 'gold-sunset'")
    expect(page.locator("#worn-list")).to_contain_text("Gold with sunset mirror")
    page.locator('.card-wear[data-item="aurelle-fedora"]').click()
    shopper.dressed("aurelle-aviator", "aurelle-fedora")
    page.screenshot(path=shots / "desktop-two-worn.png")
    page.locator('.card-wear[data-item="aurelle-soleil"]').click()
    expect(page.locator("#status")).to_contain_text("takes the place of")
    shopper.dressed("aurelle-fedora", "aurelle-soleil")
    page.get_by_role("button", name="Undo").click()
    shopper.dressed("aurelle-aviator", "aurelle-fedora")
    assert "aurelle-aviator:gold-sunset" in page.url
    page.locator('[data-worn="aurelle-aviator"] .take-off').click()
    shopper.dressed("aurelle-fedora")
    assert shopper.worn_on_eyes() < 0.15
    page.get_by_role("button", name="Take everything off").click()
    until(page, "document.querySelector('#glass').dataset.dressed === ''")


def test_lost_link_comes_back_with_the_same_look(shopper: Shopper) -> None:
    page = shopper.visit("/?wear=aurelle-soleil")
    page.click("#open")
    shopper.dressed("aurelle-soleil")
    page.evaluate("tryon.mirror.link.drop()")
    until(page, "document.querySelector('#glass').dataset.link === 'lost'")
    until(page, "document.querySelector('#glass').dataset.link === 'open'")
    frames = page.evaluate("tryon.mirror.frames")
    until(page, f"tryon.mirror.frames > {frames + 3}")
    assert shopper.worn_on_eyes() > 0.25


def test_snapshot_counts_down_and_stays_on_the_device(shopper: Shopper, shots: Path) -> None:
    page = shopper.visit()
    page.click("#open")
    shopper.dressed("aurelle-aviator")
    page.get_by_role("button", name="Snapshot").click()
    until(page, "document.querySelector('#countdown').textContent === '3'")
    page.wait_for_selector("#snapshot-window[open]", timeout=20_000)
    page.screenshot(path=shots / "desktop-snapshot.png")
    with page.expect_download() as saved:
        page.get_by_role("link", name="Save").click()
    with Image.open(saved.value.path()) as picture:
        assert picture.format == "JPEG"
        assert min(picture.size) >= 480
    page.keyboard.press("Escape")
    until(page, "!document.querySelector('#snapshot-picture').hasAttribute('src')")


def test_before_and_after_slider_compares_the_same_frame(shopper: Shopper, shots: Path) -> None:
    page = shopper.visit()
    page.click("#open")
    shopper.dressed("aurelle-aviator")
    page.get_by_role("button", name="Before and after").click()
    page.locator("#split").fill("50")
    page.screenshot(path=shots / "desktop-before-and-after.png")
    left = page.evaluate("getComputedStyle(document.querySelector('#before')).clipPath")
    page.locator("#split").press("End")
    assert page.evaluate("getComputedStyle(document.querySelector('#before')).clipPath") != left
    box = page.locator("#glass").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.4, box["y"] + box["height"] / 2)
    page.mouse.up()
    assert 30 < int(page.input_value("#split")) < 50
    # Away from the glasses, both sides are the same picture.
    after, before = shopper.after_and_before()
    assert after.shape == before.shape
    assert np.abs(after[-60:].astype(int) - before[-60:].astype(int)).mean() < 8


def test_side_by_side_shows_two_items_on_one_still(shopper: Shopper, shots: Path) -> None:
    page = shopper.visit()
    page.click("#person")
    shopper.dressed("aurelle-aviator")
    page.get_by_role("button", name="Compare two").click()
    page.wait_for_selector("#left-still img")
    page.wait_for_selector("#right-still img")
    page.screenshot(path=shots / "desktop-side-by-side.png")
    chosen = [page.input_value(f"#{side}-piece") for side in ("left", "right")]
    assert chosen[0] == "aurelle-aviator"
    assert chosen[1] != chosen[0]
    page.select_option("#right-piece", "aurelle-fedora")
    expect(page.locator("#right-still img")).to_have_attribute(
        "alt", "Corso fedora", timeout=20_000
    )


def test_recording_is_made_only_with_the_tick_and_can_be_deleted(shopper: Shopper) -> None:
    page = shopper.visit()
    page.click("#open")
    shopper.dressed("aurelle-aviator")
    assert page.evaluate("document.querySelector('#tool-record').checked") is False
    page.locator("#tool-record").check()
    page.wait_for_timeout(900)
    page.locator("#tool-record").uncheck()
    page.wait_for_selector("#record-window[open]")
    until(page, "document.querySelector('#record-clip').videoWidth > 0")
    with page.expect_download() as saved:
        page.locator("#record-save").click()
    assert saved.value.path().stat().st_size > 1000
    page.locator("#record-window").get_by_role("button", name="Delete").click()
    until(page, "!document.querySelector('#record-clip').hasAttribute('src')")


def test_share_link_restores_the_look(shopper: Shopper) -> None:
    page = shopper.visit("/?wear=aurelle-hoops,aurelle-tiara")
    page.get_by_role("button", name="Share look").click()
    link = page.input_value("#share-link")
    assert link.endswith("/?wear=aurelle-hoops,aurelle-tiara")
    assert "jpeg" not in link
    page.goto(link)
    page.wait_for_selector("[data-ready]")
    expect(page.locator("#worn-list li")).to_have_count(2)


def test_figures_are_shown_on_request(shopper: Shopper) -> None:
    page = shopper.visit()
    page.click("#open")
    shopper.dressed("aurelle-aviator")
    assert page.is_hidden("#figures")
    page.get_by_role("button", name="Figures").click()
    expect(page.locator("#figures")).to_contain_text("ms camera to screen", timeout=10_000)


def test_refused_camera_offers_photo_clip_and_model(
    house: House,
    playwright: Playwright,
    astronaut: NDArray[np.uint8],
    shots: Path,
    tmp_path: Path,
) -> None:
    photo = tmp_path / "me.jpg"
    photo.write_bytes(jpeg_of(astronaut))
    with browser(playwright, None, allow=False) as strict:
        context = strict.new_context(viewport=DESKTOP, locale="en-GB")
        shopper = Shopper(house, context)
        page = shopper.visit()
        page.click("#open")
        page.wait_for_selector("#refused:not([hidden])")
        page.screenshot(path=shots / "desktop-camera-refused.png")
        page.locator("#refused").get_by_role("button", name="Try it on our model").click()
        shopper.dressed("aurelle-aviator")
        assert shopper.worn_on_eyes() >= 0
        page.locator("#file").set_input_files(photo)
        until(page, "tryon.mirror.mode === 'still' && tryon.mirror.frames > 1")
        shopper.dressed("aurelle-aviator")
        after, before = shopper.after_and_before()
        changed = np.abs(after.astype(int) - before.astype(int)).max(2) > 40
        assert changed[100:150, 180:270].mean() > 0.25
        page.screenshot(path=shots / "desktop-photo.png")
        assert shopper.wrong == []
        context.close()


def test_phone_in_chinese(phone: Shopper, shots: Path) -> None:
    page = phone.visit()
    page.screenshot(path=shots / "phone-first-screen.png")
    page.get_by_role("button", name="打开镜子").tap()
    phone.dressed("aurelle-aviator")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("tab", name="帽饰").tap()
    page.screenshot(path=shots / "phone-live.png")
    page.locator('.card-wear[data-item="aurelle-fedora"]').tap()
    phone.dressed("aurelle-aviator", "aurelle-fedora")
    page.screenshot(path=shots / "phone-hats.png")
    assert page.locator("html").get_attribute("lang") == "zh-Hans"
    page.get_by_role("link", name="EN").tap()
    page.wait_for_selector("[data-ready]")
    expect(page.locator("#open")).to_have_text("Open the mirror")
    expect(page.locator("#worn-list li")).to_have_count(2)


def test_everything_can_be_done_with_the_keyboard(shopper: Shopper) -> None:
    page = shopper.visit()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    focus = []
    for _ in range(12):
        page.keyboard.press("Tab")
        focus.append(page.evaluate("document.activeElement.id"))
        if focus[-1] == "open":
            break
    assert focus[-1] == "open"
    page.keyboard.press("Enter")
    shopper.dressed("aurelle-aviator")
    page.focus("#tab-all")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.getAttribute('aria-selected')") == "true"
    page.focus('.card-wear[data-item="aurelle-fedora"]')
    page.keyboard.press("Space")
    shopper.dressed("aurelle-aviator", "aurelle-fedora")
    page.keyboard.press("Control+z")
    shopper.dressed("aurelle-aviator")
    page.focus("#tool-share")
    page.keyboard.press("Enter")
    page.wait_for_selector("#share-window[open]")
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.id") == "tool-share"


def test_search_tabs_and_order(shopper: Shopper) -> None:
    page = shopper.visit()
    shown = "[...document.querySelectorAll('#grid .card:not([hidden])')].map(c => c.dataset.item)"
    page.fill("#search", "aviator gold")
    assert page.evaluate(shown) == []
    assert page.is_visible("#none")
    page.fill("#search", "mirrored")
    assert page.evaluate(shown) == ["aurelle-aviator"]
    page.fill("#search", "")
    page.get_by_role("tab", name="Jewellery").click()
    assert set(page.evaluate(shown)) == {"aurelle-hoops", "aurelle-pearls"}
    page.get_by_role("tab", name="All").click()
    page.select_option("#sort", "up")
    amounts = page.evaluate(
        "[...document.querySelectorAll('#grid .card')].map(c => Number(c.dataset.amount))"
    )
    assert amounts == sorted(amounts)
    page.get_by_role("tab", name="Looks").click()
    page.locator('[data-look="gala"]').click()
    expect(page.locator("#worn-list li")).to_have_count(3)


def test_piece_turns_when_it_is_pointed_at(shopper: Shopper) -> None:
    page = shopper.visit()
    card = page.locator('.card-wear[data-item="aurelle-windsor"]')
    card.scroll_into_view_if_needed()
    card.hover()
    page.wait_for_selector('.card-wear[data-item="aurelle-windsor"] .spin', timeout=20_000)
    at = "getComputedStyle(document.querySelector('.spin')).backgroundPositionY"
    first = page.evaluate(at)
    until(page, f"{at} !== {first!r}")
    page.mouse.move(5, 5)
    page.wait_for_selector(".spin", state="detached")


def test_product_page_turns_and_leads_to_the_mirror(shopper: Shopper, shots: Path) -> None:
    page = shopper.page
    page.goto(f"{shopper.house.url}/items/aurelle-aviator")
    page.get_by_role("button", name="Gold with sunset mirror").click()
    page.locator("#turn").fill("5")
    page.wait_for_selector(".spin")
    page.screenshot(path=shots / "desktop-product.png")
    page.get_by_role("link", name="Try it on").click()
    page.wait_for_selector("[data-ready]")
    assert page.url.endswith("wear=aurelle-aviator:gold-sunset")


def test_full_house_shows_the_place_in_line_and_opens_by_itself(
    shopper: Shopper, shots: Path
) -> None:
    lobby = shopper.house.service.lobby
    guests = [lobby.enter() for _ in range(2)]
    page = shopper.visit()
    page.click("#open")
    page.wait_for_selector("#waiting:not([hidden])")
    expect(page.locator("#position")).to_have_text("You are number 1 in line.")
    page.screenshot(path=shots / "desktop-in-line.png")
    for guest in guests:
        lobby.leave(guest.ticket)
    shopper.dressed("aurelle-aviator")
    assert page.is_hidden("#waiting")


def test_clip_of_ones_own_is_worn_live_and_rendered(
    shopper: Shopper, camera_frame: NDArray[np.uint8], tmp_path: Path
) -> None:
    # Debian's Chromium plays H.264; the clip is made here.
    from tryon.media.clip_writer import ClipWriter

    clip = tmp_path / "me.mp4"
    with ClipWriter(clip) as writer:
        for index in range(12):
            writer.write(camera_frame, index * 40_000_000)
    page = shopper.visit()
    page.locator("#file").set_input_files(clip)
    until(page, "tryon.mirror.mode === 'clip' && tryon.mirror.frames > 0")
    shopper.dressed("aurelle-aviator")
    page.get_by_role("button", name="Render the clip").click()
    expect(page.locator("#clip-told")).to_have_text("The clip is ready.", timeout=30_000)
    with page.expect_download() as saved:
        page.locator("#clip-save").click()
    assert saved.value.path().stat().st_size > 1000


def test_pace_slows_quickly_and_recovers_slowly(shopper: Shopper) -> None:
    page = shopper.visit()
    rungs = page.evaluate(
        """async () => {
          const tempo = await import("/static/tempo.js");
          const run = (start, latency_ms, count, dropped = false, server_ms = 20) => {
            let now = start;
            for (let i = 0; i < count; i++) now = tempo.advance(now, { latency_ms, server_ms, dropped });
            return now;
          };
          const begun = tempo.begin();
          const slow = run(begun, 400, 12);
          return {
            begun: begun.rung,
            slow: slow.rung,
            floor: run(begun, 999, 500).rung,
            soon: run(slow, 50, 20).rung,
            later: run(slow, 50, 2000).rung,
            steady: run(begun, 140, 500).rung,
            busy: run(begun, 900, 500, false, 850).rung,
            dropped: run(begun, 50, 12, true).rung,
            sizes: tempo.RUNGS.map(([longer]) => tempo.fitted(1280, 720, longer)),
          };
        }"""
    )
    assert rungs["slow"] < rungs["begun"]
    assert rungs["dropped"] < rungs["begun"]
    assert rungs["floor"] == 0
    assert 0 < rungs["busy"] < rungs["begun"]
    assert rungs["soon"] == rungs["slow"]
    assert rungs["later"] > rungs["begun"]
    assert rungs["steady"] == rungs["begun"]
    assert all(width % 4 == 0 for width, _ in rungs["sizes"])
