"""Clips as upright sRGB pictures with exact times."""

from __future__ import annotations

import logging
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
from av.container import InputContainer
from av.error import FFmpegError
from av.sidedata.sidedata import Type as SideDataType
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange, Colorspace, Interpolation, VideoReformatter
from av.video.stream import VideoStream

from tryon.core.errors import InputError
from tryon.core.filters import NS_PER_S
from tryon.core.frame import Picture
from tryon.media.containers import moving_picture, open_container, origin_s, sound
from tryon.media.pictures import MAX_MEGAPIXELS

SHORTEST_STEP_NS = 1_000_000
"""A frame whose time is missing, or not after the one before, is put this far behind it: detectors
count in milliseconds."""

_UNSPECIFIED = 2
"""FFmpeg's value of a colour matrix that the clip does not state."""

_WIDEST_PIXEL = Fraction(4)
"""Pixels that are said to be this much wider than high, or narrower, are a damaged header's."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ClipPicture:
    """One frame: (H, W, 3) uint8 sRGB, upright, and its time on the clip's clock."""

    rgb: Picture
    t_ns: int


class ClipReader:
    """The pictures of one clip, once, in the order of their times.

    Rotation and mirroring that the clip asks for are applied, pixels made square. A clip that
    changes its size keeps that of its first frame: later pictures are scaled to fit inside, on
    black. Damaged parts are skipped, and a cut-off clip ends early, with one warning in the log.
    Raises InputError when there is nothing to see at all. Close it, or use it as a context manager.

    size_wh: of every picture; tick_s: unit of the clip's times, in seconds; frames_per_s: average
    rate, None when unknown; frame_count: how many frames the container claims or its duration
    allows, None when it says neither; has_sound: whether it can be heard.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._closed = False
        self._container = open_container(path)
        try:
            stream = moving_picture(self._container)
            if stream is None:
                raise _no_picture(path, self._container)
            _check_size(path, stream)
            self._stream = stream
            # Decoding of the next frames runs beside what is done with this one.
            stream.thread_type = "AUTO"
            self.tick_s = stream.time_base or Fraction(1, 1000)
            self._origin_s = origin_s(self._container)
            # FFmpeg's stream must not be asked after the file is closed: all is noted now.
            rate = stream.average_rate or stream.guessed_rate
            self.frames_per_s = float(rate) if rate else None
            self.has_sound = sound(self._container) is not None
            aspect = stream.sample_aspect_ratio or Fraction(1)
            self._pixel_aspect = (
                aspect if 1 / _WIDEST_PIXEL < aspect < _WIDEST_PIXEL else Fraction(1)
            )
            self._picture_s, self._duration_s = _durations_s(self._container, stream)
            self.frame_count = _frame_count(stream, self._duration_s, self.frames_per_s)
            self._reformatter = VideoReformatter()
            self._damaged = 0
            self._decoded = self._decode()
            first = next(self._decoded, None)
            if first is None:
                raise InputError(
                    f"{path} holds no frame that can be decoded.",
                    remedy="Export the clip again, for example as H.264 in an MP4.",
                )
            self._waiting: VideoFrame | None = first
            upright = _upright(self._rgb(first, self._square(first)), first)
            self.size_wh = (upright.shape[1], upright.shape[0])
        except BaseException:
            self._container.close()
            raise

    def __enter__(self) -> ClipReader:
        return self

    def __exit__(self, *failure: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file; reading ends."""
        self._closed = True
        self._decoded.close()
        self._container.close()

    def __iter__(self) -> Iterator[ClipPicture]:
        last_ns: int | None = None
        step_ns = round(NS_PER_S / (self.frames_per_s or 25.0))
        while self._waiting is not None:
            frame = self._waiting
            t_ns = self._t_ns(frame)
            if t_ns is None:
                t_ns = 0 if last_ns is None else last_ns + step_ns
            elif last_ns is not None and t_ns <= last_ns:
                t_ns = last_ns + SHORTEST_STEP_NS
            last_ns = t_ns
            yield ClipPicture(self._picture(frame), t_ns)
            self._waiting = next(self._decoded, None)
        if not self._closed:
            self._warn(last_ns)

    def _decode(self) -> Generator[VideoFrame, None, None]:
        """Every frame that can be decoded, past damaged packets."""
        packets = self._container.demux(self._stream)
        while True:
            try:
                packet = next(packets)
            except StopIteration:
                return
            except (FFmpegError, OSError):
                self._damaged += 1
                return
            try:
                frames = packet.decode()
            except FFmpegError:
                self._damaged += 1
                continue
            yield from frames

    def _t_ns(self, frame: VideoFrame) -> int | None:
        if frame.pts is None:
            return None
        return round((frame.pts * (frame.time_base or self.tick_s) - self._origin_s) * NS_PER_S)

    def _picture(self, frame: VideoFrame) -> Picture:
        rgb = _upright(self._rgb(frame, self._square(frame)), frame)
        if (rgb.shape[1], rgb.shape[0]) == self.size_wh:
            return rgb
        width, height = self.size_wh
        scale = min(width / rgb.shape[1], height / rgb.shape[0])
        inner_wh = (
            max(1, min(width, round(rgb.shape[1] * scale))),
            max(1, min(height, round(rgb.shape[0] * scale))),
        )
        turned = inner_wh[::-1] if _quarter_turned(frame) else inner_wh
        rgb = _upright(self._rgb(frame, turned), frame)
        x, y = (width - inner_wh[0]) // 2, (height - inner_wh[1]) // 2
        canvas = np.zeros((height, width, 3), np.uint8)
        canvas[y : y + inner_wh[1], x : x + inner_wh[0]] = rgb
        return canvas

    def _square(self, frame: VideoFrame) -> tuple[int, int]:
        """Size of the stored picture after its pixels are made square."""
        return max(1, round(frame.width * self._pixel_aspect)), frame.height

    def _rgb(self, frame: VideoFrame, size_wh: tuple[int, int]) -> Picture:
        """The frame as stored, in sRGB at another size, what is transparent laid on white."""
        clear = any(component.is_alpha for component in frame.format.components)
        matrix = None
        if frame.colorspace == _UNSPECIFIED:
            # Players take high definition for BT.709 and everything smaller for BT.601.
            large = frame.height >= 720 or frame.width >= 1280
            matrix = Colorspace.ITU709 if large else Colorspace.ITU601
        converted = self._reformatter.reformat(
            frame,
            width=size_wh[0],
            height=size_wh[1],
            format="rgba" if clear else "rgb24",
            src_colorspace=matrix,
            # FFmpeg's "accurate" rounding is slower here and darkens by two steps, this by a half.
            interpolation=Interpolation.BICUBIC,
            dst_color_range=ColorRange.JPEG,
            threads=1,
        )
        pixels = np.asarray(converted.to_ndarray(), np.uint8)
        return _on_white(pixels) if clear else pixels

    def _warn(self, last_ns: int | None) -> None:
        declared_s = self._picture_s
        seen_s = (last_ns or 0) / NS_PER_S
        if declared_s is not None and seen_s + max(1.0, 0.05 * float(declared_s)) < declared_s:
            _log.warning(
                "%s is cut off: it ends after %.1f s of %.1f s. What is there was read.",
                *(self._path, seen_s, float(declared_s)),
            )
        elif self._damaged:
            _log.warning("%s is damaged: %d parts were skipped.", self._path, self._damaged)


