"""Small clips made on the fly, and what can be measured on one."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.codec.context import Flags
from av.container import OutputContainer
from av.video.frame import VideoFrame
from numpy.typing import NDArray

RATE_HZ = 48_000
CLICK_AT_S = 0.5


def quarters(size_wh: tuple[int, int], *, shade: int = 0) -> NDArray[np.uint8]:
    """(H, W, 3): red, green / blue, white, each darker by `shade`."""
    width, height = size_wh
    picture = np.zeros((height, width, 3), np.uint8)
    picture[: height // 2, : width // 2, 0] = 255 - shade
    picture[: height // 2, width // 2 :, 1] = 255 - shade
    picture[height // 2 :, : width // 2, 2] = 255 - shade
    picture[height // 2 :, width // 2 :] = 255 - shade
    return picture


def corners(rgb: NDArray[np.uint8]) -> str:
    """The colours in the middles of the four quarters, row by row, as letters."""
    height, width = rgb.shape[:2]
    letters = ""
    for y in (height // 4, 3 * height // 4):
        for x in (width // 4, 3 * width // 4):
            lit = tuple(bool(v > 128) for v in rgb[y, x])
            known = {(1, 0, 0): "r", (0, 1, 0): "g", (0, 0, 1): "b", (1, 1, 1): "w"}
            letters += known.get(lit, "?")  # type: ignore[call-overload]
    return letters


def make_clip(
    path: Path,
    pictures: Sequence[NDArray[np.uint8]],
    *,
    ticks: Sequence[int] | None = None,
    tick_s: Fraction = Fraction(1, 1000),
    codec: str = "libx264",
    pix_fmt: str = "yuv420p",
    audio: str | None = None,
    audio_s: float = 1.0,
    turned_deg: int = 0,
    mirrored: bool = False,
    pixel_aspect: Fraction | None = None,
) -> Path:
    """Encode pictures at times given in ticks, by default 40 ms apart, with a click in the sound."""
    ticks = ticks or [40 * i for i in range(len(pictures))]
    with av.open(str(path), "w") as output:
        stream = output.add_stream(codec, rate=25)
        stream.height, stream.width = pictures[0].shape[:2]
        stream.pix_fmt = pix_fmt
        stream.time_base = stream.codec_context.time_base = tick_s
        stream.codec_context.flags |= Flags.frame_duration
        if pixel_aspect is not None:
            stream.codec_context.sample_aspect_ratio = pixel_aspect
        if turned_deg or mirrored:
            stream.set_display_rotation(turned_deg, hflip=mirrored)
        sound = output.add_stream(audio, rate=RATE_HZ, layout="stereo") if audio else None
        for picture, tick in zip(pictures, ticks, strict=True):
            frame = VideoFrame.from_ndarray(picture, format="rgb24").reformat(format=pix_fmt)
            frame.pts, frame.time_base, frame.duration = tick, tick_s, ticks[-1] - ticks[-2:][0]
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
        if sound is not None:
            _sing(output, sound, audio_s)
    return path


def write_sound(path: Path, codec: str) -> None:
    """A file of sound alone, one second."""
    with av.open(str(path), "w") as output:
        _sing(output, output.add_stream(codec, rate=RATE_HZ, layout="stereo"), 1.0)


def _sing(output: OutputContainer, stream: AudioStream, audio_s: float) -> None:
    for start in range(0, round(audio_s * RATE_HZ), 960):
        output.mux(stream.encode(_sound(start)))
    output.mux(stream.encode(None))


def _sound(start: int) -> AudioFrame:
    """20 ms of silence, or of the click."""
    at = start + np.arange(960)
    click = (at >= CLICK_AT_S * RATE_HZ) & (at < (CLICK_AT_S + 0.05) * RATE_HZ)
    wave = np.where(click, 0.8 * np.sin(2 * np.pi * 1000 * at / RATE_HZ), 0.0).astype(np.float32)
    frame = AudioFrame.from_ndarray(np.stack([wave, wave]), format="fltp", layout="stereo")
    frame.sample_rate = RATE_HZ
    frame.pts, frame.time_base = start, Fraction(1, RATE_HZ)
    return frame


def hear(path: Path) -> tuple[float, float, str]:
    """When the click starts, how long the sound is (both in seconds), and its codec."""
    samples, first_s = [], None
    with av.open(str(path)) as clip:
        stream = clip.streams.audio[0]
        codec = stream.codec.canonical_name
        for frame in clip.decode(stream):
            if first_s is None and frame.pts is not None:
                first_s = float(frame.pts * frame.time_base)
            planes = frame.to_ndarray().astype(np.float32).reshape(-1)
            mono = planes[: frame.samples] if frame.format.is_planar else planes[::2]
            samples.append(mono / (32768 if frame.format.bytes == 2 else 1))
        rate_hz = stream.rate
    wave = np.concatenate(samples)
    onset = int(np.argmax(np.abs(wave) > 0.2))
    return (first_s or 0.0) + onset / rate_hz, len(wave) / rate_hz, codec
