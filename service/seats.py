"""Live visitors of this process: their engine sessions, kept a while when the link is lost."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import tryon
from service.studio import Studio


@dataclass(eq=False)
class Seat:
    """One visitor's place. `wear` and `variants`: what they chose last; `t_ns`: the last frame's time;
    `evict`: ends the link that holds it, when another link of the same visitor takes over."""

    ticket: str
    session: tryon.Session
    wear: tuple[str, ...] = ()
    variants: Mapping[str, str] = field(default_factory=dict)
    t_ns: int = 0
    index: int = 0
    evict: Callable[[], None] | None = None
    released: threading.Event = field(default_factory=threading.Event)


class Seats:
    """Seats by ticket. A lost link parks its seat; the same ticket finds everybody tracked again."""

    def __init__(self, studio: Studio, *, resume_s: float) -> None:
        self._studio = studio
        self._resume_s = resume_s
        self._lock = threading.Lock()
        self._held: dict[str, Seat] = {}
        self._parked: dict[str, tuple[Seat, threading.Timer]] = {}

    @property
    def held(self) -> int:
        """How many links are live in this process."""
        return len(self._held)

    def take(self, ticket: str, evict: Callable[[], None]) -> tuple[Seat, bool]:
        """The seat of a ticket, and whether it was known here. A link that still holds it is ended."""
        with self._lock:
            holder = self._held.get(ticket)
        if holder is not None:
            if holder.evict is not None:
                holder.evict()
            holder.released.wait(timeout=self._resume_s)
        with self._lock:
            parked = self._parked.pop(ticket, None)
        if parked is not None:
            parked[1].cancel()
        seat = Seat(ticket, self._studio.borrow()) if parked is None else parked[0]
        seat.evict = evict
        seat.released.clear()
        with self._lock:
            self._held[ticket] = seat
        return seat, parked is not None

    def park(self, seat: Seat) -> None:
        """The link was lost: keep the seat for a while."""
        timer = threading.Timer(self._resume_s, self._lapse, (seat.ticket,))
        timer.daemon = True
        with self._lock:
            self._held.pop(seat.ticket, None)
            self._parked[seat.ticket] = (seat, timer)
        seat.released.set()
        timer.start()

    def leave(self, seat: Seat) -> None:
        """The visitor has left: forget them."""
        with self._lock:
            self._held.pop(seat.ticket, None)
        seat.released.set()
        self._studio.give_back(seat.session)

    def close(self) -> None:
        """Give back what is parked."""
        with self._lock:
            parked, self._parked = list(self._parked.values()), {}
        for seat, timer in parked:
            timer.cancel()
            self._studio.give_back(seat.session)

    def _lapse(self, ticket: str) -> None:
        with self._lock:
            parked = self._parked.pop(ticket, None)
        if parked is not None:
            self._studio.give_back(parked[0].session)
