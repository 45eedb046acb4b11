"""The page stands alone, the numbers are complete, builds make a trend."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from tests.qa.replay.conftest import FIXTURES, LOOK
from tryon.core.errors import OutputError
from tryon.engine import Engine
from tryon.qa.replay.case import Broken, Job, Outcome, run_job
from tryon.qa.replay.golden import Golden, write_golden
from tryon.qa.replay.history import History
from tryon.qa.replay.junit import as_json, junit_xml
from tryon.qa.replay.readings import Replay
from tryon.qa.replay.recording import Recording
from tryon.qa.replay.report import report_html
from tryon.qa.replay.suite import Case


@pytest.fixture(scope="module")
def outcome(
    engine: Engine, baseline: Replay, recording: Recording, tmp_path_factory: pytest.TempPathFactory
) -> Outcome:
    """A replay against a golden whose frames had another light and place."""
    moved = Replay(
        tuple(
            replace(
                frame,
                hashes={**frame.hashes, "place": "0"},
                spots={
                    item: {
                        p: tuple(replace(s, px=s.px + np.array([0.0, 3.0])) for s in spots)
                        for p, spots in people.items()
                    }
                    for item, people in frame.spots.items()
                },
            )
            for frame in baseline.frames
        )
    )
    golden = tmp_path_factory.mktemp("g") / "golden.zip"
    write_golden(golden, moved, recording=recording, look=LOOK, start="detections")
    source = FIXTURES / "version-1.zip"
    case = Case(name="six", recording=str(source), wear=LOOK.wear, starts=("detections",))
    return run_job(Job("test", case, "detections", source, golden, (), ()))


def _sound(outcome: Outcome) -> Outcome:
    return replace(outcome, broken=())


@pytest.fixture
def history(tmp_path: Path) -> History:
    return History(tmp_path / "history.sqlite")


def test_the_page_says_the_verdict_first_and_needs_nothing_else(outcome: Outcome) -> None:
    page = report_html([outcome, _sound(outcome)], revision="abc123", history=None)
    assert page.index("1 of 2 replays broke a gate") < page.index("<table>")
    assert "place: first in frame 0, 6 frames" in page
    sources = re.findall(r"""(?:src|href)=["']([^"']+)""", page)
    assert sources
    assert all(source.startswith(("data:image/jpeg;base64,", "#")) for source in sources)
    assert "<link" not in page
    assert "@import" not in page


def test_the_page_has_triplets_to_play_and_plots(outcome: Outcome) -> None:
    page = report_html([outcome], revision="abc123", history=None)
    assert page.count('class="triplet"') == sum(len(s.triplets) for s in outcome.strips) > 0
    assert "difference × 8" in page
    assert page.count("<svg") >= 2
    assert page == report_html([outcome], revision="abc123", history=None)


def test_hostile_names_are_escaped(outcome: Outcome) -> None:
    trick = replace(outcome, name="<script>alert(1)</script>")
    assert "<script>alert" not in report_html([trick], revision="x", history=None)


def test_junit_counts_failures_and_errors(outcome: Outcome) -> None:
    lost = Outcome("test", "gone", "gone from pixels", "pixels", error="There is no recording.")
    root = ElementTree.fromstring(junit_xml([outcome, _sound(outcome), lost]))
    (suite,) = root
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("3", "1", "1")
    failure = suite.find(".//failure")
    assert failure is not None
    assert "place" in failure.get("message", "")


def test_json_holds_every_number_and_none_that_is_not(outcome: Outcome) -> None:
    odd = replace(outcome, values={**outcome.values, "x": float("nan")})
    document = json.loads(as_json([odd], revision="abc123"), parse_constant=lambda name: name)
    entry = document["outcomes"][0]
    assert (document["passed"], entry["stage"], entry["values"]["x"]) == (False, "place", None)
    assert entry["values"]["aurelle-windsor/anchor_px.max"] == pytest.approx(3.0)


def test_builds_make_a_trend(history: History, outcome: Outcome) -> None:
    for k in range(3):
        now = replace(outcome, values={"jitter_px": float(k), "gone": float("nan")})
        history.add([now], revision=f"r{k}", at=datetime(2026, 1, 1 + k, tzinfo=UTC))
    trend = history.trend("test", outcome.name, "jitter_px")
    assert [(point.revision, point.value) for point in trend] == [
        ("r0", 0.0), ("r1", 1.0), ("r2", 2.0),
    ]  # fmt: skip
    assert history.trend("test", outcome.name, "gone") == []
    page = report_html([outcome], revision="r2", history=history)
    assert "Over builds" in page


def test_a_file_that_is_no_history_is_told(tmp_path: Path) -> None:
    (tmp_path / "h.sqlite").write_bytes(b"x" * 5000)
    with pytest.raises(OutputError, match="--history"):
        History(tmp_path / "h.sqlite")


def test_a_broken_gate_tells_value_and_limit() -> None:
    assert Broken("lag_ms", "aurelle-hoops", 41.234, "at most 40").sentence == (
        "lag_ms of aurelle-hoops is 41.23, at most 40"
    )


def test_a_golden_with_the_same_numbers_shows_no_flat_plots(golden: Golden) -> None:
    flat = Outcome(
        "s", "c", "c from pixels", "pixels", at_s=np.arange(3.0),
        series={"a/anchor_px": np.zeros(3)},
    )  # fmt: skip
    assert "Anchors against the golden" not in report_html([flat], revision="x", history=None)
