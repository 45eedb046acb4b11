"""Pages and headers: light, in two languages, without inline script, told to no other site."""

from __future__ import annotations

import json
import logging
import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient

import service
from service.headers import content_policy, same_site
from service.logs import JsonLines
from service.text import texts
from tests.service.conftest import SHOP, House

PAGES = ("/", "/items/aurelle-aviator", "/brand", "/embed?item=aurelle-aviator", "/no-such-page")
STATIC = Path(service.__file__).parent / "static"
MOST_PAGE_BYTES = 300 * 1024


@pytest.mark.parametrize("path", PAGES)
def test_no_page_has_inline_script_or_style(client: FlaskClient, path: str) -> None:
    html = client.get(path).get_data(as_text=True)
    assert re.findall(r"<script(?![^>]*\ssrc=)[^>]*>", html) == []
    assert re.findall(r"\s(?:style|on\w+)=", html) == []
    assert "javascript:" not in html


@pytest.mark.parametrize("path", [*PAGES, "/api/v1/items", "/static/app.js", "/healthz"])
def test_every_answer_has_the_policies(client: FlaskClient, path: str) -> None:
    headers = client.get(path).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Permissions-Policy"].startswith("camera=(self)")


def test_page_loads_under_300_kb_without_pictures_of_items(client: FlaskClient) -> None:
    sizes = {"/": len(client.get("/").data), "/api/v1/items": len(client.get("/api/v1/items").data)}
    sizes |= {path.name: path.stat().st_size for path in STATIC.iterdir()}
    assert sum(sizes.values()) < MOST_PAGE_BYTES, sizes


@pytest.mark.parametrize(
    ("accepted", "language", "words"),
    [
        ("en-GB,en", "en", "Open the mirror"),
        ("zh-CN,zh;q=0.9", "zh-Hans", "打开镜子"),
        ("zh-TW", "zh-Hans", "打开镜子"),
        ("fr-FR", "en", "Open the mirror"),
        ("", "en", "Open the mirror"),
    ],
)
def test_language_is_what_the_browser_asks_for(
    client: FlaskClient, accepted: str, language: str, words: str
) -> None:
    html = client.get("/", headers={"Accept-Language": accepted}).get_data(as_text=True)
    assert f'<html lang="{language}">' in html
    assert words in html


def test_switched_language_is_remembered_and_wins(client: FlaskClient) -> None:
    answer = client.get("/?lang=zh", headers={"Accept-Language": "en"})
    assert "SameSite=Lax" in answer.headers["Set-Cookie"]
    assert "打开镜子" in client.get("/", headers={"Accept-Language": "en"}).get_data(as_text=True)


def test_every_text_is_there_in_both_languages_and_fills_the_same_blanks() -> None:
    for key, each in texts().items():
        assert set(each) == {"en", "zh"}, key
        assert all(each.values()), key
        blanks = [sorted(re.findall(r"\{(\w+)\}", text)) for text in each.values()]
        assert blanks[0] == blanks[1], key


def test_every_text_is_used_and_every_used_text_is_there() -> None:
    folder = Path(service.__file__).parent
    templates = "".join(path.read_text("utf-8") for path in folder.glob("templates/*.html"))
    scripts = "".join(path.read_text("utf-8") for path in STATIC.glob("*.js"))
    used = set(re.findall(r"\bt\('(\w+)'", templates)) - {"group_", "brand_"}
    used |= {f"js_{key}" for key in re.findall(r'words\("(\w+)"', scripts)}
    # These are put together: a group's name, a side, a fit.
    made = {
        key
        for key in texts()
        if key.startswith(("group_", "brand_", "jsb_")) or key.endswith("_piece")
    }
    assert {key for key in used if key not in texts() and f"jsb_{key[3:]}" not in texts()} == set()
    spoken = set(re.findall(r'words\((?:[^()]*\? )?"(\w+)"(?: : "(\w+)")?', scripts))
    assert spoken
    unused = set(texts()) - used - made
    assert {key for key in unused if key.removeprefix("js_") not in scripts} == set()


def test_privacy_is_told_in_two_sentences_on_the_first_screen(client: FlaskClient) -> None:
    html = client.get("/", headers={"Accept-Language": "en"}).get_data(as_text=True)
    told = re.search(r'id="privacy">(.*?)</p>', html, re.S)
    assert told is not None
    assert len(re.findall(r"[.](?:\s|$)", told[1])) == 2
    assert "Nothing is kept" in told[1]


