"""`/api/v1/openapi.json`: what the API takes and gives, for programs."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

import yaml
from flask import Blueprint, Response, jsonify

import tryon
from service.api.catalogue import kept

blueprint = Blueprint("openapi", __name__, url_prefix="/api/v1")


@blueprint.get("/openapi.json")
def openapi() -> Response:
    """OpenAPI 3.1."""
    return kept(jsonify(document()), 60)


@cache
def document() -> dict[str, Any]:
    """The whole description."""
    text = files("service").joinpath("openapi.yaml").read_text("utf-8")
    described: dict[str, Any] = yaml.safe_load(text)
    described["info"]["version"] = tryon.__version__
    return described
