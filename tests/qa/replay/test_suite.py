"""Suites: what is written, what is refused, which gates hold."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import pytest

from tests.qa.replay.conftest import FIXTURES
from tryon.core.errors import InputError
from tryon.engine import Engine
from tryon.qa.replay.case import Outcome, jobs_of, run_job, with_agreement
from tryon.qa.replay.recording import Recording
from tryon.qa.replay.suite import Suite, bundled_suites, open_suites
from tryon.qa.replay.tolerances import bundled_tolerances, read_tolerances

LARGEST_BYTES = 300_000

SUITE = """
schema: tryon.suite.1
title: A test
gates:
  - {measure: spilled.max, most: 0}
  - {measure: jitter_px, most: 5}
cases:
  - name: six-frames
    recording: six.zip
    wear: [aurelle-windsor]
    from: [detections]
    gates: GATES
"""


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    (tmp_path / "six.zip").write_bytes((FIXTURES / "version-1.zip").read_bytes())
    path = tmp_path / "suite.yaml"
    path.write_text(SUITE.replace("GATES", "[{measure: dropouts, most: 0}]"))
    return path


def _run(path: Path, engine: Engine) -> Outcome:
    (job,) = jobs_of(Suite(path), (), clips=None, update=False)
    return run_job(job)


def test_the_bundled_suites_are_whole_and_small() -> None:
    suites = open_suites(())
    assert {"bundled", "faults"} <= {suite.name for suite in suites}
    recordings = {
        suite.beside(case.recording)
        for suite in suites
        for case in suite.file.cases
        if case.recording is not None
    }
    assert len(recordings) >= 3
    for path in recordings:
        assert path.stat().st_size <= LARGEST_BYTES
        with Recording(path) as opened:
            assert opened.truth() is not None
    goldens = {s.beside(c.golden) for s in suites for c in s.file.cases if c.golden}
    assert len(goldens) >= 3
    assert all(path.stat().st_size <= LARGEST_BYTES for path in goldens)


def test_every_fault_is_in_a_bundled_suite() -> None:
    from tryon.qa.replay.faults import FAULTS

    held = {case.fault for suite in open_suites(()) for case in suite.file.cases}
    assert held - {None} == set(FAULTS)


def test_every_bundled_tolerance_has_its_reason() -> None:
    assert all(len(each.reason) > 20 for each in read_tolerances(bundled_tolerances()))
    assert len(bundled_suites()) >= 2


def test_gates_that_hold_pass(suite: Path, engine: Engine) -> None:
    """Six frames are too few for jitter, and a gate on what nobody measured does not hold."""
    outcome = _run(suite, engine)
    assert not outcome.error
    assert [broken.gate for broken in outcome.broken] == ["jitter_px"]
    assert not outcome.passed


def test_a_gate_of_the_case_replaces_that_of_the_suite(suite: Path, engine: Engine) -> None:
    gates = "[{measure: jitter_px, least: 0}, {measure: first_ms, least: 1}]"
    suite.write_text(SUITE.replace("GATES", gates))
    sentences = [broken.sentence for broken in _run(suite, engine).broken]
    assert sentences == [
        "jitter_px is nan, at least 0",
        "first_ms of aurelle-windsor is 0, at least 1",
    ]


@pytest.mark.parametrize(
    ("before", "after", "complaint"),
    [
        ("title: A test", "titel: A test", "titel"),
        ("recording: six.zip", "recordings: six.zip", "recordings"),
        ("    from: [detections]", "    from: [pictures]", "from"),
        ("most: 0}\n  - {measure: jitter", "most: no}\n  - {measure: jitter", "gates.0.most"),
        ("wear: [aurelle-windsor]", "wear: [", "suite.yaml:"),
        ("    from: [detections]", "    fault: noise", "from"),
        ("    from: [detections]", "    from: [pixels]\n    fault: gravity", "there is no fault"),
        ("{measure: spilled.max, most: 0}", "{measure: spilled.max}", "most"),
    ],
)
def test_what_is_wrong_in_a_suite_is_told_with_its_place(
    suite: Path, before: str, after: str, complaint: str
) -> None:
    text = suite.read_text()
    assert before in text
    suite.write_text(text.replace(before, after))
    with pytest.raises(InputError, match=complaint) as told:
        Suite(suite)
    assert str(suite) in str(told.value)


def test_a_missing_recording_is_an_outcome_and_no_crash(suite: Path, engine: Engine) -> None:
    (suite.parent / "six.zip").unlink()
    outcome = _run(suite, engine)
    assert "There is no recording" in outcome.error
    assert not outcome.passed


def test_clips_that_are_absent_are_left_out(tmp_path: Path) -> None:
    path = tmp_path / "clips.yaml"
    path.write_text(
        "schema: tryon.suite.1\ntitle: Clips\ncases:\n"
        "  - {name: a, clip: a.mkv, wear: [aurelle-windsor]}\n"
    )
    assert jobs_of(Suite(path), (), clips=tmp_path, update=False) == []
    (tmp_path / "a.mkv").write_bytes(b"x")
    assert len(jobs_of(Suite(path), (), clips=tmp_path, update=False)) == 2


def test_what_was_kept_of_another_clip_has_no_say(tmp_path: Path, engine: Engine) -> None:
    """The trap: a clip that was copied anew, or changed, met the golden of its older recording."""
    with zipfile.ZipFile(FIXTURES / "version-1.zip") as archive:
        film = archive.read("video.mp4")
    path = tmp_path / "clips.yaml"
    path.write_text(
        "schema: tryon.suite.1\ntitle: Clips\ncases:\n"
        "  - {name: a, clip: a.mkv, wear: [aurelle-windsor], from: [detections]}\n"
    )
    clip, kept = tmp_path / "a.mkv", tmp_path / "kept"
    clip.write_bytes(film)

    def run(*, update: bool = False) -> Outcome:
        (job,) = jobs_of(Suite(path), (), clips=tmp_path, update=update, kept=kept)
        return run_job(job)

    def state(outcome: Outcome) -> str:
        assert outcome.verdict is not None, outcome.error
        return outcome.verdict.state

    assert state(run()) == "no golden"
    assert state(run(update=True)) == "identical"
    os.utime(clip, (0, 0))
    assert state(run()) == "identical"
    clip.write_bytes(film + b"\0" * 16)
    assert state(run()) == "no golden"


def test_starts_that_differ_break_the_second_one() -> None:
    def outcome(start: str, fingerprint: str) -> Outcome:
        return Outcome("s", "c", f"c from {start}", start, fingerprint=fingerprint)

    same = with_agreement([outcome("detections", "a"), outcome("pixels", "a")])
    other = with_agreement([outcome("detections", "a"), outcome("pixels", "b")])
    unknown = with_agreement([outcome("detections", "a"), outcome("pixels", "")])
    assert [o.passed for o in same + unknown] == [True] * 4
    assert [o.passed for o in other] == [True, False]
    assert "as from detections" in other[1].broken[0].sentence
