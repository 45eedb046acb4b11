"""Settings of gunicorn: threads for links and requests, one engine a worker, made after the fork.

    gunicorn -c python:service.gunicorn_settings "service:create_app()"

`TRYON_SERVICE_WORKERS` and `TRYON_SERVICE_BIND` set how many processes there are and where they listen.
Nothing is preloaded: OpenGL and MediaPipe hang in a process that was forked after they had started.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

from service.config import IN_MEMORY, ServiceConfig

_config = ServiceConfig.from_environment()

bind = os.environ.get("TRYON_SERVICE_BIND", "127.0.0.1:8000")
workers = int(os.environ.get("TRYON_SERVICE_WORKERS", "1"))
worker_class = "service.gunicorn_worker.DeadlineWorker"
# Every live link holds a thread; the rest is for pages, pictures and the queue.
threads = _config.max_sessions + 16
preload_app = False
# A worker that hangs is replaced; live links do not count, they run beside its heartbeat.
timeout = 60
graceful_timeout = 10
keepalive = 5
# The heartbeat of workers touches a file; no disk needs to hear of it.
worker_tmp_dir = str(IN_MEMORY) if IN_MEMORY.is_dir() else None
# Endless heads.
limit_request_line = 4094
limit_request_fields = 60
accesslog = None
forwarded_allow_ips = os.environ.get("FORWARDED_ALLOW_IPS", "127.0.0.1")
_made: list[Path] = []


def on_starting(server: Any) -> None:
    """One folder in memory for all workers: tickets, counters, clips being worked on."""
    folder = os.environ.get("TRYON_SERVICE_RUN_DIR")
    if not folder:
        root = IN_MEMORY if IN_MEMORY.is_dir() else None
        folder = tempfile.mkdtemp(prefix="tryon-service-", dir=root)
        _made.append(Path(folder))
        os.environ["TRYON_SERVICE_RUN_DIR"] = folder
    counters = Path(folder) / "metrics"
    counters.mkdir(parents=True, exist_ok=True)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(counters)


def child_exit(server: Any, worker: Any) -> None:
    """A worker's gauges end with it."""
    from prometheus_client import multiprocess  # noqa: PLC0415  # reads its folder when imported

    multiprocess.mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]  # it has no types


def on_exit(server: Any) -> None:
    """Leave nothing behind."""
    for folder in _made:
        shutil.rmtree(folder, ignore_errors=True)
