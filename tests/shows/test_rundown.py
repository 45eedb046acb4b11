"""The desk and the film are told the same show."""

from __future__ import annotations

from pathlib import Path

from shows.clock import Interval
from shows.rundown import chapters, desk_cues
from shows.script import read_script
from shows.sequencer import compile_show
from tests.shows.programmes import minute, script_of

RUN = "run_of_show:\n  - {look: gala, model: ada}\n  - {look: riviera, model: bo, notes: Slowly}\n"


def test_the_desk_lists_every_cue_in_order_with_calls_and_notes(tmp_path: Path) -> None:
    body = RUN + (
        "ends: 50\ncues:\n  - {id: a, cue: music, gain: 1, at: 1, auto_continue: false}\n"
        "  - {id: b, cue: music, gain: 1, at: 2, title: Louder}\n"
        "  - {id: late, cue: music, gain: 0, at: 51}\n"
    )
    show = compile_show(script_of(tmp_path, body), music=minute())
    desk = desk_cues(show)
    assert [c.start_s for c in desk.cues] == sorted(c.start_s for c in desk.cues)
    assert desk.cue("b").waits
    assert desk.cue("b").title == "Louder"
    assert desk.cue("riviera-enter").notes == "Slowly"
    assert "late" not in [c.id for c in desk.cues]
    assert desk.duration_s == 50.0


def test_chapters_are_the_looks_and_leave_no_gap(tmp_path: Path) -> None:
    show = compile_show(script_of(tmp_path, RUN), music=minute())
    assert chapters(show) == (
        ("Small", Interval(0, 8)), ("gala", Interval(8, 16)), ("riviera", Interval(16, show.duration_s)),
    )  # fmt: skip
    first = compile_show(script_of(tmp_path, "opens: 0\n" + RUN), music=minute())
    assert [name for name, _ in chapters(first)] == ["gala", "riviera"]
    maison = chapters(compile_show(read_script("maison")))
    assert [span.end_s for _, span in maison[:-1]] == [span.start_s for _, span in maison[1:]]
