"""Where frames come from: pictures, folders of pictures, clips, a webcam, a made-up scene."""

from tryon.stages.source.kinds import Source, open_source

__all__ = ["Source", "open_source"]
