"""The doors of live try-on: a ticket over HTTP, then the WebSocket."""

from __future__ import annotations

import logging
import re
import socket
from contextlib import suppress
from time import monotonic

from flask import Flask, Response, jsonify, request
from flask_sock import Sock
from simple_websocket import Server

from service import metrics
from service.live import NO_TICKET, LiveLimits, LiveLink
from service.lobby import Pass
from service.logs import LOGGER
from service.parts import Service
from service.problems import ApiError
from service.wire import MOST_BYTES

SOCKET_OPTIONS = {
    "receive_bytes": 65536,
    "max_message_size": MOST_BYTES,
    # Notices a link whose other end is gone without a word.
    "ping_interval": 10,
}
_TICKET = re.compile(r"[A-Za-z0-9_-]{24}")
_log = logging.getLogger(LOGGER)


def register(app: Flask, service: Service) -> None:
    """`/api/v1/tickets` and `/live`."""
    limits = LiveLimits(service.config.idle_timeout_s, service.config.resume_s)

    @app.post("/api/v1/tickets")
    @service.limiter.limit("60 per minute")
    def enter() -> Response:
        answer = _told(service.lobby.enter(), 201)
        return answer

    @app.get("/api/v1/tickets/<ticket>")
    def ask(ticket: str) -> Response:
        return _told(service.lobby.ask(checked_ticket(ticket)), 200)

    @app.delete("/api/v1/tickets/<ticket>")
    def leave(ticket: str) -> Response:
        service.lobby.leave(checked_ticket(ticket))
        return Response(status=204)

    def live(link: Server) -> None:
        ticket = request.args.get("ticket", "")
        try:
            if service.lobby.renew(ticket, for_s=limits.resume_s):
                _serve(link, ticket)
            else:
                link.close(NO_TICKET, "no ticket")
        finally:
            # The development server would write an HTTP answer behind the last message.
            with suppress(OSError):
                link.sock.shutdown(socket.SHUT_WR)

    def _serve(link: Server, ticket: str) -> None:
        started_s = monotonic()
        runner: list[LiveLink] = []
        seat, resumed = service.seats.take(ticket, lambda: runner[0].evict() if runner else None)
        ended = "lost"
        metrics.LIVE.inc()
        try:
            runner.append(
                LiveLink(link, seat, service.lobby, limits, outfits=service.studio.outfit)
            )
            ended = runner[0].run(resumed=resumed)
        finally:
            metrics.LIVE.dec()
            metrics.SESSIONS.labels(ended).inc()
            if ended in ("lost", "replaced"):
                service.seats.park(seat)
            else:
                service.seats.leave(seat)
                service.lobby.leave(ticket)
            _log.info(
                "live",
                extra={
                    "ended": ended,
                    "resumed": resumed,
                    "frames": seat.index,
                    "seconds": round(monotonic() - started_s, 1),
                },
            )

    Sock(app).route("/live")(live)


def checked_ticket(ticket: str) -> str:
    """Raises ApiError for what cannot be a ticket."""
    if not _TICKET.fullmatch(ticket):
        raise ApiError(
            404, "There is no such ticket.", field="ticket", remedy="POST /api/v1/tickets first."
        )
    return ticket


def _told(entry: Pass, status: int) -> Response:
    answer = jsonify(ticket=entry.ticket, position=entry.position, waiting=entry.waiting)
    answer.status_code = status
    return answer
