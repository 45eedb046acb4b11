"""The application factory."""

from __future__ import annotations

import atexit
import io
import shutil
import tempfile
import threading
from pathlib import Path
from typing import IO

from flask import Flask, Request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from werkzeug.middleware.proxy_fix import ProxyFix

import tryon
from service import headers, health, live_route, logs, pages, problems, text
from service.config import IN_MEMORY, MB, ServiceConfig
from service.drafts import Drafts
from service.jobs import JobLimits, Jobs
from service.lobby import Lobby
from service.parts import EXTENSION, Service
from service.pictures import ItemPictures
from service.sandbox import ImportLimits
from service.seats import Seats
from service.studio import Studio


def create_app(config: ServiceConfig | None = None, *, warm_up: bool = True) -> Flask:
    """The service as a WSGI application. Raises InputError for settings that cannot be used.

    config: else read from the environment; warm_up: load the models on a thread at once, so that
    `/readyz` turns good; else they load with the first visitor. Make it after a fork: the engine and
    its OpenGL do not survive one.
    """
    settings = ServiceConfig.from_environment() if config is None else config
    app = Flask(__name__)
    app.request_class = _Request
    app.config["MAX_CONTENT_LENGTH"] = settings.max_picture_mb * MB
    app.config["MAX_FORM_MEMORY_SIZE"] = settings.max_picture_mb * MB
    app.config["SOCK_SERVER_OPTIONS"] = live_route.SOCKET_OPTIONS
    app.json.sort_keys = False  # type: ignore[attr-defined]  # of the default provider
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    if settings.proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]  # Flask's documented way
            app.wsgi_app, x_for=settings.proxies, x_proto=settings.proxies, x_host=settings.proxies
        )
    studio = Studio(own_catalogue=settings.own_catalogue, most_spare=settings.max_sessions)
    run_dir = _run_dir(settings)
    limiter = Limiter(
        get_remote_address,
        app=app,
        storage_uri=settings.rate_storage,
        headers_enabled=True,
        default_limits=[],
    )
    service = Service(
        settings,
        studio,
        Seats(studio, resume_s=settings.resume_s),
        Lobby(run_dir, places=settings.max_sessions),
        ItemPictures(studio, folder=Path(settings.cache_dir) if settings.cache_dir else None),
        _drafts(settings),
        _jobs(settings, studio, run_dir),
        limiter,
        run_dir,
    )
    app.extensions[EXTENSION] = service
    problems.register(app)
    headers.register(app, settings)
    logs.register(app)
    text.register(app)
    health.register(app, service)
    pages.register(app, service)
    live_route.register(app, service)
    if warm_up:
        threading.Thread(target=_warm_up, args=(service,), name="warm-up", daemon=True).start()
    return app


def _warm_up(service: Service) -> None:
    service.studio.warm_up()
    service.pictures.warm_up(service.studio.catalogue)


def _drafts(settings: ServiceConfig) -> Drafts:
    limits = ImportLimits(settings.import_memory_mb, settings.import_timeout_s)
    return Drafts(settings.own_catalogue or tryon.own_folder(), limits)


def _jobs(settings: ServiceConfig, studio: Studio, run_dir: Path) -> Jobs | None:
    if not settings.run_dir and not run_dir.is_relative_to(IN_MEMORY):
        return None
    limits = JobLimits(settings.max_jobs, settings.job_keep_s, settings.max_clip_s)
    return Jobs(studio, run_dir / "jobs", limits)


class _Request(Request):
    """Uploads stay in memory: the default would put larger ones into a file on disk."""

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        return io.BytesIO()


def _run_dir(settings: ServiceConfig) -> Path:
    if settings.run_dir:
        path = Path(settings.run_dir)
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        return path
    # In memory, so that clips being worked on never reach a disk.
    root = IN_MEMORY if IN_MEMORY.is_dir() else None
    path = Path(tempfile.mkdtemp(prefix="tryon-service-", dir=root))
    atexit.register(shutil.rmtree, path, ignore_errors=True)
    return path
