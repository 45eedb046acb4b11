"""Where results go: pictures, text, clips, a window, a list."""

from tryon.stages.sink.files import TextSink, write_picture, write_text

__all__ = ["TextSink", "write_picture", "write_text"]
