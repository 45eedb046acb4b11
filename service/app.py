"""The application factory."""

from __future__ import annotations

import atexit
import shutil
import tempfile
import threading
from pathlib import Path

from flask import Flask
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from werkzeug.middleware.proxy_fix import ProxyFix

from service import headers, health, live_route, logs, pages, problems, text
from service.config import MB, ServiceConfig
from service.lobby import Lobby
from service.parts import EXTENSION, Service
from service.pictures import ItemPictures
from service.seats import Seats
from service.studio import Studio

IN_MEMORY = Path("/dev/shm")


def create_app(config: ServiceConfig | None = None, *, warm_up: bool = True) -> Flask:
    """The service as a WSGI application. Raises InputError for settings that cannot be used.

    config: else read from the environment; warm_up: load the models on a thread at once, so that
    `/readyz` turns good; else they load with the first visitor. Make it after a fork: the engine and
    its OpenGL do not survive one.
    """
    settings = ServiceConfig.from_environment() if config is None else config
    app = Flask(__name__)
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
        threading.Thread(target=studio.warm_up, name="service-warm-up", daemon=True).start()
    return app


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
