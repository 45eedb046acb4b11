"""Try on glasses, hats, jewellery and clothes on photos, clips and webcams.

    import tryon

    with tryon.Engine() as engine:
        result = engine.photo(rgb, wear=["aurelle-aviator"])
    result.image, result.people, result.items

Spaces and units are those of `tryon.core.spaces`: metres, radians, the wearer's left and right.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tryon.core.camera import PinholeCamera
    from tryon.core.errors import (
        CameraError,
        CatalogueError,
        DetectorError,
        GraphicsError,
        ImportError3D,
        InputError,
        OutputError,
        SuppliesError,
        TryonError,
        UnknownItemError,
    )
    from tryon.core.fits import FaceFit
    from tryon.core.frame import Frame
    from tryon.core.result import Person, PlacedItem, TryonResult
    from tryon.engine import Engine, Session, result_document
    from tryon.stages.source import open_source
    from tryon.wardrobe.catalogue import Catalogue

__version__ = "0.1.0"

_ERRORS = "tryon.core.errors"
_HOMES = {
    "CameraError": _ERRORS,
    "Catalogue": "tryon.wardrobe.catalogue",
    "CatalogueError": _ERRORS,
    "DetectorError": _ERRORS,
    "Engine": "tryon.engine",
    "FaceFit": "tryon.core.fits",
    "Frame": "tryon.core.frame",
    "GraphicsError": _ERRORS,
    "ImportError3D": _ERRORS,
    "InputError": _ERRORS,
    "OutputError": _ERRORS,
    "Person": "tryon.core.result",
    "PinholeCamera": "tryon.core.camera",
    "PlacedItem": "tryon.core.result",
    "Session": "tryon.engine",
    "SuppliesError": _ERRORS,
    "TryonError": _ERRORS,
    "TryonResult": "tryon.core.result",
    "UnknownItemError": _ERRORS,
    "open_source": "tryon.stages.source",
    "result_document": "tryon.engine",
}

__all__ = [
    "CameraError",
    "Catalogue",
    "CatalogueError",
    "DetectorError",
    "Engine",
    "FaceFit",
    "Frame",
    "GraphicsError",
    "ImportError3D",
    "InputError",
    "OutputError",
    "Person",
    "PinholeCamera",
    "PlacedItem",
    "Session",
    "SuppliesError",
    "TryonError",
    "TryonResult",
    "UnknownItemError",
    "open_source",
    "result_document",
]


def __getattr__(name: str) -> Any:
    """Load a public name on first use, so that `import tryon` and `tryon --help` stay quick."""
    if name not in _HOMES:
        raise AttributeError(f"module 'tryon' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
