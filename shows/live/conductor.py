"""Holds a run against the clock: takes commands, tells what began, writes the journal."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from time import time

from shows.live.cues import CueList, Fired
from shows.live.journal import Journal, Past
from shows.live.running import Call, Command, RunState, advance, apply, opening

PULSE_S = 0.5
"""How often the journal is told that the show is well: a crash loses at most this much of the run."""

Listener = Callable[[Fired], None]


class Conductor:
    """A run of a show, for several threads.

    clock: seconds that only grow and that go on while the process is dead (the wall's, so that the
    journal knows how long nothing was shown); journal: where to write, None to forget; past: what an
    earlier process left, to go on from there.
    """

    def __init__(
        self,
        cues: CueList,
        *,
        journal: Journal | None = None,
        past: Past | None = None,
        clock: Callable[[], float] = time,
        lost_s: float = 0.0,
    ) -> None:
        self.cues = cues
        self.resumptions = 0
        self._journal = journal
        self._clock = clock
        self._lock = threading.RLock()
        self._listeners: list[Listener] = []
        self._pulse_s = -PULSE_S
        self._state = opening(cues)
        if past is not None:
            self._state = replace(past.state, at_s=past.state.at_s + lost_s)
            self.resumptions = past.resumptions + 1
            self._pulse_s = self._state.at_s
            if journal is not None:
                journal.resumed(self._state.at_s, lost_s=lost_s)
        self._began_s = clock() - self._state.at_s

    def listen(self, listener: Listener) -> None:
        """Tell somebody of every cue that begins, in the thread that found it."""
        with self._lock:
            self._listeners.append(listener)

    def state(self) -> RunState:
        """Where the run stands now; cues that began on the way are told and written down."""
        with self._lock:
            state, fired = advance(self._state, self.cues, self._now_s())
            self._take(state, fired)
            if self._journal is not None and state.at_s - self._pulse_s >= PULSE_S:
                self._pulse_s = state.at_s
                self._journal.pulse(state)
            return state

    def call(self, call: Call, cue: str = "", *, value: float = 0.0, text: str = "") -> RunState:
        """Obey a command now. Raises InputError, with nothing changed, when it makes no sense."""
        with self._lock:
            command = Command(call, self._now_s(), cue, value, text)
            state, fired = apply(self._state, self.cues, command)
            if self._journal is not None:
                self._journal.command(command)
            self._take(state, fired)
            return state

    def close(self) -> None:
        """End the run on purpose: its journal is not taken up again."""
        with self._lock:
            if self._journal is not None:
                self._journal.close(self._now_s())

    def _now_s(self) -> float:
        # A clock that was set back must not turn the run around.
        return max(self._clock() - self._began_s, self._state.at_s)

    def _take(self, state: RunState, fired: tuple[Fired, ...]) -> None:
        self._state = state
        for each in fired:
            if self._journal is not None:
                self._journal.fired(each)
            for listener in self._listeners:
                listener(each)
