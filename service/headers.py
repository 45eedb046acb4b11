"""What browsers are told about every answer, and which other sites may ask."""

from __future__ import annotations

from http import HTTPStatus
from urllib.parse import urlsplit

from flask import Flask, Response, g, request

from service.config import ServiceConfig
from service.problems import ApiError

WIDGET_PATHS = ("/embed", "/widget.js")


def content_policy(host: str, *, framed_by: tuple[str, ...] = ()) -> str:
    """A Content-Security-Policy without inline script or style.

    The WebSocket's address is spelled out because older Safaris do not count it as 'self'.
    """
    ancestors = " ".join(("'self'", *framed_by)) if framed_by else "'self'"
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self' blob: data:",
            "media-src 'self' blob:",
            f"connect-src 'self' ws://{host} wss://{host}",
            "manifest-src 'self'",
            "base-uri 'none'",
            "form-action 'self'",
            f"frame-ancestors {ancestors}",
        )
    )


def same_site(origin: str | None, host: str, allowed: tuple[str, ...]) -> bool:
    """Whether a page of that origin may ask: our own, a configured one, or no page at all."""
    if origin is None:
        return True
    return urlsplit(origin).netloc == host or origin in allowed


def register(app: Flask, config: ServiceConfig) -> None:
    """Checks the origin before and sets headers after every request."""

    @app.before_request
    def _check_origin() -> None:
        writes = request.method not in ("GET", "HEAD", "OPTIONS")
        link = request.headers.get("Upgrade", "").lower() == "websocket"
        if link:
            # Compressed JPEGs only get larger, and a decompression bomb needs compression.
            request.environ.pop("HTTP_SEC_WEBSOCKET_EXTENSIONS", None)
        if (writes or link) and not same_site(
            request.headers.get("Origin"), request.host, config.cors_origins
        ):
            raise ApiError(
                403,
                "Pages of other sites may not do this.",
                field="Origin",
                remedy="Let the operator add the site to TRYON_SERVICE_CORS_ORIGINS.",
            )

    @app.after_request
    def _set_headers(response: Response) -> Response:
        headers = response.headers
        if response.status_code == HTTPStatus.NOT_MODIFIED:
            # Nobody else closes a file that is not sent.
            response.close()
        framed_by = config.embed_origins if request.path in WIDGET_PATHS else ()
        headers.setdefault(
            "Content-Security-Policy", content_policy(request.host, framed_by=framed_by)
        )
        headers.setdefault("X-Content-Type-Options", "nosniff")
        headers.setdefault("Referrer-Policy", "strict-origin-when-cross-origin")
        headers.setdefault("Permissions-Policy", "camera=(self), microphone=(), geolocation=()")
        headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        embeddable = request.path in WIDGET_PATHS or request.path.startswith("/static/")
        headers.setdefault(
            "Cross-Origin-Resource-Policy", "cross-origin" if embeddable else "same-origin"
        )
        if not framed_by:
            headers.setdefault("X-Frame-Options", "SAMEORIGIN")
        if request.is_secure:
            headers.setdefault("Strict-Transport-Security", "max-age=31536000")
        if not g.get("may_be_kept", False):
            headers.setdefault("Cache-Control", "no-store")
        origin = request.headers.get("Origin")
        if origin in config.cors_origins and request.path.startswith("/api/"):
            headers["Access-Control-Allow-Origin"] = origin
            headers["Access-Control-Allow-Methods"] = "GET, POST, DELETE"
            headers["Access-Control-Allow-Headers"] = "Content-Type"
            headers["Cross-Origin-Resource-Policy"] = "cross-origin"
            headers.add("Vary", "Origin")
        return response
