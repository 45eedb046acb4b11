"""Pictures as high definition codes them: BT.709 in limited range, 4:2:0."""

from __future__ import annotations

import numpy as np
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from av.video.reformatter import (
    ColorPrimaries,
    ColorRange,
    Colorspace,
    ColorTrc,
    Interpolation,
    VideoReformatter,
)

from tryon.core.frame import Picture


def state_bt709(codec: VideoCodecContext) -> None:
    """Have an encoder write into its stream how the colours are coded."""
    codec.colorspace = Colorspace.ITU709
    codec.color_primaries = ColorPrimaries.BT709
    codec.color_trc = ColorTrc.BT709
    codec.color_range = ColorRange.MPEG


def as_bt709(rgb: Picture, reformatter: VideoReformatter) -> VideoFrame:
    """A (H, W, 3) uint8 sRGB picture as 4:2:0. An odd width or height gets one more column or row, a copy
    of its last, because 4:2:0 cannot hold it otherwise."""
    height, width = rgb.shape[:2]
    if width % 2 or height % 2:
        rgb = np.pad(rgb, ((0, height % 2), (0, width % 2), (0, 0)), "edge")
    return reformatter.reformat(
        VideoFrame.from_ndarray(np.ascontiguousarray(rgb), format="rgb24"),
        format="yuv420p",
        dst_colorspace=Colorspace.ITU709,
        src_color_range=ColorRange.JPEG,
        dst_color_range=ColorRange.MPEG,
        interpolation=Interpolation.BILINEAR,
        threads=1,
    )
