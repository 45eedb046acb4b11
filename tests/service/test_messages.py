"""Binary messages, control messages and the mailbox between threads."""

from __future__ import annotations

import json
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

import tryon
from service.live import read_control, read_wish
from service.mailbox import Mailbox, Wish
from service.wire import (
    DROPPED,
    FrameMessage,
    ReplyMessage,
    pack_frame,
    pack_reply,
    unpack_frame,
    unpack_reply,
)


@given(
    st.integers(0, 2**32 - 1),
    st.floats(allow_nan=False, allow_infinity=False),
    st.integers(30, 95),
    st.binary(min_size=1, max_size=200),
)
def test_frames_survive_the_way(seq: int, capture_ms: float, quality: int, jpeg: bytes) -> None:
    frame = FrameMessage(seq, capture_ms, quality, jpeg)
    assert unpack_frame(pack_frame(frame)) == frame


def test_replies_survive_the_way() -> None:
    reply = ReplyMessage(7, 12.5, DROPPED, 1.5, 20.25, 3.0, 2, b"picture")
    assert unpack_reply(pack_reply(reply)) == reply


@pytest.mark.parametrize(
    "message",
    [
        b"",
        b"TO",
        b"x" * 40,
        struct.pack("<2sBBId", b"TO", 9, 80, 1, 0.0) + b"jpeg",
        struct.pack("<2sBBId", b"TO", 1, 80, 1, float("nan")) + b"jpeg",
        struct.pack("<2sBBId", b"TO", 1, 80, 1, float("inf")) + b"jpeg",
        struct.pack("<2sBBId", b"TO", 1, 80, 1, 0.0),
        b"TO" + b"\x01" * 2_000_000,
    ],
    ids=["empty", "short", "noise", "version", "nan", "infinite", "no picture", "huge"],
)
def test_what_is_no_frame_is_refused_with_a_remedy(message: bytes) -> None:
    with pytest.raises(tryon.InputError) as error:
        unpack_frame(message)
    assert error.value.remedy


def test_reply_of_another_protocol_is_refused() -> None:
    with pytest.raises(tryon.InputError, match="no reply"):
        unpack_reply(b"X" * 40)


def test_quality_that_a_page_asks_for_is_kept_within_reason() -> None:
    assert unpack_frame(pack_frame(FrameMessage(1, 0, 255, b"x"))).quality == 95
    assert unpack_frame(pack_frame(FrameMessage(1, 0, 0, b"x"))).quality == 30


@pytest.mark.parametrize(
    "text",
    ["", "no json", "[]", "{}", '{"type": 3}', "[" * 30_000, '"' + "x" * 30_000 + '"', "[" * 9000],
)
def test_control_messages_that_cannot_be_read_are_refused(text: str) -> None:
    with pytest.raises(tryon.InputError):
        read_control(text)


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"wear": "a"},
        {"wear": [1]},
        {"wear": ["a"] * 99},
        {"wear": ["a"], "variants": []},
        {"wear": ["a"], "variants": {"a": 1}},
        {"wear": ["a"], "wish": "x"},
    ],
)
def test_wishes_of_the_wrong_kind_are_refused(document: dict[str, object]) -> None:
    with pytest.raises(tryon.InputError):
        read_wish(document)


def test_variant_of_something_not_worn_is_left_out() -> None:
    text = json.dumps({"type": "wear", "wear": ["a"], "variants": {"a": "x", "b": "y"}, "wish": 3})
    assert read_wish(read_control(text)) == Wish(("a",), {"a": "x"}, 3)


class TestMailbox:
    def frame(self, seq: int) -> FrameMessage:
        return FrameMessage(seq, float(seq), 80, b"jpeg")

    def test_newest_frame_wins_and_the_overtaken_are_told_of(self) -> None:
        box = Mailbox()
        for seq in (1, 2, 3):
            box.put_frame(self.frame(seq))
        mail = box.collect(0)
        assert mail.frame is not None
        assert mail.frame[0].seq == 3
        assert [dropped.seq for dropped in mail.dropped] == [1, 2]
        assert all(dropped.jpeg == b"" for dropped in mail.dropped)

    def test_flood_does_not_grow_it(self) -> None:
        box = Mailbox()
        for seq in range(10_000):
            box.put_frame(self.frame(seq))
            box.put_notice({"type": "problem"})
        mail = box.collect(0)
        assert len(mail.dropped) + len(mail.notices) < 200
        assert mail.frame is not None
        assert mail.frame[0].seq == 9_999

    def test_everything_is_collected_once(self) -> None:
        box = Mailbox()
        box.put_frame(self.frame(1))
        box.put_wish(Wish(("a",), {}, 1))
        box.put_lens("webcam")
        box.put_forget()
        first, second = box.collect(0), box.collect(0)
        assert (first.wish, first.lens, first.forget) == (Wish(("a",), {}, 1), "webcam", True)
        assert (second.frame, second.wish, second.lens, second.forget) == (None, None, None, False)

    def test_first_reason_to_end_counts(self) -> None:
        box = Mailbox()
        box.end("left")
        box.end("lost")
        assert box.collect(0).ended == "left"
