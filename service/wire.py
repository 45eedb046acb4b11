"""The binary messages of a live session: a small header before each JPEG, little-endian.

Both sides count frames with `seq`. The visitor's clock travels with each frame and back, so that the
page can tell how long the way through camera, link, engine and link took.
"""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass

import tryon

MAGIC = b"TO"
VERSION = 1
_FRAME = struct.Struct("<2sBBId")
_REPLY = struct.Struct("<2sBBIdfffHH")
MOST_BYTES = 1_500_000
"""A frame message may not be larger."""

DROPPED = 1
"""Flag: a newer frame came first, so this one was not dressed; no picture follows."""
WAITING = 2
"""Flag: what was chosen is still being made; the picture shows what was worn before."""


@dataclass(frozen=True)
class FrameMessage:
    """quality: JPEG quality that the page wants back; capture_ms: on the page's clock."""

    seq: int
    capture_ms: float
    quality: int
    jpeg: bytes


@dataclass(frozen=True)
class ReplyMessage:
    """waited_ms: in the server before the engine; engine_ms, encode_ms: work; people: how many."""

    seq: int
    capture_ms: float
    flags: int
    waited_ms: float = 0.0
    engine_ms: float = 0.0
    encode_ms: float = 0.0
    people: int = 0
    jpeg: bytes = b""


def unpack_frame(message: bytes) -> FrameMessage:
    """Raises InputError for what is no frame of this protocol."""
    if len(message) <= _FRAME.size or len(message) > MOST_BYTES:
        raise tryon.InputError(
            f"A frame message has {len(message)} bytes.",
            remedy=f"Send the header and a JPEG, together at most {MOST_BYTES} bytes.",
        )
    magic, version, quality, seq, capture_ms = _FRAME.unpack_from(message)
    if magic != MAGIC or version != VERSION or not math.isfinite(capture_ms):
        raise tryon.InputError(
            "A binary message is no frame of protocol 1.", remedy="Reload the page."
        )
    return FrameMessage(seq, capture_ms, max(30, min(quality, 95)), message[_FRAME.size :])


def pack_frame(frame: FrameMessage) -> bytes:
    """What a page sends."""
    return _FRAME.pack(MAGIC, VERSION, frame.quality, frame.seq, frame.capture_ms) + frame.jpeg


def pack_reply(reply: ReplyMessage) -> bytes:
    """What the server sends back."""
    head = _REPLY.pack(
        MAGIC,
        VERSION,
        reply.flags,
        reply.seq,
        reply.capture_ms,
        reply.waited_ms,
        reply.engine_ms,
        reply.encode_ms,
        min(reply.people, 65535),
        0,
    )
    return head + reply.jpeg


def unpack_reply(message: bytes) -> ReplyMessage:
    """The inverse of `pack_reply`, for load tests and scripts."""
    magic, version, flags, seq, capture_ms, waited, engine, encode, people, _ = _REPLY.unpack_from(
        message
    )
    if magic != MAGIC or version != VERSION:
        raise tryon.InputError("A binary message is no reply of protocol 1.", remedy="Update both.")
    return ReplyMessage(
        seq, capture_ms, flags, waited, engine, encode, people, jpeg=message[_REPLY.size :]
    )
