"""Live sessions over a real WebSocket: order, newest frame, resuming, limits, bad visitors."""

from __future__ import annotations

import json
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import numpy as np
import pytest
from numpy.typing import NDArray
from simple_websocket import Client, ConnectionClosed

import tryon
from service import live
from service.wire import DROPPED, FrameMessage, ReplyMessage, pack_frame, unpack_reply
from tests.service.conftest import House, jpeg_of, picture_of


def ticket_of(house: House) -> str:
    with urlopen(Request(f"{house.url}/api/v1/tickets", method="POST"), timeout=10) as answer:
        return str(json.load(answer)["ticket"])


class Visitor:
    """A page, as far as the server can tell."""

    def __init__(self, house: House, ticket: str, **options: Any) -> None:
        self.ticket = ticket
        address = f"{house.url.replace('http', 'ws')}/live?ticket={ticket}"
        self.link = Client.connect(address, receive_bytes=65536, **options)
        # What came in one packet with the handshake would wait for the next packet otherwise.
        self.link._handle_events()
        self.notices: list[dict[str, Any]] = []
        self.seq = 0

    def tell(self, **document: Any) -> None:
        self.link.send(json.dumps(document))

    def show(self, jpeg: bytes, *, capture_ms: float | None = None) -> int:
        self.seq += 1
        when = 33.0 * self.seq if capture_ms is None else capture_ms
        self.link.send(pack_frame(FrameMessage(self.seq, when, 85, jpeg)))
        return self.seq

    def next(self) -> ReplyMessage | dict[str, Any]:
        message = self.link.receive(timeout=20)
        assert message is not None, "the server fell silent"
        if isinstance(message, bytes):
            return unpack_reply(message)
        notice: dict[str, Any] = json.loads(message)
        self.notices.append(notice)
        return notice

    def reply(self) -> ReplyMessage:
        while not isinstance(found := self.next(), ReplyMessage):
            pass
        return found

    def notice(self, kind: str) -> dict[str, Any]:
        for _ in range(200):
            found = self.next()
            if isinstance(found, dict) and found["type"] == kind:
                return found
        raise AssertionError(f"never told of {kind}")

    def wear(self, *items: str, wish: int = 1, **variants: str) -> None:
        named = {key.replace("_", "-"): value for key, value in variants.items()}
        self.tell(type="wear", wear=list(items), variants=named, wish=wish)
        self.notice("worn")

    def closed_with(self) -> int:
        try:
            while self.link.receive(timeout=20) is not None:
                pass
        except ConnectionClosed as closed:
            return int(closed.reason)
        raise AssertionError("the link stayed open")

    def leave(self) -> None:
        with suppress(ConnectionClosed, OSError):
            self.tell(type="bye")
            self.link.close(1000)


@contextmanager
def visiting(house: House, ticket: str | None = None, **options: Any) -> Iterator[Visitor]:
    visitor = Visitor(house, ticket or ticket_of(house), **options)
    try:
        yield visitor
    finally:
        visitor.leave()
        until(
            lambda: house.service.seats.held == 0 or visitor.ticket not in house.service.seats._held
        )


def until(condition: Any, timeout_s: float = 15.0) -> None:
    end = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < end, "it never came true"
        time.sleep(0.02)


@pytest.fixture(autouse=True)
def empty_house(house: House) -> Iterator[None]:
    yield
    until(lambda: house.service.lobby.counts() == (0, 0), 20)


def glasses(picture: NDArray[np.uint8], bare: NDArray[np.uint8]) -> float:
    """Share of the eye region that is covered."""
    changed = np.abs(picture.astype(int) - bare.astype(int)).max(2) > 45
    return float(changed[190:250, 280:370].mean())


def test_visitor_wears_the_item_on_the_very_frame_that_was_sent(
    house: House, camera_frame: NDArray[np.uint8]
) -> None:
    with visiting(house) as visitor:
        assert visitor.notice("welcome")["resumed"] is False
        visitor.tell(type="lens", lens="webcam")
        visitor.wear("aurelle-aviator")
        seq = visitor.show(jpeg_of(camera_frame), capture_ms=1234.5)
        reply = visitor.reply()
        assert (reply.seq, reply.capture_ms, reply.people, reply.flags) == (seq, 1234.5, 1, 0)
        assert min(reply.engine_ms, reply.encode_ms) > 0
        assert glasses(picture_of(reply.jpeg), camera_frame) > 0.3


