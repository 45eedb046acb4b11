"""The service as it runs in earnest: several workers, killed ones, slow clients, nothing kept."""

from __future__ import annotations

import json
import os
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.request import Request, urlopen

import numpy as np
import pytest
from click.testing import CliRunner
from numpy.typing import NDArray
from playwright.sync_api import Playwright

from service import load_test
from service.config import IN_MEMORY
from service.gunicorn_worker import Deadlines
from service.load_test import Server, serving
from tests.service.browser import browser, until, write_camera_clip
from tests.service.conftest import jpeg_of, picture_of
from tests.service.test_live import Visitor, glasses
from tryon.cli import main, serve
from tryon.media.clip_writer import ClipWriter

WORKERS, PLACES = 2, 4
LOGGED = {
    "at",
    "level",
    "event",
    "method",
    "route",
    "status",
    "ms",
    "ended",
    "frames",
    "seconds",
    "resumed",
}


class Running:
    """A gunicorn of two workers, its log and the folders that it could write to."""

    def __init__(self, server: Server, log: Path, run_dir: Path, home: Path) -> None:
        self.server, self.log, self.run_dir, self.home = server, log, run_dir, home
        self.url = server.url

    def visitor(self) -> Visitor:
        document = json.loads(
            urlopen(Request(f"{self.url}/api/v1/tickets", method="POST"), timeout=20).read()
        )
        return Visitor(self, str(document["ticket"]))  # type: ignore[arg-type]  # only its url is used

    def worker_of(self, visitor: Visitor) -> int:
        """The process that holds the other end of a visitor's link."""
        mine, theirs = (
            end[1] for end in (visitor.link.sock.getsockname(), visitor.link.sock.getpeername())
        )
        for line in Path("/proc/net/tcp").read_text("utf-8").splitlines()[1:]:
            fields = line.split()
            ports = [int(end.rpartition(":")[2], 16) for end in fields[1:3]]
            if ports == [theirs, mine]:
                for pid in self.server.worker_pids():
                    links = (
                        os.readlink(fd)
                        for fd in Path(f"/proc/{pid}/fd").iterdir()
                        if fd.is_symlink()
                    )
                    if f"socket:[{fields[9]}]" in links:
                        return pid
        raise AssertionError("no worker holds the link")

    def written(self) -> dict[int, int]:
        """Bytes that each worker has caused to be written to a disk, natively too."""
        return {
            pid: int(
                Path(f"/proc/{pid}/io").read_text("utf-8").split("\nwrite_bytes: ")[1].split()[0]
            )
            for pid in self.server.worker_pids()
        }


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("gunicorn")
    with ExitStack() as stack:
        run_dir = Path(stack.enter_context(TemporaryDirectory(dir=IN_MEMORY)))
        log = run_dir / "log"
        environment = {
            "TMPDIR": str(folder / "tmp"),
            "HOME": str(folder / "home"),
            "XDG_CACHE_HOME": str(folder / "cache"),
            "TRYON_CACHE": os.environ.get("TRYON_CACHE", str(Path.home() / ".cache" / "tryon")),
            "TRYON_SERVICE_CACHE_DIR": str(folder / "pictures"),
            "TRYON_SERVICE_RUN_DIR": str(run_dir / "run"),
            "TRYON_SERVICE_RESUME_S": "8",
            "TRYON_SERVICE_HEAD_S": "3",
        }
        (folder / "tmp").mkdir()
        (folder / "home").mkdir()
        server = stack.enter_context(
            serving(
                workers=WORKERS, places=PLACES, environment=environment,
                log=stack.enter_context(log.open("wb")),
            )
        )  # fmt: skip
        yield Running(server, log, run_dir / "run", folder)


