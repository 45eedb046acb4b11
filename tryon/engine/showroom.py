"""Pictures of items alone for pages, and the bundled portraits to show them on."""

from __future__ import annotations

from types import TracebackType

import numpy as np
from numpy.typing import NDArray

from tryon.core.errors import InputError
from tryon.core.frame import Picture
from tryon.engine.contact_sheet import shown_asset
from tryon.engine.showcase import View, cutout_of, view_of
from tryon.media.pictures import read_picture
from tryon.stages.render import Renderer
from tryon.supplies import supply_path
from tryon.wardrobe.asset import Asset
from tryon.wardrobe.item import Item
from tryon.wardrobe.load_garment import is_garment, load_garment

PORTRAITS = {"collins": "astronaut.png", "hopper": "grace_hopper.jpg"}
"""Name → third-party file: Eileen Collins (NASA) and Grace Hopper (US Navy), public domain."""


class Showroom:
    """Photographs items on nobody. Close it, or use it as a context manager."""

    def __init__(self) -> None:
        self._renderer = Renderer()

    def __enter__(self) -> Showroom:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the renderer."""
        self._renderer.close()

    def cutout(
        self,
        item: Item,
        size_wh: tuple[int, int],
        *,
        variant: str | None = None,
        turn_rad: float = 0,
    ) -> NDArray[np.uint8]:
        """(H, W, 4) picture with straight alpha, from the view that shows its category best.

        variant: by name, else the first; turn_rad: turned further about the vertical. Raises
        UnknownItemError for a variant that it does not have.
        """
        view = view_of(item.category)
        turned = View(view.turn_rad + turn_rad, view.tip_rad)
        asset = _shown(item, variant or item.variants[0].name)
        return cutout_of(asset, self._renderer, size_wh, view=turned)


def _shown(item: Item, variant: str) -> Asset:
    if not is_garment(item):
        return shown_asset(item, variant)
    garment = load_garment(item, variant)
    return Asset(item.id, variant, tuple(part.mesh for part in garment.parts))


def portrait(name: str) -> Picture:
    """(H, W, 3) one of the bundled portraits. Raises InputError for another name, SuppliesError when
    they are not set up."""
    if name not in PORTRAITS:
        raise InputError(
            f"There is no portrait {name!r}.", remedy=f"There are {', '.join(PORTRAITS)}."
        )
    return read_picture(supply_path(PORTRAITS[name])).rgb