def test_variant_is_changed_while_live(house: House, camera_frame: NDArray[np.uint8]) -> None:
    jpeg = jpeg_of(camera_frame)
    blueness = []
    with visiting(house) as visitor:
        for number, variant in enumerate(("gold-azure", "gold-sunset")):
            visitor.wear("aurelle-aviator", wish=number, aurelle_aviator=variant)
            visitor.show(jpeg)
            dressed = picture_of(visitor.reply().jpeg)[190:250, 260:390].astype(int)
            covered = np.abs(dressed - camera_frame[190:250, 260:390]).max(2) > 45
            red, _, blue = dressed[covered].mean(0)
            blueness.append(blue - red)
    assert blueness[0] > blueness[1] + 30


def test_newest_frame_wins_and_the_overtaken_are_told(
    house: House, camera_frame: NDArray[np.uint8]
) -> None:
    jpeg = jpeg_of(camera_frame)
    with visiting(house) as visitor:
        visitor.wear("aurelle-aviator")
        sent = [visitor.show(jpeg) for _ in range(30)]
        replies = [visitor.reply() for _ in sent]
        dressed = [reply.seq for reply in replies if not reply.flags & DROPPED]
        dropped = [reply.seq for reply in replies if reply.flags & DROPPED]
        assert sorted(dressed + dropped) == sent
        assert dressed[-1] == sent[-1]
        assert dropped
        assert dressed == sorted(dressed)


def test_unknown_item_is_told_and_the_mirror_goes_on(
    house: House, camera_frame: NDArray[np.uint8]
) -> None:
    with visiting(house) as visitor:
        visitor.wear("aurelle-aviator")
        visitor.tell(type="wear", wear=["../../etc/passwd"], variants={}, wish=9)
        problem = visitor.notice("problem")
        assert (problem["wish"], bool(problem["remedy"])) == (9, True)
        visitor.show(jpeg_of(camera_frame))
        assert glasses(picture_of(visitor.reply().jpeg), camera_frame) > 0.3


def test_lost_link_continues_the_session(house: House, camera_frame: NDArray[np.uint8]) -> None:
    jpeg = jpeg_of(camera_frame)
    ticket = ticket_of(house)
    first = Visitor(house, ticket)
    first.wear("aurelle-aviator")
    for _ in range(3):
        first.show(jpeg)
        first.reply()
    session = house.service.seats._held[ticket].session
    first.link.sock.shutdown(2)
    until(lambda: ticket in house.service.seats._parked)
    with visiting(house, ticket) as again:
        assert again.notice("welcome") == {
            "type": "welcome",
            "resumed": True,
            "wear": ["aurelle-aviator"],
        }
        assert house.service.seats._held[ticket].session is session
        again.show(jpeg)
        assert glasses(picture_of(again.reply().jpeg), camera_frame) > 0.3


def test_second_link_of_a_visitor_takes_over_from_the_first(
    house: House, camera_frame: NDArray[np.uint8]
) -> None:
    ticket = ticket_of(house)
    first = Visitor(house, ticket)
    first.wear("aurelle-aviator")
    with visiting(house, ticket) as second:
        assert second.notice("welcome")["resumed"] is True
        assert first.closed_with() == 4409


def test_lost_visitor_who_does_not_come_back_is_forgotten(house: House) -> None:
    ticket = ticket_of(house)
    visitor = Visitor(house, ticket)
    visitor.notice("welcome")
    visitor.link.sock.shutdown(2)
    until(lambda: ticket in house.service.seats._parked)
    until(lambda: ticket not in house.service.seats._parked, 6)
    until(lambda: not house.service.lobby.renew(ticket, for_s=0.0), 8)


