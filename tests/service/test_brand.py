"""Brands: token, upload in a process apart, report, fit, publication; and models that mean harm."""

from __future__ import annotations

import io
import json
import struct
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from flask.testing import FlaskClient
from PIL import Image
from playwright.sync_api import Playwright, expect
from werkzeug.test import TestResponse

import tryon
from service.sandbox import ImportLimits, import_apart
from tests.service.browser import browser, until
from tests.service.conftest import OTHER_TOKEN, TOKEN, House, picture_of
from tryon.wardrobe.glb_writer import glb_bytes
from tryon.wardrobe.load import load_asset

MINE, THEIRS = ({"Authorization": f"Bearer {token}"} for token in (TOKEN, OTHER_TOKEN))
BRAND = "/api/v1/brand"


@pytest.fixture(scope="module")
def model() -> bytes:
    """A pair of glasses as a stranger's GLB."""
    item = tryon.Catalogue.load([tryon.bundled_folder()]).item("aurelle-windsor")
    return glb_bytes(load_asset(item, "black").parts)


@pytest.fixture(autouse=True)
def tidy(house: House) -> Iterator[None]:
    yield
    client = house.app.test_client()
    for headers in (MINE, THEIRS):
        mine = client.get(BRAND, headers=headers).get_json()
        for draft in mine["drafts"]:
            client.delete(f"{BRAND}/drafts/{draft['item']['id']}", headers=headers)
        for item in mine["published"]:
            client.delete(f"{BRAND}/items/{item['id']}", headers=headers)


def upload(
    client: FlaskClient, model: bytes, *, item_id: str = "lune-round", **fields: Any
) -> TestResponse:
    data = {"category": "eyeglasses", "id": item_id, "title": "Lune", "title_zh": "月", **fields}
    headers = data.pop("headers", MINE)
    data["model"] = (io.BytesIO(model), "../../../etc/cron.d/evil.glb")
    return client.post(
        f"{BRAND}/drafts", data=data, headers=headers, content_type="multipart/form-data"
    )


def test_model_becomes_a_draft_with_report_and_pictures_and_then_an_item(
    client: FlaskClient, model: bytes, selfie: bytes
) -> None:
    answer = upload(client, model, width_mm="140")
    assert answer.status_code == 201, answer.get_json()
    draft = answer.get_json()
    assert draft["item"]["brand"] == "Maison Lune"
    assert draft["report"]["found"]
    assert client.get("/api/v1/items/lune-round").status_code == 404
    one = f"{BRAND}/drafts/lune-round"
    alone = Image.open(io.BytesIO(client.get(f"{one}/picture?turn=90", headers=MINE).data))
    assert (np.asarray(alone.convert("RGBA"))[..., 3] > 128).mean() > 0.005
    before = picture_of(client.get(f"{one}/preview", headers=MINE).data)
    fitted = client.patch(one, json={"scale": 1.2, "offset_mm": [0, -10, 0]}, headers=MINE)
    assert fitted.get_json()["fit"] == {
        "scale": 1.2, "turn_deg": [0.0, 0.0, 0.0], "offset_mm": [0.0, -10.0, 0.0],
    }  # fmt: skip
    after = picture_of(client.get(f"{one}/preview", headers=MINE).data)
    assert np.abs(after.astype(int) - before.astype(int)).max() > 60
    published = client.post(f"{one}/publication", headers=MINE)
    assert published.status_code == 201
    assert client.get("/api/v1/items/lune-round").get_json()["title"] == {"en": "Lune", "zh": "月"}
    worn = client.post(
        "/api/v1/try-on",
        data={"wear": "lune-round", "photo": (io.BytesIO(selfie), "me.jpg")},
        content_type="multipart/form-data",
    )
    assert worn.headers["X-Tryon-People"] == "1"
    assert client.delete(f"{BRAND}/items/lune-round", headers=MINE).status_code == 204
    assert client.get("/api/v1/items/lune-round").status_code == 404


