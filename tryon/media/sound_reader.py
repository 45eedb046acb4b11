"""The sound of a file as samples."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import chain
from pathlib import Path

import numpy as np
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.error import FFmpegError
from numpy.typing import NDArray

from tryon.core.errors import InputError
from tryon.media.containers import SOUND_KINDS, open_container, sound

LONGEST_S = 3600.0
"""Sound is read whole into memory; nobody means more than this."""
LATEST_S = 60
"""A sound that is said to begin later than this after the picture is a damaged header's."""


def read_sound(path: Path, *, rate_hz: int = 48_000) -> NDArray[np.float32]:
    """(N, 2) samples of −1 to 1 of the first sound of a file, or of a clip.

    Silence stands before the sound of a clip that begins after its picture, and what an encoder put
    before the first sample is left out. Mono is heard on both sides; damaged parts are skipped. Raises
    InputError when there is nothing to hear.
    """
    with open_container(path, heard_only=True) as container:
        stream = sound(container)
        if stream is None:
            raise _mute(path)
        resampler = AudioResampler(format="fltp", layout="stereo", rate=rate_hz)
        parts: list[NDArray[np.float32]] = []
        begin_s = Fraction(container.start_time or 0, 1_000_000)
        length = 0
        for frame in chain(_decoded(container, stream), [None]):
            for heard in resampler.resample(frame):
                if not parts and heard.pts is not None and heard.time_base is not None:
                    late_s = heard.pts * heard.time_base - begin_s
                    late = min(max(0, round(late_s * rate_hz)), LATEST_S * rate_hz)
                    parts.append(np.zeros((late, 2), np.float32))
                part = np.asarray(heard.to_ndarray().T, np.float32)
                length += len(part)
                parts.append(part)
            if length > LONGEST_S * rate_hz:
                raise InputError(
                    f"{path} sounds for more than {LONGEST_S / 60:.0f} minutes.",
                    remedy="Cut it to what is played.",
                )
    if not length:
        raise _mute(path)
    return np.concatenate(parts)


def _decoded(container: InputContainer, stream: AudioStream) -> Iterator[AudioFrame]:
    packets = container.demux(stream)
    while True:
        try:
            packet = next(packets, None)
        except (FFmpegError, OSError):
            return
        if packet is None:
            return
        try:
            frames = packet.decode()
        except FFmpegError:
            continue
        yield from frames


def _mute(path: Path) -> InputError:
    return InputError(
        f"There is nothing to hear in {path}.", remedy=f"Give another {SOUND_KINDS} file."
    )
