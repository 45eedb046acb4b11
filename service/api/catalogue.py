"""What there is to wear: items, looks and their pictures."""

from __future__ import annotations

import hashlib

from flask import Blueprint, Response, current_app, g, jsonify, request

import tryon
from service.parts import service_of
from service.pictures import SIZES
from service.problems import ApiError
from service.wardrobe import item_document, look_document

A_DAY_S = 86_400
blueprint = Blueprint("catalogue", __name__, url_prefix="/api/v1")


@blueprint.get("/items")
def items() -> Response:
    """Every item, or those of one category, brand or word."""
    catalogue = service_of(current_app).studio.catalogue
    wanted = {
        name: request.args.get(name, "").strip().lower() for name in ("category", "brand", "q")
    }
    found = [item for item in catalogue.items.values() if _fits(item, wanted)]
    return kept(jsonify(schema="items.1", items=[item_document(item) for item in found]), 60)


def _fits(item: tryon.Item, wanted: dict[str, str]) -> bool:
    words = f"{item.id} {item.title.en} {item.title.zh} {item.brand} {item.category}".lower()
    return (
        wanted["category"] in ("", item.category)
        and wanted["brand"] in ("", item.brand.lower())
        and all(word in words for word in wanted["q"].split())
    )


@blueprint.get("/items/<item_id>")
def item(item_id: str) -> Response:
    """One item."""
    return kept(jsonify(item_document(known_item(item_id))), 60)


@blueprint.get("/items/<item_id>/thumbnail")
def thumbnail(item_id: str) -> Response:
    """The item alone, transparent WebP."""
    found = known_item(item_id)
    size = chosen_size()
    content = service_of(current_app).pictures.thumbnail(found, chosen_variant(found), size)
    return kept(Response(content, mimetype="image/webp"), A_DAY_S)


@blueprint.get("/items/<item_id>/turntable")
def turntable(item_id: str) -> Response:
    """Sixteen views of one turn, one above the other, transparent WebP."""
    found = known_item(item_id)
    content = service_of(current_app).pictures.turntable(
        found, chosen_variant(found), chosen_size()
    )
    return kept(Response(content, mimetype="image/webp"), A_DAY_S)


@blueprint.get("/looks")
def looks() -> Response:
    """Items that go together."""
    found = service_of(current_app).studio.catalogue.looks.values()
    return kept(jsonify(schema="looks.1", looks=[look_document(look) for look in found]), 60)


@blueprint.get("/looks/<look_id>")
def look(look_id: str) -> Response:
    """One look."""
    found = service_of(current_app).studio.catalogue.looks.get(look_id)
    if found is not None:
        return kept(jsonify(look_document(found)), 60)
    raise ApiError(
        404,
        f"There is no look {look_id[:80]!r}.",
        field="look_id",
        remedy="GET /api/v1/looks lists them.",
    )


def known_item(item_id: str) -> tryon.Item:
    """Raises ApiError 404 with close matches; an id is only ever looked up, never a path."""
    try:
        return service_of(current_app).studio.catalogue.item(item_id[:100])
    except tryon.UnknownItemError as error:
        raise ApiError(404, error.message, field="item_id", remedy=error.remedy) from error


def chosen_variant(item: tryon.Item) -> str:
    """The variant of this request, else the item's first."""
    name: str = request.args.get("variant", item.variants[0].name)
    if item.variant(name) is None:
        names = ", ".join(variant.name for variant in item.variants)
        raise ApiError(
            404,
            f"{item.id} has no variant {name[:80]!r}.",
            field="variant",
            remedy=f"It comes in {names}.",
        )
    return name


def chosen_size() -> str:
    """The size of this request; both kinds of pictures come in the same ones."""
    size: str = request.args.get("size", "card")
    if size not in SIZES:
        raise ApiError(
            422,
            f"There is no size {size[:40]!r}.",
            field="size",
            remedy=f"Ask for {' or '.join(SIZES)}.",
        )
    return size


def kept(response: Response, seconds: int) -> Response:
    """With an ETag, and allowed to be kept; a browser that has it gets an empty 304."""
    g.may_be_kept = True
    response.headers["Cache-Control"] = f"public, max-age={seconds}"
    response.set_etag(hashlib.sha256(response.get_data()).hexdigest()[:32])
    response.make_conditional(request)
    return response