def test_no_frame_landmark_or_upload_reaches_the_disk(
    running: Running, camera_frame: NDArray[np.uint8], tmp_path: Path
) -> None:
    noise = np.random.default_rng(7).integers(0, 255, (900, 1200, 3), np.uint8)
    noise[:480, :640] = camera_frame
    photo = jpeg_of(noise, 95)
    assert len(photo) > 600_000, "larger than what form parsers keep in memory by themselves"
    clip = tmp_path / "clip.mp4"
    with ClipWriter(clip) as writer:
        for index in range(5):
            writer.write(camera_frame, index * 40_000_000)

    def visit() -> None:
        for _ in range(WORKERS * 2):
            visitor = running.visitor()
            visitor.wear("aurelle-aviator", "aurelle-pearls")
            for _ in range(6):
                visitor.show(jpeg_of(camera_frame))
                visitor.reply()
            visitor.leave()
            assert form(f"{running.url}/api/v1/try-on", "photo", photo)
        job = json.loads(form(f"{running.url}/api/v1/jobs", "clip", clip.read_bytes()))
        while job["state"] in ("waiting", "running"):
            time.sleep(0.05)
            job = json.loads(urlopen(f"{running.url}/api/v1/jobs/{job['id']}", timeout=20).read())
        assert job["state"] == "done"
        urlopen(
            Request(f"{running.url}/api/v1/jobs/{job['id']}", method="DELETE"), timeout=20
        ).close()

    visit()  # geometry of items is baked and kept, once
    before = running.written()
    start_ns = time.time_ns()
    visit()
    assert running.written() == before
    touched = [
        path
        for path in running.home.rglob("*")
        if path.is_file() and path.stat().st_mtime_ns > start_ns
    ]
    assert touched == []
    in_memory = {path.name for path in running.run_dir.iterdir()}
    assert in_memory <= {"lobby.json", "metrics", "jobs"}
    assert list((running.run_dir / "jobs").iterdir()) == []
    assert set(json.loads((running.run_dir / "lobby.json").read_text("utf-8"))) == {
        "live",
        "waiting",
    }


def form(url: str, name: str, content: bytes) -> bytes:
    """POST a file and an item as a form."""
    mark = b"----boundary"
    body = b"".join(
        (
            b"--"
            + mark
            + b'\r\nContent-Disposition: form-data; name="wear"\r\n\r\naurelle-aviator\r\n',
            b"--" + mark + b'\r\nContent-Disposition: form-data; name="' + name.encode(),
            b'"; filename="x"\r\n\r\n' + content + b"\r\n--" + mark + b"--\r\n",
        )
    )
    kind = {"Content-Type": f"multipart/form-data; boundary={mark.decode()}"}
    with urlopen(Request(url, body, kind), timeout=60) as answer:
        return bytes(answer.read())


def test_log_holds_no_picture_landmark_ticket_or_address(running: Running) -> None:
    lines = [line for line in running.log.read_text("utf-8").splitlines() if line.startswith("{")]
    assert len(lines) > 3
    for line in lines:
        assert set(json.loads(line)) <= LOGGED
        assert len(line) < 400
        assert "127.0.0.1" not in line


def test_killed_worker_loses_only_its_own_sessions(
    running: Running, camera_frame: NDArray[np.uint8]
) -> None:
    jpeg = jpeg_of(camera_frame)
    visitors: list[Visitor] = []
    while len({running.worker_of(visitor) for visitor in visitors}) < WORKERS:
        assert len(visitors) < PLACES
        visitors.append(running.visitor())
    for visitor in visitors:
        visitor.wear("aurelle-aviator")
    workers = {visitor: running.worker_of(visitor) for visitor in visitors}
    dead = workers[visitors[-1]]
    os.kill(dead, signal.SIGKILL)
    for visitor in visitors:
        if workers[visitor] != dead:
            visitor.show(jpeg)
            assert visitor.reply().people == 1
    lost = visitors[-1]
    assert lost.closed_with() in (1005, 1006)
    again = Visitor(running, lost.ticket)  # type: ignore[arg-type]  # only its url is used
    again.wear("aurelle-aviator")
    again.show(jpeg)
    assert glasses(picture_of(again.reply().jpeg), camera_frame) > 0.3
    for visitor in (*visitors, again):
        visitor.leave()
    wait_until(
        lambda: (
            len(running.server.worker_pids()) == WORKERS
            and dead not in running.server.worker_pids()
        )
    )
    wait_until(lambda: lobby(running) == (0, 0))