def test_sessions_of_those_who_left_serve_those_who_come(
    house: House, camera_frame: NDArray[np.uint8]
) -> None:
    jpeg = jpeg_of(camera_frame)
    sessions = set()
    for _ in range(4):
        with visiting(house) as visitor:
            visitor.notice("welcome")
            visitor.show(jpeg)
            bare = visitor.reply()
            # Nothing of the visitor before is worn.
            assert glasses(picture_of(bare.jpeg), camera_frame) < 0.05
            visitor.wear("aurelle-aviator")
            sessions.add(id(house.service.seats._held[visitor.ticket].session))
        until(lambda: house.service.seats.held == 0)
    assert len(sessions) == 1


def test_two_visitors_do_not_see_each_other(house: House, camera_frame: NDArray[np.uint8]) -> None:
    jpeg = jpeg_of(camera_frame)
    with visiting(house) as one, visiting(house) as other:
        one.wear("aurelle-aviator")
        other.notice("welcome")
        one.show(jpeg)
        other.show(np_jpeg(200))
        assert glasses(picture_of(one.reply().jpeg), camera_frame) > 0.3
        theirs = other.reply()
        assert theirs.people == 0
        assert np.abs(picture_of(theirs.jpeg).astype(int) - 200).max() < 6


def np_jpeg(level: int) -> bytes:
    return jpeg_of(np.full((240, 320, 3), level, np.uint8))


def test_third_visitor_waits_in_line_and_comes_in_when_one_leaves(house: House) -> None:
    client = house.app.test_client()
    with visiting(house) as one, visiting(house) as other:
        one.notice("welcome")
        other.notice("welcome")
        waiting = client.post("/api/v1/tickets").get_json()
        assert waiting["position"] == 1
        assert Visitor(house, waiting["ticket"]).closed_with() == 4403
        one.leave()
        until(
            lambda: client.get(f"/api/v1/tickets/{waiting['ticket']}").get_json()["position"] == 0
        )
    with visiting(house, waiting["ticket"]) as third:
        third.notice("welcome")


class TestBadVisitors:
    def test_link_without_a_ticket_is_closed(self, house: House) -> None:
        for ticket in ("", "x" * 24, "../../etc/passwd"):
            visitor = Visitor(house, ticket)
            assert visitor.closed_with() == 4403

    def test_page_of_another_site_cannot_open_a_link(self, house: House) -> None:
        ticket = ticket_of(house)
        answer = house.app.test_client().get(
            f"/live?ticket={ticket}",
            headers={"Origin": "https://evil.example", "Upgrade": "websocket"},
        )
        assert (answer.status_code, answer.get_json()["field"]) == (403, "Origin")
        house.service.lobby.leave(ticket)

    @pytest.mark.parametrize("ticket", ["x", "..", "A" * 23, "A" * 25, "%00" * 24])
    def test_ticket_that_cannot_be_one(self, house: House, ticket: str) -> None:
        with pytest.raises(HTTPError) as refused:
            urlopen(f"{house.url}/api/v1/tickets/{ticket}", timeout=10)
        assert refused.value.code == 404
        refused.value.close()

    @pytest.mark.parametrize(
        "message",
        [
            b"noise",
            "no json",
            '{"type": "dance"}',
            '{"type": "wear"}',
            pack_frame(FrameMessage(1, 0.0, 80, b"no jpeg")),
            pack_frame(FrameMessage(1, 0.0, 80, b"\xff\xd8\xff\xe0\x00\x10JFIF")),
            struct.pack("<2sBBId", b"TO", 1, 80, 1, float("nan")) + b"x",
        ],
        ids=["noise", "text", "type", "wish", "no jpeg", "cut off", "nan"],
    )
    def test_broken_message_is_told_and_the_mirror_goes_on(
        self, house: House, message: bytes | str, camera_frame: NDArray[np.uint8]
    ) -> None:
        with visiting(house) as visitor:
            visitor.notice("welcome")
            visitor.link.send(message)
            assert visitor.notice("problem")["remedy"]
            seq = visitor.show(jpeg_of(camera_frame))
            while visitor.reply().seq != seq:
                pass

    def test_frame_before_anything_else_is_simply_returned(
        self, house: House, camera_frame: NDArray[np.uint8]
    ) -> None:
        with visiting(house) as visitor:
            visitor.show(jpeg_of(camera_frame))
            reply = visitor.reply()
            assert glasses(picture_of(reply.jpeg), camera_frame) < 0.05

    def test_too_large_a_frame_is_refused_before_it_is_decoded(self, house: House) -> None:
        with visiting(house) as visitor:
            visitor.show(jpeg_of(np.zeros((2000, 2000, 3), np.uint8)))
            assert "2000×2000" in visitor.notice("problem")["detail"]

    def test_huge_message_ends_the_link(self, house: House) -> None:
        visitor = Visitor(house, ticket_of(house))
        visitor.notice("welcome")
        with suppress(ConnectionClosed, OSError):
            visitor.link.send(b"TO" + bytes(4_000_000))
        assert visitor.closed_with() in (1009, 1006, 1005)

    def test_who_sends_nothing_but_noise_is_shown_the_door(self, house: House) -> None:
        visitor = Visitor(house, ticket_of(house))
        with suppress(ConnectionClosed, OSError):
            for _ in range(60):
                visitor.link.send(b"noise")
        assert visitor.closed_with() == 4400

    def test_clock_that_stands_still_or_jumps_does_not_stop_the_mirror(
        self, house: House, camera_frame: NDArray[np.uint8]
    ) -> None:
        jpeg = jpeg_of(camera_frame)
        with visiting(house) as visitor:
            visitor.wear("aurelle-aviator")
            for capture_ms in (5000.0, 5000.0, -1e300, 1e300, 0.0):
                visitor.show(jpeg, capture_ms=capture_ms)
                assert visitor.reply().people == 1

    def test_frames_of_changing_size_are_dressed(
        self, house: House, camera_frame: NDArray[np.uint8]
    ) -> None:
        with visiting(house) as visitor:
            visitor.wear("aurelle-aviator")
            for step in (1, 2, 1):
                part = np.ascontiguousarray(camera_frame[::step, ::step])
                visitor.show(jpeg_of(part))
                assert picture_of(visitor.reply().jpeg).shape == part.shape


