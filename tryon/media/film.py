"""A whole film out of its parts: pictures, sound, captions in several languages, chapters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.error import FFmpegError
from av.packet import Packet
from av.stream import Disposition
from av.subtitles.stream import SubtitleStream
from av.subtitles.subtitle import SubtitleSet
from av.video.stream import VideoStream
from numpy.typing import NDArray

from tryon.core.errors import OutputError
from tryon.media.drafts import draft, writing
from tryon.media.film_part import REORDERED
from tryon.media.sound_frames import as_sound

FILM_SUFFIXES = (".mp4", ".m4v", ".mov")
_AAC_BITS_PER_S = 256_000
_AAC_SAMPLES = 1024
_MS = Fraction(1, 1000)

_LANGUAGES = {"en": "eng", "zh": "zho", "fr": "fra", "it": "ita", "de": "deu", "es": "spa",
              "ja": "jpn", "ko": "kor", "pt": "por", "ar": "ara"}  # fmt: skip
"""ISO 639-1 → 639-2, which MP4 wants."""

_STYLE = """[Script Info]
ScriptType: v4.00+
PlayResX: 1280
PlayResY: 720

[V4+ Styles]
Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, \
Italic, Underline, StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, \
Alignment, MarginL, MarginR, MarginV, Encoding
Style: Default,Sans,36,&H00FFFFFF,&H00FFFFFF,&H00000000,&H80000000,0,0,0,0,100,100,0,0,1,2,0,2,10,10,40,0

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
"""


@dataclass(frozen=True)
class Caption:
    """Words that are shown from start_s to end_s of a film."""

    start_s: float
    end_s: float
    text: str


@dataclass(frozen=True)
class Chapter:
    """A part of a film that a viewer can jump to."""

    start_s: float
    end_s: float
    title: str


def join_film(
    target: Path,
    parts: Sequence[Path],
    *,
    fps: Fraction,
    sound: NDArray[np.float32] | None = None,
    rate_hz: int = 48_000,
    captions: Mapping[str, Sequence[Caption]] | None = None,
    chapters: Sequence[Chapter] = (),
    title: str = "",
) -> None:
    """Join what `write_film_part` wrote at this rate, without encoding it again.

    sound: (N, 2) of −1 to 1, its first sample on the first picture; captions: by language ("en"), each
    language in order and without overlap, the first one shown by default. The same input gives the same
    bytes; the file is there whole or not at all. Raises OutputError.
    """
    if target.suffix.lower() not in FILM_SUFFIXES:
        raise OutputError(
            f"{target} cannot be written: a film is an MP4.", remedy="End the name with .mp4."
        )
    with draft(target) as here, writing(target):
        kind = "mov" if target.suffix.lower() == ".mov" else "mp4"
        options = {"movflags": "+faststart", "fflags": "+bitexact"}
        try:
            with av.open(
                f"file:{here.absolute()}", "w", format=kind, container_options=options
            ) as container:
                if title:
                    container.metadata["title"] = title
                tracks = _Tracks(container, parts[0], fps, rate_hz if sound is not None else None)
                tracks.write(parts, sound, captions or {}, chapters)
        except FFmpegError as error:
            if isinstance(error, OSError):
                raise
            raise OutputError(
                f"{target} cannot be joined: {error}.",
                remedy="Delete its work folder and try again.",
            ) from error


class _Tracks:
    """The streams of a film that is being joined."""

    def __init__(
        self, container: OutputContainer, first: Path, fps: Fraction, rate_hz: int | None
    ) -> None:
        self._container = container
        self._fps = fps
        with av.open(f"file:{first.absolute()}") as opened:
            self._video: VideoStream = container.add_stream_from_template(opened.streams.video[0])
        self._video.time_base = 1 / fps
        self._audio: AudioStream | None = None
        if rate_hz is not None:
            self._audio = container.add_stream("aac", rate=rate_hz)
            self._audio.layout = "stereo"
            self._audio.bit_rate = _AAC_BITS_PER_S

    def write(
        self,
        parts: Sequence[Path],
        sound: NDArray[np.float32] | None,
        captions: Mapping[str, Sequence[Caption]],
        chapters: Sequence[Chapter],
    ) -> None:
        words = [
            (self._language(language, default=k == 0), spoken)
            for k, (language, spoken) in enumerate(sorted(captions.items()))
            if spoken
        ]
        self._container.set_chapters(
            [
                {"id": k, "start": round(each.start_s / _MS), "end": round(each.end_s / _MS),
                 "time_base": _MS, "metadata": {"title": each.title}}
                for k, each in enumerate(chapters)
            ]
        )  # fmt: skip
        for stream, spoken in words:
            for caption in spoken:
                self._container.mux(_packet(stream, caption))
        heard = self._heard(sound)
        ahead = next(heard, None)
        for packet in self._pictures(parts):
            # Sound lies beside its pictures in the file, so that players need not seek.
            while (
                ahead is not None and packet.dts is not None and ahead[0] <= packet.dts / self._fps
            ):
                self._container.mux(ahead[1])
                ahead = next(heard, None)
            self._container.mux(packet)
        while ahead is not None:
            self._container.mux(ahead[1])
            ahead = next(heard, None)

    def _language(self, language: str, *, default: bool) -> SubtitleStream:
        stream = self._container.add_stream("mov_text")
        assert isinstance(stream, SubtitleStream)
        stream.codec_context.subtitle_header = _STYLE.encode()
        stream.time_base = stream.codec_context.time_base = _MS
        stream.metadata["language"] = _LANGUAGES.get(language.split("-", maxsplit=1)[0], "und")
        stream.disposition = Disposition.default if default else Disposition(0)
        return stream

    def _pictures(self, parts: Sequence[Path]) -> Iterator[Packet[VideoStream]]:
        first = 0
        for path in parts:
            with av.open(f"file:{path.absolute()}") as part:
                packets = [
                    packet for packet in part.demux(part.streams.video[0]) if packet.pts is not None
                ]
                tick = packets[0].time_base * self._fps
                times = [round((packet.pts or 0) * tick) for packet in packets]
                # The container of a part moves all times by the encoder's delay and leaves out the first
                # times of decoding; they follow from the order.
                for place, (packet, time) in enumerate(zip(packets, times, strict=True)):
                    packet.pts = first + time - min(times)
                    packet.dts = first + place - REORDERED
                    packet.duration, packet.time_base = 1, 1 / self._fps
                    packet.stream = self._video
                    yield packet
            first += len(packets)

    def _heard(
        self, sound: NDArray[np.float32] | None
    ) -> Iterator[tuple[float, Sequence[Packet[AudioStream]]]]:
        """Encoded sound with the second at which each piece begins."""
        if sound is None or self._audio is None:
            return
        rate_hz = self._audio.rate
        for first in range(0, len(sound), _AAC_SAMPLES):
            block = sound[first : first + _AAC_SAMPLES]
            frame = as_sound(block, rate_hz=rate_hz, first=first)
            yield first / rate_hz, self._audio.encode(frame)
        yield len(sound) / rate_hz, self._audio.encode(None)


def _packet(stream: SubtitleStream, caption: Caption) -> Packet[SubtitleStream]:
    start, end = (round(at_s / _MS) for at_s in (caption.start_s, caption.end_s))
    text = caption.text.strip().replace("\n", "\\N")
    spoken = SubtitleSet.create(f"0,0,Default,,0,0,0,,{text}".encode(), 0, end - start, pts=0)
    packet = stream.codec_context.encode_subtitle(spoken)
    packet.pts = packet.dts = start
    packet.duration, packet.time_base = end - start, _MS
    packet.stream = stream
    return packet