class TestTokens:
    @pytest.mark.parametrize(
        "header", ["", "Bearer", "Bearer wrong", f"Basic {TOKEN}", f"bearer{TOKEN}", "Bearer é"]
    )
    def test_wrong_token_is_refused_and_learns_nothing(
        self, client: FlaskClient, header: str
    ) -> None:
        headers = {"Authorization": header} if header else {}
        for method, path in (
            ("GET", ""), ("POST", "/drafts"), ("GET", "/drafts/x"), ("PATCH", "/drafts/x"),
            ("DELETE", "/drafts/x"), ("GET", "/drafts/x/picture"), ("GET", "/drafts/x/preview"),
            ("POST", "/drafts/x/publication"), ("DELETE", "/items/x"),
        ):  # fmt: skip
            answer = client.open(BRAND + path, method=method, headers=headers)
            assert (answer.status_code, answer.get_json()["field"]) == (401, "Authorization")

    def test_brands_do_not_see_each_other(self, client: FlaskClient, model: bytes) -> None:
        upload(client, model)
        one = f"{BRAND}/drafts/lune-round"
        assert client.get(one, headers=THEIRS).status_code == 404
        assert client.delete(one, headers=THEIRS).status_code == 404
        client.post(f"{one}/publication", headers=MINE)
        assert client.delete(f"{BRAND}/items/lune-round", headers=THEIRS).status_code == 404
        assert client.get(BRAND, headers=THEIRS).get_json()["published"] == []

    def test_bundled_items_cannot_be_taken_over_or_withdrawn(
        self, client: FlaskClient, model: bytes
    ) -> None:
        assert upload(client, model, item_id="aurelle-aviator").status_code == 422
        assert client.delete(f"{BRAND}/items/aurelle-aviator", headers=MINE).status_code == 404


class TestFields:
    @pytest.mark.parametrize(
        ("fields", "field"),
        [
            ({"category": "ufo"}, "category"),
            ({"width_mm": "wide"}, "width_mm"),
            ({"width_mm": "nan"}, "width_mm"),
            ({"width_mm": "99999"}, "width_mm"),
            ({"front": "sideways"}, "front"),
        ],
    )
    def test_wrong_field_is_named(
        self, client: FlaskClient, model: bytes, fields: dict[str, str], field: str
    ) -> None:
        answer = upload(client, model, **fields)
        assert (answer.status_code, answer.get_json()["field"]) == (422, field)

    @pytest.mark.parametrize("item_id", ["", "..", "../../x", "A", "a b", "a" * 65, "x\0"])
    def test_id_that_could_be_a_path_is_refused(
        self, client: FlaskClient, model: bytes, item_id: str, house: House
    ) -> None:
        before = sorted(house.catalogue_dir.parent.rglob("*"))
        assert upload(client, model, item_id=item_id).status_code == 422
        assert sorted(house.catalogue_dir.parent.rglob("*")) == before

    def test_adjustment_that_breaks_the_schema_changes_nothing(
        self, client: FlaskClient, model: bytes
    ) -> None:
        upload(client, model)
        one = f"{BRAND}/drafts/lune-round"
        before = client.get(one, headers=MINE).get_json()
        for changes in (
            {}, [], "x", {"scale": "big"}, {"scale": 0}, {"scale": 1e9}, {"offset_mm": [1]},
            {"id": "other"}, {"model": {"file": "/etc/passwd"}}, {"brand": "Other"},
            {"link": "javascript:x"}, {"title": {"en": "x\n", "zh": "x"}},
        ):  # fmt: skip
            assert client.patch(one, json=changes, headers=MINE).status_code == 422, changes
            assert client.get(one, headers=MINE).get_json() == before

    def test_turn_that_is_no_angle(self, client: FlaskClient, model: bytes) -> None:
        upload(client, model)
        for turn in ("x", "nan", "inf", "721"):
            answer = client.get(f"{BRAND}/drafts/lune-round/picture?turn={turn}", headers=MINE)
            assert answer.get_json()["field"] == "turn"

    def test_script_in_a_title_stays_text(self, client: FlaskClient, model: bytes) -> None:
        upload(client, model, title="<script>alert(1)</script>")
        client.post(f"{BRAND}/drafts/lune-round/publication", headers=MINE)
        assert "<script>alert" not in client.get("/items/lune-round").get_data(as_text=True)


