"""Captions survive the way to WebVTT and SRT and back."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shows.interchange.captions import (
    Caption,
    captions_of,
    read_captions,
    with_captions,
    write_srt,
    write_vtt,
)
from shows.sequencer import compile_show
from tests.shows.programmes import minute, script_of
from tryon import InputError

words = st.text(
    st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=30
).filter(lambda text: "-->" not in text)
spans = st.tuples(st.integers(0, 20_000_000), st.integers(1, 60_000))
captions = st.lists(
    st.builds(
        lambda span, text: Caption(span[0] / 1000, (span[0] + span[1]) / 1000, text), spans, words
    ),
    min_size=1,
    max_size=6,
)


@given(captions)
def test_webvtt_and_srt_give_back_what_they_were_given(told: list[Caption]) -> None:
    for text in (write_vtt(told), write_srt(told)):
        back = read_captions(text)
        assert [c.text for c in back] == [c.text for c in told]
        times = [t for c in back for t in (c.start_s, c.end_s)]
        assert times == pytest.approx([t for c in told for t in (c.start_s, c.end_s)], abs=1e-6)


def test_webvtt_of_other_programs_is_read() -> None:
    text = (
        "\ufeffWEBVTT - a title\r\n\r\nSTYLE\r\n::cue { color: red }\r\n\r\nNOTE nothing\r\n\r\n"
        "intro\r\n00:01.500 --> 00:03.000 align:start\r\n<v Ada><i>Gala</i> &amp; more\r\non two lines\r\n"
    )  # fmt: skip
    assert read_captions(text) == (Caption(1.5, 3.0, "Gala & more on two lines"),)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("WEBVTT\n\nsoon --> 00:03.000\nHi\n", "songs.vtt:3: 'soon --> 00:03.000' is not a caption's time"),
        ("1\n00:00:05,000 --> 00:00:03,000\nHi\n", "songs.vtt:2: the caption ends before it begins"),
        ("nothing here", "songs.vtt holds no captions"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_told_with_its_line(text: str, message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        read_captions(text, name="songs.vtt")
    assert caught.value.remedy


RUN = "run_of_show:\n  - {look: gala, model: ada}\n"
TWO = (
    "cues:\n  - {cue: caption, at: 1, duration: 6, text: {en: Long, zh: 长}}\n"
    "  - {cue: caption, at: 2, duration: 2, text: {en: 'Short <&>', zh: 短}}\n"
)


def test_a_caption_over_another_hides_it_and_gives_way_again(tmp_path: Path) -> None:
    show = compile_show(script_of(tmp_path, "captions: false\n" + RUN + TWO), music=minute())
    assert captions_of(show, "zh") == (
        Caption(1, 2, "长"), Caption(2, 4, "短"), Caption(4, 7, "长"),
    )  # fmt: skip


def test_a_translation_comes_back_into_the_script(tmp_path: Path) -> None:
    show = compile_show(script_of(tmp_path, RUN + TWO), music=minute())
    english = captions_of(show, "en")
    chinese = tuple(Caption(c.start_s, c.end_s, f"译{c.text}") for c in english)
    script = with_captions(show.script, read_captions(write_vtt(english)), chinese)
    file = script_of(tmp_path, RUN)
    again = compile_show(type(file)(script, file.path, file.document), music=minute())
    assert captions_of(again, "zh") == chinese
    assert captions_of(again, "en") == english
    with pytest.raises(InputError, match="captions do not match"):
        with_captions(show.script, english[:1], chinese)
    assert with_captions(show.script, english, ()).cues[-1].text.zh == english[-1].text
