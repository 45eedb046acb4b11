"""The web service around the engine: pages, sessions and live try-on in the browser.

    flask --app service run            # development
    gunicorn -c python:service.gunicorn_settings "service:create_app()"

It uses only what `tryon` exports.
"""

from service.app import create_app
from service.config import ServiceConfig

__all__ = ["ServiceConfig", "create_app"]
