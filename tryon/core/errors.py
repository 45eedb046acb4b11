"""Every error that the engine raises for something a person can mend.

    TryonError
    ├── InputError            a picture, clip or camera cannot be read
    │   └── CameraError       no such camera, or it is busy
    ├── CatalogueError        an item file is wrong (file, line, field, remedy)
    │   └── UnknownItemError  nothing of that name in the catalogue
    ├── ImportError3D         a stranger's 3D model cannot be brought in
    ├── SuppliesError         third-party data is missing, corrupt or cannot be fetched
    ├── GraphicsError         no usable OpenGL
    ├── DetectorError         the landmark models cannot run
    └── OutputError           a result cannot be written

"Nobody in the frame" is a value (an empty `people`), not an error. Bugs of our own are plain
Python exceptions and stay visible.
"""

from __future__ import annotations


class TryonError(Exception):
    """What went wrong and where, and how to mend it.

    `message` is one sentence naming the thing and the place; `remedy` says what to do.
    """

    def __init__(self, message: str, *, remedy: str = "") -> None:
        super().__init__(message, remedy)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}".rstrip()


class InputError(TryonError):
    """A picture or clip cannot be read."""


class CameraError(InputError):
    """A webcam cannot be opened or stopped delivering."""


class CatalogueError(TryonError):
    """A catalogue file does not follow the schema."""


class UnknownItemError(CatalogueError):
    """No item (or variant) of that name is in the catalogue."""


class ImportError3D(TryonError):
    """A stranger's 3D model cannot become an item."""


class SuppliesError(TryonError):
    """Third-party data is missing, corrupt, or cannot be fetched."""


class GraphicsError(TryonError):
    """OpenGL cannot be used on this machine."""


class DetectorError(TryonError):
    """The landmark detectors cannot run."""


class OutputError(TryonError):
    """A result cannot be written."""
