"""Brings a stranger's 3D model in: read, mend, turn, scale, set on its point of contact.

Every guess is reported with the flag that overrides it, and everything that was lost is named.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tryon.core.errors import ImportError3D
from tryon.core.mesh import Mesh
from tryon.core.spaces import Floats
from tryon.core.transforms import rigid, scaling
from tryon.wardrobe.asset import Asset
from tryon.wardrobe.gltf_surfaces import RawModel, read_gltf
from tryon.wardrobe.importer_axes import (
    Direction,
    eyewear_axes,
    hat_up,
    levelled,
    rotation_to_asset,
    scale_to_metres,
    surface_samples,
    vector,
)
from tryon.wardrobe.importer_cut import moved
from tryon.wardrobe.importer_eyewear import (
    PLAUSIBLE_WIDTH_M,
    USUAL_WIDTH_M,
    shape_eyewear,
)
from tryon.wardrobe.importer_hat import hat_yaw, shape_hat
from tryon.wardrobe.importer_repair import repaired
from tryon.wardrobe.importer_report import ImportReport
from tryon.wardrobe.importer_small import shape_small
from tryon.wardrobe.item import EYEWEAR, Category
from tryon.wardrobe.obj_file import read_obj

Sizes = dict[str, float]

IMPORTED: tuple[Category, ...] = (
    "eyeglasses", "sunglasses", "hat", "headwear", "earrings", "necklace", "mask",
)  # fmt: skip
"""Categories that a rigid model can become."""
LEVEL_BEYOND_RAD = np.radians(12.0)
"""A brim that is tilted by less is snapped down in front and up behind, as fedoras are worn."""


@dataclass(frozen=True)
class Wishes:
    """What the owner says of the model. width_mm: of the whole model from side to side; front, up:
    directions in the file. None leaves it to the shape."""

    width_mm: float | None = None
    front: Direction | None = None
    up: Direction | None = None


@dataclass(frozen=True, eq=False)
class Imported:
    """A model that has become an asset.

    sizes: by name, in mm; credit: title, author, license and source, as far as the file says.
    """

    asset: Asset
    sizes: Sizes
    report: ImportReport
    credit: dict[str, str]


def import_model(
    path: Path, category: Category, *, item_id: str, wishes: Wishes | None = None
) -> Imported:
    """Read a GLB, glTF or OBJ file and make it wearable; `wishes` override what its shape suggests.

    Raises ImportError3D for a file that cannot be read or worn.
    """
    told = wishes or Wishes()
    if category not in IMPORTED:
        raise ImportError3D(
            f"{category} cannot be brought in as a rigid model.",
            remedy=f"What can be: {', '.join(IMPORTED)}.",
        )
    if told.front is not None and told.up is not None and told.front[1] == told.up[1]:
        raise ImportError3D(
            f"Front {told.front} and up {told.up} lie on one line.",
            remedy="Give two different axes.",
        )
    raw = _read(path)
    report = ImportReport(lost=[*raw.lost, *raw.approximated])
    meshes = _centred(repaired(raw.meshes, report, path=path), path)
    if category in EYEWEAR:
        asset, sizes = _eyewear(meshes, category, report, item_id=item_id, wishes=told)
    elif category == "hat":
        asset, sizes = _hat(meshes, report, item_id=item_id, wishes=told)
    else:
        asset, sizes = _small(meshes, category, report, item_id=item_id, wishes=told)
    return Imported(asset, sizes, report, raw.credit)


def _read(path: Path) -> RawModel:
    suffix = path.suffix.lower()
    if not path.is_file():
        raise ImportError3D(f"There is no file {path}.", remedy="Correct the path.")
    if suffix in (".glb", ".gltf"):
        return read_gltf(path)
    if suffix == ".obj":
        return read_obj(path)
    raise ImportError3D(
        f"{path} is not a kind of model that is read.", remedy="Give a .glb, .gltf or .obj file."
    )


def _centred(meshes: Sequence[Mesh], path: Path) -> list[Mesh]:
    """The meshes about the middle of their box, at a size of about one: far or tiny coordinates lose
    their digits in what follows."""
    low = np.min([m.bounds[0] for m in meshes], axis=0).astype(np.float64)
    high = np.max([m.bounds[1] for m in meshes], axis=0).astype(np.float64)
    if float((high - low).max()) < 1e-9 or np.median(high - low) < 1e-9:
        raise ImportError3D(
            f"{path} is flat or a point.", remedy="Export the geometry at its real size."
        )
    return [moved(mesh, rigid(None, -0.5 * (low + high))) for mesh in meshes]


def _eyewear(
    meshes: Sequence[Mesh],
    category: Category,
    report: ImportReport,
    *,
    item_id: str,
    wishes: Wishes,
) -> tuple[Asset, Sizes]:
    guessed = eyewear_axes(surface_samples(meshes), report)
    rotation = _rotation(guessed, wishes.front, wishes.up, report=report)
    turned = [moved(mesh, rigid(rotation)) for mesh in meshes]
    width = float(np.ptp(np.concatenate([m.vertices[:, 0] for m in turned])))
    scale = scale_to_metres(
        width, PLAUSIBLE_WIDTH_M, USUAL_WIDTH_M,
        wanted_mm=wishes.width_mm, name="its width", report=report,
    )  # fmt: skip
    shaped = shape_eyewear([moved(m, scaling(scale)) for m in turned], category, report)
    return Asset(item_id, "standard", shaped.parts, temples=shaped.temples), shaped.sizes


def _hat(
    meshes: Sequence[Mesh], report: ImportReport, *, item_id: str, wishes: Wishes
) -> tuple[Asset, Sizes]:
    above = hat_up(meshes, report) if wishes.up is None else vector(wishes.up)
    ahead = _forward(above) if wishes.front is None else vector(wishes.front)
    turned = [moved(mesh, rigid(rotation_to_asset(ahead, above))) for mesh in meshes]
    level, angle = levelled(surface_samples(turned), np.array([0.0, 1.0, 0.0]))
    if wishes.up is None and angle > LEVEL_BEYOND_RAD:
        report.assumed.append(
            f"it stands tilted by {np.degrees(angle):.0f}° and is levelled by its rim (--up)"
        )
        turned = [moved(mesh, rigid(level)) for mesh in turned]
    if wishes.front is None:
        yaw = hat_yaw(turned, report)
        turned = [moved(mesh, rigid(yaw)) for mesh in turned]
    shaped = shape_hat(turned, report, width_mm=wishes.width_mm)
    return Asset(item_id, "standard", shaped.parts, band=shaped.band), shaped.sizes


def _small(
    meshes: Sequence[Mesh],
    category: Category,
    report: ImportReport,
    *,
    item_id: str,
    wishes: Wishes,
) -> tuple[Asset, Sizes]:
    above = vector(wishes.up or "+y")
    ahead = _forward(above) if wishes.front is None else vector(wishes.front)
    if abs(float(ahead @ above)) > 0.5:
        above = _upward(ahead)
    if wishes.front is None or wishes.up is None:
        report.assumed.append(
            f"{_named(ahead)} is its front and {_named(above)} is up (--front, --up)"
        )
    turned = [moved(mesh, rigid(rotation_to_asset(ahead, above))) for mesh in meshes]
    small = shape_small(turned, category, report, width_mm=wishes.width_mm)
    return Asset(item_id, "standard", small.parts), small.sizes


def _rotation(
    guessed: tuple[Floats, Floats],
    front: Direction | None,
    up: Direction | None,
    *,
    report: ImportReport,
) -> Floats:
    """(3, 3) from the guess and the flags, which win."""
    ahead, above = guessed
    if front is not None:
        ahead = vector(front)
    if up is not None:
        above = vector(up)
    if abs(float(ahead @ above)) > 0.5:
        # One flag took the axis that the guess had given to the other.
        ahead, above = (ahead, _upward(ahead)) if up is None else (_forward(above), above)
    told = report.assumed if front is None or up is None else report.found
    told.append(f"{_named(ahead)} is its front and {_named(above)} is up (--front, --up)")
    return rotation_to_asset(ahead, above)


def _forward(above: Floats) -> Floats:
    """+z, or what is left of it when that is up."""
    return np.array([0.0, 0.0, 1.0]) if abs(above[2]) < 0.5 else np.array([0.0, -1.0, 0.0])


def _upward(ahead: Floats) -> Floats:
    return np.array([0.0, 1.0, 0.0]) if abs(ahead[1]) < 0.5 else np.array([0.0, 0.0, 1.0])


def _named(direction: Floats) -> str:
    axis = int(np.argmax(np.abs(direction)))
    return ("+" if direction[axis] > 0 else "-") + "xyz"[axis]
