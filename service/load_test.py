"""Live sessions over loopback, as many browsers would have: how fast, how late, how much memory."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic, perf_counter, sleep
from typing import IO
from urllib.request import Request, urlopen

import numpy as np
from simple_websocket import Client, ConnectionClosed

from service.wire import DROPPED, FrameMessage, pack_frame, unpack_reply

MOST_IN_FLIGHT = 2
CAMERA_FPS = 30
READY_WITHIN_S = 120.0
LOOPBACK = "127.0.0.1"


@dataclass
class SessionTally:
    """What one session saw. latencies_ms: from capture to the dressed frame, on its own clock."""

    latencies_ms: list[float] = field(default_factory=list)
    dropped: int = 0
    error: str = ""

    def fps(self, seconds: float) -> float:
        """Dressed frames a second."""
        return len(self.latencies_ms) / seconds

    def percentile_ms(self, percent: float) -> float:
        """A percentile of the latencies; 0 when there were none."""
        return float(np.percentile(self.latencies_ms, percent)) if self.latencies_ms else 0.0


@dataclass(frozen=True)
class Server:
    """A gunicorn of our own. pid: of its master."""

    url: str
    pid: int

    def worker_pids(self) -> list[int]:
        """Processes that serve now."""
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text("utf-8")
        return [int(pid) for pid in children.split()]

    def memory_mb(self) -> float:
        """Resident memory of all workers."""
        return sum(_resident_mb(pid) for pid in self.worker_pids())


@contextmanager
def serving(
    *,
    workers: int,
    places: int,
    environment: dict[str, str] | None = None,
    log: IO[bytes] | None = None,
) -> Iterator[Server]:
    """Start gunicorn on a free loopback port; ready when the block begins, gone when it ends."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "-c", "python:service.gunicorn_settings",
         "service:create_app()"],
        env={
            **os.environ,
            "TRYON_SERVICE_BIND": f"{LOOPBACK}:{port}",
            "TRYON_SERVICE_WORKERS": str(workers),
            "TRYON_SERVICE_MAX_SESSIONS": str(places),
            "TRYON_SERVICE_RATE_LIMIT": "100000 per minute",
            **(environment or {}),
        },
        stdout=subprocess.DEVNULL,
        stderr=log or subprocess.DEVNULL,
        cwd=Path(__file__).resolve().parents[1],
    )  # fmt: skip
    try:
        server = Server(f"http://{LOOPBACK}:{port}", process.pid)
        _await_ready(server, process, workers)
        yield server
    finally:
        process.terminate()
        try:
            process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def run_sessions(
    server: Server, jpegs: Sequence[bytes], *, sessions: int, seconds: float, wear: Sequence[str]
) -> list[SessionTally]:
    """So many visitors at once, each with a camera of 30 frames a second and two in flight at most."""
    tallies = [SessionTally() for _ in range(sessions)]
    threads = [
        threading.Thread(target=_visit, args=(server, jpegs, seconds, tuple(wear), tally))
        for tally in tallies
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return tallies


def churn(
    server: Server, jpegs: Sequence[bytes], *, seconds: float, frames: int = 10
) -> Iterator[tuple[float, int, float]]:
    """Come and go again and again, half of the time without a word; (seconds, visits, MB) as it goes."""
    start, visits, told_s = monotonic(), 0, 0.0
    yield 0.0, 0, server.memory_mb()
    while monotonic() - start < seconds:
        link, _ = enter(server)
        _exchange(link, jpegs, frames)
        if visits % 2:
            _leave(link)
        else:
            link.sock.shutdown(socket.SHUT_RDWR)
        visits += 1
        if monotonic() - start - told_s >= min(60.0, seconds / 5):
            told_s = monotonic() - start
            yield told_s, visits, server.memory_mb()
    yield monotonic() - start, visits, server.memory_mb()


def enter(server: Server, *, wear: Sequence[str] = ()) -> tuple[Client, str]:
    """Get a ticket, wait for a place, open the link and choose what to wear."""
    ticket = _json(Request(f"{server.url}/api/v1/tickets", method="POST"))
    while ticket["position"]:
        sleep(0.5)
        ticket = _json(Request(f"{server.url}/api/v1/tickets/{ticket['ticket']}"))
    word = str(ticket["ticket"])
    link = Client.connect(
        f"{server.url.replace('http', 'ws')}/live?ticket={word}", receive_bytes=65536
    )
    link.send(json.dumps({"type": "wear", "wear": list(wear), "variants": {}, "wish": 1}))
    return link, word


def _visit(
    server: Server,
    jpegs: Sequence[bytes],
    seconds: float,
    wear: tuple[str, ...],
    tally: SessionTally,
) -> None:
    try:
        link, _ = enter(server, wear=wear)
        _await_worn(link)
        end, sent, in_flight, next_s = perf_counter() + seconds, 0, 0, perf_counter()
        while perf_counter() < end:
            if in_flight < MOST_IN_FLIGHT and perf_counter() >= next_s:
                capture_ms = 1000 * perf_counter()
                sent += 1
                link.send(pack_frame(FrameMessage(sent, capture_ms, 80, jpegs[sent % len(jpegs)])))
                in_flight += 1
                next_s = max(next_s + 1 / CAMERA_FPS, perf_counter() - 1 / CAMERA_FPS)
            message = link.receive(timeout=0.002 if in_flight < MOST_IN_FLIGHT else 1.0)
            if isinstance(message, bytes):
                in_flight -= 1
                reply = unpack_reply(message)
                if reply.flags & DROPPED:
                    tally.dropped += 1
                else:
                    tally.latencies_ms.append(1000 * perf_counter() - reply.capture_ms)
        _leave(link)
    except (ConnectionClosed, OSError) as error:
        tally.error = f"{type(error).__name__}: {error}"


def _leave(link: Client) -> None:
    # The server may be the first to close, at any moment.
    with suppress(ConnectionClosed, OSError):
        link.send(json.dumps({"type": "bye"}))
        link.close(1000)


def _await_worn(link: Client) -> None:
    while True:
        message = link.receive(timeout=60)
        if message is None or (
            isinstance(message, str) and json.loads(message)["type"] != "welcome"
        ):
            return


def _exchange(link: Client, jpegs: Sequence[bytes], frames: int) -> None:
    for number in range(frames):
        link.send(pack_frame(FrameMessage(number, 33.0 * number, 75, jpegs[number % len(jpegs)])))
        while True:
            message = link.receive(timeout=30)
            if message is None or isinstance(message, bytes):
                break


def _await_ready(server: Server, process: subprocess.Popen[bytes], workers: int) -> None:
    """Every worker warms up by itself; ready when enough answers in a row were good."""
    end, good = monotonic() + READY_WITHIN_S, 0
    while monotonic() < end and process.poll() is None:
        try:
            _json(Request(f"{server.url}/readyz"))
            good += 1
        except OSError:
            good = 0
        if good >= 1 + 6 * (workers - 1):
            return
        sleep(0.1)
    raise RuntimeError("The server did not become ready; `tryon doctor` says what is missing.")


def _json(request: Request) -> dict[str, object]:
    with urlopen(request, timeout=30) as answer:
        document: dict[str, object] = json.load(answer)
    return document


def _resident_mb(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text("utf-8").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0
