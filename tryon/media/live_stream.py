"""A film that is watched while it is made: HTTP live streaming, H.264 with AAC in short segments."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Self

import av
from av.error import FFmpegError
from av.video.reformatter import VideoReformatter

from tryon.core.errors import OutputError
from tryon.core.frame import Picture
from tryon.core.spaces import Floats
from tryon.media.bt709 import as_bt709, state_bt709
from tryon.media.sound_frames import as_sound

PLAYLIST = "live.m3u8"
"""Name of the playlist in its folder."""

SOUND_HZ = 48_000

_TICK_S = Fraction(1, 90_000)


class LiveStream:
    """Segments and a playlist that grows in a folder; ended when it is closed.

    size_wh: even numbers; fps: the most pictures a second; segment_s: how long a segment is, which is
    about a third of how far viewers are behind. Players of RFC 8216 take it, at its live end or, once
    it is closed, from its beginning. Raises OutputError when the folder cannot be written.
    """

    def __init__(
        self, folder: Path, *, size_wh: tuple[int, int], fps: int, segment_s: float = 1.0
    ) -> None:
        self._folder = folder
        self._reformatter = VideoReformatter()
        self._tick = -1
        self._samples = 0
        self._closed = False
        with self._writing():
            folder.mkdir(parents=True, exist_ok=True)
            self._container = av.open(
                str(folder / PLAYLIST),
                "w",
                format="hls",
                options={
                    "hls_time": f"{segment_s}",
                    "hls_segment_type": "fmp4",
                    "hls_playlist_type": "event",
                    # A segment has its name only when it is whole.
                    "hls_flags": "independent_segments+temp_file",
                    "hls_fmp4_init_filename": "init.mp4",
                    "hls_segment_filename": str(folder / "%06d.m4s"),
                },
            )
            options = {
                "preset": "veryfast",
                "tune": "zerolatency",
                "crf": "23",
                "force_key_frames": f"expr:gte(t,n_forced*{segment_s})",
                "g": f"{max(1, round(fps * segment_s))}",
                "sc_threshold": "0",
            }
            video = self._container.add_stream("libx264", rate=fps, options=options)
            video.width, video.height = size_wh
            video.pix_fmt = "yuv420p"
            video.time_base = video.codec_context.time_base = _TICK_S
            state_bt709(video.codec_context)
            audio = self._container.add_stream("aac", rate=SOUND_HZ)
            audio.layout = "stereo"
        self._video, self._audio = video, audio

    def write(self, rgb: Picture, t_s: float, sound: Floats) -> None:
        """Add a picture, (H, W, 3) uint8 sRGB, at its time, and the sound that follows the last one's.

        t_s: seconds since the stream began, growing; sound: (N, 2) of −1 to 1, at SOUND_HZ.
        """
        tick = max(round(Fraction(t_s) / _TICK_S), self._tick + 1)
        self._tick = tick
        frame = as_bt709(rgb, self._reformatter)
        frame.pts, frame.time_base = tick, _TICK_S
        with self._writing():
            self._container.mux(self._video.encode(frame))
            if len(sound):
                heard = as_sound(sound, rate_hz=SOUND_HZ, first=self._samples)
                self._samples += len(sound)
                self._container.mux(self._audio.encode(heard))

    def close(self) -> None:
        """End the film; a player that is there plays on to the end."""
        if self._closed:
            return
        self._closed = True
        with self._writing():
            if self._tick >= 0:
                self._container.mux(self._video.encode(None))
                self._container.mux(self._audio.encode(None))
            self._container.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            yield
        except (FFmpegError, OSError) as error:
            raise OutputError(
                f"The stream in {self._folder} cannot be written: {error}.",
                remedy="Make room, or name another folder.",
            ) from error
