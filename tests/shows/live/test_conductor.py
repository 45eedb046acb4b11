"""The conductor keeps the journal, and a journal brings a run back."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest

from shows.live.conductor import PULSE_S, Conductor
from shows.live.cues import CueList, DeskCue, Fired
from shows.live.journal import Journal, entries, past
from tryon import InputError, OutputError

CUES = CueList.of(
    [DeskCue("a", "light", 0.0, 5.0), DeskCue("b", "enter", 5.0, 20.0)], duration_s=20.0
)


class Clock:
    def __init__(self) -> None:
        self.now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


def journal(path: Path, fingerprint: str = "f") -> Journal:
    return Journal(path, fingerprint=fingerprint, began="2026-01-01T20:00:00+00:00")


def test_listeners_hear_each_cue_once() -> None:
    clock, heard = Clock(), list[Fired]()
    conductor = Conductor(CUES, clock=clock)
    conductor.listen(heard.append)
    conductor.call("go")
    clock.now_s += 6.25
    assert conductor.state().show_s == 6.25
    conductor.state()
    assert [(each.cue, each.at_s) for each in heard] == [("a", 0.0), ("b", 5.0)]


def test_a_refused_command_changes_nothing_and_is_not_written(tmp_path: Path) -> None:
    with journal(tmp_path / "j") as kept:
        conductor = Conductor(CUES, journal=kept, clock=Clock())
        with pytest.raises(InputError):
            conductor.call("jump", "nowhere")
        assert conductor.state().mode == "held"
    assert not [e for e in entries(tmp_path / "j") if "command" in e]


def test_the_journal_says_to_the_bit_what_began_when(tmp_path: Path) -> None:
    clock = Clock()
    with journal(tmp_path / "j") as kept:
        conductor = Conductor(CUES, journal=kept, clock=clock)
        clock.now_s += 0.1
        conductor.call("go")
        clock.now_s += 7.3
        conductor.state()
    fired = [e["fired"] for e in entries(tmp_path / "j") if "fired" in e]
    began_s = 1000.1 - 1000.0
    assert [(f["cue"], f["at_s"], f["show_s"]) for f in fired] == [
        ("a", began_s, 0.0),
        ("b", began_s + 5.0, 5.0),
    ]


def test_a_run_that_died_goes_on_at_the_cue_where_it_was(tmp_path: Path) -> None:
    clock = Clock()
    with journal(tmp_path / "j") as kept:
        conductor = Conductor(CUES, journal=kept, clock=clock)
        conductor.call("note", "b", text="mind the train")
        conductor.call("go")
        for _ in range(16):
            clock.now_s += PULSE_S
            conductor.state()
    found = past(tmp_path / "j", CUES, fingerprint="f")
    assert not found.closed
    clock.now_s += 3.0
    with journal(tmp_path / "j") as kept:
        again = Conductor(CUES, journal=kept, past=found, clock=clock, lost_s=3.0)
        state = again.state()
        assert (state.mode, state.show_s) == ("running", pytest.approx(8.0))
        assert state.notes == {"b": "mind the train"}
        assert CUES.begun(state.show_s) == CUES.cue("b")
        clock.now_s += 1.0
        assert again.state().show_s == pytest.approx(9.0)
        assert again.resumptions == 1
    twice = past(tmp_path / "j", CUES, fingerprint="f")
    assert twice.resumptions == 1
    assert twice.state.show_s == pytest.approx(9.0)


def test_a_line_that_the_crash_cut_off_is_passed_over(tmp_path: Path) -> None:
    path, clock = tmp_path / "j", Clock()
    with journal(path) as kept:
        Conductor(CUES, journal=kept, clock=clock).call("go")
    path.write_text(path.read_text() + '{"at_s": 3.0, "pul')
    assert past(path, CUES, fingerprint="f").state.mode == "running"
    with journal(path) as kept:
        kept.resumed(4.0, lost_s=1.0)
    assert list(entries(path))[-1] == {"at_s": 4.0, "resumed": 1.0}


def test_a_run_that_was_ended_on_purpose_is_known(tmp_path: Path) -> None:
    with journal(tmp_path / "j") as kept:
        conductor = Conductor(CUES, journal=kept, clock=Clock())
        conductor.call("go")
        conductor.close()
        conductor.close()
    assert past(tmp_path / "j", CUES, fingerprint="f").closed


def test_a_journal_of_another_show_is_refused(tmp_path: Path) -> None:
    with journal(tmp_path / "j"):
        pass
    with pytest.raises(InputError, match="another show"):
        past(tmp_path / "j", CUES, fingerprint="g")


@pytest.mark.parametrize("content", ["", "[]\n", json.dumps({"journal": 99}) + "\n", "nonsense\n"])
def test_what_is_no_journal_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "j"
    path.write_text(content)
    if content:
        with pytest.raises(InputError, match="not the journal"):
            past(path, CUES, fingerprint="f")
    else:
        assert past(path, CUES, fingerprint="f").state.mode == "held"


def test_a_missing_or_unwritable_journal_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        past(tmp_path / "none", CUES, fingerprint="f")
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="cannot be written"):
        journal(tmp_path / "file" / "j")


def test_a_clock_that_is_set_back_does_not_turn_the_show_around() -> None:
    clock = Clock()
    conductor = Conductor(CUES, clock=clock)
    conductor.call("go")
    clock.now_s += 3.0
    assert conductor.state().show_s == 3.0
    clock.now_s -= 2.0
    assert conductor.state().show_s == 3.0


def test_commands_from_many_threads_are_obeyed_one_by_one(tmp_path: Path) -> None:
    with journal(tmp_path / "j") as kept:
        conductor = Conductor(CUES, journal=kept)
        threads = [
            threading.Thread(target=conductor.call, args=("note", "a"), kwargs={"text": str(n)})
            for n in range(16)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    notes = [e["command"]["text"] for e in entries(tmp_path / "j") if "command" in e]
    assert sorted(notes, key=int) == [str(n) for n in range(16)]