def test_page_recovers_by_itself_from_a_killed_worker(
    running: Running, playwright: Playwright, astronaut: NDArray[np.uint8], tmp_path: Path
) -> None:
    camera = tmp_path / "camera.mjpeg"
    write_camera_clip(camera, astronaut)
    with browser(playwright, camera) as chrome:
        page = chrome.new_context(viewport={"width": 900, "height": 700}).new_page()
        page.goto(running.url)
        page.wait_for_selector("[data-ready]")
        page.click("#open")
        until(page, "document.querySelector('#glass').dataset.dressed === 'aurelle-aviator'")
        for pid in running.server.worker_pids():
            os.kill(pid, signal.SIGKILL)
        until(page, "document.querySelector('#glass').dataset.link === 'lost'")
        until(page, "document.querySelector('#glass').dataset.link === 'open'", timeout_s=60)
        frames = page.evaluate("tryon.mirror.frames")
        until(page, f"tryon.mirror.frames > {frames + 3}", timeout_s=40)
        assert (
            page.evaluate("document.querySelector('#glass').dataset.dressed") == "aurelle-aviator"
        )
    wait_until(lambda: lobby(running) == (0, 0))


def test_slow_loris_does_not_stop_the_house(running: Running) -> None:
    with ExitStack() as stack:
        links = []
        for _ in range(WORKERS * (PLACES + 16) + 8):
            link = stack.enter_context(socket.create_connection(address(running), timeout=30))
            link.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ")
            links.append(link)
        with urlopen(f"{running.url}/healthz", timeout=60) as answer:
            assert answer.status == 200
        for link in links[:3]:
            assert link.recv(4096).startswith((b"", b"HTTP/1.1 4"))


def test_body_that_never_comes_does_not_stop_the_house(running: Running) -> None:
    with ExitStack() as stack:
        for _ in range(6):
            link = stack.enter_context(socket.create_connection(address(running), timeout=30))
            link.sendall(
                b"POST /api/v1/try-on HTTP/1.1\r\nHost: x\r\n"
                b"Content-Type: multipart/form-data; boundary=x\r\n"
                b"Content-Length: 5000\r\n\r\n--x"
            )
        with urlopen(f"{running.url}/readyz", timeout=30) as answer:
            assert answer.status == 200


def test_numbers_are_those_of_all_workers(running: Running) -> None:
    text = urlopen(f"{running.url}/metrics", timeout=20).read().decode()
    frames = next(line for line in text.splitlines() if line.startswith("tryon_frames_total"))
    # Workers that were killed by the tests before still count.
    assert float(frames.split()[1]) > 20
    assert len({path.name for path in (running.run_dir / "metrics").glob("counter_*.db")}) > WORKERS
    assert 'tryon_sessions_total{ended="left"}' in text


def test_load_of_several_sessions_is_carried_and_measured(
    running: Running, camera_frame: NDArray[np.uint8]
) -> None:
    jpegs = [jpeg_of(camera_frame, 80)]
    tallies = load_test.run_sessions(
        running.server, jpegs, sessions=3, seconds=3.0, wear=["aurelle-aviator"]
    )
    for tally in tallies:
        assert tally.error == ""
        assert tally.fps(3.0) > 1
        assert 0 < tally.percentile_ms(50) <= tally.percentile_ms(95)


