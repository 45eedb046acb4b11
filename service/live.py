"""One live visitor: camera frames in, dressed frames out, over a WebSocket."""

from __future__ import annotations

import json
import socket
import struct
import threading
from concurrent.futures import Future
from dataclasses import dataclass
from time import monotonic, perf_counter
from typing import Any, Protocol

from simple_websocket import ConnectionClosed

import tryon
from service import metrics
from service.frames import decode_frame, encode_jpeg
from service.mailbox import Mail, Mailbox, Wish
from service.seats import Seat
from service.wire import (
    DROPPED,
    WAITING,
    FrameMessage,
    ReplyMessage,
    pack_reply,
    unpack_frame,
)

RENEW_EVERY_S = 2.0
SEND_TIMEOUT_S = 10
MOST_TEXT = 20_000
MOST_WORN = 16
MOST_ERRORS = 20
"""A visitor who sends so many broken messages in one session is shown the door."""

NORMAL, GONE_AWAY, PROTOCOL, IDLE, REPLACED, NO_TICKET = 1000, 1001, 4400, 4408, 4409, 4403


class Link(Protocol):
    """What is needed of a WebSocket."""

    sock: socket.socket

    def send(self, data: bytes | str) -> None: ...
    def receive(self, timeout: float | None = None) -> bytes | str | None: ...
    def close(self, reason: int | None = None, message: str | None = None) -> None: ...


class Renewal(Protocol):
    """Keeps a ticket live; False when it has lapsed."""

    def renew(self, ticket: str, *, for_s: float) -> bool: ...


@dataclass(frozen=True)
class LiveLimits:
    """idle_timeout_s: without a frame; resume_s: a ticket is kept so long after the last renewal."""

    idle_timeout_s: float
    resume_s: float


