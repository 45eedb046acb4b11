"""`POST /api/v1/try-on`: a photo and item ids in, the dressed picture out."""

from __future__ import annotations

import base64
import re
from http import HTTPStatus
from typing import NamedTuple

import numpy as np
from flask import Blueprint, Response, current_app, jsonify, request
from numpy.typing import NDArray

import tryon
from service import metrics
from service.frames import encode_jpeg, within
from service.parts import service_of
from service.problems import ApiError

blueprint = Blueprint("tryon", __name__, url_prefix="/api/v1")
MOST_WORN = 16
MOST_PIXELS = 24_000_000
"""Larger photos are scaled down before they are dressed."""
JPEG_QUALITY = 92
TRUE = ("1", "true", "yes", "on")
_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


class Chosen(NamedTuple):
    """What is to be worn, as a request says it."""

    wear: tuple[str, ...]
    variants: dict[str, str]


@blueprint.post("/try-on")
def try_on() -> Response:
    """A picture back, or with `json` or `layers` a document that holds it."""
    service = service_of(current_app)
    chosen = read_chosen()
    wants_layers, wants_json = _flag("layers"), _flag("json")
    width = _width()
    rgb, focal_px = _picture()
    result = service.studio.photo(
        rgb, chosen.wear, variants=chosen.variants, focal_px=focal_px, layers=wants_layers
    )
    metrics.PHOTOS.inc()
    image = result.image if width is None else within(result.image, width)
    jpeg = encode_jpeg(image, JPEG_QUALITY)
    if not (wants_layers or wants_json):
        answer = Response(jpeg, mimetype="image/jpeg")
        answer.headers["X-Tryon-People"] = str(len(result.people))
        return answer
    document: dict[str, object] = {
        "schema": "try-on.1",
        "people": len(result.people),
        "picture": {"type": "image/jpeg", "base64": base64.b64encode(jpeg).decode()},
    }
    if wants_json:
        document["result"] = tryon.result_document(result)
    if wants_layers:
        document["layers"] = {
            name: base64.b64encode(tryon.encode_picture(mask, suffix=".png")).decode()
            for name, mask in result.layers.items()
        }
    return jsonify(document)


def read_chosen() -> Chosen:
    """The fields `wear` (ids, repeated or with commas) and `variant` (id=variant) of a form."""
    wear = tuple(
        each.strip()
        for field in request.form.getlist("wear")
        for each in field.split(",")
        if each.strip()
    )
    if not wear:
        raise ApiError(422, "Nothing is worn.", field="wear", remedy="Send at least one item id.")
    if len(wear) > MOST_WORN:
        raise ApiError(
            422, f"{len(wear)} items are worn.", field="wear", remedy=f"Send at most {MOST_WORN}."
        )
    pairs = [
        each.strip().partition("=")
        for field in request.form.getlist("variant")
        for each in field.split(",")
        if each.strip()
    ]
    if not all(_ID.fullmatch(item) and mark and _ID.fullmatch(name) for item, mark, name in pairs):
        raise ApiError(
            422, "A variant cannot be read.", field="variant", remedy="Write it as item-id=variant."
        )
    variants = {item: name for item, _, name in pairs}
    _check(wear, variants)
    return Chosen(wear, variants)


def _check(wear: tuple[str, ...], variants: dict[str, str]) -> None:
    """Unknown ids and conflicts, told before a picture is decoded."""
    try:
        tryon.parse_wear(service_of(current_app).studio.catalogue, wear, variants)
    except tryon.UnknownItemError as error:
        raise ApiError(404, error.message, field="wear", remedy=error.remedy) from error
    except tryon.CatalogueError as error:
        raise ApiError(422, error.message, field="wear", remedy=error.remedy) from error


def _picture() -> tuple[NDArray[np.uint8], float | None]:
    upload = request.files.get("photo")
    if upload is None:
        raise ApiError(
            422, "There is no photo.", field="photo",
            remedy="Send a form (multipart/form-data) with a file called photo.",
        )  # fmt: skip
    try:
        still = tryon.decode_picture(upload.stream.read(), name="The photo")
    except tryon.InputError as error:
        raise ApiError(
            HTTPStatus.UNPROCESSABLE_ENTITY, error.message, field="photo", remedy=error.remedy
        ) from error
    height, width = still.rgb.shape[:2]
    shrink = min(1.0, (MOST_PIXELS / (height * width)) ** 0.5)
    if shrink == 1.0:
        return still.rgb, still.focal_px
    focal_px = None if still.focal_px is None else still.focal_px * shrink
    return within(still.rgb, int(max(height, width) * shrink)), focal_px


def _flag(name: str) -> bool:
    return request.form.get(name, request.args.get(name, "")).lower() in TRUE


def _width() -> int | None:
    text = request.form.get("max_side", "")
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or not 64 <= int(text[:6]) <= 8192:
        raise ApiError(
            422, "max_side cannot be read.", field="max_side", remedy="Give 64 to 8192 pixels."
        )
    return int(text)