def _no_picture(path: Path, container: InputContainer) -> InputError:
    if container.streams.video:
        return InputError(
            f"The picture of {path} is encoded in a way that cannot be read.",
            remedy="Export the clip again, for example as H.264 in an MP4.",
        )
    return InputError(f"{path} has no moving picture.", remedy="Give another clip.")


def _check_size(path: Path, stream: VideoStream) -> None:
    """Raise InputError before anything of a size that cannot be meant is decoded."""
    width, height = stream.codec_context.width, stream.codec_context.height
    if width * height > MAX_MEGAPIXELS * 1e6:
        raise InputError(
            f"{path} has {width}×{height} pixels; up to {MAX_MEGAPIXELS} megapixels are accepted.",
            remedy="Scale it down, for example to 1920 pixels on its longer side.",
        )


def _durations_s(
    container: InputContainer, stream: VideoStream
) -> tuple[Fraction | None, Fraction | None]:
    """How long the picture is, and how long picture and sound are; None where nothing says so."""
    whole_s = None if container.duration is None else Fraction(container.duration, 1_000_000)
    if stream.duration is not None and stream.time_base is not None:
        picture_s: Fraction | None = stream.duration * stream.time_base
    else:
        picture_s = None if container.streams.audio else whole_s
    return picture_s, picture_s or whole_s


def _frame_count(
    stream: VideoStream, duration_s: Fraction | None, frames_per_s: float | None
) -> int | None:
    if stream.frames > 0:
        return stream.frames
    if duration_s is None or frames_per_s is None:
        return None
    return max(1, round(float(duration_s) * frames_per_s))


def _on_white(rgba: Picture) -> Picture:
    alpha = rgba[..., 3:].astype(np.uint16)
    if (alpha == 255).all():
        return np.ascontiguousarray(rgba[..., :3])
    blended = (rgba[..., :3] * alpha + 255 * (255 - alpha) + 127) // 255
    return blended.astype(np.uint8)


def _matrix(frame: VideoFrame) -> tuple[int, int, int, int]:
    """a, b, c, d of the display matrix: (x, y) is shown at (a x + c y, b x + d y)."""
    side_data = frame.side_data.get(SideDataType.DISPLAYMATRIX)  # type: ignore[call-overload]  # PyAV's stub knows other keys
    if side_data is None:
        return 1, 0, 0, 1
    a, b, _, c, d = np.frombuffer(bytes(side_data)[:20], np.int32)
    return int(a), int(b), int(c), int(d)


def _quarter_turned(frame: VideoFrame) -> bool:
    a, b, _, _ = _matrix(frame)
    return abs(b) > abs(a)


def _upright(rgb: Picture, frame: VideoFrame) -> Picture:
    """Turn and mirror the stored picture as the clip asks, to the nearest quarter turn."""
    a, b, c, d = _matrix(frame)
    if abs(b) > abs(a):
        rgb, right, down = rgb.swapaxes(0, 1), c, b
    else:
        right, down = a, d
    return np.ascontiguousarray(rgb[:: -1 if down < 0 else 1, :: -1 if right < 0 else 1])
