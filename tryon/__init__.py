"""Try on glasses, hats, jewellery and clothes on photos, clips and webcams.

    import tryon

    with tryon.Engine() as engine:
        result = engine.photo(rgb, wear=["aurelle-aviator"])
    result.image, result.people, result.items

Spaces and units are those of `tryon.core.spaces`: metres, radians, the wearer's left and right.
"""

import os
from importlib import import_module
from typing import TYPE_CHECKING, Any

# Small matrix products go faster on one thread than on several that wait for each other, and give the
# same last bit everywhere. It counts when numpy is loaded after this line; a value of yours stays.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

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
    from tryon.core.srgb import code_of_root, light_of_code
    from tryon.engine import Engine, Session, result_document
    from tryon.engine.outfit import Outfit
    from tryon.engine.showroom import Showroom, portrait
    from tryon.media.film import Caption, Chapter, join_film
    from tryon.media.film_part import write_film_part
    from tryon.media.pictures import decode_picture, encode_picture
    from tryon.media.sound_reader import read_sound
    from tryon.stages.sink import VideoSink
    from tryon.stages.source import open_source
    from tryon.supplies.store import cache_dir
    from tryon.wardrobe.catalogue import Catalogue, bundled_folder, own_folder, parse_wear
    from tryon.wardrobe.look import Look, places_of
    from tryon.wardrobe.model_bodies import ModelBody, model_bodies
    from tryon.wardrobe.own_items import OwnItem, adjust_item, import_item
    from tryon.wardrobe.yaml_document import Problem, YamlDocument

__version__ = "0.1.0"

_ERRORS = "tryon.core.errors"
_HOMES = {
    "CameraError": _ERRORS,
    "code_of_root": "tryon.core.srgb",
    "light_of_code": "tryon.core.srgb",
    "Caption": "tryon.media.film",
    "Catalogue": "tryon.wardrobe.catalogue",
    "CatalogueError": _ERRORS,
    "Chapter": "tryon.media.film",
    "DetectorError": _ERRORS,
    "Engine": "tryon.engine",
    "FaceFit": "tryon.core.fits",
    "Frame": "tryon.core.frame",
    "GraphicsError": _ERRORS,
    "ImportError3D": _ERRORS,
    "InputError": _ERRORS,
    "Item": "tryon.wardrobe.item",
    "Look": "tryon.wardrobe.look",
    "ModelBody": "tryon.wardrobe.model_bodies",
    "Outfit": "tryon.engine.outfit",
    "OutputError": _ERRORS,
    "OwnItem": "tryon.wardrobe.own_items",
    "Person": "tryon.core.result",
    "PinholeCamera": "tryon.core.camera",
    "PlacedItem": "tryon.core.result",
    "Problem": "tryon.wardrobe.yaml_document",
    "Session": "tryon.engine",
    "Showroom": "tryon.engine.showroom",
    "SuppliesError": _ERRORS,
    "TryonError": _ERRORS,
    "TryonResult": "tryon.core.result",
    "UnknownItemError": _ERRORS,
    "VideoSink": "tryon.stages.sink",
    "YamlDocument": "tryon.wardrobe.yaml_document",
    "adjust_item": "tryon.wardrobe.own_items",
    "bundled_folder": "tryon.wardrobe.catalogue",
    "cache_dir": "tryon.supplies.store",
    "decode_picture": "tryon.media.pictures",
    "encode_picture": "tryon.media.pictures",
    "import_item": "tryon.wardrobe.own_items",
    "join_film": "tryon.media.film",
    "model_bodies": "tryon.wardrobe.model_bodies",
    "open_source": "tryon.stages.source",
    "own_folder": "tryon.wardrobe.catalogue",
    "parse_wear": "tryon.wardrobe.catalogue",
    "places_of": "tryon.wardrobe.look",
    "portrait": "tryon.engine.showroom",
    "read_sound": "tryon.media.sound_reader",
    "result_document": "tryon.engine",
    "write_film_part": "tryon.media.film_part",
}

__all__ = [
    "CameraError",
    "Caption",
    "Catalogue",
    "CatalogueError",
    "Chapter",
    "DetectorError",
    "Engine",
    "FaceFit",
    "Frame",
    "GraphicsError",
    "ImportError3D",
    "InputError",
    "Item",
    "Look",
    "ModelBody",
    "Outfit",
    "OutputError",
    "OwnItem",
    "Person",
    "PinholeCamera",
    "PlacedItem",
    "Problem",
    "Session",
    "Showroom",
    "SuppliesError",
    "TryonError",
    "TryonResult",
    "UnknownItemError",
    "VideoSink",
    "YamlDocument",
    "adjust_item",
    "bundled_folder",
    "cache_dir",
    "code_of_root",
    "decode_picture",
    "encode_picture",
    "import_item",
    "join_film",
    "light_of_code",
    "model_bodies",
    "open_source",
    "own_folder",
    "parse_wear",
    "places_of",
    "portrait",
    "read_sound",
    "result_document",
    "write_film_part",
]


def __getattr__(name: str) -> Any:
    """Load a public name on first use, so that `import tryon` and `tryon --help` stay quick."""
    if name not in _HOMES:
        raise AttributeError(f"module 'tryon' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
