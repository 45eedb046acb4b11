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
    from tryon.core.errors import TryonError
    from tryon.core.fits import FaceFit
    from tryon.core.frame import Frame
    from tryon.core.result import Person, PlacedItem, TryonResult
    from tryon.engine import Engine, Session, result_document
    from tryon.stages.source import open_source
    from tryon.wardrobe.catalogue import Catalogue

__version__ = "0.1.0"

_HOMES = {
    "Catalogue": "tryon.wardrobe.catalogue",
    "Engine": "tryon.engine",
    "FaceFit": "tryon.core.fits",
    "Frame": "tryon.core.frame",
    "Person": "tryon.core.result",
    "PinholeCamera": "tryon.core.camera",
    "PlacedItem": "tryon.core.result",
    "Session": "tryon.engine",
    "TryonError": "tryon.core.errors",
    "TryonResult": "tryon.core.result",
    "open_source": "tryon.stages.source",
    "result_document": "tryon.engine",
}

__all__ = [
    "Catalogue",
    "Engine",
    "FaceFit",
    "Frame",
    "Person",
    "PinholeCamera",
    "PlacedItem",
    "Session",
    "TryonError",
    "TryonResult",
    "open_source",
    "result_document",
]


def __getattr__(name: str) -> Any:
    """Load a public name on first use, so that `import tryon` and `tryon --help` stay quick."""
    if name not in _HOMES:
        raise AttributeError(f"module 'tryon' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
