"""The public names are exactly those that are promised, and load on first use."""

from __future__ import annotations

import subprocess
import sys

import pytest

import tryon

PUBLIC = {
    "ModelBody", "code_of_root", "light_of_code", "model_bodies",
    "CameraError", "Caption", "Catalogue", "CatalogueError", "Chapter", "DetectorError", "Engine",
    "FaceFit", "Frame", "GraphicsError", "ImportError3D", "InputError", "Item", "Look", "Outfit",
    "OutputError", "OwnItem", "Person", "PinholeCamera", "PlacedItem", "Problem", "Session",
    "Showroom", "SuppliesError", "TryonError", "TryonResult", "UnknownItemError", "VideoSink",
    "YamlDocument", "adjust_item", "bundled_folder", "cache_dir", "decode_picture",
    "encode_picture", "import_item", "join_film", "open_source", "own_folder", "parse_wear",
    "places_of", "portrait", "read_sound", "result_document", "write_film_part",
}  # fmt: skip


def test_public_names_are_these() -> None:
    assert set(tryon.__all__) == PUBLIC
    assert tryon.__all__ == sorted(tryon.__all__)


@pytest.mark.parametrize("name", sorted(PUBLIC - {"model_bodies"}))
def test_every_public_name_is_there_and_explains_itself(name: str) -> None:
    thing = getattr(tryon, name)
    assert thing.__name__ == name
    assert len(thing.__doc__) > 20


def test_the_model_bodies_are_six() -> None:
    assert len(tryon.model_bodies) == 6


def test_other_names_are_refused() -> None:
    with pytest.raises(AttributeError, match="no attribute 'engine_room'"):
        _ = tryon.engine_room


def test_import_alone_loads_nothing_heavy() -> None:
    program = (
        "import sys, tryon\n"
        "print([m for m in ('numpy', 'cv2', 'mediapipe', 'pyrender', 'av') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
