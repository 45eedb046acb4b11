"""A stretch of a film, encoded alone so that others can be encoded beside it, and joined later."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from fractions import Fraction
from pathlib import Path

import av
from av.error import FFmpegError
from av.video.reformatter import VideoReformatter

from tryon.core.errors import OutputError
from tryon.core.frame import Picture
from tryon.media.bt709 import as_bt709, state_bt709
from tryon.media.drafts import draft, writing

PART_SUFFIX = ".nut"
"""NUT keeps every time as it is, those before 0 too, and says the rate exactly."""

_ENCODER = {
    "preset": "medium",
    "tune": "film",
    # Several threads would divide each picture otherwise on another machine. The macroblock tree of
    # x264 165 reads what nobody wrote: with it, one clip in five came out a little different.
    "x264-params": "threads=1:lookahead-threads=1:sliced-threads=0:mbtree=0"
    ":open-gop=0:bframes=3:b-pyramid=1",
}
REORDERED = 2
"""How many pictures earlier than it is shown one may have to be decoded, with these B-pictures."""


def write_film_part(
    target: Path, pictures: Iterable[Picture], *, fps: Fraction, crf: int = 17
) -> int:
    """Encode (H, W, 3) uint8 sRGB pictures at a constant rate; returns how many there were.

    The same pictures give the same bytes. The file is there whole or not at all. Raises OutputError.
    """
    reformatter = VideoReformatter()
    count = 0
    with draft(target) as here, writing(target):
        container = av.open(
            f"file:{here.absolute()}", "w", format="nut", container_options={"fflags": "+bitexact"}
        )
        try:
            stream = container.add_stream(
                "libx264", rate=fps, options={**_ENCODER, "crf": f"{crf}"}
            )
            stream.pix_fmt = "yuv420p"
            stream.time_base = stream.codec_context.time_base = 1 / fps
            stream.codec_context.gop_size = round(2 * fps)
            state_bt709(stream.codec_context)
            for rgb in pictures:
                frame = as_bt709(rgb, reformatter)
                if not count:
                    stream.width, stream.height = frame.width, frame.height
                frame.pts, frame.time_base = count, 1 / fps
                container.mux(stream.encode(frame))
                count += 1
            container.mux(stream.encode(None))
        except FFmpegError as error:
            raise _not_encoded(target, error) from error
        finally:
            with suppress(FFmpegError):
                container.close()
    return count


def _not_encoded(target: Path, error: FFmpegError) -> Exception:
    if isinstance(error, OSError):
        return error
    return OutputError(
        f"{target} cannot be encoded: {error}.", remedy="Try another size of picture."
    )
