"""What the routes of one application share."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from flask import Flask
from flask_limiter import Limiter

from service.config import ServiceConfig
from service.drafts import Drafts
from service.jobs import Jobs
from service.lobby import Lobby
from service.pictures import ItemPictures
from service.seats import Seats
from service.studio import Studio

EXTENSION = "tryon-service"


@dataclass(frozen=True, eq=False)
class Service:
    """The parts of one application; run_dir: the folder in memory that the workers share;
    jobs: None where clips would reach a disk."""

    config: ServiceConfig
    studio: Studio
    seats: Seats
    lobby: Lobby
    pictures: ItemPictures
    drafts: Drafts
    jobs: Jobs | None
    limiter: Limiter
    run_dir: Path


def service_of(app: Flask) -> Service:
    """The parts of an application made by `create_app`."""
    service: Service = app.extensions[EXTENSION]
    return service
