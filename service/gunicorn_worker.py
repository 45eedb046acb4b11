"""gunicorn's thread worker with deadlines, so that slow or silent clients do not hold its threads."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from time import monotonic, sleep
from typing import Any

from gunicorn.workers.gthread import ThreadWorker

HEAD_S = float(os.environ.get("TRYON_SERVICE_HEAD_S", "15"))
"""For the request line and headers, drop by drop or not."""
REQUEST_S = 180.0
"""For a whole request, its body and its answer; live links are exempt, they have deadlines of their own."""

COURTESY_S, MOST_COURTESY_S = 0.008, 0.04
"""How long a worker waits for an idler one to take a new connection: for each live link, and at most."""


class Deadlines:
    """Shuts connections whose time is up; the thread that waits for one then sees its end."""

    def __init__(self, *, look_every_s: float = 0.5) -> None:
        self._lock = threading.Lock()
        self._until: dict[socket.socket, float] = {}
        self._look_every_s = look_every_s
        self._thread: threading.Thread | None = None

    @contextmanager
    def watching(self, sock: socket.socket, for_s: float) -> Iterator[None]:
        """The connection has so long, unless that is changed meanwhile."""
        self.give(sock, for_s)
        try:
            yield
        finally:
            self.release(sock)

    def give(self, sock: socket.socket, for_s: float) -> None:
        """The connection has so long from now on."""
        with self._lock:
            self._until[sock] = monotonic() + for_s
            if self._thread is None:
                self._thread = threading.Thread(target=self._watch, name="deadlines", daemon=True)
                self._thread.start()

    def release(self, sock: socket.socket) -> None:
        """The connection may take as long as it likes."""
        with self._lock:
            self._until.pop(sock, None)

    def _watch(self) -> None:
        pause = threading.Event()
        while not pause.wait(self._look_every_s):
            now = monotonic()
            with self._lock:
                over = [sock for sock, until in self._until.items() if until < now]
                for sock in over:
                    del self._until[sock]
            for sock in over:
                with suppress(OSError):
                    sock.shutdown(socket.SHUT_RDWR)


class DeadlineWorker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    """A thread worker that gives each request a deadline, and lets idler workers go first.

    All workers wake up for a new connection. One that carries live links waits a moment before it takes
    it, so that visitors spread over the engines.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._deadlines = Deadlines()
        self._links = 0
        self._count = threading.Lock()

    def accept(self, *args: Any) -> Any:
        """Take a new connection, if no idler worker has."""
        if self._links:
            sleep(min(MOST_COURTESY_S, COURTESY_S * self._links))
        return super().accept(*args)

    def handle(self, conn: Any) -> Any:
        """One turn of a connection."""
        with self._deadlines.watching(conn.sock, HEAD_S):
            return super().handle(conn)

    def handle_request(self, req: Any, conn: Any) -> Any:
        """A request whose head has come."""
        if not any(
            name == "UPGRADE" and value.lower() == "websocket" for name, value in req.headers
        ):
            self._deadlines.give(conn.sock, REQUEST_S)
            return super().handle_request(req, conn)
        self._deadlines.release(conn.sock)
        with self._count:
            self._links += 1
        try:
            return super().handle_request(req, conn)
        finally:
            with self._count:
                self._links -= 1
