"""What brands do with a token: upload a model, see how it came in, adjust its fit, publish it."""

from __future__ import annotations

import hmac
import json
from functools import wraps
from math import isfinite, radians
from typing import TYPE_CHECKING, Any, ParamSpec

from flask import Blueprint, Response, current_app, g, jsonify, request

import tryon
from service.config import MB
from service.drafts import Draft
from service.frames import encode_jpeg
from service.parts import service_of
from service.pictures import SIZES
from service.problems import ApiError
from service.wardrobe import item_document

if TYPE_CHECKING:
    from collections.abc import Callable

P = ParamSpec("P")

blueprint = Blueprint("brand", __name__, url_prefix="/api/v1/brand")
WORDS = ("title", "title_zh", "licence", "attribution")
DIRECTIONS = ("+x", "-x", "+y", "-y", "+z", "-z")
CATEGORIES = ("eyeglasses", "sunglasses", "hat", "headwear", "earrings", "necklace", "mask")
PREVIEW_QUALITY = 90
LISTED = "GET /api/v1/brand lists them."


def with_token(view: Callable[P, Response]) -> Callable[P, Response]:
    """Only with a brand's token as `Authorization: Bearer …`; `g.brand` says whose."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> Response:
        kind, _, given = request.headers.get("Authorization", "").partition(" ")
        found = ""
        for brand, secret in service_of(current_app).config.brand_tokens.items():
            # All are compared, each in constant time.
            if hmac.compare_digest(secret.encode(), given.strip().encode()) and kind == "Bearer":
                found = brand
        if not found:
            raise ApiError(
                401, "This needs the token of a brand.", field="Authorization",
                remedy="Send Authorization: Bearer TOKEN; the operator sets TRYON_SERVICE_BRAND_TOKENS.",
            )  # fmt: skip
        g.brand = found
        return view(*args, **kwargs)

    return guarded


@blueprint.get("")
@with_token
def brand() -> Response:
    """Drafts and published items of the brand."""
    drafts = service_of(current_app).drafts
    return jsonify(
        brand=g.brand,
        drafts=[draft_document(draft) for draft in drafts.of(g.brand)],
        published=[item_document(item) for item in drafts.published(g.brand)],
    )


@blueprint.post("/drafts")
@with_token
def upload() -> Response:
    """A GLB with what the brand knows of it."""
    service = service_of(current_app)
    request.max_content_length = service.config.max_model_mb * MB
    model = request.files.get("model")
    if model is None:
        raise ApiError(
            422, "There is no model.", field="model", remedy="Send a GLB file called model."
        )
    content = model.stream.read()
    if content[:4] != b"glTF":
        raise ApiError(422, "The model is no GLB file.", field="model", remedy="Export it as GLB.")
    draft = service.drafts.add(g.brand, content, _wishes(), taken=service.studio.catalogue.items)
    answer = jsonify(draft_document(draft))
    answer.status_code = 201
    return answer


@blueprint.get("/drafts/<item_id>")
@with_token
def draft(item_id: str) -> Response:
    """One draft with its report."""
    return jsonify(draft_document(known_draft(item_id)))


@blueprint.patch("/drafts/<item_id>")
@with_token
def adjust(item_id: str) -> Response:
    """Change scale, turn_deg, offset_mm, title, price or link."""
    changes = request.get_json(silent=True)
    if not isinstance(changes, dict) or not changes:
        raise ApiError(
            422, "There are no changes.", field="body", remedy='Send JSON like {"scale": 1.02}.'
        )
    drafts = service_of(current_app).drafts
    return jsonify(draft_document(drafts.adjust(known_draft(item_id), changes)))


@blueprint.delete("/drafts/<item_id>")
@with_token
def delete(item_id: str) -> Response:
    """Throw a draft away."""
    service_of(current_app).drafts.delete(known_draft(item_id))
    return Response(status=204)


@blueprint.get("/drafts/<item_id>/picture")
@with_token
def picture(item_id: str) -> Response:
    """The draft alone, transparent WebP; `turn` degrees about the vertical."""
    found = known_draft(item_id)
    try:
        turn_deg = float(request.args.get("turn", "0"))
    except ValueError:
        turn_deg = float("nan")
    if not isfinite(turn_deg) or abs(turn_deg) > 360:
        raise ApiError(422, "turn is no angle.", field="turn", remedy="Give -360 to 360 degrees.")
    cutout = service_of(current_app).studio.cutout(
        found.item, SIZES["card"], variant=found.item.variants[0].name, turn_rad=radians(turn_deg)
    )
    return Response(tryon.encode_picture(cutout, suffix=".webp"), mimetype="image/webp")


@blueprint.get("/drafts/<item_id>/preview")
@with_token
def preview(item_id: str) -> Response:
    """The demonstration person wearing the draft as it fits now."""
    dressed = service_of(current_app).studio.preview(known_draft(item_id).item)
    return Response(encode_jpeg(dressed, PREVIEW_QUALITY), mimetype="image/jpeg")


@blueprint.post("/drafts/<item_id>/publication")
@with_token
def publish(item_id: str) -> Response:
    """Put a draft into the catalogue."""
    service = service_of(current_app)
    service.drafts.publish(known_draft(item_id))
    answer = jsonify(item_document(service.studio.catalogue.item(item_id)))
    answer.status_code = 201
    return answer


@blueprint.delete("/items/<item_id>")
@with_token
def withdraw(item_id: str) -> Response:
    """Take one of the brand's own items out of the catalogue."""
    drafts = service_of(current_app).drafts
    for item in drafts.published(g.brand):
        if item.id == item_id:
            drafts.withdraw(item)
            return Response(status=204)
    raise ApiError(404, "The brand has no such item.", field="item_id", remedy=LISTED)


def known_draft(item_id: str) -> Draft:
    """Raises ApiError 404."""
    found = service_of(current_app).drafts.one(g.brand, item_id)
    if found is None:
        raise ApiError(404, "There is no such draft.", field="item_id", remedy=LISTED)
    return found


def draft_document(draft: Draft) -> dict[str, object]:
    """For the API and for pages."""
    model = draft.item.model
    assert model is not None
    return {
        "item": item_document(draft.item),
        "report": draft.report,
        "fit": {
            "scale": model.scale,
            "turn_deg": list(model.turn_deg),
            "offset_mm": list(model.offset_mm),
        },
    }


def _wishes() -> dict[str, Any]:
    """The form's fields as arguments of `tryon.import_item`."""
    form = request.form
    wishes: dict[str, Any] = {
        "item_id": form.get("id", "").strip(),
        "category": _one_of("category", CATEGORIES),
    }
    wishes |= {name: form[name].strip()[:200] for name in WORDS if form.get(name, "").strip()}
    wishes |= {name: _one_of(name, DIRECTIONS) for name in ("front", "up") if form.get(name)}
    if form.get("width_mm"):
        try:
            wishes["width_mm"] = float(form["width_mm"])
        except ValueError:
            wishes["width_mm"] = 0.0
        if not 1 <= wishes["width_mm"] <= 2000:
            raise ApiError(422, "width_mm is no width.", field="width_mm", remedy="Give 1 to 2000.")
    return json.loads(json.dumps(wishes))  # type: ignore[no-any-return]  # plain values only


def _one_of(name: str, allowed: tuple[str, ...]) -> str:
    value = request.form.get(name, "")
    if value not in allowed:
        raise ApiError(
            422, f"{name} is {value[:40]!r}.", field=name, remedy=f"It may be {', '.join(allowed)}."
        )
    return value
