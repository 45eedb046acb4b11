"""The state of a show that runs, as a pure fold: (state, command) → (state, cues that began).

Two times: `at_s` is the wall's, in seconds since the run began, and never stops; `show_s` is the
script's, and stops when the show is held, paused or stopped, or goes faster and slower to follow a
band. The whole run follows from its commands: after a crash they are folded again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from shows.live.cues import CueList, DeskCue, Fired
from tryon import InputError

Mode = Literal["held", "running", "paused", "panic", "stopped", "ended"]
Call = Literal[
    "go", "standby", "back", "pause", "resume", "stop", "panic", "jump", "arm", "disarm", "rate",
    "stretch", "note",
]  # fmt: skip

PANIC_S = 2.0
"""How long the fade to black takes after a panic."""
SLOWEST, FASTEST = 0.5, 2.0
"""Rates of a show; music follows like a record."""


@dataclass(frozen=True)
class Command:
    """What somebody asked of the show, and when.

    at_s: seconds of the run; cue: whom it concerns, where it concerns one; value: the rate, or the
    seconds that the rest of a stretched cue shall take; text: a note.
    """

    call: Call
    at_s: float
    cue: str = ""
    value: float = 0.0
    text: str = ""


@dataclass(frozen=True)
class RunState:
    """Where a run stands at at_s.

    standby: place in the cue list of the cue that GO fires, None behind the last; rate: seconds of the
    show per second; rate_until_s: the show time at which it becomes 1 again, None for never; panic_at_s:
    when the fade to black began.
    """

    at_s: float = 0.0
    show_s: float = 0.0
    mode: Mode = "held"
    standby: int | None = 0
    rate: float = 1.0
    rate_until_s: float | None = None
    panic_at_s: float | None = None
    disarmed: frozenset[str] = frozenset()
    notes: Mapping[str, str] = field(default_factory=dict)

    @property
    def moving(self) -> bool:
        """Whether show time passes."""
        return self.mode in ("running", "panic")

    @property
    def black(self) -> float:
        """How far the desk has faded the picture to black, 0 to 1; sound fades with it."""
        if self.mode == "stopped":
            return 1.0
        if self.panic_at_s is None:
            return 0.0
        return min(1.0, (self.at_s - self.panic_at_s) / PANIC_S)


def opening(cues: CueList) -> RunState:
    """Before the first GO: held at the beginning, the first cue standing by."""
    return RunState(standby=cues.after(0))


def advance(state: RunState, cues: CueList, at_s: float) -> tuple[RunState, tuple[Fired, ...]]:
    """Let time pass until at_s; cues begin on the way, at their exact times.

    Raises ValueError when at_s lies before the state.
    """
    if at_s < state.at_s:
        raise ValueError(f"a run cannot go back from {state.at_s} to {at_s} s")
    fired: list[Fired] = []
    while state.moving and state.at_s < at_s:
        state = _step(state, cues, at_s, fired)
    return replace(state, at_s=at_s), tuple(fired)


def _step(state: RunState, cues: CueList, at_s: float, fired: list[Fired]) -> RunState:
    """On to whatever comes first: at_s, a cue, the end of a rate, of a panic, or of the show."""
    stops = [state.show_s + (at_s - state.at_s) * state.rate, cues.duration_s]
    # Nothing begins under a fade to black: a cue may move scenery.
    standby = state.standby if state.mode == "running" else None
    following = None if standby is None else cues.cues[standby]
    if following is not None:
        stops.append(following.start_s)
    if state.rate_until_s is not None:
        stops.append(state.rate_until_s)
    if state.panic_at_s is not None:
        left_s = state.panic_at_s + PANIC_S - state.at_s
        stops.append(state.show_s + left_s * state.rate)
    to_s = max(min(stops), state.show_s)
    # The wall's own time where it is what ends the step, free of rounding.
    last = to_s == stops[0]
    then_s = at_s if last else state.at_s + (to_s - state.show_s) / state.rate
    state = replace(state, at_s=min(then_s, at_s), show_s=to_s)
    if state.panic_at_s is not None and to_s == stops[-1]:
        return replace(state, mode="stopped", panic_at_s=None)
    if state.rate_until_s is not None and to_s >= state.rate_until_s:
        state = replace(state, rate=1.0, rate_until_s=None)
    if following is not None and to_s >= following.start_s:
        if following.waits:
            return replace(state, mode="held")
        return _fire(state, cues, fired)
    if to_s >= cues.duration_s:
        return replace(state, mode="ended")
    return state


def _fire(state: RunState, cues: CueList, fired: list[Fired]) -> RunState:
    assert state.standby is not None
    fired.append(Fired(cues.cues[state.standby].id, state.at_s, state.show_s))
    return replace(state, standby=cues.after(state.standby + 1, state.disarmed))


def apply(
    state: RunState, cues: CueList, command: Command
) -> tuple[RunState, tuple[Fired, ...]]:  # fmt: skip
    """Let time pass until the command, then obey it.

    Raises InputError, with nothing changed, for a command that makes no sense now.
    """
    state, passed = advance(state, cues, command.at_s)
    fired: list[Fired] = []
    state = _OBEY[command.call](state, cues, command, fired)
    return state, (*passed, *fired)


def _go(state: RunState, cues: CueList, command: Command, fired: list[Fired]) -> RunState:
    if state.standby is None:
        raise InputError(
            "No cue stands by: the show is at its end.", remedy="Jump to a cue, then GO."
        )
    cue = cues.cues[state.standby]
    state = replace(state, mode="running", show_s=cue.start_s, panic_at_s=None)
    if state.rate_until_s is not None and cue.start_s >= state.rate_until_s:
        state = replace(state, rate=1.0, rate_until_s=None)
    return _fire(state, cues, fired)


def _standby(state: RunState, cues: CueList, command: Command, _: list[Fired]) -> RunState:
    cue = cues.cue(command.cue)
    if cue.id in state.disarmed:
        raise InputError(f"Cue {cue.id!r} is disarmed.", remedy="Arm it first.")
    if state.mode == "running" and cue.start_s < state.show_s:
        raise InputError(
            f"Cue {cue.id!r} is over while the show runs.", remedy="Pause, or jump to it."
        )
    return replace(state, standby=cues.index(cue.id))


def _back(state: RunState, cues: CueList, command: Command, _: list[Fired]) -> RunState:
    """To the head of the cue before the one that stands by; the show waits there for GO."""
    place = len(cues.cues) if state.standby is None else state.standby
    earlier = cues.before(place, state.disarmed)
    if earlier is None:
        raise InputError("This is the first cue.", remedy="GO fires it.")
    show_s = cues.cues[earlier].start_s
    return replace(_steady(state), mode="held", show_s=show_s, standby=earlier, panic_at_s=None)


def _pause(state: RunState, cues: CueList, command: Command, _: list[Fired]) -> RunState:
    if not state.moving:
        raise InputError("The show does not run.", remedy="GO starts it.")
    return replace(state, mode="paused", panic_at_s=None)


def _resume(state: RunState, cues: CueList, command: Command, _: list[Fired]) -> RunState:
    if state.mode not in ("paused", "stopped"):
        raise InputError("The show is not paused.", remedy="GO starts the cue that stands by.")
    return replace(state, mode="running")


def _stop(state: RunState, cues: CueList, command: Command, _: list[Fired]) -> RunState:
    return replace(_steady(state), mode="stopped", panic_at_s=None)


def _panic(state: RunState, cues: CueList, command: Command, _: list[Fired]) -> RunState:
    """Fade to black; a second panic cuts to black."""
    if state.mode == "panic":
        return replace(state, mode="stopped", panic_at_s=None)
    if not state.moving:
        return replace(state, mode="stopped")
    return replace(_steady(state), mode="panic", panic_at_s=state.at_s)


def _jump(state: RunState, cues: CueList, command: Command, fired: list[Fired]) -> RunState:
    """To the head of a cue: a running show goes on from there, any other waits there for GO."""
    cue = cues.cue(command.cue)
    running = state.mode == "running"
    state = replace(_steady(state), show_s=cue.start_s, panic_at_s=None)
    state = replace(state, standby=cues.after(cues.index(cue.id), state.disarmed))
    if not running:
        return replace(state, mode="held")
    if state.standby == cues.index(cue.id):
        return _fire(state, cues, fired)
    return state


def _arm(state: RunState, cues: CueList, command: Command, _: list[Fired]) -> RunState:
    cue = cues.cue(command.cue)
    return _restood(replace(state, disarmed=state.disarmed - {cue.id}), cues, cue)


def _disarm(state: RunState, cues: CueList, command: Command, _: list[Fired]) -> RunState:
    cue = cues.cue(command.cue)
    return _restood(replace(state, disarmed=state.disarmed | {cue.id}), cues, cue)


def _restood(state: RunState, cues: CueList, cue: DeskCue) -> RunState:
    """The next cue, after this one was armed or disarmed."""
    place, standby = cues.index(cue.id), state.standby
    if standby == place:
        return replace(state, standby=cues.after(place, state.disarmed))
    ahead = cue.start_s > state.show_s or (cue.start_s == state.show_s and not state.moving)
    if cue.id not in state.disarmed and ahead and (standby is None or place < standby):
        return replace(state, standby=place)
    return state


def _rate(state: RunState, cues: CueList, command: Command, _: list[Fired]) -> RunState:
    return replace(state, rate=_allowed(command.value), rate_until_s=None)


def _stretch(state: RunState, cues: CueList, command: Command, _: list[Fired]) -> RunState:
    """Let the rest of a running cue take so many seconds, then go on as scripted."""
    cue = cues.cue(command.cue)
    left_s = cue.end_s - state.show_s
    if not cue.start_s <= state.show_s < cue.end_s:
        raise InputError(f"Cue {cue.id!r} is not running.", remedy="Stretch a running cue.")
    if command.value <= 0:
        raise InputError(
            f"A cue cannot take {command.value:g} seconds.", remedy="Give seconds above 0."
        )
    return replace(state, rate=_allowed(left_s / command.value), rate_until_s=cue.end_s)


def _note(state: RunState, cues: CueList, command: Command, _: list[Fired]) -> RunState:
    cue = cues.cue(command.cue)
    return replace(state, notes={**state.notes, cue.id: command.text})


def _steady(state: RunState) -> RunState:
    return replace(state, rate=1.0, rate_until_s=None)


def _allowed(rate: float) -> float:
    if not SLOWEST <= rate <= FASTEST:
        raise InputError(
            f"The show would run at {rate:.2f} times its pace.",
            remedy=f"Stay between {SLOWEST:g} and {FASTEST:g}.",
        )
    return rate


_OBEY = {
    "go": _go,
    "standby": _standby,
    "back": _back,
    "pause": _pause,
    "resume": _resume,
    "stop": _stop,
    "panic": _panic,
    "jump": _jump,
    "arm": _arm,
    "disarm": _disarm,
    "rate": _rate,
    "stretch": _stretch,
    "note": _note,
}
