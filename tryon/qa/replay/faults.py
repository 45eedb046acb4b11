"""Faults on purpose: what cameras, networks and people do to a stream, and what must come of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from tryon.core.camera import PinholeCamera
from tryon.core.errors import InputError
from tryon.core.frame import Frame, Picture
from tryon.core.landmarks import Detections
from tryon.core.spaces import Floats
from tryon.qa.replay.tolerances import Limit


@dataclass(frozen=True, eq=False)
class Spoilt:
    """One frame after a fault. source: the recording's frame that it was made of; present: whether
    the person can still be seen in it; turned: whether the picture was turned by 90° to the right."""

    frame: Frame
    source: int
    present: bool = True
    turned: bool = False


Spoil = Callable[
    [Sequence[Frame], Sequence[Detections], float, np.random.Generator], Iterator[Spoilt]
]


@dataclass(frozen=True)
class Fault:
    """A fault: how it is done, its usual strength, and what is expected of the engine.

    limits: on the `fault_…` measures of `tryon.qa.replay.resilience`.
    """

    name: str
    what: str
    expected: str
    strength: float
    spoil: Spoil
    limits: tuple[Limit, ...]


def spoilt(
    text: str, frames: Iterable[Frame], seen: Sequence[Detections], *, seed: int = 0
) -> tuple[Fault, list[Spoilt]]:
    """The fault that `name` or `name:strength` means, and the frames after it.

    Raises InputError for an unknown name or a strength that is no number.
    """
    name, _, strength = text.partition(":")
    if name not in FAULTS:
        raise InputError(f"There is no fault {name!r}.", remedy=f"There are {', '.join(FAULTS)}.")
    fault = FAULTS[name]
    try:
        amount = float(strength) if strength else fault.strength
    except ValueError as error:
        raise InputError(
            f"{strength!r} is no strength of {name}.",
            remedy=f"Give a number, for example {name}:{fault.strength:g}.",
        ) from error
    rng = np.random.default_rng(seed)
    return fault, list(fault.spoil(list(frames), seen, amount, rng))


def _with(
    frame: Frame, index: int, *, rgb: Picture | None = None, t_ns: int | None = None
) -> Frame:
    return Frame(
        frame.rgb if rgb is None else rgb,
        frame.t_ns if t_ns is None else t_ns,
        index,
        frame.camera,
    )


def _drop(
    frames: Sequence[Frame], _seen: Sequence[Detections], share: float, rng: np.random.Generator
) -> Iterator[Spoilt]:
    kept = [frame for k, frame in enumerate(frames) if k == 0 or rng.random() >= share]
    for index, frame in enumerate(kept):
        yield Spoilt(_with(frame, index), frame.index)


def _duplicate(
    frames: Sequence[Frame], _seen: Sequence[Detections], share: float, rng: np.random.Generator
) -> Iterator[Spoilt]:
    shown = frames[0]
    for index, frame in enumerate(frames):
        shown = frame if index == 0 or rng.random() >= share else shown
        yield Spoilt(_with(shown, index, t_ns=frame.t_ns), shown.index)


def _jump(
    frames: Sequence[Frame], _seen: Sequence[Detections], seconds: float, _rng: np.random.Generator
) -> Iterator[Spoilt]:
    """On by so many seconds after a third, back to the start of the clock after two thirds."""
    for index, frame in enumerate(frames):
        third = 3 * index // len(frames)
        shift = (0.0, seconds, -frame.t_ns / 1e9)[third]
        back = frames[2 * len(frames) // 3].t_ns if third == 2 else 0
        t_ns = frame.t_ns - back if third == 2 else frame.t_ns + round(shift * 1e9)
        yield Spoilt(_with(frame, index, t_ns=t_ns), frame.index)


def _noise(
    frames: Sequence[Frame], _seen: Sequence[Detections], deviation: float, rng: np.random.Generator
) -> Iterator[Spoilt]:
    for index, frame in enumerate(frames):
        grain = rng.standard_normal(frame.rgb.shape, np.float32) * np.float32(deviation)
        noisy = np.clip(np.rint(frame.rgb + grain), 0, 255).astype(np.uint8)
        yield Spoilt(_with(frame, index, rgb=noisy), frame.index)


def _compression(
    frames: Sequence[Frame], _seen: Sequence[Detections], quality: float, _rng: np.random.Generator
) -> Iterator[Spoilt]:
    for index, frame in enumerate(frames):
        parameters = [cv2.IMWRITE_JPEG_QUALITY, round(quality)]
        _, packed = cv2.imencode(".jpg", frame.rgb[..., ::-1], parameters)
        bgr = cv2.imdecode(packed, cv2.IMREAD_COLOR)
        assert bgr is not None
        rgb = np.ascontiguousarray(bgr[..., ::-1], np.uint8)
        yield Spoilt(_with(frame, index, rgb=rgb), frame.index)


def _blur(
    frames: Sequence[Frame], _seen: Sequence[Detections], sigma_px: float, _rng: np.random.Generator
) -> Iterator[Spoilt]:
    for index, frame in enumerate(frames):
        rgb = np.asarray(cv2.GaussianBlur(frame.rgb, (0, 0), sigma_px), np.uint8)
        yield Spoilt(_with(frame, index, rgb=rgb), frame.index)


def _exposure(
    frames: Sequence[Frame], _seen: Sequence[Detections], factor: float, _rng: np.random.Generator
) -> Iterator[Spoilt]:
    """Codes are multiplied by the factor from the middle on, as when an automatic exposure steps."""
    for index, frame in enumerate(frames):
        gain = factor if 2 * index >= len(frames) else 1.0
        rgb = np.clip(np.rint(frame.rgb * np.float32(gain)), 0, 255).astype(np.uint8)
        yield Spoilt(_with(frame, index, rgb=rgb), frame.index)


def _rotate(
    frames: Sequence[Frame], _seen: Sequence[Detections], _amount: float, _rng: np.random.Generator
) -> Iterator[Spoilt]:
    for index, frame in enumerate(frames):
        rgb = np.ascontiguousarray(np.rot90(frame.rgb, -1))
        camera = frame.camera
        (fx, fy), (cx, cy), (w, h) = camera.focal_px, camera.centre_px, camera.size_wh
        turned = PinholeCamera((fy, fx), (h - cy, cx), (h, w), camera.origin)
        yield Spoilt(Frame(rgb, frame.t_ns, index, turned), frame.index, turned=True)


def _leave(
    frames: Sequence[Frame], seen: Sequence[Detections], share: float, _rng: np.random.Generator
) -> Iterator[Spoilt]:
    """From a fifth on, for so large a part of the film, everybody is gone: only the wall is left.

    The clock runs at a third of its speed, so that a short film is long enough to forget somebody.
    """
    gone = range(len(frames) // 5, len(frames) // 5 + round(share * len(frames)))
    for index, frame in enumerate(frames):
        absent = index in gone
        wall = np.full_like(frame.rgb, np.median(frame.rgb[:4], axis=(0, 1)).astype(np.uint8))
        rgb = wall if absent and seen[frame.index].faces else frame.rgb
        t_ns = frames[0].t_ns + 3 * (frame.t_ns - frames[0].t_ns)
        yield Spoilt(_with(frame, index, rgb=rgb, t_ns=t_ns), frame.index, present=not absent)


def _cross(
    frames: Sequence[Frame], seen: Sequence[Detections], speed: float, _rng: np.random.Generator
) -> Iterator[Spoilt]:
    """Somebody else's head, a mirrored copy of the first frame's, passes before the person.

    speed: picture widths in the length of the film. The person is absent while it covers the face.
    """
    first = frames[0]
    boxes = [_face_box(found) for found in seen]
    box = boxes[first.index]
    if box is None:
        raise InputError("Nobody is there to be crossed.", remedy="Take another recording.")
    left, top, right, bottom = box
    stranger = np.ascontiguousarray(first.rgb[top:bottom, left:right][:, ::-1])
    share = _ellipse(stranger.shape[1], stranger.shape[0])[..., None]
    width = first.rgb.shape[1]
    for index, frame in enumerate(frames):
        way = index / max(len(frames) - 1, 1) * speed
        x = round(-(right - left) + way * (width + right - left))
        rgb = frame.rgb.astype(np.float32)
        low, high = max(x, 0), min(x + right - left, width)
        if high > low:
            part, over = stranger[:, low - x : high - x], share[:, low - x : high - x]
            under = rgb[top:bottom, low:high]
            rgb[top:bottom, low:high] = under + over * (part - under)
        own = boxes[frame.index]
        covered = own is not None and low < own[2] and high > own[0]
        out = np.rint(rgb).astype(np.uint8)
        yield Spoilt(_with(frame, index, rgb=out), frame.index, present=not covered)


def _face_box(seen: Detections) -> tuple[int, int, int, int] | None:
    """(left, top, right, bottom) of the nearest face with some hair and chin around it."""
    if not seen.faces:
        return None
    px: Floats = max((face.px[:, :2] for face in seen.faces), key=lambda p: float(np.ptp(p)))
    (left, top), (right, bottom) = px.min(0), px.max(0)
    grow = 0.25 * (bottom - top)
    return (
        max(int(left - grow), 0),
        max(int(top - 1.6 * grow), 0),
        int(right + grow),
        int(bottom + grow),
    )


def _ellipse(width: int, height: int) -> Floats:
    """(h, w) 1 inside an ellipse, falling to 0 over a tenth of its radius."""
    x = (np.arange(width) + 0.5) / width * 2 - 1
    y = (np.arange(height) + 0.5) / height * 2 - 1
    radius = np.hypot(x[None, :], y[:, None])
    return np.asarray(np.clip((1 - radius) / 0.1, 0, 1))


def _most(measure: str, value: float) -> Limit:
    return Limit(measure=measure, most=value)


def _least(measure: str, value: float) -> Limit:
    return Limit(measure=measure, least=value)


_ONE_PERSON = _most("fault_switches", 0)
_NO_SPILL = _most("spilled.max", 0)
_NO_STRAY = _most("fault_strays", 0)
_ALL: tuple[Fault, ...] = (
    Fault(
        "drop", "this share of the frames never arrives",
        "everything stays on, as near as with every frame", 0.3, _drop,
        (_least("fault_shown", 1), _most("fault_share.max", 0.02), _ONE_PERSON, _NO_STRAY, _NO_SPILL),
    ),
    Fault(
        "duplicate", "this share of the frames is the one before again, later",
        "everything stays on and settles on the repeated picture", 0.3, _duplicate,
        (_least("fault_shown", 1), _most("fault_share.max", 0.03), _ONE_PERSON, _NO_STRAY, _NO_SPILL),
    ),
    Fault(
        "jump", "the clock jumps on by these seconds, later back to zero",
        "nobody is lost for longer than a frame, nothing fails", 30.0, _jump,
        (_least("fault_shown", 0.95), _most("fault_share.p95", 0.03), _NO_STRAY, _NO_SPILL),
    ),
    Fault(
        "noise", "sensor noise of this deviation, of 255",
        "everything stays on, within a twentieth of a face", 20.0, _noise,
        (_least("fault_shown", 0.95), _most("fault_share.p95", 0.05), _ONE_PERSON, _NO_STRAY, _NO_SPILL),
    ),
    Fault(
        "compression", "JPEG of this quality in between",
        "everything stays on, within a twentieth of a face", 12.0, _compression,
        (_least("fault_shown", 0.95), _most("fault_share.p95", 0.05), _ONE_PERSON, _NO_STRAY, _NO_SPILL),
    ),
    Fault(
        "blur", "out of focus by this deviation, in pixels",
        "everything stays on, within a twentieth of a face", 2.0, _blur,
        (_least("fault_shown", 0.95), _most("fault_share.p95", 0.05), _ONE_PERSON, _NO_STRAY, _NO_SPILL),
    ),
    Fault(
        "exposure", "the picture is brighter by this factor from the middle on",
        "everything stays where it is; the light on the items follows", 1.6, _exposure,
        (_least("fault_shown", 1), _most("fault_share.p95", 0.03), _ONE_PERSON, _NO_STRAY, _NO_SPILL,
         _least("fault_light", 1.05)),
    ),
    Fault(
        "rotate", "the picture lies on its side, and no metadata says so",
        "what is shown is on the turned face; nothing is put anywhere else", 90.0, _rotate,
        (_most("fault_share.p95", 0.12), _NO_STRAY, _NO_SPILL),
    ),
    Fault(
        "leave", "everybody is away for this share of the film, then back",
        "items fade within half a second, nothing is left behind, and they come back at once", 0.4,
        _leave,
        (_most("fault_ghosts", 0), _most("fault_back_ms", 250), _NO_SPILL),
    ),
    Fault(
        "cross", "somebody passes before the person, this many picture widths a film",
        "before and afterwards everything is where it belongs", 1.0, _cross,
        (_least("fault_shown", 0.9), _most("fault_share.p95", 0.08), _NO_SPILL),
    ),
)  # fmt: skip
FAULTS: Mapping[str, Fault] = {fault.name: fault for fault in _ALL}
"""Every mode of the replayer by name."""
