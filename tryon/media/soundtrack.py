"""The sound of one clip, carried over into another."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.error import FFmpegError
from av.packet import Packet

from tryon.media.containers import moving_picture, open_container, origin_s, sound

_MP4_TAKES = frozenset({"aac", "mp3", "ac3", "eac3", "alac", "opus"})
_AAC_RATES_HZ = (48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000)
_AAC_BITS_PER_S = 192_000
_CUT_SHORT_S = Fraction(1)


class Soundtrack:
    """The sound of a clip, copied packet by packet on the clip's own clock, or encoded as AAC.

    Raises InputError when the clip cannot be opened; damaged sound is skipped. A clip without sound
    gives a silent soundtrack that adds nothing.

    tick_s: unit of the times of the clip's picture, or None; is_copied: whether the sound goes over
    as it is.
    """

    def __init__(self, path: Path) -> None:
        self._input = open_container(path)
        self._stream = sound(self._input)
        self._origin_s = origin_s(self._input)
        picture = moving_picture(self._input)
        self.tick_s = picture.time_base if picture is not None else None
        self._picture_end_s: Fraction | None = None
        if picture is not None and picture.duration is not None and self.tick_s is not None:
            end = (picture.start_time or 0) + picture.duration
            self._picture_end_s = end * self.tick_s - self._origin_s
        self.is_copied = (
            self._stream is not None and self._stream.codec.canonical_name in _MP4_TAKES
        )
        self._packets: Iterator[Packet[AudioStream]] = iter(())
        self._ahead: Packet[AudioStream] | None = None
        self._last_dts: int | None = None

    def attach(self, output: OutputContainer) -> None:
        """Add the track to a file whose header is not written yet."""
        if self._stream is None:
            return
        self._output = output
        if self.is_copied:
            self._track = output.add_stream_from_template(self._stream)
        else:
            rate_hz = next((r for r in _AAC_RATES_HZ if r <= self._stream.rate), _AAC_RATES_HZ[-1])
            self._track = output.add_stream("aac", rate=rate_hz)
            self._track.layout = "mono" if self._stream.channels == 1 else "stereo"
            self._track.bit_rate = _AAC_BITS_PER_S
        self._packets = self._readable(self._stream)
        self._ahead = next(self._packets, None)

    def advance(self, until_s: Fraction) -> None:
        """Write what sounds up to this time."""
        while self._ahead is not None and self._time_s(self._ahead) <= until_s:
            self._write(self._ahead)
            self._ahead = next(self._packets, None)

    def finish(self, end_s: Fraction) -> None:
        """Write the rest, or no more than up to `end_s` when the clip's picture goes on after it."""
        cut_short = self._picture_end_s is not None and end_s + _CUT_SHORT_S < self._picture_end_s
        if cut_short:
            self.advance(end_s)
        else:
            while self._ahead is not None:
                self._write(self._ahead)
                self._ahead = next(self._packets, None)
        if self._stream is not None and not self.is_copied:
            self._output.mux(self._track.encode(None))

    def close(self) -> None:
        self._input.close()

    def _readable(self, stream: AudioStream) -> Iterator[Packet[AudioStream]]:
        """Packets with a place in time, up to where the file is damaged."""
        packets = self._input.demux(stream)
        while True:
            try:
                packet = next(packets, None)
            except (FFmpegError, OSError):
                return
            if packet is None:
                return
            if packet.size and packet.dts is not None and packet.pts is not None:
                yield packet

    def _time_s(self, packet: Packet[AudioStream]) -> Fraction:
        return (packet.pts or 0) * packet.time_base - self._origin_s

    def _write(self, packet: Packet[AudioStream]) -> None:
        shift = round(self._origin_s / packet.time_base)
        if self.is_copied:
            self._copy(packet, shift)
            return
        try:
            frames = packet.decode()
        except FFmpegError:
            return
        for frame in frames:
            if frame.pts is not None:
                frame.pts -= shift
            self._output.mux(self._track.encode(frame))

    def _copy(self, packet: Packet[AudioStream], shift: int) -> None:
        pts, dts = packet.pts, packet.dts
        if pts is None or dts is None or (self._last_dts is not None and dts <= self._last_dts):
            return
        self._last_dts = dts
        packet.pts, packet.dts = pts - shift, dts - shift
        packet.stream = self._track
        self._output.mux(packet)