def test_page_of_an_item_shows_sizes_variants_and_price(client: FlaskClient) -> None:
    html = client.get("/items/aurelle-aviator").get_data(as_text=True)
    for words in ("58□14–140", "€420", "Gold with sunset mirror", "wear=aurelle-aviator"):
        assert words in html


@pytest.mark.parametrize(
    "path",
    [
        "/items/..%2F..%2Fetc%2Fpasswd",
        "/items/%00",
        "/embed?item=../x",
        "/embed",
        "/person/../x.jpg",
        "/person/x.jpg",
    ],
)
def test_unknown_things_are_a_page_not_an_accident(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_person_may_only_be_dressed_in_a_look(client: FlaskClient) -> None:
    plain, dressed = (
        client.get("/person/collins.jpg"),
        client.get("/person/collins.jpg?look=riviera"),
    )
    assert (plain.status_code, dressed.status_code) == (200, 200)
    assert plain.data != dressed.data
    assert client.get("/person/collins.jpg?look=../x").status_code == 404


def test_embedding_is_off_until_a_shop_is_configured(client: FlaskClient) -> None:
    headers = client.get("/embed?item=aurelle-aviator").headers
    assert "frame-ancestors 'self'" in headers["Content-Security-Policy"]
    assert headers["X-Frame-Options"] == "SAMEORIGIN"
    assert content_policy("x", framed_by=(SHOP,)).endswith(f"frame-ancestors 'self' {SHOP}")
    assert client.get("/widget.js").headers["Cross-Origin-Resource-Policy"] == "cross-origin"


class TestOtherSites:
    def test_cors_is_off_but_for_configured_sites(self, client: FlaskClient) -> None:
        theirs = client.get("/api/v1/items", headers={"Origin": "https://evil.example"})
        ours = client.get("/api/v1/items", headers={"Origin": SHOP})
        assert "Access-Control-Allow-Origin" not in theirs.headers
        assert ours.headers["Access-Control-Allow-Origin"] == SHOP
        assert "Origin" in str(ours.headers.getlist("Vary"))

    @pytest.mark.parametrize("path", ["/api/v1/tickets", "/api/v1/try-on", "/api/v1/brand/drafts"])
    def test_pages_of_other_sites_may_not_write(self, client: FlaskClient, path: str) -> None:
        answer = client.post(path, headers={"Origin": "https://evil.example"})
        assert answer.status_code == 403
        assert answer.get_json()["field"] == "Origin"

    def test_origin_null_is_another_site(self) -> None:
        assert not same_site("null", "mirror.example", ())
        assert same_site(None, "mirror.example", ())
        assert same_site("https://mirror.example", "mirror.example", ())
        assert not same_site("https://mirror.example.evil.example", "mirror.example", ())


class TestOperators:
    def test_alive_and_ready(self, client: FlaskClient) -> None:
        assert client.get("/healthz").get_json() == {"status": "ok"}
        ready = client.get("/readyz")
        assert (ready.status_code, ready.get_json()["places"]) == (200, 2)

    def test_not_ready_before_the_models_are_loaded(self, house: House) -> None:
        house.service.studio.ready = False
        try:
            assert house.app.test_client().get("/readyz").status_code == 503
        finally:
            house.service.studio.ready = True

    def test_metrics_count_what_happened(self, client: FlaskClient) -> None:
        text = client.get("/metrics").get_data(as_text=True)
        for name in (
            "tryon_frames_total",
            "tryon_sessions",
            "tryon_stage_ms",
            "tryon_lobby",
            "tryon_errors",
        ):
            assert name in text

    def test_log_lines_hold_what_is_listed_and_nothing_else(self) -> None:
        record = logging.LogRecord("service", logging.INFO, "x.py", 1, "live", None, None)
        record.__dict__ |= {
            "ended": "left",
            "landmarks": [[1, 2]],
            "ticket": "secret",
            "jpeg": b"x",
        }
        line = json.loads(JsonLines().format(record))
        assert set(line) == {"at", "level", "event", "ended"}

    def test_error_in_the_log_tells_the_place_but_not_what_a_visitor_sent(self) -> None:
        try:
            raise ValueError("what a visitor sent")
        except ValueError as error:
            caught = (type(error), error, error.__traceback__)
        record = logging.LogRecord("service", logging.ERROR, "x.py", 1, "unhandled", None, caught)
        line = JsonLines().format(record)
        assert "what a visitor sent" not in line
        assert json.loads(line)["error"] == "ValueError"
        assert "test_pages.py" in json.loads(line)["where"]