def test_coming_and_going_leaves_no_memory_behind(
    running: Running, camera_frame: NDArray[np.uint8]
) -> None:
    jpegs = [jpeg_of(camera_frame, 80)]
    # The pools fill up first: sessions are made for the most visitors at once.
    load_test.run_sessions(running.server, jpegs, sessions=PLACES, seconds=1.0, wear=[])
    told = list(load_test.churn(running.server, jpegs, seconds=8.0, frames=3))
    visits, after_mb = told[-1][1], told[-1][2]
    assert visits >= 4
    # Sessions are pooled: a detector for each visit would cost tens of megabytes.
    middle_mb = told[len(told) // 2][2]
    assert after_mb - middle_mb < 60
    wait_until(lambda: lobby(running) == (0, 0))


class TestDeadlines:
    def test_connection_whose_time_is_up_is_shut(self) -> None:
        here, there = socket.socketpair()
        with here, there, Deadlines(look_every_s=0.02).watching(here, 0.05):
            there.settimeout(5)
            assert there.recv(1) == b""

    def test_released_connection_is_left_alone(self) -> None:
        here, there = socket.socketpair()
        deadlines = Deadlines(look_every_s=0.02)
        with here, there, deadlines.watching(here, 0.05):
            deadlines.release(here)
            time.sleep(0.2)
            here.sendall(b"x")
            assert there.recv(1) == b"x"


class TestCommand:
    def test_serve_becomes_gunicorn(self, monkeypatch: pytest.MonkeyPatch) -> None:
        became: list[list[str]] = []
        monkeypatch.setattr(serve.os, "execv", lambda path, words: became.append(words))
        for name in ("BIND", "WORKERS", "MAX_SESSIONS"):
            monkeypatch.setenv(f"TRYON_SERVICE_{name}", "")
            monkeypatch.delenv(f"TRYON_SERVICE_{name}")
        result = CliRunner().invoke(
            main, ["serve", "--port", "8765", "--workers", "3", "--max-sessions", "7"]
        )
        assert result.exit_code == 0, result.output
        assert became[0][1:5] == ["-m", "gunicorn", "-c", "python:service.gunicorn_settings"]
        names = ("BIND", "WORKERS", "MAX_SESSIONS")
        assert [os.environ[f"TRYON_SERVICE_{name}"] for name in names] == [
            "127.0.0.1:8765",
            "3",
            "7",
        ]
        assert "http://127.0.0.1:8765" in result.stderr

    def test_development_server(self, monkeypatch: pytest.MonkeyPatch) -> None:
        from flask import Flask

        ran: list[tuple[Any, ...]] = []
        monkeypatch.setattr(Flask, "run", lambda app, *address, **_: ran.append(address))
        monkeypatch.setattr("service.studio.Studio.warm_up", lambda self: None)
        result = CliRunner().invoke(main, ["serve", "--dev", "--port", "8766"])
        assert result.exit_code == 0, result.output
        assert ran == [("127.0.0.1", 8766)]

    @pytest.mark.parametrize("churn", [False, True])
    def test_bench_prints_what_it_measured(
        self, running: Running, monkeypatch: pytest.MonkeyPatch, churn: bool
    ) -> None:
        from contextlib import nullcontext

        monkeypatch.setattr(load_test, "serving", lambda **_: nullcontext(running.server))
        words = ["--churn"] if churn else ["--sessions", "1"]
        result = CliRunner().invoke(main, ["serve", "bench", "--seconds", "1", *words])
        assert result.exit_code == 0, result.output
        assert ("visits" if churn else "frames/s") in result.output
        assert "MB" in result.output


def address(running: Running) -> tuple[str, int]:
    host, port = running.url.removeprefix("http://").split(":")
    return host, int(port)


def lobby(running: Running) -> tuple[int, int]:
    try:
        with urlopen(f"{running.url}/readyz", timeout=20) as answer:
            document = json.load(answer)
    except OSError:
        return (-1, -1)
    return document["live"], document["waiting"]


def wait_until(condition: Any, timeout_s: float = 40.0) -> None:
    end = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < end, "it never came true"
        time.sleep(0.1)
