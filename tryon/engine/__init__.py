"""The engine: pictures and streams in, dressed pictures out."""

from tryon.engine.document import ResultDocument, result_document
from tryon.engine.engine import Engine
from tryon.engine.session import Session

__all__ = ["Engine", "ResultDocument", "Session", "result_document"]
