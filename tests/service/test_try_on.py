"""A photo and item ids in, the dressed picture out; and everything that is no photo."""

from __future__ import annotations

import base64
import io
import socket
import struct
import zipfile
import zlib
from typing import Any

import cv2
import numpy as np
import pytest
from flask.testing import FlaskClient
from numpy.typing import NDArray
from PIL import Image
from werkzeug.test import TestResponse

from service import ServiceConfig, create_app
from tests.service.conftest import House, picture_of


def post(client: FlaskClient, photo: bytes | None, **fields: Any) -> TestResponse:
    data: dict[str, Any] = {"wear": "aurelle-aviator", **fields}
    if photo is not None:
        data["photo"] = (io.BytesIO(photo), "me.jpg")
    return client.post("/api/v1/try-on", data=data, content_type="multipart/form-data")


def test_glasses_are_on_the_face_and_the_rest_is_as_it_was(
    client: FlaskClient, selfie: bytes, astronaut: NDArray[np.uint8]
) -> None:
    answer = post(client, selfie)
    assert (answer.status_code, answer.mimetype) == (200, "image/jpeg")
    assert answer.headers["X-Tryon-People"] == "1"
    changed = np.abs(picture_of(answer.data).astype(int) - astronaut.astype(int)).max(2) > 40
    assert changed[100:150, 180:270].mean() > 0.25
    assert changed[300:].mean() < 0.01


def test_variant_changes_the_picture(client: FlaskClient, selfie: bytes) -> None:
    gold = post(client, selfie, variant="aurelle-aviator=gold-azure")
    sunset = post(client, selfie, variant="aurelle-aviator=gold-sunset")
    assert gold.data != sunset.data


def test_layers_and_numbers_come_along_when_asked(client: FlaskClient, selfie: bytes) -> None:
    answer = post(client, selfie, wear="aurelle-aviator,aurelle-pearls", layers="1", json="1")
    document = answer.get_json()
    assert document["people"] == 1
    assert {item["id"] for item in document["result"]["items"]} == {
        "aurelle-aviator",
        "aurelle-pearls",
    }
    mask = Image.open(io.BytesIO(base64.b64decode(document["layers"]["aurelle-aviator"])))
    assert mask.size == (512, 512)
    assert 0.002 < (np.asarray(mask) > 128).mean() < 0.1
    assert picture_of(base64.b64decode(document["picture"]["base64"])).shape == (512, 512, 3)


def test_picture_with_nobody_comes_back_unchanged(client: FlaskClient) -> None:
    grey = np.full((240, 320, 3), 120, np.uint8)
    answer = post(client, cv2.imencode(".png", grey)[1].tobytes())
    assert answer.headers["X-Tryon-People"] == "0"
    assert np.abs(picture_of(answer.data).astype(int) - 120).max() <= 2


def test_result_can_be_asked_for_smaller(client: FlaskClient, selfie: bytes) -> None:
    assert picture_of(post(client, selfie, max_side="256").data).shape == (256, 256, 3)


def zip_bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("zeros", bytes(50_000_000))
    return out.getvalue()


def png_bomb(side: int) -> bytes:
    """A PNG of a few kilobytes that would decode to gigabytes."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        checked = kind + content
        return struct.pack(">I", len(content)) + checked + struct.pack(">I", zlib.crc32(checked))

    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b"\0" * 1000))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    "photo",
    [
        b"",
        b"not a picture at all",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"%!PS-Adobe-3.0\n/x { x } def x",
        zip_bomb(),
        png_bomb(60_000),
        png_bomb(400_000),
    ],
    ids=["empty", "text", "svg", "postscript", "zip bomb", "png bomb", "huge png bomb"],
)
def test_what_is_no_photo_is_refused(client: FlaskClient, photo: bytes) -> None:
    answer = post(client, photo)
    assert answer.status_code == 422
    document = answer.get_json()
    assert document["field"] == "photo"
    assert document["remedy"]


@pytest.mark.parametrize("share", [0.02, 0.3, 0.9])
def test_truncated_photo_is_refused(client: FlaskClient, selfie: bytes, share: float) -> None:
    assert post(client, selfie[: int(len(selfie) * share)]).status_code == 422


def test_upload_beyond_the_limit_is_refused_without_being_read(house: House) -> None:
    host, port = house.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=20) as link:
        head = (
            f"POST /api/v1/try-on HTTP/1.1\r\nHost: {host}:{port}\r\n"
            "Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 104857600\r\n\r\n"
        )
        link.sendall(head.encode())
        answer = b""
        while b"remedy" not in answer and (part := link.recv(65536)):
            answer += part
    assert answer.startswith(b"HTTP/1.1 413")
    assert b"4 MB" in answer


@pytest.mark.parametrize(
    ("fields", "status", "field"),
    [
        ({"wear": ""}, 422, "wear"),
        ({"wear": "aurelle-aviatr"}, 404, "wear"),
        ({"wear": "../../etc/passwd"}, 404, "wear"),
        ({"wear": "aurelle-aviator,aurelle-soleil"}, 422, "wear"),
        ({"wear": ",".join(["aurelle-aviator"] * 40)}, 422, "wear"),
        ({"variant": "nonsense"}, 422, "variant"),
        ({"variant": "aurelle-aviator=plaid"}, 404, "wear"),
        ({"variant": "aurelle-aviator=../x"}, 422, "variant"),
        ({"max_side": "9999999999"}, 422, "max_side"),
        ({"max_side": "٣٠٠"}, 422, "max_side"),
    ],
)
def test_wrong_field_is_named(
    client: FlaskClient, selfie: bytes, fields: dict[str, str], status: int, field: str
) -> None:
    answer = post(client, selfie, **fields)
    assert (answer.status_code, answer.get_json()["field"]) == (status, field)
    assert answer.get_json()["remedy"]


def test_missing_photo_is_named(client: FlaskClient) -> None:
    assert post(client, None).get_json()["field"] == "photo"


def test_too_many_requests_are_told_to_wait(house: House, selfie: bytes) -> None:
    config = ServiceConfig(rate_limit="3 per minute", cache_dir=str(house.cache_dir))
    client = create_app(config, warm_up=False).test_client()
    statuses = [post(client, selfie, wear="").status_code for _ in range(5)]
    assert statuses == [422, 422, 422, 429, 429]
    answer = post(client, selfie, wear="")
    assert answer.mimetype == "application/problem+json"
    assert answer.get_json()["remedy"] == "Wait a minute."
    assert int(answer.headers["Retry-After"]) > 0
