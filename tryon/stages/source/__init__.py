"""Where frames come from: pictures, folders of pictures, clips, a webcam, a made-up scene."""

from tryon.stages.source.kinds import Source, open_source
from tryon.stages.source.synthetic import SyntheticSource
from tryon.stages.source.webcam import WebcamSource, open_webcam

__all__ = ["Source", "SyntheticSource", "WebcamSource", "open_source", "open_webcam"]
