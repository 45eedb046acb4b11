"""Who may be live: places go to those who waited longest, and come back from those who are gone."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from service.lobby import WAITING_LAPSE_S, Lobby, Queue, asked, swept


def test_first_visitors_are_admitted_and_the_next_one_waits_with_a_position(tmp_path: Path) -> None:
    lobby = Lobby(tmp_path, places=2)
    assert [lobby.enter().position for _ in range(4)] == [0, 0, 1, 2]
    assert lobby.counts() == (2, 2)


def test_place_of_one_who_leaves_goes_to_who_waited_longest(tmp_path: Path) -> None:
    lobby = Lobby(tmp_path, places=1)
    live, first, second = (lobby.enter() for _ in range(3))
    lobby.leave(live.ticket)
    assert lobby.ask(second.ticket).position == 2
    assert lobby.ask(first.ticket).position == 0
    assert lobby.ask(second.ticket).position == 1


def test_two_workers_share_one_queue(tmp_path: Path) -> None:
    here, there = Lobby(tmp_path, places=1), Lobby(tmp_path, places=1)
    ticket = here.enter().ticket
    assert there.enter().position == 1
    assert there.renew(ticket, for_s=5)
    there.leave(ticket)
    assert not here.renew(ticket, for_s=5)


def test_ticket_of_a_killed_worker_lapses() -> None:
    queue, entry = asked(Queue({}), "a", 0.0, places=1)
    assert entry.position == 0
    queue, _ = asked(queue, "b", 1.0, places=1)
    assert asked(queue, "b", 10.0, places=1)[1].position == 1
    queue, _ = asked(queue, "b", 10.0, places=1)
    assert asked(queue, "b", 20.0, places=1)[1].position == 0


def test_who_waits_and_closes_the_page_makes_room_for_the_next() -> None:
    queue = Queue({"live": 1000.0}, (("gone", WAITING_LAPSE_S), ("here", 2 * WAITING_LAPSE_S)))
    _, entry = asked(queue, "here", WAITING_LAPSE_S + 1, places=1)
    assert (entry.position, entry.waiting) == (1, 1)


def test_asking_twice_keeps_one_place() -> None:
    queue, _ = asked(Queue({"live": 100.0}), "a", 0.0, places=1)
    again, entry = asked(queue, "a", 1.0, places=1)
    assert (entry.position, len(again.waiting)) == (1, 1)


@given(
    st.lists(st.tuples(st.sampled_from("abcdefgh"), st.floats(0, 5)), max_size=40),
    st.integers(1, 4),
)
def test_never_more_are_live_than_there_are_places(
    asks: list[tuple[str, float]], places: int
) -> None:
    queue, now_s = Queue({}), 0.0
    for ticket, pause_s in asks:
        now_s += pause_s
        queue, entry = asked(queue, ticket, now_s, places=places)
        assert len(queue.live) <= places
        assert (entry.position == 0) == (ticket in queue.live)
        assert set(queue.live).isdisjoint(each for each, _ in queue.waiting)


def test_sweeping_drops_only_the_lapsed() -> None:
    queue = Queue({"a": 1.0, "b": 3.0}, (("c", 1.0), ("d", 3.0)))
    assert swept(queue, 2.0) == Queue({"b": 3.0}, (("d", 3.0),))
