"""Rendered pictures of items, made once and kept: in memory and, being nobody's picture, on disk."""

from __future__ import annotations

import hashlib
import os
import secrets
import threading
from collections import OrderedDict
from math import tau
from pathlib import Path
from typing import Protocol

import numpy as np
import platformdirs
from numpy.typing import NDArray

import tryon
from service.studio import Studio

RECIPE = "1"
"""Part of every key: rises when pictures are taken differently."""
TURNTABLE_VIEWS = 16
TURNTABLE_SIZES: dict[str, tuple[int, int]] = {"card": (320, 240), "page": (800, 600)}
SIZES: dict[str, tuple[int, int]] = {"card": (480, 360), "page": (1200, 900)}
MOST_KEPT = 300


class ItemPictures:
    """Thumbnails and turntables as WebP with transparency."""

    def __init__(self, studio: Studio, *, folder: Path | None) -> None:
        self._studio = studio
        self._folder = folder or Path(platformdirs.user_cache_dir("tryon")) / "item-pictures"
        self._lock = threading.Lock()
        self._making = threading.Lock()
        self._kept: OrderedDict[str, bytes] = OrderedDict()

    def warm_up(self, catalogue: tryon.Catalogue) -> None:
        """Make the pictures that the first page shows, for those who come first."""
        for item in catalogue.items.values():
            self.thumbnail(item, item.variants[0].name, "card")

    def thumbnail(self, item: tryon.Item, variant: str, size: str) -> bytes:
        """One picture; size: a key of `SIZES`. Raises UnknownItemError for an unknown variant."""
        return self._picture(
            picture_key(item, variant, f"thumbnail-{size}"),
            lambda: tryon.encode_picture(
                self._studio.cutout(item, SIZES[size], variant=variant), suffix=".webp"
            ),
        )

    def turntable(self, item: tryon.Item, variant: str, size: str) -> bytes:
        """All views of one turn, one above the other; size: a key of `TURNTABLE_SIZES`."""
        return self._picture(
            picture_key(item, variant, f"turntable-{size}"),
            lambda: self._turn(item, variant, TURNTABLE_SIZES[size]),
        )

    def kept(self, key: str, make: Maker) -> bytes:
        """Any other picture of nobody in particular, kept in memory only."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        with self._making:
            content = make()
        self._remember(key, content)
        return content

    def _turn(self, item: tryon.Item, variant: str, size_wh: tuple[int, int]) -> bytes:
        views: list[NDArray[np.uint8]] = [
            self._studio.cutout(
                item, size_wh, variant=variant, turn_rad=tau * index / TURNTABLE_VIEWS
            )
            for index in range(TURNTABLE_VIEWS)
        ]
        return tryon.encode_picture(np.concatenate(views), suffix=".webp")

    def _picture(self, key: str, make: Maker) -> bytes:
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        path = self._folder / f"{key}.webp"
        content = _stored(path)
        if content is None:
            # One at a time, so that a page's twenty pictures do not starve the mirror.
            with self._making:
                content = _stored(path)
                if content is None:
                    content = make()
                    _store(path, content)
        self._remember(key, content)
        return content

    def _remember(self, key: str, content: bytes) -> None:
        with self._lock:
            self._kept[key] = content
            while len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)


class Maker(Protocol):
    """Anything that makes a picture's bytes."""

    def __call__(self) -> bytes: ...


def picture_key(item: tryon.Item, variant: str, kind: str) -> str:
    """Changes whenever the picture would: with the item's file and with its model."""
    digest = hashlib.sha256()
    model = item.model_path
    stamp = (model.stat().st_mtime_ns, model.stat().st_size) if model and model.exists() else ()
    for part in (RECIPE, tryon.__version__, item.model_dump_json(), repr(stamp), variant, kind):
        digest.update(part.encode())
        digest.update(b"\0")
    return digest.hexdigest()[:40]


def _stored(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None


def _store(path: Path, content: bytes) -> None:
    """Best effort: a cache that cannot be written to only costs time."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft.write_bytes(content)
        os.replace(draft, path)
    except OSError:
        draft.unlink(missing_ok=True)
