"""Numbers for Prometheus: counts and times, never anything of a picture or a person."""

from __future__ import annotations

import os
from collections.abc import Mapping

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector

_MS = (1, 2, 5, 10, 20, 35, 50, 75, 100, 150, 250, 500, 1000, 2500)

SESSIONS = Counter("tryon_sessions", "Live links by how they ended", ["ended"])
LIVE = Gauge("tryon_live_links", "Live links now", multiprocess_mode="livesum")
FRAMES = Counter("tryon_frames", "Live frames dressed")
DROPPED = Counter("tryon_frames_dropped", "Live frames that a newer one overtook")
PHOTOS = Counter("tryon_photos", "Pictures dressed over HTTP")
JOBS = Counter("tryon_jobs", "Clips dressed over HTTP by how they ended", ["ended"])
ERRORS = Counter("tryon_errors", "Errors by where they arose", ["where"])
STAGE = Histogram("tryon_stage_ms", "Milliseconds a frame by stage", ["stage"], buckets=_MS)
LOBBY = Gauge("tryon_lobby", "Tickets of this machine", ["state"], multiprocess_mode="mostrecent")


def dressed(stages_ms: Mapping[str, float], *, waited_ms: float, encode_ms: float) -> None:
    """Count one live frame with its times."""
    FRAMES.inc()
    for stage, ms in (*stages_ms.items(), ("queue", waited_ms), ("encode", encode_ms)):
        STAGE.labels(stage).observe(ms)


def exposition() -> tuple[bytes, str]:
    """The text that Prometheus reads, over all workers when they share a folder, and its type."""
    registry = REGISTRY
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # it has no types
    return generate_latest(registry), CONTENT_TYPE_LATEST
