"""A run is a pure fold of its commands: what began when is exact, whoever asks and however often."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shows.live.cues import CueList, DeskCue
from shows.live.running import PANIC_S, Command, RunState, advance, apply, opening
from tryon import InputError

CUES = CueList.of(
    [
        DeskCue("opening", "light", 0.0, 4.0),
        DeskCue("first", "enter", 4.0, 20.0),
        DeskCue("close", "camera", 4.0, 4.0),
        DeskCue("second", "enter", 12.0, 30.0, waits=True),
        DeskCue("finale", "finale", 30.0, 40.0),
    ],
    duration_s=40.0,
)


def run(
    *commands: Command, until_s: float | None = None
) -> tuple[RunState, list[tuple[str, float]]]:
    """The state after commands, and (cue, when) of all that began."""
    state, fired = opening(CUES), []
    for command in commands:
        state, new = apply(state, CUES, command)
        fired += new
    if until_s is not None:
        state, new = advance(state, CUES, until_s)
        fired += new
    return state, [(each.cue, each.at_s) for each in fired]


def test_nothing_moves_before_the_first_go() -> None:
    state, fired = run(until_s=100.0)
    assert (state.mode, state.show_s, fired) == ("held", 0.0, [])


def test_cues_begin_at_their_own_times_and_a_waiting_one_holds_the_show() -> None:
    state, fired = run(Command("go", 10.0), until_s=60.0)
    assert fired == [("opening", 10.0), ("first", 14.0), ("close", 14.0)]
    assert (state.mode, state.show_s) == ("held", 12.0)
    assert state.standby == CUES.index("second")


def test_go_lets_the_waiting_cue_begin_and_the_show_ends_by_itself() -> None:
    state, fired = run(Command("go", 0.0), Command("go", 50.0), until_s=100.0)
    assert fired[3:] == [("second", 50.0), ("finale", 68.0)]
    assert (state.mode, state.show_s, state.standby) == ("ended", 40.0, None)


def test_go_in_a_running_show_fires_the_next_cue_early() -> None:
    state, fired = run(Command("go", 0.0), Command("go", 1.0))
    assert fired == [("opening", 0.0), ("first", 1.0)]
    assert state.show_s == 4.0


def test_a_pause_stops_show_time_and_resume_goes_on() -> None:
    state, fired = run(
        Command("go", 0.0), Command("pause", 2.0), Command("resume", 7.0), until_s=9.5
    )
    assert state.show_s == pytest.approx(4.5)
    assert fired == [("opening", 0.0), ("first", 9.0), ("close", 9.0)]


def test_a_panic_fades_to_black_and_begins_nothing_on_the_way() -> None:
    """The trap: a cue that falls into the fade would still move scenery."""
    state, fired = run(Command("go", 0.0), Command("panic", 3.0), until_s=4.0)
    assert (state.mode, state.black) == ("panic", pytest.approx(0.5))
    state, more = advance(state, CUES, 3.0 + PANIC_S + 1.0)
    assert (state.mode, state.black, more) == ("stopped", 1.0, ())
    assert [cue for cue, _ in fired] == ["opening"]
    state, new = apply(state, CUES, Command("go", 10.0))
    assert [each.cue for each in new] == ["first"]
    assert (state.mode, state.black) == ("running", 0.0)


def test_a_second_panic_cuts_to_black() -> None:
    state, _ = run(Command("go", 0.0), Command("panic", 3.0), Command("panic", 3.1))
    assert (state.mode, state.black) == ("stopped", 1.0)


def test_panic_and_stop_in_a_pause_are_black_at_once() -> None:
    for call in ("panic", "stop"):
        state, _ = run(Command("go", 0.0), Command("pause", 1.0), Command(call, 2.0))  # type: ignore[arg-type]
        assert (state.mode, state.black) == ("stopped", 1.0)


def test_back_goes_to_the_head_of_the_cue_before_and_waits() -> None:
    state, _ = run(Command("go", 0.0), Command("back", 5.0), until_s=50.0)
    assert (state.mode, state.show_s) == ("held", 4.0)
    assert CUES.cues[state.standby or 0].id == "close"


def test_a_disarmed_cue_neither_begins_nor_holds() -> None:
    state, fired = run(Command("disarm", 0.0, "second"), Command("go", 0.0), until_s=31.0)
    assert "second" not in [cue for cue, _ in fired]
    assert state.mode == "running"
    with pytest.raises(InputError, match="disarmed"):
        apply(state, CUES, Command("standby", 32.0, "second"))


def test_arming_again_in_time_lets_the_cue_hold() -> None:
    state, _ = run(
        Command("disarm", 0.0, "second"), Command("go", 0.0), Command("arm", 8.0, "second"),
        until_s=20.0,
    )  # fmt: skip
    assert (state.mode, state.show_s) == ("held", 12.0)


def test_disarming_the_cue_that_stands_by_puts_the_next_in_its_place() -> None:
    state, _ = run(Command("disarm", 0.0, "opening"))
    assert state.standby == CUES.index("first")
    state, _ = run(Command("disarm", 0.0, "opening"), Command("arm", 1.0, "opening"))
    assert state.standby == CUES.index("opening")


def test_a_stretched_walk_ends_when_the_band_does() -> None:
    state, _ = run(
        Command("disarm", 0.0, "second"), Command("go", 0.0),
        Command("stretch", 10.0, "first", value=12.5), until_s=22.5,
    )  # fmt: skip
    assert state.show_s == pytest.approx(20.0)
    state, _ = advance(state, CUES, 23.5)
    assert (state.rate, state.show_s) == (1.0, pytest.approx(21.0))


def test_a_jump_in_a_running_show_goes_on_from_there() -> None:
    state, fired = run(Command("go", 0.0), Command("jump", 1.0, "finale"), until_s=2.0)
    assert fired[-1] == ("finale", 1.0)
    assert state.show_s == pytest.approx(31.0)


def test_a_jump_in_a_held_show_waits_there() -> None:
    state, fired = run(Command("jump", 1.0, "second"), until_s=9.0)
    assert (state.mode, state.show_s, fired) == ("held", 12.0, [])


def test_notes_are_kept_with_their_cue() -> None:
    state, _ = run(Command("note", 0.0, "first", text="left shoe is tight"))
    assert state.notes == {"first": "left shoe is tight"}


@pytest.mark.parametrize(
    ("commands", "told"),
    [
        ([Command("pause", 0.0)], "does not run"),
        ([Command("resume", 0.0)], "not paused"),
        ([Command("back", 0.0)], "first cue"),
        ([Command("jump", 0.0, "finalle")], "no cue 'finalle'.* finale"),
        ([Command("stretch", 0.0, "first", value=3.0)], "not running"),
        ([Command("go", 0.0), Command("stretch", 1.0, "opening", value=0.0)], "0 seconds"),
        ([Command("go", 0.0), Command("stretch", 1.0, "opening", value=0.1)], "times its pace"),
        ([Command("rate", 0.0, value=3.0)], "times its pace"),
        ([Command("go", 0.0), Command("standby", 5.0, "opening")], "is over"),
        ([Command("jump", 0.0, "finale"), Command("go", 1.0), Command("go", 2.0)], "No cue stands"),
    ],
)
def test_commands_without_sense_are_refused_with_a_remedy(
    commands: list[Command], told: str
) -> None:
    with pytest.raises(InputError, match=told) as refused:
        run(*commands)
    assert refused.value.remedy


def test_time_never_goes_back() -> None:
    state, _ = run(until_s=5.0)
    with pytest.raises(ValueError, match="cannot go back"):
        advance(state, CUES, 4.0)


@given(times=st.lists(st.floats(0.0, 60.0), min_size=1, max_size=8), rate=st.floats(0.5, 2.0))
def test_what_begins_when_does_not_depend_on_how_often_it_is_asked(
    times: list[float], rate: float
) -> None:
    start = [Command("rate", 0.0, value=rate), Command("disarm", 0.0, "second"), Command("go", 0.0)]
    once, told_once = run(*start, until_s=60.0)
    state, told = run(*start)
    for earlier, at_s in pairwise([0.0, *sorted(times), 60.0]):
        assert earlier <= at_s
        state, new = advance(state, CUES, at_s)
        told += [(each.cue, each.at_s) for each in new]
    assert [cue for cue, _ in told] == [cue for cue, _ in told_once]
    assert [at for _, at in told] == pytest.approx([at for _, at in told_once], abs=1e-9)
    assert (state.mode, state.show_s) == (once.mode, pytest.approx(once.show_s))
