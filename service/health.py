"""What operators ask: alive, ready, and the numbers."""

from __future__ import annotations

from flask import Flask, Response, jsonify

from service import metrics
from service.parts import Service


def register(app: Flask, service: Service) -> None:
    """`/healthz`, `/readyz` and `/metrics`."""

    @app.get("/healthz")
    def healthz() -> Response:
        return jsonify(status="ok")

    @app.get("/readyz")
    def readyz() -> Response:
        ready = service.studio.ready
        live, waiting = service.lobby.counts()
        answer = jsonify(
            status="ready" if ready else "warming up",
            live=live,
            waiting=waiting,
            places=service.config.max_sessions,
        )
        answer.status_code = 200 if ready else 503
        return answer

    @app.get("/metrics")
    def numbers() -> Response:
        live, waiting = service.lobby.counts()
        metrics.LOBBY.labels("live").set(live)
        metrics.LOBBY.labels("waiting").set(waiting)
        text, kind = metrics.exposition()
        return Response(text, content_type=kind)
