"""The pages a shopper sees."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, Response, current_app, render_template, request

import tryon
from service.api import brand as brand_api
from service.api import catalogue, jobs, openapi
from service.api import tryon as try_on
from service.api.brand import CATEGORIES
from service.frames import encode_jpeg
from service.parts import Service, service_of
from service.problems import ApiError
from service.text import page_texts
from service.wardrobe import GROUPS, group_of, size_marking

blueprint = Blueprint("pages", __name__)
PERSON_QUALITY = 88
PORTRAITS = ("collins", "hopper")
HERO = "promenade"
"""The look of the first screen."""


@blueprint.get("/")
def mirror() -> str:
    """The mirror with the wardrobe beside it; `wear` in the address is a shared look."""
    return _mirror(embedded=None)


@blueprint.get("/embed")
def embed() -> str:
    """The mirror for one item, inside another shop's page."""
    return _mirror(embedded=catalogue.known_item(request.args.get("item", "")))


@blueprint.get("/widget.js")
def widget() -> Response:
    """The script that puts `/embed` into another shop's page."""
    return current_app.send_static_file("widget.js")


@blueprint.get("/brand")
def brand() -> str:
    """Where brands bring their models; the page asks for the token."""
    return render_template("brand.html", categories=CATEGORIES, script_texts=page_texts("jsb_"))


def _mirror(*, embedded: tryon.Item | None) -> str:
    service = service_of(current_app)
    items = sorted(
        service.studio.catalogue.items.values(),
        key=lambda item: list(GROUPS).index(group_of(item.category)),
    )
    looks = service.studio.catalogue.looks
    return render_template(
        "mirror.html",
        embedded=embedded,
        items=items,
        groups=[name for name in GROUPS if any(group_of(i.category) == name for i in items)],
        brands=sorted({item.brand for item in items}),
        group_of=group_of,
        hero=HERO if HERO in looks else "",
        looks=looks.values(),
        script_texts=page_texts("js_"),
    )


def register(app: Flask, service: Service) -> None:
    """Pages, the API and what pages need of it."""
    app.register_blueprint(blueprint)
    app.register_blueprint(catalogue.blueprint)
    app.register_blueprint(try_on.blueprint)
    app.register_blueprint(jobs.blueprint)
    app.register_blueprint(brand_api.blueprint)
    app.register_blueprint(openapi.blueprint)
    app.add_url_rule("/items/<item_id>", "item_page", item_page)
    dressing, brands = service.config.rate_limit, service.config.brand_rate_limit
    for name, limit in (
        ("tryon.try_on", dressing),
        ("jobs.start", dressing),
        ("pages.person", dressing),
        ("brand.brand", brands),
        ("brand.upload", brands),
    ):
        view: Any = app.view_functions[name]
        app.view_functions[name] = service.limiter.limit(limit)(view)


def item_page(item_id: str) -> str:
    """One item with its sizes, its variants and where to buy it."""
    item = catalogue.known_item(item_id)
    return render_template(
        "item.html", item=item, marking=size_marking(item), group=group_of(item.category)
    )


@blueprint.get("/person/<name>.jpg")
def person(name: str) -> Response:
    """The bundled demonstration person: as photographed or, with `look`, dressed in a look."""
    service = service_of(current_app)
    if name not in PORTRAITS:
        raise ApiError(404, "There is no such portrait.", field="name")
    wanted = request.args.get("look", "")
    looks = service.studio.catalogue.looks
    if wanted and wanted not in looks:
        raise ApiError(404, f"There is no look {wanted[:80]!r}.", field="look")

    def make() -> bytes:
        rgb = tryon.portrait(name)
        if wanted:
            rgb = service.studio.photo(rgb, [wanted]).image
        return encode_jpeg(rgb, PERSON_QUALITY)

    key = f"{name}-{wanted}-{service.studio.catalogue_stamp}"
    content = service.pictures.kept(key, make)
    return catalogue.kept(Response(content, mimetype="image/jpeg"), catalogue.A_DAY_S)
