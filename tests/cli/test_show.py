"""`tryon show` checks, prints and exchanges shows."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import tryon.cli.show as show_module
from shows.script import read_script, schema_text
from tests.shows.programmes import written
from tryon.cli import main


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["show", *(str(each) for each in arguments)])


@pytest.mark.parametrize("name", ["maison", "table-top"])
def test_bundled_shows_pass_the_check(name: str) -> None:
    done = run("check", name)
    assert done.exit_code == 0
    assert "can go on" in done.output


def test_a_fault_is_told_with_file_line_cue_and_remedy(tmp_path: Path) -> None:
    path = written(
        tmp_path, "run_of_show:\n  - {look: gala, model: ada}\n  - {look: galla, model: bo}\n"
    )
    done = run("check", path)
    assert done.exit_code == 1
    assert f"{path}:10: galla-enter: the look galla is not in the wardrobe." in done.output
    assert "Did you mean gala?" in done.output


def test_a_script_that_does_not_follow_the_schema_ends_with_its_line(tmp_path: Path) -> None:
    done = run("check", written(tmp_path, "evry: 2 bars\n"))
    assert done.exit_code == 1
    assert ":8: evry: expected only fields of a script" in done.output
    assert "Did you mean every?" in done.output


def test_the_schema_is_printed() -> None:
    assert run("schema").output == schema_text()


def test_the_sheet_lists_every_entrance(tmp_path: Path) -> None:
    out = tmp_path / "sheet.html"
    assert run("sheet", "maison", "--out", out, "--no-pictures").exit_code == 0
    page = out.read_text(encoding="utf-8")
    assert page.count("<li>") == 15
    assert "暗夜之家" in page


@pytest.mark.parametrize("kind", ["otio", "edl", "csv"])
def test_what_is_exported_and_brought_back_is_the_same_show(tmp_path: Path, kind: str) -> None:
    file, out = tmp_path / f"maison.{kind}", tmp_path / "maison.yaml"
    assert run("export", kind, "maison", "--out", file).exit_code == 0
    back = run("import", file, "--script", "maison", "--out", out)
    assert back.exit_code == 0, back.output
    assert read_script(out).script == read_script("maison").script


def test_captions_of_two_languages_come_back_together(tmp_path: Path) -> None:
    for kind, language in (("vtt", "en"), ("srt", "zh")):
        file = tmp_path / f"{language}.{kind}"
        assert run("export", kind, "maison", "--language", language, "--out", file).exit_code == 0
    out = tmp_path / "new.yaml"
    done = run(
        "import",
        tmp_path / "en.vtt",
        "--zh",
        tmp_path / "zh.srt",
        "--script",
        "maison",
        "--out",
        out,
    )
    assert done.exit_code == 0, done.output
    words = [cue.text for cue in read_script(out).script.cues if cue.cue == "caption"]
    assert ("Gilded hour", "鎏金时刻") in [(text.en, text.zh) for text in words]


@pytest.mark.parametrize(
    ("name", "arguments", "message"),
    [
        ("a.pdf", (), "is of no kind that can be brought in"),
        ("a.csv", (), "does not say which script it belongs to"),
        ("a.csv", ("--script", "maison"), "cannot be read as text"),
    ],
)
def test_files_that_cannot_be_brought_in_are_refused(
    tmp_path: Path, name: str, arguments: tuple[str, ...], message: str
) -> None:
    (tmp_path / name).write_bytes(b"\xff\xfe")
    done = run("import", tmp_path / name, *arguments, "--out", tmp_path / "out.yaml")
    assert done.exit_code == 1
    assert message in done.output


def test_further_commands_are_found_in_modules_of_their_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert run("nonsense").exit_code == 2
    monkeypatch.setattr(show_module, "FURTHER", ("no-such-module",))
    assert "no-such-module" not in run("--help").output
