"""Where results go: pictures, text, clips, a window, a list."""

from tryon.stages.sink.clip import VideoSink
from tryon.stages.sink.files import TextSink, write_picture, write_text
from tryon.stages.sink.memory import MemorySink
from tryon.stages.sink.window import ESCAPE, WindowSink

__all__ = [
    "ESCAPE",
    "MemorySink",
    "TextSink",
    "VideoSink",
    "WindowSink",
    "write_picture",
    "write_text",
]
