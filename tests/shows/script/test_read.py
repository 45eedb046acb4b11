"""Every way to get a script wrong is told with its line, in words for the costume room."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from shows.script import ScriptError, read_script, schema_text
from shows.script.places import Moment, Span
from shows.script.read import bundled_scripts
from tests.shows.programmes import HEAD, script_of, written

ONE = "run_of_show:\n  - {look: gala, model: ada}\n"


def test_yaml_takes_bar_and_beat_for_sixties_and_the_script_does_not(tmp_path: Path) -> None:
    assert yaml.safe_load("at: 4:1") == {"at": 241}
    cue = "cues:\n  - {cue: music, gain: 1, at: 4:1}\n  - {cue: music, gain: 1, at: 4:2.5}\n"
    script = script_of(tmp_path, cue).script
    assert [str(each.at) for each in script.cues] == ["4:1", "4:2.5"]


@pytest.mark.parametrize(
    ("body", "line", "words"),
    [
        ("cues:\n  - {cue: lihgt, lamp: key}\n", 9, r"cues\[0\]\.cue: expected one of .*found lihgt"),
        ("cues:\n  - {lamp: key}\n", 9, r"cues\[0\]\.cue: expected the kind of cue, found none"),
        ("cues:\n  - {cue: light, lamp: key, levle: 1}\n", 9, "found the unknown field levle"),
        ("cues:\n  - {cue: light, lamp: key, level: 99}\n", 9, "level: expected less than or equal to 20"),
        ("cues:\n  - {cue: light}\n", 9, "lamp: expected a field lamp, found none"),
        ("cues:\n  - {cue: card, look: Gala}\n", 9, "expected lower-case words joined by hyphens"),
        ("cues:\n  - {cue: card, look: gala, at: noonish!}\n", 9, "at: expected seconds"),
        ("cues:\n  - {cue: card, look: gala, at: 0:1}\n", 9, "counted from 1, for example 4:1"),
        ("cues:\n  - {cue: card, look: gala, duration: 3 moons}\n", 9, r"duration: expected seconds \(2.5\)"),
        ("cues:\n  - {cue: light, lamp: key, color: red}\n", 9, 'expected a colour like "#1a2b3c"'),
        ("cues:\n  - {cue: camera, move: fly}\n", 9, "move: expected cut, dolly, orbit, follow or crane"),
        ("cues:\n  - {cue: camera, roll_deg: .inf}\n", 9, "roll_deg: expected a finite number"),
        ("cues: 3\n", 8, "cues: expected a list, found 3"),
        ("cues: [3]\n", 8, "expected fields with names"),
        ("cues:\n  - {cue: walk, model: eve}\n", 9, "model: expected one of ada, bo, found eve"),
        ("cues:\n  - {id: a, cue: music, gain: 1}\n  - {id: a, cue: finale}\n", 9, "a name of its own"),
        ("run_of_show:\n  - {look: gala, model: eve}\n", 9, "expected one of ada, bo, found eve"),
        (ONE + "  - {look: gala, model: bo}\n", 9, "each look once"),
        ("run_of_show:\n  - {look: gala, model: ada, act: first}\n", 9, "one of no acts, found first"),
        ("stage: {name: a, file: b.glb}\n", 8, "either name or file, found both"),
        ("stage: {file: b.glb}\n", 8, "found no b.glb"),
        ("every: 4 bars\nevery: 2 bars\n", 9, "the field every is written twice"),
        ("every:\n", 8, "every: expected seconds .* found nothing"),
    ],
)  # fmt: skip
def test_an_error_says_where_what_and_how_to_mend_it(
    tmp_path: Path, body: str, line: int, words: str
) -> None:
    with pytest.raises(ScriptError, match=words) as caught:
        read_script(written(tmp_path, body))
    assert f"small.yaml:{line}:" in caught.value.message
    assert caught.value.remedy


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("id: small", "id: tall", "expected the file's name, small, found tall"),
        ("{name: noir}", "{}", "either name or file, found neither"),
        ("{name: noir}", "{file: song.wav}", "found no song.wav"),
        ("show.1", "show.9", "schema: expected show.1, found 'show.9'"),
        ("{en: Small, zh: 小}", "{en: Small}", "title.zh: expected a field zh, found none"),
    ],
)
def test_an_error_of_the_head_says_so_too(
    tmp_path: Path, before: str, after: str, words: str
) -> None:
    with pytest.raises(ScriptError, match=words):
        read_script(written(tmp_path, ONE, head=HEAD.replace(before, after)))


def test_misspelled_words_are_answered_with_the_nearest_one(tmp_path: Path) -> None:
    with pytest.raises(ScriptError) as caught:
        read_script(written(tmp_path, "cues:\n  - {cue: lihgt, lamp: key}\n"))
    assert caught.value.remedy == "Did you mean light?"
    with pytest.raises(ScriptError) as caught:
        read_script(written(tmp_path, "cues:\n  - {cue: music, gain: 1, duratoin: 2}\n"))
    assert caught.value.remedy == "Did you mean duration?"


def test_a_script_that_is_not_there_names_the_bundled_ones() -> None:
    with pytest.raises(ScriptError, match="There is no script gone") as caught:
        read_script("gone")
    assert "maison" in caught.value.remedy


def test_the_schema_file_is_what_the_models_say_and_takes_the_bundled_scripts() -> None:
    folder = next(iter(bundled_scripts().values())).parent
    assert (folder / "show.schema.json").read_text(encoding="utf-8") == schema_text()
    schema = json.loads(schema_text())
    for path in bundled_scripts().values():
        text = path.read_text(encoding="utf-8")
        # An editor reads YAML 1.2, where 4:1 is text.
        loader = type("Plain", (yaml.SafeLoader,), {"yaml_implicit_resolvers": {}})
        plain = yaml.load(text, loader)  # a SafeLoader without guesses
        assert set(plain) <= set(schema["properties"])
    assert set(schema["required"]) == {"schema", "id", "title", "music", "models"}


@pytest.mark.parametrize(
    "text", ["12.5", "4:1", "4:2.5", "opening.end + 2.0 beats", "opening.start - 1.5 bars"]
)
def test_a_moment_is_written_as_it_is_read(text: str) -> None:
    from shows.script.places import parse_moment

    assert str(parse_moment(text)) == text
    assert parse_moment(str(parse_moment(text))) == parse_moment(text)


def test_moments_of_cues_mean_their_start_unless_told() -> None:
    from shows.script.places import parse_moment, parse_span

    assert parse_moment("opening") == Moment(("opening", "start"))
    assert parse_moment("second-look.end") == Moment(("second-look", "end"))
    assert parse_moment(3) == Moment(3.0)
    assert parse_span("1 beat") == Span(1.0, "beats")
    for wrong in (True, None, -1, [3]):
        with pytest.raises(ValueError, match="seconds"):
            parse_moment(wrong)
        with pytest.raises(ValueError, match="seconds"):
            parse_span(wrong)
