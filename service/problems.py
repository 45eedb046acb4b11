"""Errors for programs: RFC 9457 problem documents that name the field and the remedy."""

from __future__ import annotations

from http import HTTPStatus

from flask import Flask, Response, json, render_template, request
from flask_limiter.errors import RateLimitExceeded
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

import tryon
from service import metrics
from service.text import translator


class ApiError(Exception):
    """A request that cannot be answered: status, which field, what is wrong and how to mend it."""

    def __init__(self, status: int, detail: str, *, field: str = "", remedy: str = "") -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.field = field
        self.remedy = remedy


def problem(status: int, detail: str, *, field: str = "", remedy: str = "") -> Response:
    """An `application/problem+json` response."""
    document = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
    }
    document |= {"field": field} if field else {}
    document |= {"remedy": remedy} if remedy else {}
    return Response(json.dumps(document), status, mimetype="application/problem+json")


def status_of(error: tryon.TryonError) -> int:
    """What an engine's error means over HTTP."""
    if isinstance(error, tryon.UnknownItemError):
        return 404
    if isinstance(error, (tryon.SuppliesError, tryon.GraphicsError, tryon.DetectorError)):
        return 503
    if isinstance(error, tryon.OutputError):
        return 500
    return 422


def register(app: Flask) -> None:
    """Every error under /api as a problem document; elsewhere as a short page."""

    @app.errorhandler(ApiError)
    def _told(error: ApiError) -> Response:
        return problem(error.status, error.detail, field=error.field, remedy=error.remedy)

    @app.errorhandler(tryon.TryonError)
    def _of_engine(error: tryon.TryonError) -> Response:
        status = status_of(error)
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            metrics.ERRORS.labels("engine").inc()
        return problem(status, error.message, remedy=error.remedy)

    @app.errorhandler(RequestEntityTooLarge)
    def _too_large(error: RequestEntityTooLarge) -> Response:
        limit = (request.max_content_length or 0) // (1024 * 1024)
        return problem(
            413, "The upload is too large.", field="body", remedy=f"Send at most {limit} MB."
        )

    @app.errorhandler(RateLimitExceeded)
    def _too_many(error: RateLimitExceeded) -> Response:
        return problem(
            429, f"More than {error.description} were asked for.", remedy="Wait a minute."
        )

    @app.errorhandler(HTTPException)
    def _by_http(error: HTTPException) -> Response:
        status = error.code or 500
        if request.path.startswith("/api/"):
            answer = problem(status, error.description or error.name)
            for name, value in error.get_headers():
                if name == "Allow":
                    answer.headers[name] = value
            return answer
        return _page(status)

    @app.errorhandler(Exception)
    def _bug(error: Exception) -> Response:
        # Without the text of the error: it may hold anything.
        metrics.ERRORS.labels("bug").inc()
        app.logger.exception("unhandled", exc_info=error)
        if request.path.startswith("/api/"):
            return problem(500, "Something went wrong here.", remedy="Try again later.")
        return _page(500)


def _page(status: int) -> Response:
    t = translator()
    return Response(
        render_template("error.html", status=status, phrase=HTTPStatus(status).phrase, t=t), status
    )
