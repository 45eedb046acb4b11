"""Edit lists of the camera cuts are those of CMX 3600, frame by frame, and come back."""

from __future__ import annotations

from pathlib import Path

import pytest

from shows.interchange.edl import Cut, cuts_of, read_edl, with_cuts, write_edl
from shows.script import ScriptFile, read_script
from shows.sequencer import Show, compile_show
from tests.shows.programmes import minute, script_of
from tryon import InputError

RUN = "run_of_show:\n  - {look: gala, model: ada}\n  - {look: riviera, model: bo}\n"
FADE = "cues:\n  - {id: soft, cue: cross-fade, shot: back, model: ada, at: gala-exit, fade: 1}\n"


@pytest.fixture
def show(tmp_path: Path) -> Show:
    return compile_show(script_of(tmp_path, RUN + FADE), music=minute())


@pytest.mark.parametrize("rate", [24, 25, 30, 50])
def test_a_list_gives_back_its_cuts(show: Show, rate: int) -> None:
    cuts = cuts_of(show, rate=rate)
    assert read_edl(write_edl("Small", cuts, rate=rate), rate=rate) == cuts
    assert [c.fade for c in cuts if c.name == "soft"] == [rate]


def test_cuts_leave_no_frame_out_and_show_none_twice() -> None:
    bundled = compile_show(read_script("maison"))
    cuts = cuts_of(bundled)
    assert cuts[0].start == 0
    assert [c.end for c in cuts[:-1]] == [c.start for c in cuts[1:]]
    assert cuts[-1].end == 3750


def test_an_event_is_written_in_the_columns_of_the_format() -> None:
    lines = write_edl("small", (Cut("open", 0, 50), Cut("close", 50, 125, 25))).splitlines()
    assert lines[:2] == ["TITLE: SMALL", "FCM: NON-DROP FRAME"]
    assert (
        lines[3] == "001  CAM00001 V     C        00:00:00:00 00:00:02:00 01:00:00:00 01:00:02:00"
    )
    assert (
        lines[5] == "002  CAM00001 V     C        00:00:02:00 00:00:02:00 01:00:02:00 01:00:02:00"
    )
    assert (
        lines[6] == "002  CAM00002 V     D    025 00:00:02:00 00:00:05:00 01:00:02:00 01:00:05:00"
    )
    assert lines[7:] == ["* FROM CLIP NAME: open", "* TO CLIP NAME: close"]


def test_an_editor_s_cut_comes_back_into_the_script(show: Show, tmp_path: Path) -> None:
    cuts = list(cuts_of(show))
    k = next(k for k, cut in enumerate(cuts) if cut.name == "gala-camera-3")
    cuts[k - 1] = Cut(cuts[k - 1].name, cuts[k - 1].start, cuts[k].start + 10, cuts[k - 1].fade)
    cuts[k] = Cut(cuts[k].name, cuts[k].start + 10, cuts[k].end, cuts[k].fade)
    script = with_cuts(show.script, show, read_edl(write_edl("Small", tuple(cuts))))
    file = script_of(tmp_path, RUN)
    again = compile_show(ScriptFile(script, file.path, file.document), music=minute())
    assert cuts_of(again) == tuple(cuts)
    assert with_cuts(show.script, show, cuts_of(show)) == show.script


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("TITLE: X\n001  AX  A  C 1 2 3 4\n", "cut.edl:2: this is not an event of CMX 3600"),
        ("TITLE: X\n", "cut.edl holds no events"),
    ],
)
def test_other_lists_are_refused_with_the_line(text: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read_edl(text, name="cut.edl")


def test_a_list_ends_at_999_events() -> None:
    cuts = tuple(Cut(f"c{k}", k, k + 1) for k in range(1000))
    with pytest.raises(InputError, match="holds 999 events, long has 1000"):
        write_edl("long", cuts)
