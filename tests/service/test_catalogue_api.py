"""Items, looks and their pictures over HTTP."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
import yaml
from flask.testing import FlaskClient
from PIL import Image

from tests.service.conftest import House


def test_items_are_those_of_the_catalogue(client: FlaskClient, house: House) -> None:
    document = client.get("/api/v1/items").get_json()
    assert [item["id"] for item in document["items"]] == list(house.service.studio.catalogue.items)
    aviator = next(item for item in document["items"] if item["id"] == "aurelle-aviator")
    assert aviator["price"] == {"amount": 420.0, "currency": "EUR"}
    assert aviator["places"] == ["before the eyes"]
    assert aviator["group"] == "eyewear"


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("category=sunglasses", {"aurelle-aviator", "aurelle-soleil"}),
        ("q=aviator", {"aurelle-aviator"}),
        ("q=飞行员", {"aurelle-aviator"}),
        ("brand=nobody", set()),
        ("q=<script>", set()),
    ],
)
def test_items_by_category_word_and_brand(
    client: FlaskClient, query: str, expected: set[str]
) -> None:
    found = {item["id"] for item in client.get(f"/api/v1/items?{query}").get_json()["items"]}
    assert found == expected


def test_known_document_is_not_sent_again(client: FlaskClient) -> None:
    first = client.get("/api/v1/items/aurelle-aviator")
    again = client.get(
        "/api/v1/items/aurelle-aviator", headers={"If-None-Match": first.headers["ETag"]}
    )
    assert (again.status_code, again.data) == (304, b"")
    assert "max-age" in again.headers["Cache-Control"]


def test_thumbnail_shows_the_item_on_nothing(client: FlaskClient) -> None:
    answer = client.get("/api/v1/items/aurelle-aviator/thumbnail?variant=gold-sunset")
    assert answer.mimetype == "image/webp"
    rgba = np.asarray(Image.open(io.BytesIO(answer.data)).convert("RGBA"))
    assert rgba.shape == (360, 480, 4)
    assert rgba[0, 0, 3] == 0
    assert 0.03 < (rgba[..., 3] > 128).mean() < 0.6
    other = client.get("/api/v1/items/aurelle-aviator/thumbnail?variant=silver-ice")
    assert other.data != answer.data


def test_turntable_is_sixteen_different_views(client: FlaskClient) -> None:
    answer = client.get("/api/v1/items/aurelle-windsor/turntable")
    views = np.asarray(Image.open(io.BytesIO(answer.data)).convert("RGBA")).reshape(16, 240, 320, 4)
    shares = [(view[..., 3] > 128).mean() for view in views]
    assert min(shares) > 0.01
    assert len({view.tobytes() for view in views}) == 16


def test_pictures_are_made_once_and_kept_on_disk(client: FlaskClient, house: House) -> None:
    client.get("/api/v1/items/aurelle-lumen/thumbnail")
    files = set(house.cache_dir.iterdir())
    before = {path: path.stat().st_mtime_ns for path in files}
    client.get("/api/v1/items/aurelle-lumen/thumbnail")
    assert {path: path.stat().st_mtime_ns for path in house.cache_dir.iterdir()} == before
    assert not [path for path in files if path.name.startswith(".")]


@pytest.mark.parametrize(
    ("path", "status", "field"),
    [
        ("/api/v1/items/nothing-such", 404, "item_id"),
        ("/api/v1/items/..%2F..%2F..%2Fetc%2Fpasswd", 404, None),
        ("/api/v1/items/....//x/thumbnail", 404, None),
        ("/api/v1/items/%2e%2e/thumbnail", 404, "item_id"),
        ("/api/v1/items/aurelle-aviator/thumbnail?variant=../../x", 404, "variant"),
        ("/api/v1/items/aurelle-aviator/thumbnail?size=../../x", 422, "size"),
        ("/api/v1/looks/none", 404, "look_id"),
    ],
)
def test_what_is_not_there_is_a_problem_with_field_and_remedy(
    client: FlaskClient, path: str, status: int, field: str | None
) -> None:
    answer = client.get(path)
    assert answer.status_code == status
    assert answer.mimetype == "application/problem+json"
    if field is not None:
        assert answer.get_json()["field"] == field
        assert answer.get_json()["remedy"]


def test_close_ids_are_suggested(client: FlaskClient) -> None:
    assert "aurelle-aviator" in client.get("/api/v1/items/aurelle-aviatr").get_json()["remedy"]


def test_looks_name_items_that_are_there(client: FlaskClient, house: House) -> None:
    looks = client.get("/api/v1/looks").get_json()["looks"]
    assert looks
    for look in looks:
        assert set(look["wear"]) <= set(house.service.studio.catalogue.items)
        assert client.get(f"/api/v1/looks/{look['id']}").get_json() == look


def test_script_in_a_title_is_text(client: FlaskClient, house: House) -> None:
    bundled = house.service.studio.catalogue.item("aurelle-lumen")
    document = yaml.safe_load(bundled_file(bundled.id).read_text("utf-8"))
    nasty = '</a><script>alert("1")</script>\'" onload=x'
    document |= {"id": "nasty", "title": {"en": nasty, "zh": nasty}, "brand": nasty}
    path = house.catalogue_dir / "nasty.yaml"
    path.write_text(yaml.safe_dump(document, allow_unicode=True), "utf-8")
    try:
        for page in ("/", "/items/nasty", "/embed?item=nasty"):
            html = client.get(page).get_data(as_text=True)
            assert "&lt;script&gt;alert" in html
            assert "<script>alert" not in html
            assert '" onload=x' not in html
    finally:
        path.unlink()
    assert client.get("/api/v1/items/nasty").status_code == 404


def bundled_file(item_id: str) -> Path:
    import tryon

    return tryon.bundled_folder() / f"{item_id}.yaml"