class LiveLink:
    """Runs one link until it ends: `run` reads on the calling thread, another one dresses and sends.

    Only the dressing thread sends, so messages never mix; a link that does not take a message within
    ten seconds is lost.
    """

    def __init__(
        self,
        link: Link,
        seat: Seat,
        lobby: Renewal,
        limits: LiveLimits,
        *,
        outfits: Outfits,
    ) -> None:
        self._link = link
        self._seat = seat
        self._lobby = lobby
        self._limits = limits
        self._outfits = outfits
        self._mailbox = Mailbox()
        self._making: tuple[Wish, Future[tryon.Outfit]] | None = None
        self._webcam = True
        self._errors = 0
        # A page that stops taking data would otherwise hold the thread for ever.
        timeout = struct.pack("ll", SEND_TIMEOUT_S, 0)
        link.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, timeout)
        link.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def evict(self) -> None:
        """The same visitor has come back on another link."""
        self._mailbox.end("replaced")

    def run(self, *, resumed: bool) -> str:
        """Serve until the end; why it ended: "left", "lost", "idle", "replaced", "refused" or "lapsed"."""
        ended: list[str] = []
        worker = threading.Thread(
            target=lambda: ended.append(self._dress(resumed=resumed)), name="service-live"
        )
        worker.start()
        renewed_s = monotonic()
        try:
            while worker.is_alive():
                message = self._link.receive(timeout=0.5)
                if message is not None:
                    self._take(message)
                # Here, because dressing may take long: a garment's first time, a cold engine.
                if monotonic() - renewed_s > RENEW_EVERY_S:
                    renewed_s = monotonic()
                    if not self._lobby.renew(self._seat.ticket, for_s=self._limits.resume_s):
                        self._mailbox.end("lapsed")
        except ConnectionClosed as closed:
            left = closed.reason in (NORMAL, GONE_AWAY)
            self._mailbox.end("left" if left else "lost")
        finally:
            self._mailbox.end("lost")
            worker.join()
        return ended[0] if ended else "lost"

    def _take(self, message: bytes | str) -> None:
        """Put a message where it belongs. What cannot be read is told and, when it goes on, ends it."""
        try:
            if isinstance(message, bytes):
                self._mailbox.put_frame(unpack_frame(message))
            else:
                self._control(message)
        except tryon.TryonError as error:
            self._errors += 1
            metrics.ERRORS.labels("message").inc()
            if self._errors > MOST_ERRORS:
                self._mailbox.end("refused")
            else:
                self._mailbox.put_notice(problem_notice(error))

    def _control(self, text: str) -> None:
        document = read_control(text)
        match document["type"]:
            case "wear":
                self._mailbox.put_wish(read_wish(document))
            case "lens":
                self._mailbox.put_lens("webcam" if document.get("lens") == "webcam" else "unknown")
            case "forget":
                self._mailbox.put_forget()
            case "bye":
                self._mailbox.end("left")
            case other:
                raise tryon.InputError(
                    f"A message of the unknown type {str(other)[:40]!r}.",
                    remedy="Send wear, lens, forget or bye.",
                )

    def _dress(self, *, resumed: bool) -> str:
        """The loop of the dressing thread."""
        try:
            self._tell({"type": "welcome", "resumed": resumed, "wear": list(self._seat.wear)})
            return self._serve()
        except (ConnectionClosed, OSError):
            return "lost"
        except Exception:
            # A bug of ours must not leave the visitor before a frozen picture.
            metrics.ERRORS.labels("live").inc()
            self._say_goodbye(1011, "internal error")
            raise

    def _serve(self) -> str:
        last_frame_s = monotonic()
        while True:
            mail = self._mailbox.collect(0.5)
            now = monotonic()
            if mail.ended is not None:
                return self._end(mail.ended)
            if mail.frame is not None:
                last_frame_s = now
            elif now - last_frame_s > self._limits.idle_timeout_s:
                return self._end("idle")
            self._handle(mail)

    def _handle(self, mail: Mail) -> None:
        for notice in mail.notices:
            self._tell(notice)
        if mail.lens is not None:
            self._webcam = mail.lens == "webcam"
        if mail.forget:
            self._seat.session.forget()
        if mail.wish is not None:
            self._making = (mail.wish, self._outfits(mail.wish.wear, mail.wish.variants))
        self._change()
        for frame in mail.dropped:
            metrics.DROPPED.inc()
            self._link.send(pack_reply(ReplyMessage(frame.seq, frame.capture_ms, DROPPED)))
        if mail.frame is not None:
            self._answer(*mail.frame)

    def _change(self) -> None:
        """Put on what was chosen as soon as it is there."""
        if self._making is None or not self._making[1].done():
            return
        (wish, future), self._making = self._making, None
        try:
            self._seat.session.wear(future.result())
        except tryon.TryonError as error:
            self._tell({**problem_notice(error), "wish": wish.number})
            return
        self._seat.wear, self._seat.variants = wish.wear, wish.variants
        self._tell({"type": "worn", "wish": wish.number, "wear": list(wish.wear)})

    def _answer(self, frame: FrameMessage, arrived_s: float) -> None:
        """Dress one frame and send it back."""
        waited_ms = 1000 * (perf_counter() - arrived_s)
        start = perf_counter()
        try:
            rgb = decode_frame(frame.jpeg)
        except tryon.TryonError as error:
            self._errors += 1
            metrics.ERRORS.labels("picture").inc()
            if self._errors > MOST_ERRORS:
                self._mailbox.end("refused")
            self._tell(problem_notice(error))
            self._link.send(pack_reply(ReplyMessage(frame.seq, frame.capture_ms, DROPPED)))
            return
        result = self._step(rgb, frame.capture_ms)
        engine_ms = 1000 * (perf_counter() - start)
        start = perf_counter()
        jpeg = encode_jpeg(result.image, frame.quality)
        encode_ms = 1000 * (perf_counter() - start)
        flags = WAITING if self._making is not None else 0
        reply = ReplyMessage(
            frame.seq, frame.capture_ms, flags, waited_ms, engine_ms, encode_ms, len(result.people),
            jpeg,
        )  # fmt: skip
        self._link.send(pack_reply(reply))
        metrics.dressed(result.stages_ms, waited_ms=waited_ms, encode_ms=encode_ms)

    def _step(self, rgb: Any, capture_ms: float) -> tryon.TryonResult:
        seat = self._seat
        # A page's clock may be anything; the engine's goes on.
        seat.t_ns = max(seat.t_ns + 1_000_000, int(min(max(capture_ms, 0), 1e12) * 1e6))
        seat.index += 1
        size_wh = (rgb.shape[1], rgb.shape[0])
        camera = tryon.PinholeCamera.default(size_wh, webcam=self._webcam)
        return seat.session.step(tryon.Frame(rgb, seat.t_ns, seat.index, camera))

    def _end(self, why: str) -> str:
        code, message = {
            "idle": (IDLE, "idle"),
            "replaced": (REPLACED, "replaced"),
            "refused": (PROTOCOL, "refused"),
            "lapsed": (NO_TICKET, "the ticket has lapsed"),
        }.get(why, (NORMAL, ""))
        if why not in ("lost",):
            self._say_goodbye(code, message)
        return why

    def _say_goodbye(self, code: int, message: str) -> None:
        try:
            self._link.close(code, message)
        except (ConnectionClosed, OSError):
            return

    def _tell(self, notice: dict[str, object]) -> None:
        self._link.send(json.dumps(notice, ensure_ascii=False))


class Outfits(Protocol):
    """Loads what is worn, beside the frame loop."""

    def __call__(self, wear: tuple[str, ...], variants: dict[str, str]) -> Future[tryon.Outfit]: ...


def problem_notice(error: tryon.TryonError) -> dict[str, object]:
    """An error as the page shows it."""
    return {"type": "problem", "detail": error.message, "remedy": error.remedy}


def read_control(text: str) -> dict[str, Any]:
    """A text message as a document with a type. Raises InputError."""
    remedy = "Send a JSON object with a type."
    if len(text) > MOST_TEXT:
        raise tryon.InputError("A text message is too long.", remedy=remedy)
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise tryon.InputError("A text message is no JSON.", remedy=remedy) from error
    if not isinstance(document, dict) or not isinstance(document.get("type"), str):
        raise tryon.InputError("A text message has no type.", remedy=remedy)
    return document


def read_wish(document: dict[str, Any]) -> Wish:
    """What is to be worn. Raises InputError when fields are of the wrong kind."""
    wear, variants = document.get("wear"), document.get("variants", {})
    number = document.get("wish", 0)
    if (
        not isinstance(wear, list)
        or len(wear) > MOST_WORN
        or not all(isinstance(each, str) for each in wear)
        or not isinstance(variants, dict)
        or not all(isinstance(each, str) for each in variants.values())
        or not isinstance(number, int)
    ):
        raise tryon.InputError(
            "What to wear cannot be read.",
            remedy=f"Send wear: up to {MOST_WORN} item ids, and variants: id → variant.",
        )
    return Wish(tuple(wear), {key: variants[key] for key in variants if key in wear}, number)
