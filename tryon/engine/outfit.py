"""What is worn together, loaded: accessories on the head and clothes on the body."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tryon.wardrobe.asset import Asset
from tryon.wardrobe.catalogue import WornItem

if TYPE_CHECKING:
    from tryon.wardrobe.garment import Garment


@dataclass(frozen=True, eq=False)
class Accessory:
    """One item that is worn on the head or neck, with its geometry."""

    worn: WornItem
    asset: Asset


@dataclass(frozen=True, eq=False)
class Clothing:
    """One garment, as it is bound to the body."""

    worn: WornItem
    garment: Garment


@dataclass(frozen=True, eq=False)
class Outfit:
    """Everything that one stream wears, each kind in wearing order."""

    accessories: tuple[Accessory, ...] = ()
    clothes: tuple[Clothing, ...] = ()

    @property
    def variants(self) -> dict[str, str]:
        """Item id → variant."""
        pieces = [p.worn for p in self.accessories] + [p.worn for p in self.clothes]
        return {worn.item.id: worn.variant for worn in pieces}
