"""Clips that keep every bit of every picture: FFV1 in Matroska."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from fractions import Fraction
from pathlib import Path
from types import TracebackType

import av
import numpy as np
from av.container import OutputContainer
from av.error import FFmpegError
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from tryon.core.errors import OutputError
from tryon.core.filters import NS_PER_S
from tryon.core.frame import Picture
from tryon.media.drafts import draft, writing

_TICK_S = Fraction(1, 1000)
"""Matroska counts in milliseconds; who needs exact times keeps them apart."""


class LosslessWriter:
    """Pictures as FFV1 (RFC 9043) in RGB, a clip that appears when its block ends well.

    What `ClipReader` reads from it is equal to the bit; times are rounded to milliseconds. Raises
    OutputError.
    """

    def __init__(self, target: Path) -> None:
        self._target = target
        self._stack = ExitStack()
        self._stream: VideoStream | None = None
        self._start_ns = 0
        self._last_tick = -1

    def __enter__(self) -> LosslessWriter:
        with ExitStack() as stack:
            here = stack.enter_context(draft(self._target))
            with self._encoding():
                self._container: OutputContainer = av.open(
                    f"file:{here.absolute()}",
                    "w",
                    format="matroska",
                    # No random ids: the same pictures give the same bytes.
                    container_options={"fflags": "+bitexact"},
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
        """Add a picture, (H, W, 3) uint8 sRGB of always the same size, at its time."""
        with self._encoding():
            stream = self._begin(rgb, t_ns) if self._stream is None else self._stream
            frame = VideoFrame.from_ndarray(np.ascontiguousarray(rgb), format="rgb24")
            tick = round(Fraction(t_ns - self._start_ns, NS_PER_S) / _TICK_S)
            self._last_tick = max(tick, self._last_tick + 1)
            # The same bytes with a fourth one between: nothing is rounded on the way.
            padded = frame.reformat(format="bgr0")
            padded.pts, padded.time_base = self._last_tick, _TICK_S
            self._container.mux(stream.encode(padded))

    def _begin(self, rgb: Picture, t_ns: int) -> VideoStream:
        stream = self._container.add_stream(
            "ffv1", rate=30, options={"level": "3", "slicecrc": "1"}
        )
        stream.width, stream.height = rgb.shape[1], rgb.shape[0]
        stream.pix_fmt = "bgr0"
        stream.time_base = stream.codec_context.time_base = _TICK_S
        self._start_ns, self._stream = t_ns, stream
        return stream

    def _close(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Finish the file; after an error just let go of it, it is removed anyway."""
        if kind is not None:
            with suppress(FFmpegError, OSError):
                self._container.close()
            return
        with self._encoding():
            if self._stream is not None:
                self._container.mux(self._stream.encode(None))
            self._container.close()
        if self._stream is None:
            raise OutputError(
                f"{self._target} was not written: there was no picture for it.",
                remedy="Check that the source delivers frames.",
            )

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
