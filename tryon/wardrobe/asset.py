"""An item's geometry, ready to be placed: parts in `asset` space, and the points that placement needs."""

from __future__ import annotations

from dataclasses import dataclass

from tryon.core.mesh import Mesh
from tryon.core.spaces import Floats


@dataclass(frozen=True)
class Temples:
    """Where an eyewear front folds, so that each temple can swing to its ear.

    left_hinge, right_hinge: (3,) in `asset`; length_m: hinge to the bend over the ear. The parts
    named `left_temple` and `right_temple` turn about them.
    """

    left_hinge: Floats
    right_hinge: Floats
    length_m: float


@dataclass(frozen=True)
class HatBand:
    """Inner opening of a hat at the height where it sits: half axes of the ellipse in metres.

    The asset's origin is the ellipse's centre, y up through the crown.
    """

    half_width_m: float
    half_depth_m: float


@dataclass(frozen=True, eq=False)
class Asset:
    """Meshes of one item and variant in `asset` space (metres, x to the wearer's left, y up, z forward).

    Origins: eyewear, the point of the frame that rests on the nose's bridge (midway between the pads,
    on the skin); hat, the centre of the inner band; earring, the point where it hangs from the lobe
    (made for either ear; mirrored in x for the right); necklace, the centre of the neck's base; tiara,
    the middle of its band's lower edge, which rests in the hair behind the forehead's anchor; mask, the
    tip of the nose. coarse: the parts, vertex for vertex, in fewer triangles, or nothing.
    """

    item_id: str
    variant: str
    parts: tuple[Mesh, ...]
    temples: Temples | None = None
    band: HatBand | None = None
    coarse: tuple[Mesh, ...] = ()

    def part(self, name: str) -> Mesh | None:
        """The part of that name, if the asset has it."""
        return next((mesh for mesh in self.parts if mesh.name == name), None)
