"""Results as a clip."""

from __future__ import annotations

import os
from pathlib import Path
from types import TracebackType

from tryon.core.result import TryonResult
from tryon.media.clip_writer import ClipWriter
from tryon.media.pictures import is_still


class VideoSink:
    """Results as an H.264 clip (MP4 or MOV) at the times of their frames.

    The clip appears when the block ends well; when it raises, Ctrl-C too, nothing is left.
    audio_from: the clip that was dressed; its sound and its clock are kept (a picture or a folder has
    neither). Raises OutputError and, for `audio_from`, InputError.
    """

    def __init__(
        self, out: str | os.PathLike[str], *, audio_from: str | os.PathLike[str] | None = None
    ) -> None:
        heard = None if audio_from is None else Path(audio_from)
        if heard is not None and (heard.is_dir() or is_still(heard)):
            heard = None
        self._writer = ClipWriter(Path(out), sound_from=heard)

    def __enter__(self) -> VideoSink:
        self._writer.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._writer.__exit__(kind, error, trace)

    def write(self, result: TryonResult) -> None:
        """Add the dressed picture at its frame's time."""
        self._writer.write(result.image, result.t_ns)