def glb_of_text(text: bytes, chunk: bytes = b"") -> bytes:
    text += b" " * (-len(text) % 4)
    chunk += b"\0" * (-len(chunk) % 4)
    parts = struct.pack("<II", len(text), 0x4E4F534A) + text
    if chunk:
        parts += struct.pack("<II", len(chunk), 0x004E4942) + chunk
    return struct.pack("<4sII", b"glTF", 2, 12 + len(parts)) + parts


def glb(document: dict[str, Any], chunk: bytes = b"") -> bytes:
    return glb_of_text(json.dumps(document).encode(), chunk)


def scene(**changes: Any) -> dict[str, Any]:
    """One triangle, and whatever is changed."""
    return {
        "asset": {"version": "2.0"},
        "scene": 0,
        "scenes": [{"nodes": [0]}],
        "nodes": [{"mesh": 0}],
        "meshes": [{"primitives": [{"attributes": {"POSITION": 0}}]}],
        "accessors": [{"bufferView": 0, "componentType": 5126, "count": 3, "type": "VEC3"}],
        "bufferViews": [{"buffer": 0, "byteLength": 36}],
        "buffers": [{"byteLength": 36}],
        **changes,
    }


TRIANGLE = struct.pack("<9f", 0, 0, 0, 1, 0, 0, 0, 1, 0)
HUGE = 49_000_000
HOSTILE = {
    "no glTF inside": b"glTF" + b"\xff" * 400,
    "cut off": glb(scene(), TRIANGLE)[:200],
    "external file": glb(scene(buffers=[{"byteLength": 36, "uri": "../../../../etc/passwd"}])),
    "absolute file": glb(scene(buffers=[{"byteLength": 36, "uri": "file:///etc/passwd"}])),
    "web address": glb(scene(buffers=[{"byteLength": 36, "uri": "http://127.0.0.1:1/x.bin"}])),
    "external picture": glb(
        scene(
            images=[{"uri": "../../../etc/passwd"}],
            textures=[{"source": 0}],
            materials=[{"pbrMetallicRoughness": {"baseColorTexture": {"index": 0}}}],
        ),
        TRIANGLE,
    ),
    "huge accessor": glb(
        scene(accessors=[{"bufferView": 0, "componentType": 5126, "count": 10**12, "type": "VEC3"}]),
        TRIANGLE,
    ),
    "zeros by the gigabyte": glb(
        scene(
            accessors=[{"componentType": 5126, "count": HUGE, "type": "VEC3"}] * 40,
            meshes=[{"primitives": [{"attributes": {"POSITION": n}} for n in range(40)]}],
        ),
        TRIANGLE,
    ),
    "nodes in a loop": glb(scene(nodes=[{"mesh": 0, "children": [1]}, {"children": [0]}]), TRIANGLE),
    "node of its own child": glb(scene(nodes=[{"mesh": 0, "children": [0]}]), TRIANGLE),
    "deep nesting": glb_of_text(b"[" * 400_000),
    "negative index": glb(scene(nodes=[{"mesh": -1}]), TRIANGLE),
    "not a number": glb(scene(), struct.pack("<9f", *[float("nan")] * 9)),
    "nothing in it": glb({"asset": {"version": "2.0"}}),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_harmful_model_is_refused_with_a_remedy_and_leaves_nothing(
    client: FlaskClient, house: House, name: str
) -> None:
    before = sorted(house.catalogue_dir.rglob("*"))
    answer = upload(client, HOSTILE[name])
    assert answer.status_code == 422, answer.get_json()
    document = answer.get_json()
    assert document["remedy"]
    assert str(house.catalogue_dir) not in document["detail"]
    left = [path for path in sorted(house.catalogue_dir.rglob("*")) if path not in before]
    assert [path for path in left if path.is_file()] == []
    assert client.get("/healthz").status_code == 200


def test_file_that_is_no_glb_is_refused_before_a_process_is_started(client: FlaskClient) -> None:
    assert upload(client, b"#!/bin/sh\nrm -rf /").get_json()["field"] == "model"
    answer = client.post(f"{BRAND}/drafts", data={}, headers=MINE)
    assert answer.get_json()["field"] == "model"


class TestSandbox:
    def test_limit_of_memory_ends_the_import_not_the_service(
        self, model: bytes, tmp_path: Path
    ) -> None:
        path = tmp_path / "m.glb"
        path.write_bytes(model)
        with pytest.raises(tryon.ImportError3D, match="memory"):
            import_apart(path, tmp_path, {"item_id": "x", "category": "hat"}, ImportLimits(60, 60))

    def test_limit_of_time(self, model: bytes, tmp_path: Path) -> None:
        path = tmp_path / "m.glb"
        path.write_bytes(model)
        start = time.monotonic()
        with pytest.raises(tryon.ImportError3D, match=r"longer than 0\.2 s"):
            import_apart(
                path, tmp_path, {"item_id": "x", "category": "hat"}, ImportLimits(2048, 0.2)
            )
        assert time.monotonic() - start < 30

    def test_child_sees_no_token(self, monkeypatch: pytest.MonkeyPatch) -> None:
        from service import sandbox

        monkeypatch.setenv("TRYON_SERVICE_BRAND_TOKENS", "x=secretsecretsecret")
        assert "secretsecretsecret" not in str(sandbox._environment())

    def test_what_the_child_does(
        self,
        model: bytes,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        from service import sandbox

        limited: list[tuple[int, int]] = []
        monkeypatch.setattr(sandbox, "_limit", lambda *limits: limited.append(limits))
        (tmp_path / "m.glb").write_bytes(model)
        request = {"model": str(tmp_path / "m.glb"), "folder": str(tmp_path), "memory_mb": 9, "cpu_s": 8,
                   "wishes": {"item_id": "x", "category": "eyeglasses"}}  # fmt: skip
        for expected in (sandbox.OK, sandbox.REFUSED):
            monkeypatch.setattr("sys.stdin", io.StringIO(json.dumps(request)))
            assert sandbox.main() == expected
        told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        assert told[0]["found"]
        assert told[1]["remedy"]
        assert limited == [(9, 8), (9, 8)]


def test_page_of_brands_from_token_to_publication(
    house: House, playwright: Playwright, model: bytes, tmp_path: Path
) -> None:
    path = tmp_path / "glasses.glb"
    path.write_bytes(model)
    with browser(playwright, None) as chrome:
        page = chrome.new_context(
            locale="en-GB", viewport={"width": 1280, "height": 1000}
        ).new_page()
        page.goto(f"{house.url}/brand")
        page.fill("#token", "wrong")
        page.get_by_role("button", name="Enter").click()
        expect(page.locator("#status")).to_have_text("This token is not known here.")
        page.fill("#token", TOKEN)
        page.get_by_role("button", name="Enter").click()
        page.wait_for_selector("#rooms:not([hidden])")
        page.locator("[name=model]").set_input_files(path)
        page.fill("[name=id]", "lune-page")
        page.fill("[name=title]", "Lune from the page")
        page.get_by_role("button", name="Bring it in").click()
        page.wait_for_selector("#fitting:not([hidden])", timeout=60_000)
        until(page, "document.querySelector('#preview').naturalWidth > 0")
        first = page.get_attribute("#preview", "src")
        page.locator("#fit-scale").fill("1.1")
        until(page, f"document.querySelector('#preview').src !== {first!r}")
        expect(page.locator("#scale-told")).to_have_text("1.100 ×")
        page.get_by_role("button", name="Publish").click()
        expect(page.locator("#status")).to_have_text(
            "Lune from the page is in the wardrobe.", timeout=20_000
        )
    published = house.app.test_client().get("/api/v1/items/lune-page")
    assert published.get_json()["title"]["en"] == "Lune from the page"
