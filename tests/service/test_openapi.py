"""The API does what its description says, whatever it is sent."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from flask.testing import FlaskClient
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from service import ServiceConfig, create_app
from service.api.openapi import document
from service.parts import service_of
from tests.service.conftest import House

EXAMPLES = 6
_app = create_app(
    ServiceConfig(
        rate_limit="1000000 per minute",
        brand_rate_limit="1000000 per minute",
        brand_tokens={"Schema": "token-of-the-schema-test"},
    ),
    warm_up=False,
)
schema = schemathesis.openapi.from_dict(document())
schema.app = _app


@schema.parametrize()
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
def test_answers_follow_the_description(case: Any) -> None:
    response = case.call()
    case.validate_response(
        response,
        checks=[
            not_a_server_error,
            status_code_conformance,
            content_type_conformance,
            response_schema_conformance,
        ],
    )


def test_every_route_of_the_api_is_described(house: House) -> None:
    described = {
        (method.upper(), path)
        for path, methods in document()["paths"].items()
        for method in methods
    }
    served = {
        (method, rule.rule.replace("<", "{").replace(">", "}"))
        for rule in house.app.url_map.iter_rules()
        if rule.rule.startswith("/api/")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert served - {("GET", "/api/v1/openapi.json")} == described


def test_description_is_served_with_the_version(client: FlaskClient) -> None:
    served = client.get("/api/v1/openapi.json").get_json()
    assert served["openapi"] == "3.1.0"
    assert served["info"]["version"]
    assert json.dumps(served["paths"])


@pytest.fixture(scope="module", autouse=True)
def own_folders(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The described service shares nothing with the machine's user, and is let go of at the end."""
    patch = pytest.MonkeyPatch()
    patch.setenv("TRYON_CATALOGUE", str(Path(tmp_path_factory.mktemp("described"))))
    yield
    patch.undo()
    service = service_of(_app)
    if service.jobs is not None:
        service.jobs.close()
    service.studio.close()
