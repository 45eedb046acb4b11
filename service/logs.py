"""One JSON object a line: what was asked and how it went, never a picture, a landmark or an address."""

from __future__ import annotations

import json
import logging
import sys
from time import perf_counter, time

from flask import Flask, Response, g, request

LOGGER = "service"
_KEPT = ("method", "route", "status", "ms", "ended", "frames", "seconds", "resumed", "job", "brand")


class JsonLines(logging.Formatter):
    """Only these fields leave the process, whatever a record carries."""

    def format(self, record: logging.LogRecord) -> str:
        """A record as one line."""
        document: dict[str, object] = {
            "at": round(time(), 3),
            "level": record.levelname.lower(),
            "event": record.getMessage(),
        }
        document |= {key: record.__dict__[key] for key in _KEPT if key in record.__dict__}
        if record.exc_info and record.exc_info[0] is not None:
            # The place tells where to look; the message could quote what a visitor sent.
            document["error"] = record.exc_info[0].__name__
            trace = record.exc_info[2]
            while trace is not None and trace.tb_next is not None:
                trace = trace.tb_next
            if trace is not None:
                document["where"] = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}"
        return json.dumps(document, ensure_ascii=False)


def register(app: Flask) -> None:
    """A line for every request but those for files and health."""
    logger = logging.getLogger(LOGGER)
    if not logger.handlers:
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(JsonLines())
        logger.addHandler(handler)
    logger.propagate = False
    logger.setLevel(logging.INFO)

    @app.before_request
    def _start() -> None:
        g.started_s = perf_counter()

    @app.after_request
    def _finish(response: Response) -> Response:
        # The route's pattern, not the path: a path may hold what a visitor typed.
        route = request.url_rule.rule if request.url_rule is not None else "unknown"
        if route not in ("/static/<path:filename>", "/healthz", "/readyz", "/metrics"):
            ms = round(1000 * (perf_counter() - g.get("started_s", perf_counter())), 1)
            logger.info(
                "request",
                extra={
                    "method": request.method,
                    "route": route,
                    "status": response.status_code,
                    "ms": ms,
                },
            )
        return response
