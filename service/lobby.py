"""Who may be live on this machine, and who waits: tickets in one small file that all workers share.

A ticket is a random word; nothing about a visitor is known or written. Live and waiting tickets lapse
when nobody renews them, so a killed worker or a closed tab frees its place by itself.
"""

from __future__ import annotations

import fcntl
import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from time import monotonic

WAITING_LAPSE_S = 12.0
"""A page that waits asks every two seconds."""
UNCLAIMED_LAPSE_S = 15.0
"""An admitted page opens its link at once."""


@dataclass(frozen=True)
class Queue:
    """live: ticket → when it lapses; waiting: (ticket, when it lapses), longest waiting first."""

    live: dict[str, float]
    waiting: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True)
class Pass:
    """position: 0 when admitted, else the place in the queue, 1 for the next; ahead of whom `waiting`
    are in all."""

    ticket: str
    position: int
    waiting: int


def swept(queue: Queue, now_s: float) -> Queue:
    """Without those who have gone."""
    return Queue(
        {ticket: until for ticket, until in queue.live.items() if until > now_s},
        tuple((ticket, until) for ticket, until in queue.waiting if until > now_s),
    )


def asked(queue: Queue, ticket: str, now_s: float, *, places: int) -> tuple[Queue, Pass]:
    """A page asks to come in, or how long it still waits. Places go to those who waited longest."""
    queue = swept(queue, now_s)
    if ticket in queue.live:
        return queue, Pass(ticket, 0, len(queue.waiting))
    waiting = tuple(
        (each, now_s + WAITING_LAPSE_S if each == ticket else until)
        for each, until in queue.waiting
    )
    if ticket not in (each for each, _ in waiting):
        waiting = (*waiting, (ticket, now_s + WAITING_LAPSE_S))
    position = 1 + [each for each, _ in waiting].index(ticket)
    if position <= places - len(queue.live):
        live = {**queue.live, ticket: now_s + UNCLAIMED_LAPSE_S}
        waiting = tuple(each for each in waiting if each[0] != ticket)
        return Queue(live, waiting), Pass(ticket, 0, len(waiting))
    return replace(queue, waiting=waiting), Pass(ticket, position, len(waiting))


class Lobby:
    """The shared queue of one machine."""

    def __init__(self, folder: Path, *, places: int) -> None:
        self._path = folder / "lobby.json"
        self._places = places

    def enter(self) -> Pass:
        """A new visitor."""
        return self.ask(secrets.token_urlsafe(18))

    def ask(self, ticket: str) -> Pass:
        """Admitted, or how many are before; renews the place in the queue."""
        with self._queue() as box:
            box.queue, answer = asked(box.queue, ticket, monotonic(), places=self._places)
        return answer

    def renew(self, ticket: str, *, for_s: float) -> bool:
        """Keep a live ticket; False when it is not live (any more)."""
        with self._queue() as box:
            box.queue = swept(box.queue, monotonic())
            if ticket not in box.queue.live:
                return False
            box.queue.live[ticket] = monotonic() + for_s
        return True

    def leave(self, ticket: str) -> None:
        """Give the place to the next one."""
        with self._queue() as box:
            box.queue.live.pop(ticket, None)
            box.queue = replace(
                box.queue, waiting=tuple(w for w in box.queue.waiting if w[0] != ticket)
            )

    def counts(self) -> tuple[int, int]:
        """How many are live and how many wait."""
        with self._queue() as box:
            box.queue = swept(box.queue, monotonic())
            return len(box.queue.live), len(box.queue.waiting)

    @contextmanager
    def _queue(self) -> Iterator[_Box]:
        with self._path.open("a+", encoding="utf-8") as file:
            # Released by the kernel when the process dies.
            fcntl.flock(file, fcntl.LOCK_EX)
            file.seek(0)
            box = _Box(_read(file.read()))
            yield box
            file.seek(0)
            file.truncate()
            json.dump({"live": box.queue.live, "waiting": box.queue.waiting}, file)


@dataclass
class _Box:
    queue: Queue


def _read(text: str) -> Queue:
    if not text:
        return Queue({})
    document = json.loads(text)
    return Queue(
        dict(document["live"]), tuple((ticket, until) for ticket, until in document["waiting"])
    )