def test_visitor_without_a_frame_for_long_is_put_to_rest(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = live.LiveLink.__init__

    def hurried(self: live.LiveLink, *args: Any, **kwargs: Any) -> None:
        real(self, *args, **kwargs)
        self._limits = live.LiveLimits(idle_timeout_s=0.3, resume_s=3.0)

    monkeypatch.setattr(live.LiveLink, "__init__", hurried)
    visitor = Visitor(house, ticket_of(house))
    assert visitor.notice("welcome")
    assert visitor.closed_with() == 4408


def test_ticket_that_lapses_sends_the_visitor_back_to_the_lobby(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "RENEW_EVERY_S", 0.1)
    visitor = Visitor(house, ticket_of(house))
    visitor.notice("welcome")
    house.service.lobby.leave(visitor.ticket)
    assert visitor.closed_with() == 4403


def test_slow_engine_does_not_cost_the_ticket(
    house: House, monkeypatch: pytest.MonkeyPatch, camera_frame: NDArray[np.uint8]
) -> None:
    """A cold engine, or a garment that must be cut, may take longer than a ticket lasts unrenewed."""
    monkeypatch.setattr(live, "RENEW_EVERY_S", 0.2)
    real = tryon.Session.step

    def slowly(self: tryon.Session, frame: tryon.Frame) -> tryon.TryonResult:
        time.sleep(4.5)
        return real(self, frame)

    monkeypatch.setattr(tryon.Session, "step", slowly)
    with visiting(house) as visitor:
        visitor.show(jpeg_of(camera_frame))
        assert visitor.reply().people == 1


def test_mistake_of_ours_ends_the_link_so_that_the_page_tries_again(
    house: House, monkeypatch: pytest.MonkeyPatch, camera_frame: NDArray[np.uint8]
) -> None:
    def broken(self: tryon.Session, frame: tryon.Frame) -> tryon.TryonResult:
        raise ZeroDivisionError

    told: list[object] = []
    monkeypatch.setattr(threading, "excepthook", told.append)
    monkeypatch.setattr(tryon.Session, "step", broken)
    visitor = Visitor(house, ticket_of(house))
    visitor.notice("welcome")
    visitor.show(jpeg_of(camera_frame))
    assert visitor.closed_with() == 1011
    until(lambda: visitor.ticket in house.service.seats._parked)
    assert len(told) == 1
    house.service.lobby.leave(visitor.ticket)
