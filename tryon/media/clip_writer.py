"""Clips as H.264 with exact times and the sound of another clip."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from fractions import Fraction
from pathlib import Path
from types import TracebackType

import av
from av.codec.context import Flags
from av.container import OutputContainer
from av.error import FFmpegError
from av.video.reformatter import VideoReformatter
from av.video.stream import VideoStream

from tryon.core.errors import OutputError
from tryon.core.filters import NS_PER_S
from tryon.core.frame import Picture
from tryon.media.bt709 import as_bt709, state_bt709
from tryon.media.drafts import draft, writing
from tryon.media.soundtrack import Soundtrack

CLIP_SUFFIXES = (".mp4", ".m4v", ".mov")
"""Names that a clip may end with."""

_ENCODER = {"preset": "veryfast", "crf": "18"}
_TICK_S = Fraction(1, 90_000)
_FEWEST_TICKS_A_SECOND = 10_000
_MOST_TICKS_A_SECOND = 1_000_000


class ClipWriter:
    """A clip that appears when it is closed without an error.

    H.264, 4:2:0, BT.709, limited range. A picture of odd width or height gets one more column or
    row, a copy of its last, because 4:2:0 cannot store it otherwise.

    `sound_from` is the clip that the pictures came from: its sound is taken over, copied when an MP4
    can hold it and else encoded as AAC, and every time of its clock is exact in the result. When the
    last picture lies well before the end of that clip, the sound ends there too. Without it, the
    first picture is at 0 and times are rounded to 1/90,000 s.

    Use it as a context manager: when the block raises, Ctrl-C too, no file is left. Raises
    OutputError when the clip cannot be written, InputError when `sound_from` cannot be read.
    """

    def __init__(self, target: Path, *, sound_from: Path | None = None) -> None:
        if target.suffix.lower() not in CLIP_SUFFIXES:
            found = f"“{target.suffix}”" if target.suffix else "no suffix"
            raise OutputError(
                f"{target} cannot be written: {found} names no known kind of clip.",
                remedy="End the name with .mp4.",
            )
        if sound_from is not None and target.exists() and target.samefile(sound_from):
            raise OutputError(
                f"{target} is the clip that is being read.", remedy="Give the result another name."
            )
        self._target = target
        self._sound_from = sound_from
        self._sound: Soundtrack | None = None
        self._stack = ExitStack()
        self._reformatter = VideoReformatter()
        self._stream: VideoStream | None = None
        self._size_wh = (0, 0)
        self._tick_s = _TICK_S
        self._start_ns = 0
        self._last_tick = 0
        self._step_ticks = 1

    def __enter__(self) -> ClipWriter:
        with ExitStack() as stack:
            if self._sound_from is not None:
                self._sound = Soundtrack(self._sound_from)
                stack.callback(self._sound.close)
                self._tick_s = _fine_tick_s(self._sound.tick_s)
            here = stack.enter_context(draft(self._target))
            with self._encoding():
                self._container: OutputContainer = av.open(
                    f"file:{here.absolute()}",
                    "w",
                    format="mov" if here.suffix.lower() == ".mov" else "mp4",
                    container_options={"movflags": "+faststart"},
                )
            stack.push(self._close)
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.__exit__(kind, error, trace)

    def write(self, rgb: Picture, t_ns: int) -> None:
        """Add a picture, (H, W, 3) uint8 sRGB of always the same size, at its time.

        A time that is not after the one before becomes the next one that the clip can hold.
        """
        first = self._stream is None
        stream = self._begin(rgb, t_ns) if self._stream is None else self._stream
        if (rgb.shape[1], rgb.shape[0]) != self._size_wh:
            was, now = f"{self._size_wh[0]}×{self._size_wh[1]}", f"{rgb.shape[1]}×{rgb.shape[0]}"
            raise OutputError(
                f"{self._target} has pictures of {was}; one of {now} cannot be added.",
                remedy="Write it to another clip, or scale it first.",
            )
        tick = round(Fraction(t_ns - self._start_ns, NS_PER_S) / self._tick_s)
        if not first:
            tick = max(tick, self._last_tick + 1)
            self._step_ticks = tick - self._last_tick
        self._last_tick = tick
        frame = as_bt709(rgb, self._reformatter)
        frame.pts, frame.time_base, frame.duration = tick, self._tick_s, self._step_ticks
        with self._encoding():
            if self._sound is not None:
                self._sound.advance(tick * self._tick_s)
            self._container.mux(stream.encode(frame))

    def _begin(self, rgb: Picture, t_ns: int) -> VideoStream:
        height, width = rgb.shape[:2]
        self._size_wh = (width, height)
        if self._sound is None:
            self._start_ns = t_ns
        stream = self._container.add_stream("libx264", rate=30, options=_ENCODER)
        stream.width, stream.height = width + width % 2, height + height % 2
        stream.pix_fmt = "yuv420p"
        stream.time_base = self._tick_s
        codec = stream.codec_context
        codec.time_base = self._tick_s
        # Otherwise the last picture would last 1/30 s, whatever the others do.
        codec.flags |= Flags.frame_duration
        state_bt709(codec)
        if self._sound is not None:
            self._sound.attach(self._container)
        self._stream = stream
        return stream

    def _close(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Finish the file; after an error just let go of it, it is removed anyway."""
        try:
            if kind is None:
                self._finish()
        except BaseException:
            with suppress(FFmpegError, OSError):
                self._container.close()
            raise
        if kind is not None:
            with suppress(FFmpegError, OSError):
                self._container.close()
            return
        with self._encoding():
            self._container.close()

    def _finish(self) -> None:
        if self._stream is None:
            raise OutputError(
                f"{self._target} was not written: there was no picture for it.",
                remedy="Check that the source delivers frames.",
            )
        with self._encoding():
            self._container.mux(self._stream.encode(None))
            if self._sound is not None:
                self._sound.finish((self._last_tick + self._step_ticks) * self._tick_s)

    @contextmanager
    def _encoding(self) -> Iterator[None]:
        """Whatever goes wrong in the encoder or on the disk becomes an OutputError."""
        with writing(self._target):
            try:
                yield
            except OSError:
                raise
            except FFmpegError as error:
                raise OutputError(
                    f"{self._target} cannot be encoded: {error}.",
                    remedy="Try another size of picture, or another name.",
                ) from error


def _fine_tick_s(source_tick_s: Fraction | None) -> Fraction:
    """The coarsest unit that holds every time of the source and still separates its frames."""
    if source_tick_s is None or source_tick_s.denominator > _MOST_TICKS_A_SECOND:
        return _TICK_S if source_tick_s is None else Fraction(1, _MOST_TICKS_A_SECOND)
    ticks_a_second = source_tick_s.denominator
    return Fraction(1, ticks_a_second * -(-_FEWEST_TICKS_A_SECOND // ticks_a_second))
