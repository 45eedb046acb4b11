"""`tryon record`, `tryon replay`, `tryon qa run` and `tryon qa synth` from the outside."""

from __future__ import annotations

import json
import shutil
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner

from tryon.cli import main
from tryon.core.errors import SuppliesError
from tryon.qa.replay.case import Job, Outcome
from tryon.supplies import supply_path

FIXTURE = Path(__file__).parents[1] / "qa" / "replay" / "fixtures" / "version-1.zip"
WEAR = ["--wear", "aurelle-windsor"]


def _run(*words: object) -> tuple[int, str]:
    done = CliRunner().invoke(main, [str(word) for word in words])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.exit_code, done.output


@pytest.fixture(autouse=True)
def models() -> None:
    try:
        supply_path("face_landmarker.task")
    except SuppliesError as missing:
        pytest.skip(str(missing))


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    with zipfile.ZipFile(FIXTURE) as archive:
        return Path(archive.extract("video.mp4", tmp_path))


def test_a_clip_is_recorded_made_golden_and_found_identical(clip: Path, tmp_path: Path) -> None:
    recording, golden = tmp_path / "r.zip", tmp_path / "g.zip"
    assert _run("record", clip, "--out", recording) == (0, f"Wrote {recording}: 6 frames.\n")
    code, told = _run("replay", recording, *WEAR, "--against", golden, "--update")
    assert (code, "Identical" in told) == (0, True)
    page = tmp_path / "page.html"
    code, told = _run("replay", recording, *WEAR, "--against", golden, "--report", page)
    assert (code, "Identical" in told) == (0, True)
    assert "Nothing moved." in page.read_text("utf-8")
    code, told = _run("replay", recording, *WEAR, "--against", golden, "--from", "detections")
    assert (code, "Identical" in told) == (0, True)


def test_a_golden_of_another_build_ends_with_one_and_names_the_stage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from functools import partial

    from tryon.engine import session
    from tryon.stages.smooth import TUNING, PoseSmoother

    golden = tmp_path / "g.zip"
    words = ["replay", FIXTURE, *WEAR, "--from", "detections", "--against", golden]
    assert _run(*words, "--update")[0] == 0
    monkeypatch.setattr(session, "PoseSmoother", partial(PoseSmoother, TUNING.scaled(0.3)))
    code, told = _run(*words)
    assert code == 1
    assert "Moved in smooth" in told


def test_several_recordings_have_their_goldens_in_a_folder(tmp_path: Path) -> None:
    second = shutil.copyfile(FIXTURE, tmp_path / "second.zip")
    goldens = tmp_path / "goldens"
    words = ["replay", FIXTURE, second, *WEAR, "--from", "detections", "--against", goldens]
    assert _run(*words, "--update")[0] == 0
    assert sorted(path.name for path in goldens.iterdir()) == [
        "second.golden.zip", "version-1.golden.zip",
    ]  # fmt: skip
    assert _run(*words)[0] == 0


def test_a_damaged_recording_ends_with_one_and_what_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "cut.zip").write_bytes(FIXTURE.read_bytes()[:5000])
    code, told = _run("replay", tmp_path / "cut.zip", *WEAR)
    assert code == 1
    assert "not a whole recording" in told


def test_faults_are_listed_and_done() -> None:
    code, told = _run("replay", FIXTURE, *WEAR, "--fault", "help")
    assert (code, "noise:20" in told, len(told.splitlines())) == (0, True, 10)
    code, told = _run("replay", FIXTURE, *WEAR, "--fault", "blur:1")
    assert (code, "Expected: everything stays on" in told) == (0, True)
    assert _run("replay", FIXTURE, *WEAR, "--fault", "gravity")[0] == 2


def test_a_camera_is_not_recorded_without_consent(tmp_path: Path) -> None:
    code, told = _run("record", "--camera", "0", "--out", tmp_path / "x.zip")
    assert (code, "Nobody agreed to be recorded" in told) == (1, True)
    assert _run("record", "--out", tmp_path / "x.zip")[0] == 2


def test_a_suite_writes_its_reports_and_names_the_gate_that_broke(tmp_path: Path) -> None:
    shutil.copyfile(FIXTURE, tmp_path / "six.zip")
    suite = tmp_path / "suite.yaml"
    suite.write_text(
        "schema: tryon.suite.1\ntitle: A test\ncases:\n"
        "  - {name: six, recording: six.zip, wear: [aurelle-windsor], from: [detections],\n"
        "     golden: six.golden.zip, gates: [{measure: dropouts, most: 0}]}\n"
    )
    words = ["qa", "run", suite, "--jobs", 1, "--report", tmp_path / "out"]
    words += ["--history", tmp_path / "h.sqlite"]
    assert _run(*words, "--update")[0] == 0
    code, told = _run(*words, "--times", 2)
    assert (code, "2 of 2 replays passed." in told) == (0, True)
    assert json.loads((tmp_path / "out" / "report.json").read_text())["passed"] is True
    assert (tmp_path / "out" / "junit.xml").exists()
    suite.write_text(
        suite.read_text().replace("measure: dropouts, most: 0", "measure: shown, most: 0.5")
    )
    code, told = _run(*words)
    assert code == 1
    assert "suite: six from detections: shown of aurelle-windsor is 1, at most 0.5" in told
    assert "Nothing moved" not in (tmp_path / "out" / "report.html").read_text("utf-8")


def test_goldens_are_made_before_they_are_compared_with(tmp_path: Path) -> None:
    """The trap: the replay from pixels met the golden that its neighbour was about to replace."""
    asked: list[list[str]] = []

    def outcomes(work: list[Job], **_: object) -> list[Outcome]:
        asked.append([job.name for job in work])
        return [Outcome(job.suite, job.case.name, job.name, job.start) for job in work]

    (tmp_path / "suite.yaml").write_text(
        "schema: tryon.suite.1\ntitle: A test\ncases:\n"
        "  - {name: a, recording: a.zip, golden: a.golden.zip, wear: [aurelle-windsor]}\n"
        "  - {name: b, recording: b.zip, golden: b.golden.zip, wear: [aurelle-windsor]}\n"
    )
    words = ["qa", "run", tmp_path / "suite.yaml", "--report", tmp_path / "out", "--update"]
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("tryon.cli.qa_replay._outcomes", outcomes)
        assert _run(*words, "--history", tmp_path / "h.sqlite")[0] == 0
    assert asked == [
        ["a from detections", "b from detections"],
        ["a from pixels", "b from pixels"],
    ]
    told = json.loads((tmp_path / "out" / "report.json").read_text())
    assert told["passed"] is True


def test_an_unknown_case_or_film_is_told_with_the_known_ones() -> None:
    code, told = _run("qa", "run", "--case", "moon")
    assert (code, "crossing" in told) == (2, True)
    code, told = _run("qa", "synth", "--film", "moon")
    assert (code, "crossing" in told) == (2, True)


def test_films_are_listed() -> None:
    code, told = _run("qa", "synth", "--list")
    assert (code, {"turn", "crossing", "walk"} <= set(told.split())) == (0, True)
