"""A short recording, an engine, and a replay of it that is the golden of every planted regression."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tryon.core.errors import GraphicsError, SuppliesError
from tryon.engine import Engine
from tryon.qa.replay.golden import Golden, read_golden, write_golden
from tryon.qa.replay.player import Look, replay
from tryon.qa.replay.readings import Replay
from tryon.qa.replay.recording import Recording

FIXTURES = Path(__file__).parent / "fixtures"
LOOK = Look(("aurelle-windsor", "aurelle-hoops"))


@pytest.fixture(scope="session")
def engine() -> Iterator[Engine]:
    try:
        opened = Engine()
        opened.observer().close()
    except (SuppliesError, GraphicsError) as missing:
        pytest.skip(str(missing))
    with opened:
        yield opened


@pytest.fixture(scope="session")
def recording() -> Iterator[Recording]:
    """Six frames of a made-up sitter, as the first version of the format kept them."""
    with Recording(FIXTURES / "version-1.zip") as opened:
        yield opened


@pytest.fixture(scope="session")
def baseline(recording: Recording, engine: Engine) -> Replay:
    """The replay from detections of this build."""
    return replay(recording, LOOK, engine, start="detections")


@pytest.fixture(scope="session")
def golden(
    baseline: Replay, recording: Recording, tmp_path_factory: pytest.TempPathFactory
) -> Golden:
    path = tmp_path_factory.mktemp("golden") / "golden.zip"
    write_golden(path, baseline, recording=recording, look=LOOK, start="detections")
    return read_golden(path, recording=recording, look=LOOK)
