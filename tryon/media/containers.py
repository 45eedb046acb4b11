"""Opening clips of strangers with FFmpeg, and the clock that picture and sound share."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.error import FFmpegError
from av.stream import Disposition, Stream
from av.video.stream import VideoStream

from tryon.core.errors import InputError

CLIP_KINDS = "MP4, MOV, MKV, WebM, AVI, MPEG or GIF"
SOUND_KINDS = "WAV, MP3, FLAC, M4A, OGG or AIFF"

# Playlists and manifests can name other files and hosts: they are not clips, and only the file
# itself may be opened.
_FORMATS = (
    *("mov", "matroska", "avi", "gif", "apng", "mpegts", "mpeg", "mpegvideo", "flv", "asf", "ogg"),
    *("mjpeg", "h264", "hevc", "m4v", "ivf", "dv", "mxf", "y4m", "yuv4mpegpipe", "av1", "obu"),
)
_SOUNDS = (
    *("wav", "w64", "mp3", "flac", "aac", "aiff", "caf", "au", "ac3", "eac3"),
    *("mov", "matroska", "ogg", "avi", "mpegts", "mpeg", "asf"),
)
_LATE_START = Fraction(1)


def open_container(path: Path, *, heard_only: bool = False) -> InputContainer:
    """Open a clip for reading, or with heard_only what may hold nothing but sound.

    Raises InputError when it is missing, unreadable or no such file.
    """
    try:
        with path.open("rb") as file:
            empty = not file.read(1)
    except FileNotFoundError as error:
        raise InputError(f"There is no file {path}.", remedy="Check the name.") from error
    except IsADirectoryError as error:
        raise InputError(f"{path} is a folder.", remedy="Name a file in it.") from error
    except OSError as error:
        raise InputError(
            f"{path} cannot be read: {error.strerror}.",
            remedy="Allow reading it, or copy it to a place where you may.",
        ) from error
    if empty:
        raise InputError(f"{path} is empty.", remedy="Save or transfer the clip again.")
    formats = _SOUNDS if heard_only else _FORMATS
    options = {"protocol_whitelist": "file", "format_whitelist": ",".join(formats)}
    try:
        # A bare name with a colon in it would be taken for a network address.
        return av.open(
            f"file:{path.absolute()}", container_options=options, metadata_errors="replace"
        )
    except (FFmpegError, OSError) as error:
        if heard_only:
            raise InputError(
                f"{path} is no sound that can be read, or it is cut off.",
                remedy=f"Give a whole {SOUND_KINDS} file.",
            ) from error
        raise InputError(
            f"{path} is not a picture or clip that can be read, or it is cut off.",
            remedy=f"Give a picture, or a whole {CLIP_KINDS} file.",
        ) from error


def moving_picture(container: InputContainer) -> VideoStream | None:
    """The clip's picture, if it can be decoded; the cover of a song is none."""
    return next(
        (
            stream
            for stream in container.streams.video
            if _is_decodable(stream) and not stream.disposition & Disposition.attached_pic
        ),
        None,
    )


def sound(container: InputContainer) -> AudioStream | None:
    """The clip's first sound that can be decoded: phones put newer kinds beside it."""
    return next((stream for stream in container.streams.audio if _is_decodable(stream)), None)


def _is_decodable(stream: Stream) -> bool:
    # PyAV's types do not say that a stream of an unknown codec has none.
    return getattr(stream, "codec_context", None) is not None


def origin_s(container: InputContainer) -> Fraction:
    """The container's time that counts as 0, in whole ticks of the picture.

    It is 0 itself, unless the clip starts far from it, as transport streams and cut recordings do.
    """
    starts = [
        stream.start_time * stream.time_base
        for stream in (*container.streams.video, *container.streams.audio)
        if stream.start_time is not None and stream.time_base is not None
    ]
    picture = moving_picture(container)
    if not starts or abs(min(starts)) < _LATE_START or picture is None:
        return Fraction(0)
    tick = picture.time_base or Fraction(1, 1000)
    return min(starts) // tick * tick
