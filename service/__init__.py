"""The web service around the engine: pages, sessions and live try-on in the browser.

    flask --app service run            # development
    gunicorn -c python:service.gunicorn_settings "service:create_app()"

It uses only what `tryon` exports. Names load on first use: gunicorn's master imports this package for its
settings, and must stay free of everything that does not survive a fork.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from service.app import create_app
    from service.config import ServiceConfig

_HOMES = {"ServiceConfig": "service.config", "create_app": "service.app"}

__all__ = ["ServiceConfig", "create_app"]


def __getattr__(name: str) -> Any:
    """Load a public name on first use."""
    if name not in _HOMES:
        raise AttributeError(f"module 'service' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
